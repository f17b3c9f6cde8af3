"""Doing things at the same time, and looking at what came of it."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import select, text

from repository.engines.facilities import Facilities
from repository.foundation.actor import SYSTEM, Actor, Role
from repository.foundation.facts import FactRow
from repository.foundation.work import Work

T = TypeVar("T")
ADMINISTRATOR = Actor(1, Role.ADMINISTRATOR, SYSTEM.scopes)
PATIENCE = 30.0


def at_once(*acts: Callable[[], T]) -> list[T]:
    """Do all acts at the same time, each in a thread of its own; the results in the order of the acts."""
    together = threading.Barrier(len(acts))

    def do(act: Callable[[], T]) -> T:
        together.wait(PATIENCE)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [each.result(PATIENCE) for each in [pool.submit(do, act) for act in acts]]


def behind(facilities: Facilities, first: Callable[[Work], object], second: Callable[[], T]) -> T:
    """Do `second` while the transaction of `first` is done but not committed; the result of `second`."""
    with ThreadPoolExecutor(1) as pool:
        with facilities.works.writing(ADMINISTRATOR) as work:
            first(work)
            work.session.flush()
            waiting = pool.submit(second)
            until_it_waits(facilities, waiting)
        return waiting.result(PATIENCE)


def until_it_waits(facilities: Facilities, act: Future[Any]) -> None:
    """Return when `act` waits for a lock of the database, or is done; SQLite's writers queue before they begin."""
    if facilities.works.engine.dialect.name == "sqlite":
        return
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    pause = threading.Event()
    while not act.done():
        with facilities.works.reading(SYSTEM) as work:
            if work.session.scalar(query):
                return
        pause.wait(0.01)


def all_of(facilities: Facilities, table: type[T]) -> Sequence[T]:
    """Every row of a table."""
    with facilities.works.reading(SYSTEM) as work:
        return work.session.scalars(select(table)).all()


def facts_of(facilities: Facilities, kind: str) -> int:
    """How many facts of this kind there are."""
    return sum(fact.kind == kind for fact in all_of(facilities, FactRow))
