"""Digest bytes while they pass: MD5, SHA-256 and CRC-32 in one reading.

``hashlib`` releases the interpreter's lock while it works.  So each digest of a large source has a thread of its own,
and the caller's thread reads and writes.  A digest is at most `AHEAD` blocks behind, so memory stays bounded
whatever the size of the source.
"""

import hashlib
import zlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import BinaryIO, Self

from repository.core.errors import FieldError, Invalid, TooLarge
from repository.engines.store.port import FileDigests

BLOCK = 1 << 20
"""Bytes read, digested and written at a time; a source that fits in one needs no threads."""

AHEAD = 4
"""Blocks that wait for a digest's thread before the reader has to wait for it."""


def announced(source: BinaryIO, *, limit: int, size: int | None) -> Iterator[bytes]:
    """Yield the `blocks` of `source`; `size` is its announced length in bytes, None if unknown.

    Raises `TooLarge` before reading if `size` is more than `limit`, and `Invalid` if the length is not `size`.
    """
    if size is None:
        yield from blocks(source, limit=limit)
        return
    if size > limit:
        raise _too_large(limit)
    received = 0
    for block in blocks(source):
        received += len(block)
        if received > size:
            break
        yield block
    if received != size:
        message = f"{size} bytes were announced, {'more' if received > size else received} came."
        raise Invalid(message, [FieldError.of("content", message)])


def blocks(source: BinaryIO, *, limit: int | None = None) -> Iterator[bytes]:
    """Yield all of `source` in blocks of `BLOCK` bytes, the last one shorter.

    Raises `TooLarge` before it yields a byte past `limit`, and reads at most one such byte.  Errors of `source` pass.
    """
    received = 0
    while block := _filled(source, BLOCK if limit is None else min(BLOCK, limit + 1 - received)):
        received += len(block)
        if limit is not None and received > limit:
            raise _too_large(limit)
        yield block


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The content is larger than the allowed {limit} bytes.")


def _filled(source: BinaryIO, size: int) -> bytes:
    """Return `size` bytes, fewer only at the end: networks give a few, and small blocks are slow."""
    piece = source.read(size)
    if len(piece) == size or not piece:
        return piece
    gathered = bytearray(piece)
    while len(gathered) < size and (piece := source.read(size - len(gathered))):
        gathered += piece
    return bytes(gathered)


class Lane:
    """One digest, computed in the caller's thread; after `start`, in a thread of its own."""

    def __init__(self, algorithm: str) -> None:
        self._hash = hashlib.new(algorithm, usedforsecurity=False)
        self._thread: ThreadPoolExecutor | None = None
        self._waiting: deque[Future[None]] = deque()

    def start(self) -> None:
        """Go on in a thread of its own."""
        self._thread = self._thread or ThreadPoolExecutor(1, "digest")

    def feed(self, block: bytes) -> None:
        """Digest `block`, which must not change afterwards."""
        if self._thread is None:
            self._take(block)
            return
        if len(self._waiting) == AHEAD:
            self._waiting.popleft().result()  # the reader waits, and learns of a failed update
        self._waiting.append(self._thread.submit(self._take, block))

    def _take(self, block: bytes) -> None:
        self._hash.update(block)

    def digest(self) -> str:
        """Return the digest of all blocks in hexadecimal; waits for the thread."""
        while self._waiting:
            self._waiting.popleft().result()
        return self._hash.hexdigest()

    def stop(self) -> None:
        """End the thread."""
        if self._thread is not None:
            self._thread.shutdown(cancel_futures=True)


class CheckedLane(Lane):
    """A digest with a CRC-32 beside it: the two together take less time than an MD5."""

    def __init__(self, algorithm: str) -> None:
        super().__init__(algorithm)
        self.crc32 = 0

    def _take(self, block: bytes) -> None:
        super()._take(block)
        self.crc32 = zlib.crc32(block, self.crc32)


class Digesting:
    """Digest the blocks that `feed` gets; entered by ``with``, so that its threads end in every case."""

    def __init__(self) -> None:
        self.size = 0
        self._md5 = Lane("md5")
        self._sha256 = CheckedLane("sha256")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._md5.stop()
        self._sha256.stop()

    def feed(self, block: bytes) -> None:
        """Digest `block`, which must not change afterwards; raises the error of an earlier block."""
        self.size += len(block)
        if self.size > BLOCK:
            self._md5.start()
            self._sha256.start()
        self._md5.feed(block)
        self._sha256.feed(block)

    def digests(self) -> FileDigests:
        """Return length and digests of all blocks; waits for the threads."""
        return FileDigests(self.size, self._md5.digest(), self._sha256.digest(), self._sha256.crc32)


def digests_of(source: BinaryIO) -> FileDigests:
    """Read all of `source` once; return its length and digests."""
    with Digesting() as digesting:
        for block in blocks(source):
            digesting.feed(block)
        return digesting.digests()
