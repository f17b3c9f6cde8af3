"""The queue of writers to an SQLite file, among threads and processes of one machine.

SQLite lets a waiting writer try again after pauses that grow to 0.1 s; a lock of the operating system wakes the next
writer at once.  The lock saves time and is not needed for safety: ``BEGIN IMMEDIATE`` keeps out a writer that does not
take it.  The operating system releases the lock of a process that dies.
"""

import fcntl
import os
import threading
from pathlib import Path
from types import TracebackType


class FileLock:
    """A lock on the file `path`, for ``with``; one thread must not enter it twice.

    The first use creates the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._within_process = threading.Lock()
        self._file: int | None = None

    def __enter__(self) -> None:
        self._within_process.acquire()
        try:
            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._within_process.release()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if self._file is not None:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._within_process.release()

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._within_process:
            if self._file is not None:
                os.close(self._file)
                self._file = None
