"""Refuse requests that gunicorn cannot read in the API's shape of errors; at the end, refuse new clients at once.

gunicorn imports the class by its name (`config.gunicorn`).
"""

import json
import select
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from socket import SHUT_WR, socket
from typing import Any

import structlog
from gunicorn import util
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker
from werkzeug.exceptions import BadRequest

REFUSALS: Mapping[type[Exception], tuple[HTTPStatus, str]] = {
    errors.LimitRequestLine: (HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long."),
    errors.LimitRequestHeaders: (HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The request's headers are too large."),
    errors.ExpectationFailed: (HTTPStatus.EXPECTATION_FAILED, "The server does not do what Expect asks."),
    errors.UnsupportedTransferCoding: (HTTPStatus.NOT_IMPLEMENTED, "The server does not know this Transfer-Encoding."),
}
UNREADABLE = (HTTPStatus.BAD_REQUEST, "The request is not HTTP as the server reads it.")
FAILED = (HTTPStatus.INTERNAL_SERVER_ERROR, "The server failed to carry out the request.")
# Faults of the response, not of the request, although gunicorn derives them from the errors of requests.
OUR_FAULTS = (errors.InvalidResponseHeader, errors.InvalidResponseHeaderName, errors.ConfigurationProblem)
DRAIN_SECONDS = 2.0
LISTEN_SECONDS = 15.0
"""How long the rest of a refused body is heard.  A client that sends it all first must get its answer, too."""


class JsonErrorWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threaded worker; errors that never reach the application have its shape of an error too."""

    sockets: list[socket]
    wsgi: Callable[..., Any]

    def load_wsgi(self) -> None:
        """Load the application, which gets bodies whose faults are the client's."""
        super().load_wsgi()
        application = self.wsgi

        def with_readable_body(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            return application({**environ, "wsgi.input": ReadableBody(environ["wsgi.input"])}, start_response)

        self.wsgi = with_readable_body

    def _keepalive_after(self, conn: Any, keepalive: bool) -> bool:
        """Return whether the connection can be used again; hear out a client that is still sending.

        To close a connection with unread bytes would take away the answer, too (RFC 9112, section 9.6).
        """
        if conn.parser.finish_body(deadline=time.monotonic() + DRAIN_SECONDS):
            return keepalive
        hear_out(conn.sock)
        return False

    def set_accept_enabled(self, enabled: bool) -> None:
        """Accept connections or not; a worker that ends answers connected clients and closes the port.

        gunicorn keeps the port open until the last request is answered.  A client that connects meanwhile would wait
        for that and then be cut off; with a closed port it is refused at once and can ask another server.
        """
        if not self.alive:
            for _ in range(self.cfg.backlog):  # more clients cannot wait; later ones are refused
                for listener in select.select(self.sockets, [], [], 0)[0]:
                    self.accept(listener)
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                listener.close()
            self.sockets = []

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:  # noqa: ARG002
        """Answer and log a request that could not be read, or a failure outside of the application."""
        structlog.contextvars.clear_contextvars()  # it may still hold the thread's last request
        status, message = error_response(exc)
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            self.log.exception("Error handling request")
        else:
            self.log.info("Refused a request from %s: %s", (addr or ("a local socket",))[0], type(exc).__name__)
        try:
            util.write_nonblock(client, _reply(status, message))
        except OSError as error:  # the client is gone
            self.log.debug("Nobody heard the refusal: %s", error)


class ReadableBody:
    """A request's body; one that is no HTTP is a bad request, not a failure of the application."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int | None = None) -> bytes:
        with _as_bad_request():
            return bytes(self._body.read(size))

    def readline(self, size: int | None = None) -> bytes:
        with _as_bad_request():
            return bytes(self._body.readline(size))

    def readlines(self, size: int | None = None) -> list[bytes]:
        with _as_bad_request():
            return list(self._body.readlines(size))

    def __iter__(self) -> Iterable[bytes]:
        with _as_bad_request():
            yield from self._body


@contextmanager
def _as_bad_request() -> Iterator[None]:
    try:
        yield
    except (errors.ParseException, errors.NoMoreData) as error:
        raise BadRequest("The body is not HTTP as the server reads it: a chunk is broken.") from error


def hear_out(client: socket) -> None:
    """End our side of the connection, and read what still comes for `LISTEN_SECONDS`, until the client ends its own."""
    deadline = time.monotonic() + LISTEN_SECONDS
    with suppress(OSError):  # the client is gone
        client.shutdown(SHUT_WR)
        while (left := deadline - time.monotonic()) > 0:
            client.settimeout(left)
            if not client.recv(1 << 16):
                return


def error_response(error: Exception) -> tuple[HTTPStatus, str]:
    """Return status and message of an error of gunicorn; the message never repeats the request."""
    if isinstance(error, errors.ParseException) and not isinstance(error, OUR_FAULTS):
        return REFUSALS.get(type(error), UNREADABLE)
    return FAILED


def _reply(status: HTTPStatus, message: str) -> bytes:
    body = json.dumps({"status": status, "message": message}).encode()
    head = (
        f"HTTP/1.1 {status} {status.phrase}\r\n"
        "Connection: close\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body
