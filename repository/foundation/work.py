"""One unit of work: a session, an actor, a moment, and the only ``commit`` in the codebase."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.orm import Session

from repository.foundation import clock
from repository.foundation.actor import Actor
from repository.foundation.errors import Conflict, Unavailable
from repository.foundation.facts import Fact, FactRow


@dataclass(slots=True)
class Work:
    """What a verb gets to work with; verbs change rows of `session` and `emit` facts, and never commit."""

    session: Session
    actor: Actor
    now: datetime
    facts: list[Fact] = field(default_factory=list)

    def emit(self, fact: Fact) -> None:
        """Write `fact` in this transaction."""
        self.facts.append(fact)
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
    """Opens units of work on one database.

    `on_facts` is called after a commit that wrote facts, so that the relay need not wait for its next look.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.on_facts: Callable[[], None] = _nobody_listens
        sqlite = engine.dialect.name == "sqlite"
        self._writing_engine = engine.execution_options(writing=True)
        # SQLite gives a reader one view by itself; PostgreSQL would show each statement a newer one.
        self._reading_engine = engine if sqlite else engine.execution_options(isolation_level="REPEATABLE READ")
        # SQLite lets waiting writers poll with growing pauses; a lock hands over at once and in turn.
        self._turn = threading.Lock() if sqlite else nullcontext()

    @contextmanager
    def writing(self, actor: Actor) -> Iterator[Work]:
        """A transaction that is committed as a whole if the block succeeds, and leaves nothing otherwise.

        Raises `Unavailable` when the database does not answer, `Conflict` when another transaction was faster.
        """
        with self._turn, _translated(), Session(self._writing_engine, expire_on_commit=False) as session:
            work = Work(session, actor, clock.now())
            yield work
            session.commit()
        if work.facts:
            self.on_facts()

    @contextmanager
    def reading(self, actor: Actor) -> Iterator[Work]:
        """One consistent view of the database; whatever the block changes is discarded."""
        with _translated(), Session(self._reading_engine, expire_on_commit=False) as session:
            yield Work(session, actor, clock.now())


def _nobody_listens() -> None:
    """The relay of another process looks by itself."""


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise Conflict("Another request changed the same thing at the same time.") from error
    except (OperationalError, InterfaceError) as error:
        raise Unavailable("The database is not available right now.") from error
