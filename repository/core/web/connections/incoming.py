"""A connection while its next request arrives: how much is there, and whether that is all of it."""

import re
import time
from collections.abc import Callable
from enum import Enum, auto
from io import SEEK_END
from socket import socket
from typing import Any

from gunicorn import http
from gunicorn.http import errors
from gunicorn.http.body import LengthReader
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import TConn

from repository.core.web.client_address import TrustedProxies, client_address, client_network
from repository.core.web.connections.client_pace import ClientPace, ClientTooSlow
from repository.core.web.connections.outlet import Outlet

SMALL_BODY = 1 << 20
"""Bytes of a body that may wait in memory until the rest is there."""
LONGEST_HEAD = 1 << 16
LONGEST_LINE = 1 << 13
PIECE = 1 << 16
_LINE_END = b"\r\n"
_HEAD_END = b"\r\n\r\n"
_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")


class Arrival(Enum):
    """How far a request has come."""

    PARTLY = auto()
    WHOLE = auto()
    LONG = auto()
    """its head is there, and its body is too long to wait for"""


class _ClosedUnreader(SocketUnreader):  # type: ignore[misc]
    """Gives the parser what has arrived; only a thread of transfers opens it for more, at the client's pace."""

    def __init__(self, client: socket, pace: ClientPace) -> None:
        super().__init__(client)
        self.pace = pace
        self.is_open = False

    def chunk(self, size_hint: int | None = None) -> bytes:
        return self.pace.receive(self.sock, max(size_hint or 0, self.mxchunk)) if self.is_open else b""


class Incoming(TConn):  # type: ignore[misc]
    """A connection, its request, and what is to be sent; `client`, `server` and `sock` as gunicorn has them."""

    def __init__(self, cfg: Any, sock: socket, client: Any, server: Any, seconds: float) -> None:
        super().__init__(cfg, sock, client, server)
        self.initialized = True
        self.seconds = seconds
        self.outlet = Outlet(sock)
        self.parser = http.get_parser(cfg, sock, client)
        self.unreader = self.parser.unreader = _ClosedUnreader(sock, ClientPace(seconds))
        self.reading_pace = ClientPace(seconds)
        self.transfer_of: str | None = None
        """the address of the client to which a place among the transfers is counted"""
        self.answer: Any = None
        self.begin()

    def begin(self) -> None:
        """Get ready for a request."""
        self.message: Any = None
        self.is_clean = True
        """nothing of this request is left unread"""
        self.hears_out = False
        self.deadline = time.monotonic() + self.seconds / 2
        self._window = (0.0, 0)
        self._searched = 0
        self._chunks = _ChunkWalk()

    @property
    def gathered(self) -> int:
        """Bytes that have arrived and that nothing has read."""
        return int(self.unreader.buf.seek(0, SEEK_END))

    def take(self) -> bool:
        """Take over what has arrived; False at the end of the client's side.  Raises `BlockingIOError` for nothing."""
        data = self.sock.recv(min(PIECE, self._wanted()))
        self.unreader.buf.seek(0, SEEK_END)
        self.unreader.buf.write(data)
        return bool(data)

    def _wanted(self) -> int:
        """Return how much may be read without touching the next request."""
        reader = self.message and self.message.body.reader
        return max(1, reader.length - self.gathered) if isinstance(reader, LengthReader) else PIECE

    def arrival(self) -> Arrival:
        """Return how far the request is; parse its head once it is whole.  Raises errors of gunicorn."""
        if self.message is None:
            if not self._has_head():
                return Arrival.PARTLY
            self.message = next(self.parser)
            self._begin_window()
        reader, there = self.message.body.reader, self.gathered
        if isinstance(reader, LengthReader):
            if there >= reader.length:
                return Arrival.WHOLE
            return Arrival.LONG if reader.length > SMALL_BODY else Arrival.PARTLY
        if self._chunks.is_complete(self._look, there):
            return Arrival.WHOLE
        return Arrival.LONG if there > SMALL_BODY else Arrival.PARTLY

    def _has_head(self) -> bool:
        """Return whether the head is whole; raise what the parser would, or wait for, before it is."""
        # only the end of a head can begin in what was searched: a head that comes byte by byte is not read again
        start, there = max(0, self._searched - 3), self.gathered
        new, limit = self._look(start, there), self.cfg.limit_request_line + 4
        if _HEAD_END in new:
            return True
        if _BARE_LINE_FEED.search(new, min(start, 1)):
            raise errors.InvalidHeader("bare LF")
        if there > LONGEST_HEAD:
            raise errors.LimitRequestHeaders("head")
        if there > limit >= self._searched and _LINE_END not in self._look(2, limit):
            raise errors.LimitRequestLine(there, limit)
        self._searched = there
        return False

    def _look(self, start: int, stop: int) -> bytes:
        """Return a part of what has arrived without taking it."""
        with self.unreader.buf.getbuffer() as there:
            return bytes(there[start:stop])

    def _begin_window(self) -> None:
        self._window = (time.monotonic() + self.seconds, self.gathered)

    def check_pace(self, now: float) -> None:
        """Raise `ClientTooSlow` if the head is late, or if a window of the body brought too little."""
        if self.message is None:
            if now >= self.deadline:
                raise ClientTooSlow
            return
        end, had = self._window
        if now >= end:
            self.unreader.pace.note(self.seconds, self.gathered - had)
            self._begin_window()

    def end_body(self) -> None:
        """Note whether all of the body was read, or is here to be thrown away."""
        self.unreader.is_open = False
        reader = self.message.body.reader
        try:
            too_far = isinstance(reader, LengthReader) and reader.length > self.gathered
            self.is_clean = not too_far and bool(self.parser.finish_body())
        except (errors.ParseException, errors.NoMoreData):
            self.is_clean = False


class _ChunkWalk:
    """Finds the end of a chunked body (RFC 9112, section 7.1) in bytes that become more."""

    def __init__(self) -> None:
        self._position = 0

    def is_complete(self, look: Callable[[int, int], bytes], there: int) -> bool:
        """Return whether the last chunk is there, or something that is no chunk, which the parser will refuse."""
        while self._position < there:
            line = self._line(look)
            if line is None:
                return there - self._position > LONGEST_LINE
            try:
                size = int(line.partition(b";")[0], 16)
            except ValueError:
                return True
            after = self._position + len(line) + 2
            if size <= 0:
                return size < 0 or _HEAD_END in look(after - 2, there) or there - after > LONGEST_HEAD
            end = look(after + size, after + size + 2)
            if end != _LINE_END:
                return len(end) == 2
            self._position = after + size + 2
        return False

    def _line(self, look: Callable[[int, int], bytes]) -> bytes | None:
        """Return the line that says the length of a chunk, if it is there; nearly all are short."""
        for most in (32, LONGEST_LINE):
            line, end, _ = look(self._position, self._position + most).partition(_LINE_END)
            if end:
                return line
        return None


def client_of(connection: Incoming, proxies: TrustedProxies) -> str:
    """Return what a client can choose its address in, as trusted proxies name it."""
    peer = connection.client
    forwarded = ",".join(value for name, value in connection.message.headers if name == "X-FORWARDED-FOR")
    environ = {"REMOTE_ADDR": str(peer[0]) if isinstance(peer, tuple) else "", "HTTP_X_FORWARDED_FOR": forwarded}
    return client_network(client_address(environ, proxies))
