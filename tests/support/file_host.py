"""A server that files are fetched from: it behaves as a test orders, and keeps what it was asked."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.web_server import HOST

TAG = '"first"'
Answer = Callable[["Asked"], None]


class Asked(BaseHTTPRequestHandler):
    """One request, and what can be answered to it."""

    protocol_version = "HTTP/1.1"
    host: "FileHost"

    def do_GET(self) -> None:
        self.close_connection = True
        self.host.asked.append((self.path, dict(self.headers)))
        try:
            self.host.answer(self)
        except OSError:
            self.host.left += 1  # the other side has ended the connection

    def head(self, status: int, **headers: str) -> None:
        """Send a status and headers; names have ``_`` in place of ``-``."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def offset(self) -> int:
        """Return where the wanted range begins, 0 without one."""
        wanted = self.headers.get("Range", "")
        return int(wanted.removeprefix("bytes=").rstrip("-") or 0)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@dataclass
class FileHost:
    """What was asked, as path and headers; how many answers were cut by the other side; `ending` ends what waits."""

    answer: Answer
    port: int = 0
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    left: int = 0
    ending: threading.Event = field(default_factory=threading.Event)

    @property
    def name(self) -> str:
        """As it stands in the setting of hosts."""
        return f"http://{HOST}:{self.port}"

    def url(self, path: str = "/data.csv?key=hidden") -> str:
        return f"{self.name}{path}"

    def ranges(self) -> list[str | None]:
        """Return the ranges that were asked for, in their order."""
        return [headers.get("Range") for _, headers in self.asked]


@contextmanager
def file_host(answer: Answer, context: ssl.SSLContext | None = None) -> Iterator[FileHost]:
    """Run the server on loopback, by TLS with a `context`."""
    host = FileHost(answer)
    server = ThreadingHTTPServer((HOST, 0), type("Played", (Asked,), {"host": host}))
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    host.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield host
    finally:
        host.ending.set()
        server.shutdown()
        server.server_close()
        thread.join()


def whole(content: bytes) -> Answer:
    """Answer with all bytes, whatever range is wanted."""

    def answer(asked: Asked) -> None:
        asked.head(200, Content_Length=str(len(content)))
        asked.wfile.write(content)

    return answer


def resumable(content: bytes, tag: str = TAG, cut_after: int | None = None) -> Answer:
    """Answer with the wanted range if it is of these bytes; cut the connection after so many."""

    def answer(asked: Asked) -> None:
        is_same = asked.headers.get("If-Range") == tag
        start = asked.offset() if is_same else 0
        rest, size = content[start:], len(content)
        shared = {"ETag": tag, "Accept_Ranges": "bytes", "Content_Length": str(len(rest))}
        if start:
            asked.head(206, Content_Range=f"bytes {start}-{size - 1}/{size}", **shared)
        else:
            asked.head(200, **shared)
        asked.wfile.write(rest[:cut_after] if cut_after else rest)

    return answer
