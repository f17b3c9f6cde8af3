"""Between a store and its server: a proxy that spoils what comes back, and servers that lack what a store needs."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from selectors import EVENT_READ, DefaultSelector
from socketserver import BaseRequestHandler, TCPServer, ThreadingTCPServer
from threading import Lock, Thread
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

PIECE = 1 << 16
_REFUSAL = b"<Error><Code>NotImplemented</Code><Message>A header is not implemented.</Message></Error>"
NOT_IMPLEMENTED = b"HTTP/1.1 501 Not Implemented\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (
    len(_REFUSAL),
    _REFUSAL,
)

Spoil = Callable[[bytes, bytes], bytes | None]
"""From all that a connection has asked and a piece of what is answered: what the client gets, None to hang up."""


@contextmanager
def serving(server: TCPServer) -> Iterator[str]:
    """The address of `server`, which answers during the block."""
    with server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


Alter = Callable[[bytes], bytes]
"""From a piece of what is asked: what the server gets."""


def as_it_is(piece: bytes) -> bytes:
    return piece


@contextmanager
def spoiled(store_url: str, spoil: Spoil, alter: Alter = as_it_is) -> Iterator[str]:
    """The URL of the same store behind a proxy that lets `spoil` change every answer, and `alter` every question."""
    upstream = urlsplit(dict(parse_qsl(urlsplit(store_url).query))["endpoint"])
    clients: list[socket.socket] = []

    class Relay(BaseRequestHandler):
        def handle(self) -> None:
            clients.append(self.request)
            server = socket.create_connection((upstream.hostname or "", upstream.port or 80), 20)
            with server, suppress(ConnectionError):  # either side may hang up at any time
                relay(self.request, server, spoil, alter)

    with serving(ThreadingTCPServer(("127.0.0.1", 0), Relay)) as address:
        try:
            yield with_endpoint(store_url, address)
        finally:
            for each in clients:  # those that a store keeps for its next request would be waited for
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)


def relay(client: socket.socket, server: socket.socket, spoil: Spoil, alter: Alter) -> None:
    """Carry bytes both ways until somebody hangs up; `spoil` is told of one request at a time."""
    asked, is_answered = b"", False
    with DefaultSelector() as selector:
        for each in (client, server):
            selector.register(each, EVENT_READ)
        while True:
            for key, _ in selector.select(30):
                piece = key.fileobj.recv(PIECE)  # type: ignore[union-attr]
                if not piece:
                    return
                if key.fileobj is client:
                    asked, is_answered = b"" if is_answered else asked, False
                    asked += piece
                    server.sendall(alter(piece))
                    continue
                is_answered = not piece.startswith(b"HTTP/1.1 100")
                if (answer := spoil(asked, piece)) is None:
                    return
                client.sendall(answer)


def with_endpoint(store_url: str, endpoint: str) -> str:
    """The same store at another address."""
    parts = urlsplit(store_url)
    return urlunsplit(parts._replace(query=urlencode({**dict(parse_qsl(parts.query)), "endpoint": endpoint})))


class LostAnswers:
    """Hangs up instead of giving the first `times` good answers to requests that hold `mark`."""

    def __init__(self, mark: bytes, times: int = 1) -> None:
        self.lost = 0
        self._mark = mark
        self._times = times
        self._lock = Lock()

    def __call__(self, asked: bytes, answer: bytes) -> bytes | None:
        with self._lock:
            if self.lost < self._times and self._mark in asked and answer.startswith(b"HTTP/1.1 200"):
                self.lost += 1
                return None
        return answer


def silent_after(mark: bytes) -> Spoil:
    """Keeps the connection and gives no answer to requests that hold `mark`."""
    return lambda asked, answer: b"" if mark in asked else answer


def cut_after(count: int) -> Spoil:
    """Hangs up once a connection has given `count` bytes of an object."""
    given = 0

    def spoil(asked: bytes, answer: bytes) -> bytes | None:
        nonlocal given
        if not asked.startswith(b"GET "):
            return answer
        given += len(answer)
        return answer if given < count else None

    return spoil


def without_conditions(asked: bytes, answer: bytes) -> bytes:
    """As a server answers that does not implement ``If-None-Match``, and has done nothing."""
    if b"if-none-match" not in asked.lower() or not answer.startswith(b"HTTP/1.1 412"):
        return answer
    return NOT_IMPLEMENTED


def refusing(store_url: str, word: bytes, other: bytes) -> AbstractContextManager[str]:
    """The same store as a server that does not implement what has `word` in its head, and then does nothing.

    It is sent the `other` instead, which the signature does not fit.
    """

    def alter(piece: bytes) -> bytes:
        return piece.replace(word, other)

    def spoil(asked: bytes, answer: bytes) -> bytes:
        # it may come at once with the leave to go on
        return NOT_IMPLEMENTED if word in asked and b"HTTP/1.1 403" in answer else answer

    return spoiled(store_url, spoil, alter)


def damaged(store_url: str) -> AbstractContextManager[str]:
    """The same store on a line that changes a bit of an object."""
    is_done = False

    def alter(piece: bytes) -> bytes:
        nonlocal is_done
        if is_done or len(piece) < PIECE // 2:
            return piece
        is_done = True
        middle = len(piece) // 2
        return piece[:middle] + bytes([piece[middle] ^ 1]) + piece[middle + 1 :]

    return spoiled(store_url, lambda _, answer: answer, alter)


def with_tags_of_its_own(asked: bytes, answer: bytes) -> bytes:
    """As a server answers that encrypts what it keeps, so that its tags are no MD5."""
    return (
        answer
        if b"partNumber=" in asked
        else re.sub(rb'(?i)(\r\netag: )"?([0-9a-f]{32})"?', rb'\1"0123456789abcdef0123456789abcdef"', answer)
    )


class Careless(BaseHTTPRequestHandler):
    """Keeps what it is given, and heeds neither condition, checksum, range nor signature."""

    protocol_version = "HTTP/1.1"
    kept: bytes = b""

    def do_PUT(self) -> None:
        type(self).kept = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(b"")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer(b"<Result><UploadId>1</UploadId></Result>")

    def do_GET(self) -> None:
        self._answer(b"<Result/>" if "list-type=" in self.path or "uploads" in self.path else self.kept)

    def do_HEAD(self) -> None:
        self._answer(b"")

    def do_DELETE(self) -> None:
        self._answer(b"")

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Nothing: what it did is not what is tested."""

    def _answer(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def careless_server() -> TCPServer:
    """A server for `serving` that keeps no promise."""
    return ThreadingHTTPServer(("127.0.0.1", 0), Careless)
