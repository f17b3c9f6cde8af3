"""A program at an address that webhooks are posted to: it answers as a test orders, and keeps what came."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.web_server import HOST


@dataclass
class HookReceiver:
    """What came, and what is answered: a status, headers, a body; None for silence until `ending`."""

    port: int = 0
    status: int | None = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"thanks"
    posts: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    ending: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/hook?a=b"


@contextmanager
def hook_receiver() -> Iterator[HookReceiver]:
    """Run the program on loopback."""
    receiver = HookReceiver()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.posts.append((self.path, dict(self.headers), content))
            if receiver.status is None:
                receiver.ending.wait()
                return
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(receiver.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer((HOST, 0), Answers)
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.ending.set()
        server.shutdown()
        server.server_close()
        thread.join()
