"""Bytes on their way out of an S3 store."""

from io import BufferedReader, RawIOBase
from typing import Any, BinaryIO, cast

from repository.engines.store.s3_errors import as_unavailable

BUFFER = 1 << 20


class _Body(RawIOBase):
    """The body of an answer; one that ends before its announced length raises `Unavailable`."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        with as_unavailable():
            return int(self._body.readinto(buffer))

    def close(self) -> None:
        """Let go of the connection, which is used again only if all was read."""
        if not self.closed:
            self._body.close()
        super().close()


def reading(body: Any) -> BinaryIO:
    """`body` as a file that can be read in pieces of any size, and not be sought in."""
    return cast(BinaryIO, BufferedReader(_Body(body), BUFFER))
