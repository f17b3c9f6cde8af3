"""What was done to keep a file is recorded beside the outbox, in the words of PREMIS."""

import io
from collections.abc import Callable

import pytest
from sqlalchemy import inspect, select

from repository.core.actor import SYSTEM
from repository.core.facts import FactRow
from repository.core.preservation_events import AGENT, PreservationEventRow
from repository.engines.services import Services
from repository.files.fixity import verify_sets
from repository.files.model import StoredFile
from repository.files.store_check import compare_with_store
from repository.records.model import Version
from tests.conftest import Caller, Deposits

pytestmark = pytest.mark.slow

Settle = Callable[[], None]


def events(services: Services) -> list[PreservationEventRow]:
    with services.database.snapshot(SYSTEM) as snapshot:
        return list(snapshot.session.scalars(select(PreservationEventRow).order_by(PreservationEventRow.id)))


def files(services: Services) -> list[StoredFile]:
    with services.database.snapshot(SYSTEM) as snapshot:
        return list(snapshot.session.scalars(select(StoredFile).order_by(StoredFile.id)))


def test_each_file_of_a_publication_has_a_fixity_check_that_succeeded(
    deposits: Deposits, services: Services, settle: Settle
) -> None:
    deposits.published(None, **{"a.txt": b"a", "b.txt": b"b"})
    settle()

    recorded = events(services)

    assert {(event.object_kind, event.object_id) for event in recorded} == {("file", f.id) for f in files(services)}
    assert [(event.type, event.outcome, event.outcome_detail) for event in recorded] == [
        ("fixity check", "success", "")
    ] * 2
    assert {event.agent for event in recorded} == {AGENT}
    assert "SHA-256" in recorded[0].detail
    assert {event.at for event in recorded} == {file.verified for file in files(services)}


def test_a_damaged_file_has_a_fixity_check_that_failed_and_says_why(deposits: Deposits, services: Services) -> None:
    deposits.published(None, **{"a.txt": b"a"})
    (file,) = files(services)
    services.store.remove([file.object_key])
    with services.database.snapshot(SYSTEM) as snapshot:
        sets = snapshot.session.scalars(select(Version.file_set_id)).all()

    verify_sets(services.database, services.store, sets)

    (event,) = events(services)
    assert (event.type, event.outcome) == ("fixity check", "fail")
    assert event.outcome_detail == files(services)[0].fault != ""


def test_an_object_that_the_store_lacks_is_a_fixity_check_that_failed(deposits: Deposits, services: Services) -> None:
    deposits.published(None, **{"a.txt": b"a"})
    (file,) = files(services)
    services.store.remove([file.object_key])

    compare_with_store(services.database, services.store)

    (event,) = events(services)
    assert (event.type, event.object_id, event.outcome) == ("fixity check", file.id, "fail")
    assert "size of the object in the store" in event.detail


def test_a_removed_file_leaves_a_deletion_that_names_the_fact_and_who_caused_it(
    author: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "a.txt", b"abc")
    (file,) = files(services)
    author.delete(f"/api/records/{draft['id']}/draft/files/a.txt")
    settle()

    (event,) = events(services)
    with services.database.snapshot(SYSTEM) as snapshot:
        released = snapshot.session.scalars(select(FactRow).where(FactRow.kind == "FileReleased")).one()
    assert files(services) == []
    assert (event.type, event.object_kind, event.object_id, event.outcome) == ("deletion", "file", file.id, "success")
    assert f"Removed 3 bytes with SHA-256 {file.sha256}." in event.detail
    assert f"Fact {released.id}: {released.actor} released a stored file." in event.detail
    assert released.actor.startswith("person:")


def test_events_are_no_facts_and_are_found_by_their_object_and_by_their_type(
    deposits: Deposits, services: Services, settle: Settle
) -> None:
    deposits.published()
    settle()

    with services.database.snapshot(SYSTEM) as snapshot:
        kinds = set(snapshot.session.scalars(select(FactRow.kind)))
    columns = [index["column_names"] for index in inspect(services.database.engine).get_indexes("preservation_event")]
    assert not {kind for kind in kinds if "ixity" in kind}
    assert sorted(map(str, columns)) == ["['object_kind', 'object_id']", "['type', 'at']"]


def test_a_later_check_is_a_further_event(deposits: Deposits, services: Services, settle: Settle) -> None:
    deposits.published(None, **{"a.txt": b"a"})
    settle()
    (file,) = files(services)
    services.store.remove([file.object_key])

    compare_with_store(services.database, services.store)

    assert [event.outcome for event in events(services)] == ["success", "fail"]


def test_a_fault_that_lasts_is_one_event_and_its_end_another(
    deposits: Deposits, services: Services, settle: Settle
) -> None:
    deposits.published(None, **{"a.txt": b"a"})
    settle()
    (file,) = files(services)
    services.store.remove([file.object_key])

    for _ in range(3):
        compare_with_store(services.database, services.store)
    services.store.write(file.object_key, io.BytesIO(b"a"), limit=1)
    compare_with_store(services.database, services.store)

    assert [event.outcome for event in events(services)] == ["success", "fail", "success"]
    (healed,) = files(services)
    assert (healed.fault, healed.verified, healed.checked) == ("", None, None)  # it is the next to be read
    with services.database.snapshot(SYSTEM) as snapshot:
        kinds = snapshot.session.scalars(select(FactRow.kind).order_by(FactRow.id)).all()
    assert [kind for kind in kinds if kind.startswith("Fault")] == ["FaultFound", "FaultCleared"]
