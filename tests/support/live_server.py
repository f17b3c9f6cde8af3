"""A WSGI application on a port of this process, with a list of what it was asked and a hand in what it answers."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import run_wsgi_app
from werkzeug.wrappers import Request, Response

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
Between = Callable[[Request], Response | None]
"""What happens instead of a request: a reply, or nothing and the request goes on."""
PATIENCE_SECONDS = 60.0


class _Quiet(WSGIRequestHandler):
    """Keeps connections, as real servers do, and writes no log."""

    protocol_version = "HTTP/1.1"

    def log(self, *_: Any) -> None:
        return


@dataclass
class LiveServer:
    """`asked` are the requests so far; `between` may answer in the place of the application."""

    address: str
    asked: list[Request] = field(default_factory=list)
    between: Between | None = None
    _running: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @contextmanager
    def running(self) -> Iterator[None]:
        """The time in which the application answers."""
        with self._changed:
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def wait_for_answers(self) -> None:
        """Wait until the application answers nobody: what it uses may be closed then."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._running == 0, PATIENCE_SECONDS)

    def paths(self, method: str) -> list[str]:
        return [request.path for request in self.asked if request.method == method]


def _watched(application: Application, server: Callable[[], LiveServer]) -> Application:
    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        request = Request(environ)
        server().asked.append(request)
        between = server().between
        reply = between(request) if between else None
        if reply is None:
            with server().running():
                body, status, headers = run_wsgi_app(application, environ, buffered=True)  # closed, if nobody takes it
            start(status, headers.to_wsgi_list())
            return body
        reply.headers["Connection"] = "close"  # the body of the request may not have been read
        return reply(environ, start)

    return answer


@contextmanager
def live(application: Application) -> Iterator[LiveServer]:
    """The application at its address, until the block ends."""
    servers: list[LiveServer] = []
    listening = make_server(
        "127.0.0.1", 0, _watched(application, lambda: servers[0]), threaded=True, request_handler=_Quiet
    )
    listening.daemon_threads = True
    listening.block_on_close = False
    servers.append(LiveServer(f"http://127.0.0.1:{listening.server_port}"))
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield servers[0]
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
