"""Transactions: `Database` opens them, `Snapshot` reads in one, `UnitOfWork` writes in one and is committed here only.

Two rights, two types.  A query takes a `Snapshot`; a verb takes a `UnitOfWork`, which can do all that a snapshot can.
A verb that is called with a snapshot is a type error, and so is ``snapshot.session.add(…)``.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import Connection, Engine, insert
from sqlalchemy.orm import Session

from repository.core import clock
from repository.core.actor import ANONYMOUS, Actor
from repository.core.database.commit_horizon import register_writer, safe_until
from repository.core.database.database_errors import MIGRATE, translated
from repository.core.database.engine import Base, autocommit_engine, read_only_engine, require_same_file, writer_lock
from repository.core.database.schema_check import obstacles
from repository.core.database.sqlite_dialect import writing_engine
from repository.core.errors import Unavailable
from repository.core.facts import Fact, FactRow
from repository.core.number_guard import NumberGuard, Unguarded

MOST_FAULTS = 3
"""that are named when a schema does not serve"""


class ReadSession(Session):
    """A session whose writing methods are gone, for the type checker and at run time."""

    add: None = None  # type: ignore[assignment]
    add_all: None = None  # type: ignore[assignment]
    delete: None = None  # type: ignore[assignment]
    merge: None = None  # type: ignore[assignment]
    flush: None = None  # type: ignore[assignment]
    commit: None = None  # type: ignore[assignment]


class WriteSession(ReadSession):
    """A session with its writing methods."""

    add = Session.add  # type: ignore[assignment]
    add_all = Session.add_all  # type: ignore[assignment]
    delete = Session.delete  # type: ignore[assignment]
    merge = Session.merge  # type: ignore[assignment]
    flush = Session.flush  # type: ignore[assignment]
    commit = Session.commit  # type: ignore[assignment]


@dataclass(slots=True)
class Snapshot:
    """One consistent view of the database for `actor`, for reading only."""

    session: ReadSession
    actor: Actor
    now: datetime


_FACT = insert(FactRow.__table__).inline()  # type: ignore[arg-type]


@dataclass(slots=True)
class UnitOfWork(Snapshot):
    """One transaction of a verb: it changes rows of `session`, emits facts, and never commits.

    `registers` says that transactions run side by side, so that `event_time` must register this one as a writer.
    `unfollowed` are the kinds of facts from which no job follows: a relay need not read them. `numbers` guards the
    sequence, and `last_number` is the last one of it that this transaction has. `origin` is told of facts whose actor
    has no credential.
    """

    session: WriteSession
    registers: bool = False
    unfollowed: Collection[str] = ()
    numbers: NumberGuard = field(default_factory=Unguarded)
    last_number: int = 0
    origin: str = ""

    def new_numbers(self, count: int) -> Sequence[int]:
        """Return new numbers from the one sequence, in ascending order; raises `Unavailable`."""
        numbers = self.numbers.draw(self.session.connection(), count)
        self.last_number = numbers[-1]
        return numbers

    def require_minting(self) -> None:
        """Raise `Unavailable` while this database may not mint: a restored one could mint again."""
        self.numbers.require_current(self.session.connection())

    def number_for(self, owner: int) -> int:
        """Return the number that identifiers of `owner` are made of: its own, unless a lost copy may have used it."""
        is_doubtful = self.numbers.is_doubtful(self.session.connection(), owner)
        return self.new_numbers(1)[0] if is_doubtful else owner

    def event_time(self) -> datetime:
        """Return the time for a change that harvesters read in time order.

        On PostgreSQL the first call takes the shared advisory lock (see `core.database.commit_horizon`) and sets `now`
        to the server's clock.
        """
        if self.registers:
            self.now, self.registers = register_writer(self.session), False
        return self.now

    def emit(self, fact: Fact) -> None:
        """Write `fact` into the outbox, in this transaction."""
        self.session.connection().execute(_FACT, self._row(fact))

    def emit_all(self, facts: Sequence[Fact]) -> None:
        """Write `facts` in their order, in one statement."""
        if facts:
            self.session.connection().execute(_FACT, [self._row(fact) for fact in facts])

    def _row(self, fact: Fact) -> dict[str, object]:
        return {
            "kind": fact.kind,
            "subject": fact.subject,
            "details": fact.details,
            "actor": self.actor.name,
            "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
            "credential": self.actor.credential or self.origin or None,
            "at": self.now,
            "relayed_at": self.now if fact.kind in self.unfollowed else None,
        }


class Database:
    """Opens transactions on one database; `unfollowed` and `numbers` as in `UnitOfWork`."""

    def __init__(self, engine: Engine, unfollowed: Collection[str] = (), numbers: NumberGuard | None = None) -> None:
        self.engine = engine
        self.numbers = numbers or Unguarded()
        self.origin = ""
        """what is told of facts without a credential: ``command`` where a person has typed one"""
        self._unfollowed = unfollowed
        self._sqlite = engine.dialect.name == "sqlite"
        self._transaction_engine = writing_engine(engine)
        self._snapshot_engine = read_only_engine(engine)
        self._autocommit_engine = autocommit_engine(engine)
        self._writer_lock = writer_lock(engine)
        self._schema_serves = False

    def close(self) -> None:
        """Close all connections."""
        self._autocommit_engine.dispose()
        self.engine.dispose()

    @contextmanager
    def transaction(self, actor: Actor) -> Iterator[UnitOfWork]:
        """Open a transaction that commits if the block succeeds and changes nothing if it fails.

        Raises `Conflict` when another transaction was faster, and `Unavailable` when the database does not answer; then
        nothing was changed, unless only the answer to the commit was lost.
        """
        with self._writer_lock, translated(writing=True), self._write_session() as session:
            parts = (not self._sqlite, self._unfollowed, self.numbers)
            unit = UnitOfWork(session, actor, clock.now(), *parts, origin=self.origin)
            yield unit
            session.commit()
            require_same_file(self.engine)
            if unit.last_number:
                self.numbers.committed(unit.last_number)

    def _write_session(self) -> WriteSession:
        return WriteSession(self._transaction_engine, expire_on_commit=False)

    @contextmanager
    def snapshot(self, actor: Actor) -> Iterator[Snapshot]:
        """Open one consistent view of the database; nothing that the block does is kept."""
        with (
            translated(writing=False),
            ReadSession(self._snapshot_engine, expire_on_commit=False, autoflush=False) as session,
        ):
            yield Snapshot(session, actor, clock.now())

    @contextmanager
    def query(self, actor: Actor) -> Iterator[Snapshot]:
        """Open a view for exactly one query, without the round trips of BEGIN and ROLLBACK."""
        with (
            translated(writing=False),
            ReadSession(self._autocommit_engine, expire_on_commit=False, autoflush=False) as session,
        ):
            yield Snapshot(session, actor, clock.now())

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Open a connection for one query that returns rows, not objects: a session costs as much as the query."""
        with translated(writing=False), self._autocommit_engine.connect() as connection:
            yield connection

    def require_schema(self) -> None:
        """Raise `Unavailable` unless the schema serves this release; once it does, it is not read again."""
        if self._schema_serves:
            return
        with self.connection() as connection:
            faults = obstacles(connection, Base.metadata)
        if faults:
            raise Unavailable(f"{MIGRATE} ({'; '.join(faults[:MOST_FAULTS])})")
        self._schema_serves = True

    def safe_until(self) -> datetime:
        """Return a time T such that every change dated before T is already committed or will never be.

        On SQLite this waits for the writer that has the lock.
        """
        if self._sqlite:
            with self._writer_lock:
                return clock.now()
        with self.query(ANONYMOUS) as snapshot:
            return safe_until(snapshot.session)
