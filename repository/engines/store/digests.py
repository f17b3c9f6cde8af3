"""Bytes on their way somewhere, digested as they pass: md5 and sha256 in one reading.

``hashlib`` lets go of the interpreter's lock while it works, so each digest of a large source has
a thread of its own and the caller's thread is left to read and write.  A digest is at most `AHEAD`
blocks behind, so memory stays bounded however large the source is.
"""

import hashlib
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
    """`blocks` of what comes with its `size` announced, or None.

    Raises `TooLarge` before anything is read if more than `limit` bytes are announced, and `Invalid` when others have
    come than were announced.
    """
    if size is None:
        yield from blocks(source, limit=limit)
        return
    if size > limit:
        raise _too_large(limit)
    came = 0
    for block in blocks(source):
        came += len(block)
        if came > size:
            break
        yield block
    if came != size:
        message = f"{size} bytes were announced, {'more' if came > size else came} came."
        raise Invalid(message, [FieldError.of("content", message)])


def blocks(source: BinaryIO, *, limit: int | None = None) -> Iterator[bytes]:
    """All of `source` in blocks of `BLOCK` bytes, the last one shorter.

    Raises `TooLarge` once more than `limit` bytes have come, before the block that holds them is
    given out; at most one byte past `limit` is asked for.  What `source` raises passes through.
    """
    came = 0
    while block := _filled(source, BLOCK if limit is None else min(BLOCK, limit + 1 - came)):
        came += len(block)
        if limit is not None and came > limit:
            raise _too_large(limit)
        yield block


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The content is larger than the allowed {limit} bytes.")


def _filled(source: BinaryIO, wanted: int) -> bytes:
    """`wanted` bytes, fewer only at the end: networks give a few, and small blocks are slow."""
    piece = source.read(wanted)
    if len(piece) == wanted or not piece:
        return piece
    gathered = bytearray(piece)
    while len(gathered) < wanted and (piece := source.read(wanted - len(gathered))):
        gathered += piece
    return bytes(gathered)


class _Lane:
    """One digest: computed in the caller's thread, and in one of its own once `start`ed."""

    def __init__(self, algorithm: str) -> None:
        self._hash = hashlib.new(algorithm, usedforsecurity=False)
        self._thread: ThreadPoolExecutor | None = None
        self._waiting: deque[Future[None]] = deque()

    def start(self) -> None:
        self._thread = self._thread or ThreadPoolExecutor(1, "digest")

    def feed(self, block: bytes) -> None:
        if self._thread is None:
            self._hash.update(block)
            return
        if len(self._waiting) == AHEAD:
            self._waiting.popleft().result()  # the reader waits, and learns of a failed update
        self._waiting.append(self._thread.submit(self._hash.update, block))

    def digest(self) -> str:
        while self._waiting:
            self._waiting.popleft().result()
        return self._hash.hexdigest()

    def stop(self) -> None:
        if self._thread is not None:
            self._thread.shutdown(cancel_futures=True)


class Digesting:
    """Digests what it is fed; entered by ``with``, so that its threads end in every case."""

    def __init__(self) -> None:
        self.size = 0
        self._md5 = _Lane("md5")
        self._sha256 = _Lane("sha256")

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
        """Take in `block`, which must not change afterwards; raises what an earlier one raised."""
        self.size += len(block)
        if self.size > BLOCK:
            self._md5.start()
            self._sha256.start()
        self._md5.feed(block)
        self._sha256.feed(block)

    def digests(self) -> FileDigests:
        """Length and digests of all that was fed, waiting for the threads."""
        return FileDigests(self.size, self._md5.digest(), self._sha256.digest())


def digests_of(source: BinaryIO) -> FileDigests:
    """Length and digests of all of `source`, read once."""
    with Digesting() as digesting:
        for block in blocks(source):
            digesting.feed(block)
        return digesting.digests()
