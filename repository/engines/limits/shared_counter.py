"""Count in a file that all processes of one server have in memory: together they allow what the limits say.

The file is a table of slots: a key has a few places by its digest, and takes one that is free or of a window that is
over.  A lock of the kernel on a byte (POSIX record locks) keeps processes apart; it ends with a process that is killed.
"""

import fcntl
import hashlib
import mmap
import os
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path

SLOTS = 1 << 16
PLACES = 8
"""slots that a key may take; when all are taken by others in one window, its calls are not counted"""
_SLOT = struct.Struct("<QQQ")
"""digest of a key and a window's length, number of the window, calls"""


class SharedCounter:
    """Counts in `file`, which is made if it is not there; nobody else may write into its folder."""

    def __init__(self, file: Path, seconds: Callable[[], float] = time.time) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()  # locks of the kernel are those of a process
        self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        os.ftruncate(self._file, SLOTS * _SLOT.size)
        self._table = mmap.mmap(self._file, SLOTS * _SLOT.size)

    def count(self, key: str, window: int) -> int | None:
        """Count one call (see the port)."""
        number = int(self._seconds() // window)
        digest = int.from_bytes(hashlib.blake2b(f"{window}:{key}".encode(), digest_size=8).digest(), "little")
        with self._lock:
            fcntl.lockf(self._file, fcntl.LOCK_EX, 1)
            try:
                return self._add(digest, number)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1)

    def _add(self, digest: int, number: int) -> int | None:
        free = None
        for place in range(PLACES):
            start = (digest + place) % SLOTS * _SLOT.size
            owner, present, calls = _SLOT.unpack_from(self._table, start)
            if (owner, present) == (digest, number):
                _SLOT.pack_into(self._table, start, digest, number, calls + 1)
                return int(calls) + 1
            if free is None and present != number:
                free = start
        if free is None:
            return None
        _SLOT.pack_into(self._table, free, digest, number, 1)
        return 1

    def fault(self) -> str:
        """Return '' (see the port)."""
        return ""

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._table.close()
            os.close(self._file)
