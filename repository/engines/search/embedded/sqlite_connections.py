"""Connections to the index file: one for each thread that is at work, and one writer at a time.

Readers see one snapshot for a whole search (WAL); writers queue on a lock inside the process and on
``BEGIN IMMEDIATE`` between processes.
"""

import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from repository.core.errors import Unavailable
from repository.core.file_lock import FileLock
from repository.engines.search.embedded.fts_tables import is_of_this_version, prepare
from repository.engines.search.port import tell_nobody

_STEPS = 100_000
"""of SQLite's machine between two looks at the clock"""

_CACHE = 8_000
"""KiB of pages that a connection keeps; a map of the file would let the process grow with the file"""

_OURS = frozenset({sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_RANGE})
"""result codes of a wrong statement: a bug, not a state of the disk"""

_inherited: list[object] = []
"""connections of the process we were forked from: closing them here would disturb it"""


@contextmanager
def answering() -> Iterator[None]:
    """Turn errors of the disk or of another process into `Unavailable`."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _OURS:
            raise
        raise Unavailable(f"The search index does not answer: {error}.") from error
    except OSError as error:
        raise Unavailable(f"The search index cannot be opened: {error}.") from error


class Connections:
    """A pool; connections are opened at first use, so making one touches no file."""

    def __init__(self, path: Path, patience: float, longest: float) -> None:
        self._path = path
        self._patience = patience
        self._longest = longest
        self._idle: deque[sqlite3.Connection] = deque()
        self._writer = FileLock(path.with_name(f"{path.name}.turn"))
        self._process = os.getpid()
        self._closed = False
        self.before_empty: Callable[[], None] = tell_nobody

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open one snapshot of the index."""
        with (
            answering(),
            self._borrowed() as connection,
            _deadline(connection, self._longest),
            _transaction(connection, "BEGIN"),
        ):
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open a transaction that writes all or nothing, while nobody else writes."""
        with answering(), self._borrowed() as connection, self._writer, _transaction(connection, "BEGIN IMMEDIATE"):
            yield connection

    def close(self) -> None:
        """Close idle connections now, and busy ones when they are done."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        self._leave_parent_process()
        if self._closed:
            raise Unavailable("The search index is closed.")
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._open()
        try:
            yield connection
        finally:
            self._give_back(connection)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        self._idle.append(connection)
        if self._closed:
            self.close()

    def _leave_parent_process(self) -> None:
        if self._process != os.getpid():
            _inherited.append(self._idle)
            self._idle, self._writer = deque(), FileLock(self._path.with_name(f"{self._path.name}.turn"))
            self._process = os.getpid()

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=self._patience, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA cache_size = -{_CACHE}")
            if not is_of_this_version(connection):
                self.before_empty()
            prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection


@contextmanager
def _deadline(connection: sqlite3.Connection, longest: float) -> Iterator[None]:
    """Interrupt a search that takes too long: a hostile query costs its sender, not everyone."""
    end = time.monotonic() + longest
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    finally:
        # A full disk may have rolled back on its own, and a failed COMMIT leaves the transaction open.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
