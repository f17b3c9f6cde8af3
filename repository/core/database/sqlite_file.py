"""The file of an SQLite database under a process that has it open.

A file that was removed or replaced, or whose log was, still takes writes: they end in what nobody will ever open again.
So each transaction looks at the names first, and once more before its commit is acknowledged.  A process that has seen
another file refuses everything until it begins anew: what it knows of the database may not be true of the other one.
"""

import threading
from pathlib import Path
from typing import Any
from weakref import ref

import structlog
from sqlalchemy import Engine, Pool, event

from repository.core.errors import Unavailable
from repository.core.file_identity import FileIdentity, file_identity

REPLACED = (
    "The database file was removed or replaced while the server ran, so nothing is read or written. The administrator"
    " has to put the right file in its place and to start the server again."
)
_LOG = "log"
log = structlog.get_logger()


class SqliteFileWatch:
    """Watches the file at `path` for the connections of one engine, until the engine is disposed of."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log_path = path.with_name(f"{path.name}-wal")
        self._lock = threading.Lock()
        self._engine: ref[Engine] | None = None
        self._pool: Pool | None = None
        self._seen: FileIdentity | None = None
        self._replaced = False

    def listen(self, engine: Engine) -> None:
        """Look whenever a connection is made or taken from the pool."""
        event.listen(engine, "connect", self._connected)
        event.listen(engine, "checkout", self._taken)
        self._engine, self._pool = ref(engine), engine.pool

    def require_same(self) -> None:
        """Raise `Unavailable` if another file, or none, is where the first connection found it."""
        self._begin_anew()
        if self._replaced or (self._seen is not None and file_identity(self._path) != self._seen):
            self._refuse("the file is gone or another one")

    def _connected(self, *_: Any) -> None:
        with self._lock:
            self._seen = self._seen or file_identity(self._path)
        self.require_same()

    def _taken(self, _connection: Any, record: Any, _proxy: Any) -> None:
        self.require_same()
        opened = record.info.get(_LOG)
        there = file_identity(self._log_path)
        if opened is None:
            record.info[_LOG] = there  # made by the first transaction; nobody removes it while a connection is open
        elif opened != there:
            self._refuse("its log is gone or another one")

    def _begin_anew(self) -> None:
        """Forget what was seen before the engine was disposed of: it has another pool since then."""
        engine = self._engine() if self._engine else None
        if engine is not None and engine.pool is not self._pool:
            self._pool, self._seen, self._replaced = engine.pool, None, False

    def _refuse(self, cause: str) -> None:
        if not self._replaced:
            self._replaced = True
            log.error("the database file was replaced", path=str(self._path), cause=cause)
        raise Unavailable(REPLACED)
