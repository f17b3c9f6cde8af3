"""What lies in the place of the index file: our index, nothing, or something else.

What is in the way is set aside under another name, never removed: a wrong setting may have named somebody's file.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from repository.core.errors import Unavailable
from repository.engines.search.embedded.fts_tables import is_of_this_version

_BESIDE = ("", "-wal", "-shm", "-journal")
_SPOILED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
"""result codes of what time does not mend"""
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"

_SECONDS = 30.0
"""that a writer may take until the file is looked at"""


def unusable(cause: object) -> Unavailable:
    """Return the error that says what to do."""
    return Unavailable(f"The search index cannot be used: {cause}. Run `repository index rebuild --anew`.")


def is_spoiled(error: sqlite3.Error) -> bool:
    """Return whether the file, and no other process, is the cause."""
    is_incomplete = str(error).startswith(("no such table", "no such column"))
    return is_incomplete or getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _SPOILED


def fault_of(connection: sqlite3.Connection) -> str:
    """Return in words why a file is no index of ours, before anything is written to it; else nothing."""
    tables = {name for (name,) in connection.execute(_TABLES)}
    if tables and "generations" not in tables:
        return "it is another program's database"
    if not is_of_this_version(connection):
        return ""  # a new file, or one of another release, which is emptied
    live = [f"_{number}" for (number,) in connection.execute("SELECT number FROM generations WHERE live = 1")]
    is_whole = len(live) == 1 and {f"{name}{live[0]}" for name in ("docs", "files", "fts")} <= tables
    return "" if is_whole else "its tables are incomplete"


def obstacle(path: Path) -> str:
    """Return in words what is in the way of an index at `path`, nothing if an index can be there."""
    if path.is_symlink() and not path.exists():
        return "a link to nothing"
    if not path.exists():
        return ""
    if not path.is_file():
        return "a folder" if path.is_dir() else "something that is no file"
    address = f"file:{quote(str(path))}?mode=rw"
    try:
        with closing(sqlite3.connect(address, timeout=_SECONDS, uri=True, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            fault = fault_of(connection) or _damage(connection)
            connection.execute("ROLLBACK")
    except sqlite3.DatabaseError as error:
        if not is_spoiled(error):
            raise
        fault = str(error)
    return f"a file that is not used: {fault}" if fault else ""


def _damage(connection: sqlite3.Connection) -> str:
    (first,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    return "" if first == "ok" else str(first).splitlines()[0]


def set_aside(path: Path) -> str:
    """Rename what is at `path`, with what SQLite keeps beside it, and return its new name."""
    aside = path.with_name(f"{path.name}.set-aside-{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z")
    for suffix in _BESIDE:
        part = path.with_name(f"{path.name}{suffix}")
        if part.is_symlink() or part.exists():
            part.rename(aside.with_name(f"{aside.name}{suffix}"))
    return aside.name


@contextmanager
def answering() -> Iterator[None]:
    """Turn errors of the disk, of another process or of a spoiled file into `Unavailable`."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if is_spoiled(error):
            raise unusable(error) from error
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _OURS:
            raise
        raise Unavailable(f"The search index does not answer: {error}.") from error
    except OSError as error:
        raise Unavailable(f"The search index cannot be opened: {error}.") from error


_OURS = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_RANGE})
"""result codes of a wrong statement: a bug, not a state of the disk"""
