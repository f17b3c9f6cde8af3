"""A part of a file of this machine as a body, which the server sends without reading it."""

from collections.abc import Iterator
from pathlib import Path

BLOCK = 1 << 20


class LocalPart:
    """`length` bytes of a file from `start` on; another server than ours iterates over it."""

    def __init__(self, path: Path, start: int, length: int) -> None:
        self.filelike = path.open("rb")
        self.filelike.seek(start)
        self._length = length

    def __iter__(self) -> Iterator[bytes]:
        left = self._length
        while left and (block := self.filelike.read(min(BLOCK, left))):
            left -= len(block)
            yield block

    def close(self) -> None:
        self.filelike.close()
