"""Errors of databases and their drivers in our words."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, IntegrityError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from repository.core.errors import AT_ONCE, Conflict, NoRoom, Unavailable

MIGRATE = "The schema does not serve this release: run `repository migrate` first, or a newer release."
DAMAGED = "The database is damaged. The administrator has to restore it from a backup."
AWAY = "The database is not available right now."
_OVERTAKEN = {"40001", "40P01"}
"""SQLSTATEs when another transaction stopped this one: serialization_failure, deadlock_detected"""
_LACKING = {"42P01", "42703", "3F000"}
"""SQLSTATEs of a schema that lacks something: undefined_table, undefined_column, invalid_schema_name"""
_READ_ONLY, _NOT_SUPPORTED = "25006", "0A000"
"""SQLSTATEs of a server that takes no changes: read_only_sql_transaction; feature_not_supported"""
_BROKEN = {"XX000", "XX001", "XX002"}
"""SQLSTATEs internal_error, data_corrupted, index_corrupted"""
_SPOILED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_WRONG_ADDRESS = ("authentication failed", "does not exist", "no password supplied", "no pg_hba.conf entry")
"""A server that lets nobody in gives no SQLSTATE to libpq's caller."""


class DamagedValue(sqlite3.DatabaseError):
    """A stored value that nobody can have written."""


@contextmanager
def translated(*, writing: bool) -> Iterator[None]:
    """Raise errors of the database as `Conflict`, `NoRoom` or `Unavailable`; what is wrong code stays as it is.

    A change in a block that is not `writing` is wrong code, not a server that takes none.
    """
    try:
        yield
    except IntegrityError as error:
        raise Conflict(AT_ONCE) from error
    except (OperationalError, InterfaceError, NoConnectionFree, ProgrammingError) as error:
        raise _in_our_words(error) from error
    except DamagedValue as error:
        raise Unavailable(DAMAGED) from error
    except DatabaseError as error:
        if writing and _takes_no_changes(error):
            raise Unavailable(AWAY) from error
        if type(error) is not DatabaseError and _state(error) not in _BROKEN:
            raise  # its subclasses are our own faults
        raise Unavailable(DAMAGED) from error


@contextmanager
def answering() -> Iterator[None]:
    """Raise `Unavailable` for a database that is away or damaged; every other error stays as it is."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        if _is_wrong_statement(error):
            raise
        raise Unavailable(DAMAGED if is_damaged(error) else AWAY) from error
    except DatabaseError as error:
        if type(error) is not DatabaseError and _state(error) not in _BROKEN:
            raise
        raise Unavailable(DAMAGED) from error


def _in_our_words(error: Exception) -> Exception:
    if _state(error) in _OVERTAKEN:
        return Conflict(AT_ONCE)
    if is_full(error):
        return NoRoom("The database has no room left.")
    if lacks_tables(error):
        return Unavailable(MIGRATE)
    if isinstance(error, ProgrammingError):
        return error
    return Unavailable(DAMAGED if is_damaged(error) else AWAY)


def _takes_no_changes(error: Exception) -> bool:
    """Return whether the server only reads; a standby refuses the very beginning of a transaction that writes."""
    is_standby = _state(error) == _NOT_SUPPORTED and "during recovery" in str(getattr(error, "orig", error))
    return is_standby or _state(error) == _READ_ONLY


def is_full(error: Exception) -> bool:
    """Return whether the database's disk is full (SQLITE_FULL; SQLSTATE 53100, disk_full)."""
    return _sqlite_name(error) == "SQLITE_FULL" or _state(error) == "53100"


def is_damaged(error: Exception) -> bool:
    """Return whether the database's own bytes are wrong, which time does not mend."""
    cause = getattr(error, "orig", error)
    if isinstance(cause, DamagedValue) or _state(error) in _BROKEN or "decode to UTF-8" in str(cause):
        return True
    return isinstance(cause, sqlite3.DatabaseError) and getattr(cause, "sqlite_errorcode", 0) & 0xFF in _SPOILED


def lacks_tables(error: Exception) -> bool:
    """Return whether a table or column of ours is missing."""
    return _state(error) in _LACKING or str(getattr(error, "orig", "")).startswith(("no such table", "no such column"))


def is_lasting(error: Exception) -> bool:
    """Return whether time does not mend this: damage, a file that cannot be opened, an address that is wrong."""
    cause = getattr(error, "orig", error)
    if isinstance(cause, sqlite3.Error):
        return is_damaged(error) or getattr(cause, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_CANTOPEN
    return is_damaged(error) or any(words in str(cause) for words in _WRONG_ADDRESS)


def _is_wrong_statement(error: Exception) -> bool:
    return _sqlite_name(error) == "SQLITE_ERROR"


def _state(error: Exception) -> str | None:
    return getattr(getattr(error, "orig", error), "sqlstate", None)


def _sqlite_name(error: Exception) -> str:
    return str(getattr(getattr(error, "orig", error), "sqlite_errorname", ""))
