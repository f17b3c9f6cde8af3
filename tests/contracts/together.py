"""Doing things at the same time, and looking at what came of it."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import select, text

from repository.core.actor import SYSTEM, Actor, Role
from repository.core.facts import FactRow
from repository.core.unit_of_work import UnitOfWork
from repository.engines.services import Services

T = TypeVar("T")
ADMINISTRATOR = Actor(1, Role.ADMINISTRATOR, SYSTEM.scopes)
PATIENCE = 180


def at_once(*acts: Callable[[], T]) -> list[T]:
    """Do all acts at the same time, each in a thread of its own; the results in the order of the acts."""
    together = threading.Barrier(len(acts))

    def do(act: Callable[[], T]) -> T:
        together.wait(PATIENCE)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [each.result(PATIENCE) for each in [pool.submit(do, act) for act in acts]]


def behind(services: Services, first: Callable[[UnitOfWork], object], second: Callable[[], T]) -> T:
    """Do `second` while the transaction of `first` is done but not committed; the result of `second`."""
    with ThreadPoolExecutor(1) as pool:
        with services.database.transaction(ADMINISTRATOR) as unit:
            first(unit)
            unit.session.flush()
            waiting = pool.submit(second)
            until_it_waits(services, waiting)
        return waiting.result(PATIENCE)


def until_it_waits(services: Services, act: Future[Any]) -> None:
    """Return when `act` waits for a lock of the database, or is done; SQLite's writers queue before they begin."""
    if services.database.engine.dialect.name == "sqlite":
        return
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    pause = threading.Event()
    while not act.done():
        with services.database.snapshot(SYSTEM) as unit:
            if unit.session.scalar(query):
                return
        pause.wait(0.01)


def all_of(services: Services, table: type[T]) -> Sequence[T]:
    """Every row of a table."""
    with services.database.snapshot(SYSTEM) as unit:
        return unit.session.scalars(select(table)).all()


def facts_of(services: Services, kind: str) -> int:
    """How many facts of this kind there are."""
    return sum(fact.kind == kind for fact in all_of(services, FactRow))
