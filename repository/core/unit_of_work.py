"""One unit of work: a session, an actor, a moment, and the only ``commit`` in the codebase."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine, insert
from sqlalchemy.exc import DatabaseError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session

from repository.core import clock
from repository.core.actor import ANONYMOUS, Actor
from repository.core.database.commit_horizon import register_writer, safe_until
from repository.core.database.engine import autocommit_engine, writer_lock
from repository.core.errors import Conflict, Unavailable
from repository.core.facts import Fact, FactRow

_OVERTAKEN = {"40001", "40P01"}
"""PostgreSQL's words for a transaction that another one kept from its end: not serialisable, or a deadlock"""
_FACT = insert(FactRow.__table__).inline()  # type: ignore[arg-type]
_AT_ONCE = "Another request changed the same thing at the same time."


@dataclass(slots=True)
class UnitOfWork:
    """What a verb gets to work with; verbs change rows of `session` and `emit` facts, and never commit."""

    session: Session
    actor: Actor
    now: datetime
    announces: bool = False
    """changes that readers follow by their dates have to be announced: transactions run side by side"""

    def event_time(self) -> datetime:
        """The time to date a change by that others follow in the order of time (see `core.database.commit_horizon`).

        From the first call on it is `now`.
        """
        if self.announces:
            self.now, self.announces = register_writer(self.session), False
        return self.now

    def emit(self, fact: Fact) -> None:
        """Write `fact` in this transaction."""
        self.session.connection().execute(
            _FACT,
            {
                "kind": fact.kind,
                "subject": fact.subject,
                "details": dict(fact.details),
                "actor": self.actor.name,
                "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
                "at": self.now,
            },
        )


class Database:
    """Opens units of work on one database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sqlite = sqlite = engine.dialect.name == "sqlite"
        self._transaction_engine = engine.execution_options(writing=True)
        # SQLite gives a reader one view by itself; PostgreSQL would show each statement a newer one.
        self._snapshot_engine = engine if sqlite else engine.execution_options(isolation_level="REPEATABLE READ")
        self._autocommit_engine = autocommit_engine(engine)
        self._turn = writer_lock(engine)

    def close(self) -> None:
        """Let go of connections."""
        self._autocommit_engine.dispose()
        self.engine.dispose()

    @contextmanager
    def transaction(self, actor: Actor) -> Iterator[UnitOfWork]:
        """A transaction that is committed as a whole if the block succeeds, and leaves nothing otherwise.

        Raises `Conflict` when another transaction was faster, and `Unavailable` when the database does not answer; then
        nothing was changed, unless it was the answer to the commit that was lost.
        """
        with self._turn, _translated(), Session(self._transaction_engine, expire_on_commit=False) as session:
            unit = UnitOfWork(session, actor, clock.now(), announces=not self._sqlite)
            yield unit
            session.commit()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """For one query whose answer is no objects: a session, which costs as much as the query, is spared as well."""
        with _translated(), self._autocommit_engine.connect() as connection:
            yield connection

    @contextmanager
    def query(self, actor: Actor) -> Iterator[UnitOfWork]:
        """For one query, which is one view by itself: a server is spared the begin and the end of a transaction."""
        with _translated(), Session(self._autocommit_engine, expire_on_commit=False) as session:
            yield UnitOfWork(session, actor, clock.now())

    def safe_until(self) -> datetime:
        """A moment: what `Work.dated` has dated before it can be read by whoever begins to read now, or never will be.

        On SQLite this waits for the writer whose turn it is.
        """
        if self._sqlite:
            with self._turn:
                return clock.now()
        with self.query(ANONYMOUS) as unit:
            return safe_until(unit.session)

    @contextmanager
    def snapshot(self, actor: Actor) -> Iterator[UnitOfWork]:
        """One consistent view of the database; whatever the block changes is discarded."""
        with _translated(), Session(self._snapshot_engine, expire_on_commit=False) as session:
            yield UnitOfWork(session, actor, clock.now())


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise Conflict(_AT_ONCE) from error
    except (OperationalError, InterfaceError, NoConnectionFree) as error:
        if isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", None) in _OVERTAKEN:
            raise Conflict(_AT_ONCE) from error
        raise Unavailable("The database is not available right now.") from error
    except DatabaseError as error:
        if type(error) is DatabaseError:  # a damaged file; the narrower kinds are faults of our own
            raise Unavailable("The database cannot be read.") from error
        raise
