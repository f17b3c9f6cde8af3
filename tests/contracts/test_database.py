"""What every database must do for a unit of work, and keep of what it is given."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import Engine, exc, func, select, text

from repository.core.actor import ANONYMOUS, SYSTEM, Actor, Role
from repository.core.database.engine import open_database
from repository.core.errors import Conflict, Unavailable
from repository.core.facts import Fact, FactRow
from repository.core.unit_of_work import Database, UnitOfWork
from repository.deposits.model import Draft
from repository.files.model import FileSet
from repository.people.accounts import register_person
from repository.people.model import Person
from repository.records.model import Concept
from tests.engines import SQLITE

WRITERS, TURNS = 8, 10
NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)


@dataclass(frozen=True, slots=True)
class SomethingHappened(Fact):
    """Something happened to a file set."""

    set_id: int
    detail: Any = None


class Trouble(Exception):
    """A bug in the block."""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    engine = open_database(database_url)
    yield Database(engine)
    engine.dispose()


def count(database: Database, table: type[Any]) -> int:
    with database.snapshot(SYSTEM) as unit:
        return unit.session.scalar(select(func.count()).select_from(table)) or 0


def a_set(database: Database, total_bytes: int = 0) -> int:
    with database.transaction(SYSTEM) as unit:
        files = FileSet(total_bytes=total_bytes)
        unit.session.add(files)
        unit.session.flush()
        return files.id


def set_of(unit: UnitOfWork, set_id: int, for_change: bool = False) -> FileSet:
    query = select(FileSet).where(FileSet.id == set_id)
    return unit.session.scalars(query.with_for_update() if for_change else query).one()


def test_a_block_that_fails_leaves_nothing(database: Database) -> None:
    def fail(unit: UnitOfWork) -> None:
        unit.session.add(FileSet())
        unit.emit(SomethingHappened(1))
        unit.session.flush()
        raise Trouble

    with pytest.raises(Trouble), database.transaction(SYSTEM) as unit:
        fail(unit)
    assert (count(database, FileSet), count(database, FactRow)) == (0, 0)


def test_a_block_that_fails_lets_the_next_one_write(database: Database) -> None:
    set_id = a_set(database)

    def fail(unit: UnitOfWork) -> None:
        set_of(unit, set_id, for_change=True).count = 5
        raise Trouble

    with pytest.raises(Trouble), database.transaction(SYSTEM) as unit:
        fail(unit)
    with database.transaction(SYSTEM) as unit:
        assert set_of(unit, set_id, for_change=True).count == 0


def test_facts_are_written_with_the_change_and_say_who_and_when(database: Database) -> None:
    with (
        structlog.contextvars.bound_contextvars(request_id="r-1"),
        database.transaction(Actor(7, Role.DEPOSITOR)) as unit,
    ):
        unit.session.add(FileSet())
        unit.emit(SomethingHappened(12, {"名": "\u0000", "deep": [{"n": 2**53 + 1}]}))
        now = unit.now
    with database.snapshot(SYSTEM) as unit:
        fact = unit.session.scalars(select(FactRow)).one()
    assert (fact.kind, fact.subject, fact.at, fact.request_id) == ("SomethingHappened", 12, now, "r-1")
    assert fact.actor == Actor(7, Role.DEPOSITOR).name
    assert fact.details == {"detail": {"名": "\u0000", "deep": [{"n": 2**53 + 1}]}}
    assert fact.relayed_at is None


def test_reading_discards_what_the_block_changes(database: Database) -> None:
    set_id = a_set(database, 10)
    with database.snapshot(ANONYMOUS) as snapshot:
        set_of(snapshot, set_id).total_bytes = 99
        with pytest.raises(TypeError):
            snapshot.session.flush()  # type: ignore[misc]
    with database.snapshot(ANONYMOUS) as snapshot:
        assert set_of(snapshot, set_id).total_bytes == 10


def test_reading_is_one_view_whatever_others_write_meanwhile(database: Database) -> None:
    set_id = a_set(database)
    with database.snapshot(ANONYMOUS) as unit:
        before = unit.session.scalar(select(func.count()).select_from(FileSet))
        with database.transaction(SYSTEM) as other:
            set_of(other, set_id, for_change=True).count = 3
            other.session.add(FileSet())
        assert unit.session.scalar(select(func.count()).select_from(FileSet)) == before
        assert set_of(unit, set_id).count == 0
    with database.snapshot(ANONYMOUS) as unit:
        assert set_of(unit, set_id).count == 3


def test_what_is_written_is_seen_by_nobody_until_the_block_ends(database: Database) -> None:
    with database.transaction(SYSTEM) as unit:
        unit.session.add(FileSet())
        unit.session.flush()
        assert count(database, FileSet) == 0
    assert count(database, FileSet) == 1


def test_writers_of_one_row_queue_and_none_is_lost(database: Database) -> None:
    set_id = a_set(database)
    together = threading.Barrier(WRITERS)

    def write() -> None:
        together.wait()
        for _ in range(TURNS):
            with database.transaction(SYSTEM) as unit:
                files = set_of(unit, set_id, for_change=True)
                files.count = files.count + 1

    with ThreadPoolExecutor(WRITERS) as pool:
        for turn in [pool.submit(write) for _ in range(WRITERS)]:
            turn.result()
    with database.snapshot(SYSTEM) as unit:
        assert set_of(unit, set_id).count == WRITERS * TURNS


def test_a_second_row_with_the_same_key_is_a_conflict_and_leaves_nothing(database: Database) -> None:
    def register(unit: UnitOfWork) -> None:
        unit.session.add(Person(email="a@example.org", role="depositor", created=unit.now))

        unit.session.add(FileSet())
        unit.emit(SomethingHappened(1))

    with database.transaction(SYSTEM) as unit:
        register(unit)
    with pytest.raises(Conflict), database.transaction(SYSTEM) as unit:
        register(unit)
    assert (count(database, Person), count(database, FileSet), count(database, FactRow)) == (1, 1, 1)


def test_a_row_that_refers_to_nothing_is_a_conflict(database: Database) -> None:
    with pytest.raises(Conflict), database.transaction(SYSTEM) as unit:
        unit.session.add(Concept(id=1, owner_id=404, created=unit.now))
    assert count(database, Concept) == 0


def test_one_address_is_registered_once_however_many_try(database: Database) -> None:
    together = threading.Barrier(WRITERS)

    def register() -> str:
        together.wait()
        try:
            with database.transaction(SYSTEM) as unit:
                register_person(unit, "same@example.org")
        except Conflict:
            return "conflict"
        return "registered"

    with ThreadPoolExecutor(WRITERS) as pool:
        outcomes = [each.result() for each in [pool.submit(register) for _ in range(WRITERS)]]
    assert sorted(outcomes) == ["conflict"] * (WRITERS - 1) + ["registered"]
    assert count(database, Person) == 1
    assert count(database, FactRow) == 1


@pytest.fixture
def dead_url(database: str, tmp_path: Path) -> Iterator[str]:
    """A database that cannot be reached."""
    if database == SQLITE:
        (tmp_path / "folder.db").mkdir()
        yield f"sqlite:///{tmp_path}/folder.db"
        return
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        yield f"postgresql://nobody@127.0.0.1:{nobody_listens.getsockname()[1]}/nothing"


def test_a_dead_database_is_unavailable(dead_url: str) -> None:
    database = Database(open_database(dead_url))
    with pytest.raises(Unavailable), database.transaction(SYSTEM) as unit:
        unit.session.add(FileSet())
    with pytest.raises(Unavailable), database.snapshot(SYSTEM) as unit:
        unit.session.execute(text("SELECT 1"))


def cut_others(unit: UnitOfWork) -> None:
    """End every other connection to the database, as a restart of the server would."""
    unit.session.execute(
        text(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    )


@pytest.mark.postgresql
def test_a_connection_that_is_cut_during_the_block_is_unavailable_and_leaves_nothing(database: Database) -> None:
    def write(unit: UnitOfWork) -> None:
        unit.session.add(FileSet())
        unit.session.flush()
        with database.snapshot(SYSTEM) as other:
            cut_others(other)

    with pytest.raises(Unavailable), database.transaction(SYSTEM) as unit:
        write(unit)
    assert count(database, FileSet) == 0


@pytest.mark.postgresql
def test_connections_that_were_cut_while_idle_are_replaced_unnoticed(database: Database, database_url: str) -> None:
    with database.snapshot(SYSTEM) as one, database.snapshot(SYSTEM) as other:
        one.session.execute(text("SELECT 1"))
        other.session.execute(text("SELECT 1"))
    elsewhere = Database(open_database(database_url))
    with elsewhere.snapshot(SYSTEM) as unit:
        cut_others(unit)
    elsewhere.close()
    a_set(database)
    assert count(database, FileSet) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"title": "太阳能数据集 – données – данные – 🌞 – e\u0301"},
        {"nul": "a\u0000b", "\u0000": []},
        {"numbers": [0, -1, 2**53 + 1, 2**63 - 1, -(2**63), 1e308, 0.1, 1.0]},
        {"nothing": None, "empty": {}, "list": [], "text": "", "truth": [True, False]},
        {"escapes": '"\\/\b\f\n\r\t\u2028\ufffd', "long": "x" * 1_000_000},
    ],
    ids=["utf-8", "nul", "numbers", "empty", "escapes"],
)
def test_json_comes_back_as_it_went_in(database: Database, said: dict[str, Any]) -> None:
    with database.transaction(SYSTEM) as unit:
        draft = a_draft(unit)
        draft.description = said
    with database.snapshot(SYSTEM) as unit:
        assert unit.session.scalars(select(Draft.description)).one() == said


def a_draft(unit: UnitOfWork) -> Draft:
    person, files = Person(email="a@example.org", role="depositor", created=NOON), FileSet()
    unit.session.add_all([person, files])
    unit.session.flush()
    unit.session.add(Concept(id=2**62, owner_id=person.id, created=NOON))
    unit.session.flush()
    draft = Draft(
        id=2**63 - 1,
        concept_id=2**62,
        kind="new",
        index=1,
        errors=[],
        created=NOON,
        updated=NOON.astimezone(timezone(timedelta(hours=8))),
        description={},
        custom_fields={},
        record_access="public",
        files_access="public",
        embargo_until=date(9999, 12, 31),
        embargo_reason="原因",
        files_enabled=True,
        file_set_id=files.id,
    )
    unit.session.add(draft)
    return draft


def test_ids_days_and_times_come_back_as_they_went_in(database: Database) -> None:
    with database.transaction(SYSTEM) as unit:
        a_draft(unit)
    with database.snapshot(SYSTEM) as unit:
        draft = unit.session.scalars(select(Draft).where(Draft.updated == NOON)).one()
    assert (draft.id, draft.concept_id) == (2**63 - 1, 2**62)
    assert (draft.embargo_until, draft.embargo_reason) == (date(9999, 12, 31), "原因")
    assert (draft.created, draft.updated) == (NOON, NOON)
    assert draft.created.utcoffset() == draft.updated.utcoffset() == timedelta(0)


def test_a_time_without_time_zone_is_refused(database: Database) -> None:
    with pytest.raises(exc.StatementError, match="time zone"), database.transaction(SYSTEM) as unit:
        a_draft(unit).updated = datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused
    assert count(database, Draft) == 0


def test_texts_are_told_apart_by_case_and_by_accent(database: Database) -> None:
    names = ["Z", "a", "A", "ä", "a\u0308", "z", "数", "据"]
    with database.transaction(SYSTEM) as unit:
        for name in names:
            unit.session.add(Person(email=f"{name}@x", role="depositor", created=NOON))
    with database.snapshot(SYSTEM) as unit:
        found = unit.session.scalars(select(Person.email).where(Person.email.in_(["A@x", "ä@x", "数@x"]))).all()
    assert sorted(found) == ["A@x", "ä@x", "数@x"]


def test_no_listener_makes_every_statement_ask_for_listeners(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "_has_events", False)  # tests that listen to all engines leave a mark on the class
    engine = open_database(f"sqlite:///{tmp_path / 'quiet.db'}")
    with Database(engine).transaction(SYSTEM) as unit:
        writer = unit.session.connection()
        assert not writer._has_events
        assert not writer.engine._has_events
        assert not writer.dialect._has_events
    engine.dispose()
