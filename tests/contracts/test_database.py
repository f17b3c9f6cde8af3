"""What every database must do for a unit of work, and keep of what it is given."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import exc, func, select, text

from repository.accounts.model import Person
from repository.accounts.people import register_person
from repository.deposits.model import Draft
from repository.files.model import FileSet
from repository.foundation.actor import ANONYMOUS, SYSTEM, Actor, Role
from repository.foundation.database import open_database
from repository.foundation.errors import Conflict, Unavailable
from repository.foundation.facts import Fact, FactRow
from repository.foundation.work import Work, Works
from repository.records.model import Concept
from tests.engines import SQLITE

WRITERS, TURNS = 8, 10
NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)


class SomethingHappened(Fact):
    """Subject: a file set."""


class Trouble(Exception):
    """A bug in the block."""


@pytest.fixture
def works(database_url: str) -> Iterator[Works]:
    engine = open_database(database_url)
    yield Works(engine)
    engine.dispose()


def count(works: Works, table: type[Any]) -> int:
    with works.reading(SYSTEM) as work:
        return work.session.scalar(select(func.count()).select_from(table)) or 0


def a_set(works: Works, total_bytes: int = 0) -> int:
    with works.writing(SYSTEM) as work:
        files = FileSet(total_bytes=total_bytes)
        work.session.add(files)
        work.session.flush()
        return files.id


def set_of(work: Work, set_id: int, for_change: bool = False) -> FileSet:
    query = select(FileSet).where(FileSet.id == set_id)
    return work.session.scalars(query.with_for_update() if for_change else query).one()


def test_a_block_that_fails_leaves_nothing(works: Works) -> None:
    def fail(work: Work) -> None:
        work.session.add(FileSet())
        work.emit(SomethingHappened(1))
        work.session.flush()
        raise Trouble

    with pytest.raises(Trouble), works.writing(SYSTEM) as work:
        fail(work)
    assert (count(works, FileSet), count(works, FactRow)) == (0, 0)


def test_a_block_that_fails_lets_the_next_one_write(works: Works) -> None:
    set_id = a_set(works)

    def fail(work: Work) -> None:
        set_of(work, set_id, for_change=True).count = 5
        raise Trouble

    with pytest.raises(Trouble), works.writing(SYSTEM) as work:
        fail(work)
    with works.writing(SYSTEM) as work:
        assert set_of(work, set_id, for_change=True).count == 0


def test_facts_are_written_with_the_change_and_say_who_and_when(works: Works) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"), works.writing(Actor(7, Role.DEPOSITOR)) as work:
        work.session.add(FileSet())
        work.emit(SomethingHappened(12, {"名": "\u0000", "deep": [{"n": 2**53 + 1}]}))
        now = work.now
    with works.reading(SYSTEM) as work:
        fact = work.session.scalars(select(FactRow)).one()
    assert (fact.kind, fact.subject, fact.at, fact.request_id) == ("SomethingHappened", 12, now, "r-1")
    assert fact.actor == Actor(7, Role.DEPOSITOR).name
    assert fact.details == {"名": "\u0000", "deep": [{"n": 2**53 + 1}]}
    assert fact.relayed_at is None


def test_reading_discards_what_the_block_changes(works: Works) -> None:
    set_id = a_set(works, 10)
    with works.reading(ANONYMOUS) as work:
        set_of(work, set_id).total_bytes = 99
        work.session.flush()
        assert set_of(work, set_id).total_bytes == 99
    with works.reading(ANONYMOUS) as work:
        assert set_of(work, set_id).total_bytes == 10


def test_reading_is_one_view_whatever_others_write_meanwhile(works: Works) -> None:
    set_id = a_set(works)
    with works.reading(ANONYMOUS) as work:
        before = work.session.scalar(select(func.count()).select_from(FileSet))
        with works.writing(SYSTEM) as other:
            set_of(other, set_id, for_change=True).count = 3
            other.session.add(FileSet())
        assert work.session.scalar(select(func.count()).select_from(FileSet)) == before
        assert set_of(work, set_id).count == 0
    with works.reading(ANONYMOUS) as work:
        assert set_of(work, set_id).count == 3


def test_what_is_written_is_seen_by_nobody_until_the_block_ends(works: Works) -> None:
    with works.writing(SYSTEM) as work:
        work.session.add(FileSet())
        work.session.flush()
        assert count(works, FileSet) == 0
    assert count(works, FileSet) == 1


def test_writers_of_one_row_queue_and_none_is_lost(works: Works) -> None:
    set_id = a_set(works)
    together = threading.Barrier(WRITERS)

    def write() -> None:
        together.wait()
        for _ in range(TURNS):
            with works.writing(SYSTEM) as work:
                files = set_of(work, set_id, for_change=True)
                files.count = files.count + 1

    with ThreadPoolExecutor(WRITERS) as pool:
        for turn in [pool.submit(write) for _ in range(WRITERS)]:
            turn.result()
    with works.reading(SYSTEM) as work:
        assert set_of(work, set_id).count == WRITERS * TURNS


def test_a_second_row_with_the_same_key_is_a_conflict_and_leaves_nothing(works: Works) -> None:
    def register(work: Work) -> None:
        work.session.add(Person(email="a@example.org", role="depositor", created=work.now))

        work.session.add(FileSet())
        work.emit(SomethingHappened(1))

    with works.writing(SYSTEM) as work:
        register(work)
    with pytest.raises(Conflict), works.writing(SYSTEM) as work:
        register(work)
    assert (count(works, Person), count(works, FileSet), count(works, FactRow)) == (1, 1, 1)


def test_a_row_that_refers_to_nothing_is_a_conflict(works: Works) -> None:
    with pytest.raises(Conflict), works.writing(SYSTEM) as work:
        work.session.add(Concept(id=1, owner_id=404, created=work.now))
    assert count(works, Concept) == 0


def test_one_address_is_registered_once_however_many_try(works: Works) -> None:
    together = threading.Barrier(WRITERS)

    def register() -> str:
        together.wait()
        try:
            with works.writing(SYSTEM) as work:
                register_person(work, "same@example.org")
        except Conflict:
            return "conflict"
        return "registered"

    with ThreadPoolExecutor(WRITERS) as pool:
        outcomes = [each.result() for each in [pool.submit(register) for _ in range(WRITERS)]]
    assert sorted(outcomes) == ["conflict"] * (WRITERS - 1) + ["registered"]
    assert count(works, Person) == 1
    assert count(works, FactRow) == 1


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
    works = Works(open_database(dead_url))
    with pytest.raises(Unavailable), works.writing(SYSTEM) as work:
        work.session.add(FileSet())
    with pytest.raises(Unavailable), works.reading(SYSTEM) as work:
        work.session.execute(text("SELECT 1"))


def cut_others(work: Work) -> None:
    """End every other connection to the database, as a restart of the server would."""
    work.session.execute(
        text(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    )


@pytest.mark.postgresql
def test_a_connection_that_is_cut_during_the_block_is_unavailable_and_leaves_nothing(works: Works) -> None:
    def write(work: Work) -> None:
        work.session.add(FileSet())
        work.session.flush()
        with works.reading(SYSTEM) as other:
            cut_others(other)

    with pytest.raises(Unavailable), works.writing(SYSTEM) as work:
        write(work)
    assert count(works, FileSet) == 0


@pytest.mark.postgresql
def test_connections_that_were_cut_while_idle_are_replaced_unnoticed(works: Works, database_url: str) -> None:
    with works.reading(SYSTEM) as one, works.reading(SYSTEM) as other:
        one.session.execute(text("SELECT 1"))
        other.session.execute(text("SELECT 1"))
    elsewhere = Works(open_database(database_url))
    with elsewhere.reading(SYSTEM) as work:
        cut_others(work)
    elsewhere.close()
    a_set(works)
    assert count(works, FileSet) == 1


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
def test_json_comes_back_as_it_went_in(works: Works, said: dict[str, Any]) -> None:
    with works.writing(SYSTEM) as work:
        draft = a_draft(work)
        draft.description = said
    with works.reading(SYSTEM) as work:
        assert work.session.scalars(select(Draft.description)).one() == said


def a_draft(work: Work) -> Draft:
    person, files = Person(email="a@example.org", role="depositor", created=NOON), FileSet()
    work.session.add_all([person, files])
    work.session.flush()
    work.session.add(Concept(id=2**62, owner_id=person.id, created=NOON))
    work.session.flush()
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
    work.session.add(draft)
    return draft


def test_ids_days_and_times_come_back_as_they_went_in(works: Works) -> None:
    with works.writing(SYSTEM) as work:
        a_draft(work)
    with works.reading(SYSTEM) as work:
        draft = work.session.scalars(select(Draft).where(Draft.updated == NOON)).one()
    assert (draft.id, draft.concept_id) == (2**63 - 1, 2**62)
    assert (draft.embargo_until, draft.embargo_reason) == (date(9999, 12, 31), "原因")
    assert (draft.created, draft.updated) == (NOON, NOON)
    assert draft.created.utcoffset() == draft.updated.utcoffset() == timedelta(0)


def test_a_time_without_time_zone_is_refused(works: Works) -> None:
    with pytest.raises(exc.StatementError, match="time zone"), works.writing(SYSTEM) as work:
        a_draft(work).updated = datetime(2026, 1, 1)  # noqa: DTZ001 - what is refused
    assert count(works, Draft) == 0


def test_texts_are_told_apart_by_case_and_by_accent(works: Works) -> None:
    names = ["Z", "a", "A", "ä", "a\u0308", "z", "数", "据"]
    with works.writing(SYSTEM) as work:
        for name in names:
            work.session.add(Person(email=f"{name}@x", role="depositor", created=NOON))
    with works.reading(SYSTEM) as work:
        found = work.session.scalars(select(Person.email).where(Person.email.in_(["A@x", "ä@x", "数@x"]))).all()
    assert sorted(found) == ["A@x", "ä@x", "数@x"]
