"""One unit of work: a session, an actor, a moment, and the only ``commit`` in the codebase."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from repository.foundation import clock
from repository.foundation.actor import Actor
from repository.foundation.database import turn_of
from repository.foundation.errors import Conflict, Unavailable
from repository.foundation.facts import Fact, FactRow


@dataclass(slots=True)
class Work:
    """What a verb gets to work with; verbs change rows of `session` and `emit` facts, and never commit."""

    session: Session
    actor: Actor
    now: datetime

    def emit(self, fact: Fact) -> None:
        """Write `fact` in this transaction."""
        self.session.add(
            FactRow(
                kind=fact.kind,
                subject=fact.subject,
                details=dict(fact.details),
                actor=self.actor.name,
                request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
                at=self.now,
            )
        )


class Works:
    """Opens units of work on one database."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        sqlite = engine.dialect.name == "sqlite"
        self._writing_engine = engine.execution_options(writing=True)
        # SQLite gives a reader one view by itself; PostgreSQL would show each statement a newer one.
        self._reading_engine = engine if sqlite else engine.execution_options(isolation_level="REPEATABLE READ")
        self._turn = turn_of(engine)

    @contextmanager
    def writing(self, actor: Actor) -> Iterator[Work]:
        """A transaction that is committed as a whole if the block succeeds, and leaves nothing otherwise.

        Raises `Unavailable` when the database does not answer, `Conflict` when another transaction was faster.
        """
        with self._turn, _translated(), Session(self._writing_engine, expire_on_commit=False) as session:
            work = Work(session, actor, clock.now())
            yield work
            session.commit()

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
        raise Conflict("Another request changed the same thing at the same time.") from error
    except (OperationalError, InterfaceError) as error:
        raise Unavailable("The database is not available right now.") from error
    except DatabaseError as error:
        if type(error) is DatabaseError:  # a damaged file; the narrower kinds are faults of our own
            raise Unavailable("The database cannot be read.") from error
        raise
