"""Bodies of an S3 server's answers."""

from io import RawIOBase
from typing import Any

from repository.engines.store.s3_errors import as_unavailable


class AnswerBody(RawIOBase):
    """The body of an answer; one that ends before its announced length raises `Unavailable`."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        with as_unavailable():
            return int(self._body.readinto(buffer))

    def close(self) -> None:
        """Close the connection, which is used again only if all was read."""
        if not self.closed:
            self._body.close()
        super().close()
