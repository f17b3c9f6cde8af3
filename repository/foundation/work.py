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

from repository.foundation import clock
from repository.foundation.actor import ANONYMOUS, Actor
from repository.foundation.database import looking_at, turn_of
from repository.foundation.errors import Conflict, Unavailable
from repository.foundation.facts import Fact, FactRow
from repository.foundation.horizon import announced, horizon

_OVERTAKEN = {"40001", "40P01"}
"""PostgreSQL's words for a transaction that another one kept from its end: not serialisable, or a deadlock"""
_FACT = insert(FactRow.__table__).inline()  # type: ignore[arg-type]
_AT_ONCE = "Another request changed the same thing at the same time."


@dataclass(slots=True)
class Work:
    """What a verb gets to work with; verbs change rows of `session` and `emit` facts, and never commit."""

    session: Session
    actor: Actor
    now: datetime
    announces: bool = False
    """changes that readers follow by their dates have to be announced: transactions run side by side"""

    def dated(self) -> datetime:
        """The time to date a change by that others follow in the order of time (see `foundation.horizon`).

        From the first call on it is `now`.
        """
        if self.announces:
            self.now, self.announces = announced(self.session), False
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


class Works:
    """Opens units of work on one database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sqlite = sqlite = engine.dialect.name == "sqlite"
        self._writing_engine = engine.execution_options(writing=True)
        # SQLite gives a reader one view by itself; PostgreSQL would show each statement a newer one.
        self._reading_engine = engine if sqlite else engine.execution_options(isolation_level="REPEATABLE READ")
        self._looking_engine = looking_at(engine)
        self._turn = turn_of(engine)

    def close(self) -> None:
        """Let go of connections."""
        self._looking_engine.dispose()
        self.engine.dispose()

    @contextmanager
    def writing(self, actor: Actor) -> Iterator[Work]:
        """A transaction that is committed as a whole if the block succeeds, and leaves nothing otherwise.

        Raises `Conflict` when another transaction was faster, and `Unavailable` when the database does not answer; then
        nothing was changed, unless it was the answer to the commit that was lost.
        """
        with self._turn, _translated(), Session(self._writing_engine, expire_on_commit=False) as session:
            work = Work(session, actor, clock.now(), announces=not self._sqlite)
            yield work
            session.commit()

    @contextmanager
    def glancing(self) -> Iterator[Connection]:
        """For one query whose answer is no objects: a session, which costs as much as the query, is spared as well."""
        with _translated(), self._looking_engine.connect() as connection:
            yield connection

    @contextmanager
    def looking(self, actor: Actor) -> Iterator[Work]:
        """For one query, which is one view by itself: a server is spared the begin and the end of a transaction."""
        with _translated(), Session(self._looking_engine, expire_on_commit=False) as session:
            yield Work(session, actor, clock.now())

    def settled(self) -> datetime:
        """A moment: what `Work.dated` has dated before it can be read by whoever begins to read now, or never will be.

        On SQLite this waits for the writer whose turn it is.
        """
        if self._sqlite:
            with self._turn:
                return clock.now()
        with self.looking(ANONYMOUS) as work:
            return horizon(work.session)

    @contextmanager
    def reading(self, actor: Actor) -> Iterator[Work]:
        """One consistent view of the database; whatever the block changes is discarded."""
        with _translated(), Session(self._reading_engine, expire_on_commit=False) as session:
            yield Work(session, actor, clock.now())


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
