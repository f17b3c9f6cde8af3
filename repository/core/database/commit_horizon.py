"""How far one may read what is ordered by the time of its change, so that nothing shows up behind the reader later.

A change is dated before it is committed.  A reader that has gone past its date meanwhile would never see it.  So a
writer says that it is about to date something before it looks at the clock, and a reader goes no further than the
oldest writer that has said so and is still open: whatever is dated before `safe_until` is committed or never will
be.

On PostgreSQL the word is an advisory lock whose key is a time: shared, so that writers never wait for each other, and
given back by the server in the same moment in which the commit can be seen.  The times are the server's, so that the
clocks of its clients do not matter.  SQLite has one writer at a time, who takes the time while it is its turn: a reader
that has waited for a turn knows that no writer is open.

Both rest on one clock that does not go backwards.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = 161 << 52
"""Keys of ours are this and the microseconds since 1970, which fill 52 bits until the year 2112."""
_LAST = _FIRST + (1 << 52) - 1

# The expressions of a list are evaluated in their order: the time is later than the lock.
_ANNOUNCE = text(
    f"SELECT pg_advisory_xact_lock_shared({_FIRST} + (extract(epoch FROM statement_timestamp()) * 1000000)::bigint),"
    " clock_timestamp()"
)
# The time of the statement is earlier than its look at the locks: who announces a change afterwards dates it later.
_HORIZON = text(
    "SELECT statement_timestamp(), (SELECT min(key) FROM"
    " (SELECT (classid::bigint << 32) | objid::bigint AS key FROM pg_locks WHERE locktype = 'advisory'"
    " AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS held"
    f" WHERE key BETWEEN {_FIRST} AND {_LAST})"
)


def register_writer(session: Session) -> datetime:
    """The time on a PostgreSQL server, once every reader can know that this transaction will date something."""
    at: datetime = session.connection().execute(_ANNOUNCE).one()[1]
    return at.astimezone(UTC)


def safe_until(session: Session) -> datetime:
    """The time on a PostgreSQL server, or that of its oldest open transaction that has announced something.

    Ask in a transaction of its own: what is read afterwards has to be of a later view of the database.
    """
    at, key = session.connection().execute(_HORIZON).one()
    now: datetime = at.astimezone(UTC)
    return now if key is None else min(now, _EPOCH + timedelta(microseconds=key - _FIRST))
