"""One server with three faces, and the address that makes it misbehave."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.support.registrars import accounts as known
from tests.support.registrars.cstr import Cstr
from tests.support.registrars.datacite import DataCite
from tests.support.registrars.handle import Handles
from tests.support.registrars.ledger import Ledger
from tests.support.registrars.orders import Order, Orders
from tests.support.registrars.requests import Reply, Request

HOST = "127.0.0.1"
NONSENSE = "<html><body><h1>502 Bad Gateway</h1><p>nginx"
_CHUNK = b"0123456789abcdef" * 4096
_LOGGED = 1000


class Face(Protocol):
    """One service."""

    name: str
    ledger: Ledger

    def answer(self, request: Request) -> Reply: ...


class Registrars:
    """All faces, their orders, and the server on `port` while it runs."""

    def __init__(
        self, port: int, accounts: known.Accounts = known.DEFAULT, file: Path | None = None, polls: int = 0
    ) -> None:
        self.port = port
        self.orders = Orders()
        self._accounts, self._polls = accounts, polls
        self.faces = self._empty_faces()
        self.log: list[dict[str, Any]] = []
        self.stopping = threading.Event()
        self._file = file
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None
        if file is not None and file.exists():
            for name, state in json.loads(file.read_text("utf-8")).items():
                self.faces[name].ledger.load(state)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self) -> None:
        """Serve in a thread of its own; the port is taken when this returns."""
        self._bind()
        assert self._server is not None
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="registrars", daemon=True).start()

    def serve(self) -> None:
        """Serve until interrupted."""
        self._bind()
        assert self._server is not None
        self._server.serve_forever()

    def stop(self) -> None:
        """End the server and let go of its port."""
        self.stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def do(self, name: str, request: Request) -> Reply:
        """Return the reply of a face; requests run one by one, so that two cannot mint one identifier."""
        with self._lock:
            reply = self.faces[name].answer(request)
            if self._file is not None and request.method != "GET":
                self._save(self._file)
            return reply

    def note(self, name: str, request: Request, ended: str) -> None:
        """Record the outcome of a request."""
        self.log.append({"face": name, "method": request.method, "path": request.path, "ended": ended})
        del self.log[:-_LOGGED]

    def control(self, request: Request) -> Reply:
        """Take an order, or return the state."""
        if request.method == "GET" and request.path == "/state":
            return Reply(200, self.state())
        if request.method != "POST":
            return Reply(404, {"message": "POST /control, GET /control/state"})
        try:
            order = Order.of(request.json)
        except (ValueError, TypeError, AttributeError) as error:
            return Reply(400, {"message": str(error)})
        if order.do == "reset":
            self.faces = self._empty_faces()
            self.log.clear()
        if order.do in ("reset", "clear"):
            self.orders.clear()
        else:
            self.orders.add(order)
        return Reply(200, {"orders": self.orders.state()})

    def state(self) -> dict[str, Any]:
        """Return the state; ``mints`` by face and folded identifier come first, for tests that count."""
        with self._lock:
            ledgers = {name: face.ledger.state() for name, face in self.faces.items()}
        mints = {name: ledger["mints"] for name, ledger in ledgers.items()}
        return {"mints": mints, **ledgers, "orders": self.orders.state(), "requests": list(self.log)}

    def _empty_faces(self) -> Mapping[str, Face]:
        def of(name: str) -> Sequence[known.Account]:
            return self._accounts.get(name, ())

        faces: list[Face] = [
            DataCite(of("datacite")),
            Cstr(of("cstr"), self.orders, self._polls),
            Handles(of("handle")),
        ]
        return {face.name: face for face in faces}

    def _bind(self) -> None:
        self._server = ThreadingHTTPServer((HOST, self.port), type("Bound", (Conversation,), {"registrars": self}))
        self._server.daemon_threads = True

    def _save(self, file: Path) -> None:
        """Write the state in one step: a reader sees one whole state."""
        written = file.with_suffix(".new")
        written.write_text(
            json.dumps({n: f.ledger.state() for n, f in self.faces.items()}, ensure_ascii=False), "utf-8"
        )
        written.rename(file)


class Conversation(BaseHTTPRequestHandler):
    """One connection."""

    registrars: Registrars
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._converse()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Log nothing: the state lists all requests."""

    def _converse(self) -> None:
        parts = urlsplit(self.path)
        _, name, *below = unquote(parts.path).split("/", 2)
        length = self.headers.get("Content-Length") or "0"
        request = Request(
            method=self.command,
            path=f"/{below[0]}" if below else "",
            query=dict(parse_qsl(parts.query)),
            headers={key.lower(): value for key, value in self.headers.items()},
            content=self.rfile.read(int(length)) if length.isdecimal() else b"",
        )
        if name == "control":
            self._send(self.registrars.control(request))
        elif name not in self.registrars.faces:
            self._send(Reply(404, {"message": f"there is {', '.join(self.registrars.faces)}"}))
        else:
            self._serve(name, request)

    def _serve(self, name: str, request: Request) -> None:
        order = self.registrars.orders.for_request(name, request)
        if order is None:
            reply = self.registrars.do(name, request)
            self.registrars.note(name, request, str(reply.status))
            self._send(reply)
            return
        self.registrars.note(name, request, order.do)
        self._misbehave(order, name, request)

    def _misbehave(self, order: Order, name: str, request: Request) -> None:
        if order.do in ("delay", "hang"):
            self.registrars.stopping.wait(order.seconds)
        if order.do == "hang":
            self.close_connection = True
        elif order.do in ("fail", "limit"):
            self._fail(order)
        elif order.do == "redirect":
            self._send(Reply(302, "", {"Location": order.to}))
        elif order.do == "flood":
            self._flood(order.size)
        else:
            self._spoil(order, self.registrars.do(name, request))

    def _spoil(self, order: Order, reply: Reply) -> None:
        """Carry out the request, and send nothing, half or nonsense; or everything, late."""
        if order.do == "lose":
            self.close_connection = True
        elif order.do == "halve":
            self._send(reply, only=len(reply.content) // 2)
            self.close_connection = True
        elif order.do == "garble":
            self._send(Reply(200, NONSENSE if order.body is None else order.body, media_type="text/html"))
        else:
            self._send(reply)

    def _fail(self, order: Order) -> None:
        status = 429 if order.do == "limit" else order.status
        after = "1" if order.do == "limit" else order.retry_after
        headers = {} if after is None else {"Retry-After": str(after)}
        self._send(Reply(status, {"message": "out of order"} if order.body is None else order.body, headers))

    def _flood(self, size: int) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        try:
            for _ in range(0, size, len(_CHUNK)):
                self.wfile.write(_CHUNK)
        except OSError:
            return  # the client closed the connection

    def _send(self, reply: Reply, only: int | None = None) -> None:
        content = reply.content
        try:
            self.send_response(reply.status)
            for name, value in {"Content-Type": reply.media_type, **reply.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[:only])
        except OSError:
            self.close_connection = True  # the client closed the connection


@contextmanager
def running(port: int, **options: Any) -> Iterator[Registrars]:
    """Run registrars on `port` during the block; `options` are those of `Registrars`."""
    registrars = Registrars(port, **options)
    registrars.start()
    try:
        yield registrars
    finally:
        registrars.stop()
