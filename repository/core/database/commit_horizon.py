"""How far to read a list in order of change time, so that no earlier change appears behind the reader.

A writer dates a change before it commits.  A reader that has passed this date meanwhile would never see the change.  So
a writer registers before it reads the clock, and a reader stops at the oldest writer that is registered and still open:
every change dated before `safe_until` is already committed or will never be.

On PostgreSQL a writer registers by an advisory lock whose key is a time.  The lock is shared, so writers never wait for
each other; the server releases it in the same moment in which the commit becomes visible.  The times are the server's,
so the clocks of its clients do not matter.  SQLite has one writer at a time, which reads the clock while it has the
lock: a reader that has waited for the lock knows that no writer is open.

Both rely on one clock that does not go backwards.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = 161 << 52
"""A key is this number plus the microseconds since 1970, which fit in 52 bits until the year 2112."""
_LAST = _FIRST + (1 << 52) - 1

# The expressions of a list are evaluated in their order: the time is later than the lock.
_REGISTER = text(
    f"SELECT pg_advisory_xact_lock_shared({_FIRST} + (extract(epoch FROM statement_timestamp()) * 1000000)::bigint),"
    " clock_timestamp()"
)


def register_writer(session: Session) -> datetime:
    """Register this transaction as a writer on a PostgreSQL server; return the server's time after that."""
    at: datetime = session.connection().execute(_REGISTER).one()[1]
    return at.astimezone(UTC)


# The statement's time is earlier than its look at the locks: a writer that registers afterwards dates its change later.
_HORIZON = text(
    "SELECT statement_timestamp(), (SELECT min(key) FROM"
    " (SELECT (classid::bigint << 32) | objid::bigint AS key FROM pg_locks WHERE locktype = 'advisory'"
    " AND objsubid = 1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS locks"
    f" WHERE key BETWEEN {_FIRST} AND {_LAST})"
)


def safe_until(session: Session) -> datetime:
    """Return the time of a PostgreSQL server, or that of its oldest registered writer if one is open.

    Call this in a transaction of its own: the caller's reads need a later view of the database.
    """
    at, key = session.connection().execute(_HORIZON).one()
    now: datetime = at.astimezone(UTC)
    return now if key is None else min(now, _EPOCH + timedelta(microseconds=key - _FIRST))
