"""An answer while it is made: in portions, so that no thread waits for its reader."""

from collections.abc import Iterator
from contextvars import Context, copy_context
from typing import Any

from gunicorn.http.wsgi import FileWrapper

from repository.core.web.connections.outlet import Outlet
from repository.core.web.local_part import LocalPart

PORTION = 1 << 18
"""Bytes in memory after which the making waits for the reader."""


class Answer:
    """gunicorn's response and the application's body of it, which are written to an outlet portion by portion.

    The context of the first thread goes with the answer: what its body logs has the id of the request.
    """

    def __init__(self, reply: Any, body: Any, outlet: Outlet) -> None:
        self._reply = reply
        self._body = body
        self._outlet = outlet
        self._items: Iterator[bytes] = iter(()) if isinstance(body, FileWrapper | LocalPart) else iter(body)
        self._context: Context = copy_context()
        self.is_made = False
        self.stream_of: str | None = None
        """the address of the client to which a place among the streams is counted"""

    @property
    def ends_connection(self) -> bool:
        return bool(self._reply.should_close())

    def advance(self) -> None:
        """Make the next portion; `is_made` tells whether it was the last."""
        self._context.run(self._advance)

    def _advance(self) -> None:
        if isinstance(self._body, FileWrapper | LocalPart):
            self._reply.write_file(self._body)
        for item in self._items:
            self._reply.write(item)
            if self._outlet.in_memory >= PORTION:
                return
        self._reply.close()
        self.close()

    def close(self) -> None:
        """End it; the application lets go of what its body needs."""
        if not self.is_made:
            self.is_made = True
            if hasattr(self._body, "close"):
                self._body.close()
