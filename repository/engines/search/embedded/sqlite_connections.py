"""Connections to the index file: one for each thread that is at work, and one writer at a time.

Readers see one snapshot for a whole search (WAL); writers queue on a lock inside the process and on
``BEGIN IMMEDIATE`` between processes.
"""

import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from repository.core.errors import Unavailable
from repository.core.file_identity import FileIdentity, file_identity
from repository.core.file_lock import FileLock
from repository.engines.search.embedded.fts_tables import is_of_this_version, prepare
from repository.engines.search.embedded.index_place import (
    answering,
    fault_of,
    obstacle,
    set_aside,
    unusable,
)
from repository.engines.search.port import tell_nobody

_STEPS = 100_000
"""of SQLite's machine between two looks at the clock"""

_CACHE = 8_000
"""KiB of pages that a connection keeps; a map of the file would let the process grow with the file"""

_inherited: list[object] = []
"""connections of the process we were forked from: closing them here would disturb it"""


class Connections:
    """A pool; connections are opened at first use, so making one touches no file.

    A connection to a file that is not at the path any more is closed: somebody has put another one there.
    """

    def __init__(self, path: Path, patience: float, longest: float) -> None:
        self._path = path
        self._patience = patience
        self._longest = longest
        self._idle: deque[tuple[sqlite3.Connection, FileIdentity | None]] = deque()
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

    def obstacle(self) -> str:
        """Return in words what is in the way of an index; else nothing."""
        with answering():
            return obstacle(self._path)

    def clear(self) -> str:
        """Set aside what is in the way, make an empty index, and return the new name of what was there."""
        with answering():
            with self._writer:
                name = set_aside(self._path)
            self._open(tell_nobody).close()
        return name

    def close(self) -> None:
        """Close idle connections now, and busy ones when they are done."""
        self._closed = True
        while self._idle:
            self._idle.pop()[0].close()

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        self._leave_parent_process()
        if self._closed:
            raise Unavailable("The search index is closed.")
        connection, opened = self._take()
        try:
            yield connection
        finally:
            self._give_back(connection, opened)

    def _give_back(self, connection: sqlite3.Connection, opened: FileIdentity | None) -> None:
        self._idle.append((connection, opened))
        if self._closed:
            self.close()

    def _take(self) -> tuple[sqlite3.Connection, FileIdentity | None]:
        """Return an idle connection to the file that is at the path, or a new one."""
        there = file_identity(self._path)
        with suppress(IndexError):  # another thread may be faster
            while True:
                connection, opened = self._idle.pop()
                if opened == there and there is not None:
                    return connection, opened
                connection.close()
        connection = self._open(self.before_empty)
        return connection, file_identity(self._path)

    def _leave_parent_process(self) -> None:
        if self._process != os.getpid():
            _inherited.append(self._idle)
            self._idle, self._writer = deque(), FileLock(self._path.with_name(f"{self._path.name}.turn"))
            self._process = os.getpid()

    def _open(self, before_empty: Callable[[], None]) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=self._patience, isolation_level=None, check_same_thread=False)
        try:
            if fault := fault_of(connection):
                raise unusable(fault)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA cache_size = -{_CACHE}")
            if not is_of_this_version(connection):
                before_empty()
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
