"""The bytes of a file as a caged child gets them: by a descriptor, or by ranges over its line."""

import io
import os
import socket
from collections.abc import Callable
from typing import Any

from repository.engines.inspector.cage.lines import MOST_WANTED, RANGE, WANT, Broken, read_exactly, send
from repository.engines.inspector.cage.reasons import NoPreview, Reason

BUDGET = 64 << 20
"""bytes of one file that are read, at most"""


class RawSource(io.RawIOBase):
    """A file that can be read anywhere, as far as the budget goes; then `NoPreview` is raised."""

    def __init__(self, size: int, read_range: Callable[[int, int], bytes], block: int) -> None:
        self.size = size
        self.block = block
        self._range = read_range
        self._at = 0
        self._left = BUDGET

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Read at most what fits into `buffer`."""
        count = max(0, min(len(buffer), self.size - self._at))
        if not count:
            return 0
        data = self._range(self._at, count)
        self._left -= len(data)
        if self._left < 0:
            raise NoPreview(Reason.TOO_LARGE)
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def opened_source(descriptor: int, size: int) -> RawSource:
    """Return a file that the house has opened."""
    return RawSource(size, lambda offset, length: os.pread(descriptor, length, offset), 64 << 10)


def served_source(line: socket.socket, size: int) -> RawSource:
    """Return a file that the house reads for us."""

    def read_range(offset: int, length: int) -> bytes:
        length = min(length, MOST_WANTED)
        send(line, WANT, RANGE.pack(offset, length))
        try:
            return read_exactly(line, length)
        except Broken:
            raise OSError("The house reads no further.") from None

    return RawSource(size, read_range, 512 << 10)


def buffered(raw: RawSource) -> io.BufferedReader:
    """Return the file with a buffer, so that small reads cost little."""
    return io.BufferedReader(raw, min(raw.block, max(raw.size, 1)))
