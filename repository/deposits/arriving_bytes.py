"""Bytes of an upload on their way from the client into the store: bounded, and kept when the connection breaks."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from repository.core.errors import Altered, TooLarge
from repository.deposits.upload_leases import HeldUpload
from repository.engines.store.digests import blocks

PIECE = 1 << 16
"""Bytes read at a time: what a broken connection can cost."""
MOST_CHECKED = 128 << 20
"""Bytes of a body with a checksum, which waits on the disk until it was compared."""
CHECKSUMS: Mapping[str, int] = {"sha1": 20, "sha256": 32, "md5": 16}
"""Length in bytes of a digest, by the name that tus has for it (tus 1.0, "Checksum")."""


@dataclass(frozen=True, slots=True)
class BodyChecksum:
    """What the client says of one body: an algorithm of `CHECKSUMS`, and the digest."""

    algorithm: str
    digest: bytes


class ArrivingBytes:
    """The body of a request for an upload that this request holds; at most `room` bytes.

    A failure of the connection is an end like any other to whoever reads, and kept as `failure`: what has come counts.
    """

    def __init__(self, source: BinaryIO, room: int, upload: HeldUpload) -> None:
        self._source = source
        self._room = room
        self._upload = upload
        self.failure: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        """Return what comes next, at most `size` bytes; empty at the end.

        More than there is room for is a failure.  The last bytes that fit are given only when nothing comes after them.
        """
        if self.failure is not None or size == 0:
            return b""
        try:
            self._upload.require()
            piece = self._source.read(PIECE if size < 0 else min(size, PIECE))
            self._room -= len(piece)
            self._upload.received += len(piece)
            if self._room < 0 or (self._room == 0 and piece and self._source.read(1)):
                raise TooLarge("The body has more bytes than the upload lacks.")
        except Exception as error:  # noqa: BLE001 - raised again when the bytes before it are durable
            self.failure = error
            return b""
        return piece


@contextmanager
def compared(body: ArrivingBytes, size: int | None, checksum: BodyChecksum) -> Iterator[BinaryIO]:
    """Put a body on the disk, and return it when it has the checksum.

    `size` is its announced length in bytes.  Raises `Altered` for other bytes, `TooLarge` past `MOST_CHECKED`, before
    reading if `size` is more, and what was wrong with the connection: without their end, bytes cannot be compared.
    """
    if size is not None and size > MOST_CHECKED:
        raise _too_large()
    digest = hashlib.new(checksum.algorithm, usedforsecurity=False)
    with TemporaryFile() as file:
        for block in blocks(cast(BinaryIO, body)):
            if file.tell() + len(block) > MOST_CHECKED:
                raise _too_large()
            digest.update(block)
            file.write(block)
        if body.failure is not None:
            raise body.failure
        if digest.digest() != checksum.digest:
            raise Altered
        file.seek(0)
        yield cast(BinaryIO, file)


def _too_large() -> TooLarge:
    return TooLarge(f"A body with Upload-Checksum has at most {MOST_CHECKED} bytes: send smaller chunks.")
