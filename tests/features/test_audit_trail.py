"""Whatever is changed in the audit trail behind the program's back is found, and nothing else is."""

from contextlib import nullcontext
from datetime import timedelta
from hashlib import sha256

import orjson
import pytest
from click.testing import CliRunner

from repository.audit.audit_commands import audit
from repository.audit.queries import sealed_facts
from repository.audit.rules import BEGINNING, ChainLink, digest_of
from repository.audit.sealing import seal_overtaken
from repository.audit.store_memory import MARK, accept_head, remember_head
from repository.cli.restore_marks import accept_seals
from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.facts import FactRow
from repository.deposits.facts import DraftSaved
from repository.engines.services import Services
from tests.features.sealed import faults, head, seal, tamper, tell

pytestmark = pytest.mark.slow

COLUMNS = "kind, subject, details, actor, request_id, at"


def remember(services: Services) -> None:
    remember_head(services.database, services.store.marks)


@pytest.fixture
def ids(services: Services) -> list[int]:
    """Five facts that are sealed, and known to the store."""
    told = tell(services, "a", "b", "c", "d", "e")
    assert seal(services) == 5
    remember(services)
    assert faults(services) == []
    return told


@pytest.mark.parametrize(
    "change",
    [
        'details = \'{"note": "another"}\'',
        "actor = 'person:1'",
        "kind = 'VersionRestored'",
        "subject = 8",
        "request_id = 'another'",
        "credential = 'token:1'",
        "at = '2020-01-01 00:00:00'",
    ],
)
def test_a_changed_row_is_found(services: Services, ids: list[int], change: str) -> None:
    tamper(services, f"UPDATE fact SET {change} WHERE id = :id", id=ids[2])

    assert faults(services) == [f"seal 3: the row of fact {ids[2]} was changed"]


def test_what_the_relay_changes_is_no_fault(services: Services, ids: list[int]) -> None:
    tamper(services, "UPDATE fact SET relayed_at = at, unknown_since = at")

    assert faults(services) == []


def test_a_removed_row_is_found(services: Services, ids: list[int]) -> None:
    tamper(services, "DELETE FROM fact WHERE id = :id", id=ids[1])

    assert faults(services) == [f"seal 2: the row of fact {ids[1]} is missing"]


def test_a_removed_row_and_its_seal_are_found(services: Services, ids: list[int]) -> None:
    tamper(services, "DELETE FROM fact WHERE id = :id", "DELETE FROM audit_seal WHERE fact_id = :id", id=ids[1])

    assert faults(services) == ["seal 2 is missing"]


def test_an_end_that_was_cut_off_is_found_also_after_the_chain_went_on(services: Services, ids: list[int]) -> None:
    tamper(services, "DELETE FROM fact WHERE id >= :id", "DELETE FROM audit_seal WHERE fact_id >= :id", id=ids[3])
    assert faults(services) == ["the store remembers seal 5, and the last one is 3: the end is missing"]

    tell(services, "x", "y", "z")
    seal(services)
    remember(services)

    assert faults(services) == ["seal 5 is not the one that the store remembers: the chain was made anew"]


def test_a_row_in_the_place_of_an_older_one_is_found(services: Services, ids: list[int]) -> None:
    tamper(services, "DELETE FROM fact WHERE id = :id", "DELETE FROM audit_seal WHERE fact_id = :id", id=ids[4])
    tell(services, "f")
    seal(services)
    earlier = clock.now() - timedelta(days=1)
    with services.database.transaction(SYSTEM) as unit:
        row = FactRow(id=ids[4], kind="VersionRestored", subject=7, details={}, actor="person:2", at=earlier)
        unit.session.add(row)

    assert seal(services) == 0
    assert seal_overtaken(services.database, services.kinds) == 0
    assert f"fact {ids[4]} is not sealed" in faults(services)


@pytest.mark.parametrize("number", [0, -4])
def test_a_row_before_the_first_one_is_found(services: Services, ids: list[int], number: int) -> None:
    tamper(services, f"INSERT INTO fact (id, {COLUMNS}) SELECT {number}, {COLUMNS} FROM fact WHERE id = {ids[0]}")
    tamper(services, "UPDATE fact SET at = '2020-01-01 00:00:00' WHERE id <= 0")
    seal(services)
    assert faults(services) == [f"fact {number} is not sealed"]

    columns = "number, fact_id, forgettable, at, digest, hash"
    tamper(
        services,
        f"INSERT INTO audit_seal ({columns}) SELECT -1, {number}, forgettable, at, digest, hash"
        " FROM audit_seal WHERE number = 1",
    )

    assert "seal -1 has no place in the chain" in faults(services)


def test_rows_that_were_exchanged_are_found(services: Services, ids: list[int]) -> None:
    tamper(
        services,
        "UPDATE fact SET id = 1000000 WHERE id = :one",
        "UPDATE fact SET id = :one WHERE id = :other",
        "UPDATE fact SET id = :other WHERE id = 1000000",
        one=ids[0],
        other=ids[1],
    )

    assert faults(services) == [f"seal {n}: the row of fact {ids[n - 1]} was changed" for n in (1, 2)]


def test_seals_that_were_exchanged_are_found(services: Services, ids: list[int]) -> None:
    tamper(
        services,
        "UPDATE audit_seal SET number = 99 WHERE number = 2",
        "UPDATE audit_seal SET number = 2 WHERE number = 3",
        "UPDATE audit_seal SET number = 3 WHERE number = 99",
    )

    assert faults(services)[0] == "seal 2 was changed, or does not follow the one before it"


@pytest.mark.parametrize("change", ["forgettable = NOT forgettable", "digest = hash", "at = '2020-01-01 00:00:00'"])
def test_a_changed_seal_is_found(services: Services, ids: list[int], change: str) -> None:
    tamper(services, f"UPDATE audit_seal SET {change} WHERE number = 4")

    assert "seal 4 was changed, or does not follow the one before it" in faults(services)


def forge(services: Services, note: str, first: int) -> None:
    """Change a fact, and make all seals from there on anew, as the program would."""
    tamper(
        services,
        "UPDATE fact SET details = :details WHERE id = (SELECT fact_id FROM audit_seal WHERE number = :n)",
        details=orjson.dumps({"note": note}).decode(),
        n=first,
    )
    with services.database.snapshot(SYSTEM) as snapshot:
        sealed = sealed_facts(snapshot, 0, 1_000)
    previous = BEGINNING
    for one in sealed:
        assert one.columns is not None
        link = ChainLink(one.link.number, one.link.fact_id, False, one.link.at, digest_of(one.columns))
        previous = link.after(previous)
        tamper(
            services,
            "UPDATE audit_seal SET digest = :digest, hash = :hash WHERE number = :number",
            digest=link.digest,
            hash=previous,
            number=link.number,
        )


def test_a_chain_that_was_made_anew_is_found_by_what_the_store_remembers(services: Services, ids: list[int]) -> None:
    forge(services, "another", 2)
    anew = ["seal 5 is not the one that the store remembers: the chain was made anew"]
    assert faults(services) == anew

    tell(services, "f")
    seal(services)
    remember(services)

    assert faults(services) == anew, "the mark does not move over it"


def test_a_mark_that_is_not_ours_is_no_peace(services: Services, ids: list[int]) -> None:
    services.store.marks.write(MARK, b"\xff nothing")

    assert len(faults(services)) == 1


def test_a_damaged_value_is_a_changed_row(services: Services, ids: list[int]) -> None:
    if services.database.engine.dialect.name != "sqlite":
        with pytest.raises(Exception, match="json"):
            tamper(services, "UPDATE fact SET details = '{broken' WHERE id = :id", id=ids[0])
        return
    tamper(services, "UPDATE fact SET details = '{broken', at = 'yesterday' WHERE id = :id", id=ids[0])

    assert faults(services) == [f"seal 1: the row of fact {ids[0]} was changed"]


def test_the_saves_of_a_draft_may_go_and_nothing_else(services: Services, ids: list[int]) -> None:
    with services.database.transaction(SYSTEM) as unit:
        for revision in range(3):
            unit.emit(DraftSaved(9, revision))
    seal(services)
    tamper(services, "DELETE FROM fact WHERE kind = 'DraftSaved' AND id < (SELECT max(id) FROM fact)")
    assert faults(services) == []

    tamper(services, "UPDATE fact SET actor = 'person:1' WHERE kind = 'DraftSaved'")

    assert len(faults(services)) == 1


def test_a_restored_chain_holds_once_a_person_says_so(services: Services, ids: list[int]) -> None:
    tamper(services, "DELETE FROM fact WHERE id >= :id", "DELETE FROM audit_seal WHERE fact_id >= :id", id=ids[3])
    assert len(faults(services)) == 1

    assert accept_seals(services) == 5

    assert faults(services) == []
    assert accept_head(services.database, services.store.marks) is None


def run(services: Services, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(audit, list(words), obj=lambda: nullcontext(services))
    return done.exit_code, done.output


def test_the_command_names_what_does_not_fit(services: Services, ids: list[int]) -> None:
    status, told = run(services, "verify")
    assert (status, told.splitlines()[0]) == (0, f"seals  5, the newest with the hash {head(services, 5).hash}")

    tamper(services, "DELETE FROM fact WHERE id = :id", id=ids[1])

    status, told = run(services, "verify")
    assert status == 1
    assert told.splitlines()[0] == f"FAULT  seal 2: the row of fact {ids[1]} is missing"


def test_what_is_exported_can_be_checked_by_anybody(services: Services, ids: list[int]) -> None:
    status, told = run(services, "export")
    *lines, last = map(orjson.loads, told.splitlines())

    assert status == 0
    previous = "0" * 64
    for line in lines:
        row = orjson.dumps(line["row"], option=orjson.OPT_SORT_KEYS)
        assert sha256(row).hexdigest() == line["digest"]
        parts = (previous, line["seal"], line["fact"], "kept", line["sealed"], line["digest"])
        previous = sha256("\n".join(map(str, parts)).encode()).hexdigest()
        assert previous == line["hash"]
    assert [line["row"]["details"]["note"] for line in lines] == ["a", "b", "c", "d", "e"]
    assert last == {"head": {"seal": 5, "hash": previous}}


def test_a_part_of_the_trail_is_exported(services: Services, ids: list[int]) -> None:
    begun = clock.now().isoformat()
    tell(services, "f")
    seal(services)

    assert len(run(services, "export", "--since", begun)[1].splitlines()) == 2
    assert len(run(services, "export", "--until", begun)[1].splitlines()) == 6
    assert run(services, "export", "--since", "yesterday")[0] == 1
