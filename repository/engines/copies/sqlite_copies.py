"""Copies of an SQLite file by SQLite's own backup interface, which reads the file and its ``-wal`` as one.

Sources: SQLite, "Online Backup API"; "Write-Ahead Logging", section 6, and "File Locking And Concurrency", section 3,
on the bytes that every connection locks.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine

from repository.core.database.engine import BUSY_SECONDS
from repository.core.errors import Conflict, Unavailable, Unsuitable
from repository.core.file_lock import FileLock
from repository.engines.copies.port import row_counts

_SHARED_FIRST = 0x40000000 + 2
_SHARED_SIZE = 510
"""the bytes of which every connection in WAL mode keeps a shared lock as long as it is open"""
_BESIDE = ("-wal", "-shm", "-journal")
_BLOCK = 1 << 20


class SqliteState:
    """The rows of a file that nobody writes to."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str) -> Iterator[Sequence[Any]]:
        yield from self._connection.execute(statement)

    def tables(self) -> Sequence[str]:
        statement = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        return [name for (name,) in self.rows(statement)]


class SqliteCopies:
    """Copies of the file of `engine`."""

    kind = "sqlite"
    suffix = ".sqlite"

    def __init__(self, engine: Engine) -> None:
        self._path = Path(engine.url.database or "").absolute()

    @contextmanager
    def copy(self, target: Path) -> Iterator[SqliteState]:
        """Copy in one go, so that no writer can make the copy begin again; writers go on meanwhile."""
        if not self._path.exists():
            raise Unavailable(f"There is no database at {self._path}.")
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with _answering(self._path):
            with closing(_opened(self._path, "mode=rw")) as source, closing(_opened(target, "mode=rw")) as copied:
                source.backup(copied)
                copied.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
            _flush(target)
            with closing(_opened(target, "mode=ro&immutable=1")) as connection:
                yield SqliteState(connection)

    @contextmanager
    def now(self) -> Iterator[SqliteState]:
        with _answering(self._path), closing(_opened(self._path, "mode=rw")) as connection:
            yield SqliteState(connection)

    def check(self, copy: Path, counts: Mapping[str, int]) -> str:
        """Look through every page, every reference and the numbers of rows."""
        with _answering(copy), closing(_opened(copy, "mode=ro&immutable=1")) as connection:
            faults = [row[0] for row in connection.execute("PRAGMA integrity_check(3)") if row[0] != "ok"]
            faults += [f"a row of {row[0]} refers to a missing row" for row in _broken(connection)]
            if faults:
                raise Unsuitable(f"The copy of the database is damaged: {'; '.join(faults[:3])}.")
            if row_counts(SqliteState(connection)) != dict(counts):
                raise Unsuitable("The copy of the database has other numbers of rows than it should have.")
        return "integrity_check, foreign_key_check, numbers of rows"

    def is_empty(self) -> bool:
        return not self._path.exists() or self._path.stat().st_size == 0

    def require_unused(self) -> None:
        if self._path.exists():
            with _alone(self._path):
                pass

    def put_back(self, copy: Path, counts: Mapping[str, int]) -> str:
        """Write the new file beside the old one, and then exchange them.

        The former file is kept.  Its log goes before the new file comes: SQLite would play an old log into a new file.
        """
        coming = self._path.with_name(f"{self._path.name}.restoring")
        coming.unlink(missing_ok=True)
        _copy_durably(copy, coming)
        self.check(coming, counts)
        if not self._path.exists():
            for suffix in _BESIDE:
                self._beside(suffix).unlink(missing_ok=True)
            coming.rename(self._path)
            _flush(self._path.parent)
            return ""
        _take_in_log(self._path)
        kept = self._path.with_name(f"{self._path.name}.before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        with _alone(self._path):
            os.link(self._path, kept)
            for suffix in _BESIDE:
                if self._beside(suffix).exists():
                    self._beside(suffix).rename(f"{kept}{suffix}")
            _flush(self._path.parent)
            coming.replace(self._path)
            _flush(self._path.parent)
        return f"the former database is kept as {kept}"

    def _beside(self, suffix: str) -> Path:
        return Path(f"{self._path}{suffix}")


def _opened(path: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?{how}", uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def _broken(connection: sqlite3.Connection) -> list[Any]:
    return connection.execute("PRAGMA foreign_key_check").fetchmany(3)


@contextmanager
def _answering(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise Unavailable(f"{path} cannot be read or written: {error}.") from error
    except sqlite3.DatabaseError as error:
        raise Unsuitable(f"{path} is damaged: {error}.") from error


def _take_in_log(path: Path) -> None:
    """Write the log of the former database into its file, unless it is too damaged for that."""
    with _alone(path):
        pass
    try:
        with closing(_opened(path, "mode=rw")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.DatabaseError:
        return  # it is kept with its log, as it is


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Keep everybody else from the database file; raise `Conflict` if somebody has it open.

    This process must not have it open: when it closes a file, the system takes all its locks of that file away.
    """
    turn = FileLock(Path(f"{path}.turn"))
    with closing(turn), turn:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
        except OSError as error:
            os.close(descriptor)
            raise Conflict(
                f"A process has {path} open. Stop the server, workers and schedulers before you restore."
            ) from error
        try:
            yield
        finally:
            os.close(descriptor)


def _copy_durably(source: Path, target: Path) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with source.open("rb") as reading, os.fdopen(descriptor, "wb") as writing:
        while block := reading.read(_BLOCK):
            writing.write(block)
        writing.flush()
        if os.geteuid() == 0:  # the server's own user must be able to write it
            owner = target.parent.stat()
            os.fchown(writing.fileno(), owner.st_uid, owner.st_gid)
        os.fsync(writing.fileno())


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
