"""Publishing: complete or refused, once, in a number of statements that does not depend on the number of files."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from repository.core.actor import SYSTEM
from repository.core.facts import FactRow
from repository.deposits.draft_files import begin_files
from repository.engines.services import Services
from repository.files import uploads
from repository.files.model import FileSet, StoredFile
from repository.files.name_clashes import named_files
from repository.files.queries import first_entries
from repository.files.rules import Declared
from repository.publication.rules import NO_FILES, PENDING_FILES
from repository.records.model import Version, VersionRevision
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json, faults, statements

pytestmark = pytest.mark.slow

CREATORS = [{"person_or_org": {"type": "organizational", "name": "冷湖观测站"}}]


def count(services: Services, table: Any) -> int:
    with services.database.snapshot(SYSTEM) as unit:
        return unit.session.scalar(select(func.count()).select_from(table)) or 0


def with_files(services: Services, deposits: Deposits, number: int) -> Json:
    """A draft with `number` committed files."""
    draft = deposits.open()
    keys = [f"folder/{n:04}.txt" for n in range(number)]
    received = {
        key: uploads.receive(services.store, io.BytesIO(key.encode()), uploads.Announced(), 1000) for key in keys
    }
    with services.database.transaction(SYSTEM) as unit:
        begin_files(unit, services.site, int(draft["id"]), named_files([Declared(key) for key in keys]))
        set_id = unit.session.scalars(select(FileSet.id).order_by(FileSet.id.desc())).first()
        assert set_id is not None
        files = unit.session.get_one(FileSet, set_id)
        for entry in first_entries(unit, set_id, number, hidden=True):
            uploads.stage(unit, entry, received[entry.key])
            uploads.complete(unit, files, entry)
    return draft


def test_publication_answers_with_the_record(anyone: Caller, author: Caller, deposits: Deposits) -> None:
    draft = deposits.open(a_dataset(creators=CREATORS, version="1.0"))
    deposits.upload(draft["id"], "data.csv", b"1,2")

    record = deposits.publish(draft["id"])

    assert (record["id"], record["parent"]["id"]) == (draft["id"], draft["parent"]["id"])
    assert (record["is_published"], record["is_draft"], record["status"]) == (True, False, "published")
    assert record["versions"] == {"index": 1, "is_latest": True}
    assert record["metadata"] == draft["metadata"]
    assert record["pids"]["oai"]["identifier"] == f"oai:repository.test:{record['id']}"
    assert list(record["files"]["entries"]) == ["data.csv"]
    assert anyone.get(record["links"]["self"]).get_json() == record
    assert author.get(f"/api/records/{draft['id']}/draft").status_code == 404


def test_a_second_publication_finds_no_draft_and_makes_no_version(
    author: Caller, deposits: Deposits, services: Services
) -> None:
    record = deposits.published()

    again = author.post(f"/api/records/{record['id']}/draft/actions/publish")

    assert again.status_code == 404
    assert again.get_json()["message"] == "Not found."
    assert count(services, Version) == 1
    assert author.get(record["links"]["self"]).get_json() == record


def test_an_empty_draft_is_refused_with_everything_it_lacks(author: Caller, services: Services) -> None:
    draft = author.post("/api/records").get_json()

    refused = author.post(draft["links"]["publish"])

    assert refused.status_code == 400
    assert {
        "metadata.title",
        "metadata.creators",
        "metadata.resource_type",
        "metadata.publication_date",
        "metadata.publisher",
        "files.enabled",
    } <= set(faults(refused.get_json()))
    assert faults(refused.get_json())["metadata.title"] == ["Missing data for required field."]
    assert count(services, Version) == 0
    assert author.get(draft["links"]["self"]).get_json() == draft


@pytest.mark.parametrize("field", ["title", "creators", "resource_type", "publication_date", "publisher"])
def test_each_required_field_is_missed_by_name(author: Caller, deposits: Deposits, field: str) -> None:
    draft = deposits.open(a_dataset(**{field: None}))
    deposits.upload(draft["id"])

    refused = author.post(draft["links"]["publish"])

    assert refused.status_code == 400
    assert list(faults(refused.get_json())) == [f"metadata.{field}"]


def test_a_record_without_files_has_to_say_so(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()

    refused = author.post(draft["links"]["publish"])
    assert faults(refused.get_json()) == {"files.enabled": [NO_FILES]}

    author.patch(draft["links"]["self"], json={"files": {"enabled": False}})
    assert deposits.publish(draft["id"])["access"]["status"] == "metadata-only"


@pytest.mark.parametrize("sent", [False, True])
def test_a_file_that_is_not_committed_stops_publication(author: Caller, deposits: Deposits, sent: bool) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "ready.csv")
    files = f"/api/records/{draft['id']}/draft/files"
    author.post(files, json=[{"key": "late.csv"}])
    if sent:
        author.put(f"{files}/late.csv/content", data=b"x")

    refused = author.post(draft["links"]["publish"])

    assert refused.status_code == 400
    assert faults(refused.get_json()) == {"files": [PENDING_FILES, "File 'late.csv' has not completed its transfer."]}
    author.delete(f"{files}/late.csv")
    deposits.publish(draft["id"])


def test_bytes_that_wait_beside_a_committed_file_stop_publication(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "data.csv", b"old")
    author.put(f"/api/records/{draft['id']}/draft/files/data.csv/content", data=b"new")

    refused = author.post(draft["links"]["publish"])

    assert faults(refused.get_json()) == {"files": [PENDING_FILES, "File 'data.csv' has not completed its transfer."]}


def test_a_stale_publication_is_refused(author: Caller, deposits: Deposits, services: Services) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"])

    refused = author.post(draft["links"]["publish"], headers={"If-Match": '"99"'})

    assert refused.status_code == 412
    expected = f"Revision id provided(99) doesn't match record's one({draft['revision_id']})"
    assert refused.get_json()["message"] == expected
    assert count(services, Version) == 0
    published = author.post(draft["links"]["publish"], headers={"If-Match": f'"{draft["revision_id"]}"'})
    assert published.status_code == 202


def test_a_published_record_changes_only_through_a_draft(author: Caller, deposits: Deposits) -> None:
    record = deposits.published()

    for method in ("PUT", "PATCH", "DELETE", "POST"):
        assert author(method, record["links"]["self"], json=a_dataset()).status_code == 405
    assert author.get(record["links"]["self"]).get_json() == record


def test_publication_writes_the_version_its_revision_and_one_fact(deposits: Deposits, services: Services) -> None:
    record = deposits.published()

    with services.database.snapshot(SYSTEM) as unit:
        facts = unit.session.scalars(select(FactRow).where(FactRow.kind == "VersionPublished")).all()
        (revision,) = unit.session.scalars(select(VersionRevision)).all()
    assert [fact.subject for fact in facts] == [int(record["id"])]
    assert revision.version_id == int(record["id"])
    assert revision.revision == record["revision_id"]
    assert revision.description["title"] == record["metadata"]["title"]


def test_publishing_costs_the_same_statements_for_2_and_for_300_files(
    author: Caller, deposits: Deposits, services: Services
) -> None:
    """The names of two files are compared, that of one is not."""
    seen = {}
    for number in (2, 300):
        draft = with_files(services, deposits, number)
        with statements(services) as seen[number]:
            record = deposits.publish(draft["id"])
        assert record["files"]["count"] == number

    assert len(seen[300]) == len(seen[2])


def test_reading_a_record_costs_the_same_statements_for_1_and_for_300_files(
    anyone: Caller, deposits: Deposits, services: Services
) -> None:
    seen = {}
    for number in (1, 300):
        record = deposits.publish(with_files(services, deposits, number)["id"])
        with statements(services) as seen[number]:
            body = anyone.get(record["links"]["self"]).get_json()
        assert body["files"]["count"] == number
        assert len(body["files"]["entries"]) == min(number, 100)

    assert len(seen[300]) == len(seen[1])


def test_beginning_a_version_with_all_files_costs_the_same_statements_for_1_and_for_300_files(
    author: Caller, deposits: Deposits, services: Services
) -> None:
    seen = {}
    for number in (1, 300):
        record = deposits.publish(with_files(services, deposits, number)["id"])
        with statements(services) as seen[number]:
            draft = author.post(record["links"]["versions"]).get_json()
            author.post(f"/api/records/{draft['id']}/draft/actions/files-import")
        assert author.get(draft["links"]["self"]).get_json()["files"]["count"] == number

    assert len(seen[300]) == len(seen[1])


def test_a_record_of_many_files_lists_them_all(
    anyone: Caller, deposits: Deposits, services: Services, settle: Callable[[], None]
) -> None:
    record = deposits.publish(with_files(services, deposits, 300)["id"])
    settle()

    listed = anyone.get(record["links"]["files"]).get_json()["entries"]

    assert [entry["key"] for entry in listed] == [f"folder/{n:04}.txt" for n in range(300)]
    last = listed[-1]
    assert anyone.get(last["links"]["content"]).data == last["key"].encode()


def test_files_are_read_back_after_publication(
    deposits: Deposits, services: Services, settle: Callable[[], None]
) -> None:
    deposits.published(None, **{"a.txt": b"a", "b.txt": b"b"})

    settle()

    with services.database.snapshot(SYSTEM) as unit:
        stored = unit.session.scalars(select(StoredFile)).all()
    assert [(each.verified is not None, each.fault) for each in stored] == [(True, "")] * 2


def test_bytes_that_changed_in_the_store_are_noticed(
    deposits: Deposits, services: Services, settle: Callable[[], None]
) -> None:
    deposits.published(None, **{"a.txt": b"right"})
    (stored,) = services.store.objects()
    services.store.remove([stored.key])
    services.store.write(stored.key, io.BytesIO(b"wrong"), limit=5)

    settle()

    with services.database.snapshot(SYSTEM) as unit:
        (file,) = unit.session.scalars(select(StoredFile)).all()
    assert file.verified is None
    assert "SHA-256" in file.fault
