"""Whose turn it is to write to an SQLite file, among threads and processes of one machine.

SQLite itself lets a waiting writer look again after pauses that grow to a tenth of a second; a lock of the operating
system wakes the next one at once.  It is courtesy, not safety: a writer that does not take turns is still kept out by
``BEGIN IMMEDIATE``.  A process that dies gives its turn back.
"""

import fcntl
import os
import threading
from pathlib import Path
from types import TracebackType


class FileLock:
    """A lock on the file `path`, which is made when it is first taken; entered by ``with``, not twice by one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._within_process = threading.Lock()
        self._file: int | None = None

    def __enter__(self) -> None:
        self._within_process.acquire()
        try:
            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
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
        """Let go of the file; the next turn opens it again."""
        with self._within_process:
            if self._file is not None:
                os.close(self._file)
                self._file = None
