"""The body of a request, whose faults are told to the client."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from socket import SHUT_RD, socket
from typing import Any

from gunicorn.http import errors
from werkzeug.exceptions import BadRequest, RequestTimeout

from repository.core.web.connections.client_pace import ClientTooSlow
from repository.core.web.connections.http_refusals import SLOW_BODY


class ReadableBody:
    """A request's body; one that is no HTTP is a bad request, not a failure of the application."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def read(self, size: int | None = None) -> bytes:
        with _as_fault_of_client():
            return bytes(self._body.read(size))

    def readline(self, size: int | None = None) -> bytes:
        with _as_fault_of_client():
            return bytes(self._body.readline(size))

    def readlines(self, size: int | None = None) -> list[bytes]:
        with _as_fault_of_client():
            return list(self._body.readlines(size))

    def __iter__(self) -> Iterable[bytes]:
        with _as_fault_of_client():
            yield from self._body


def stop_of_reading(environ: Mapping[str, Any]) -> Callable[[], None]:
    """Return what ends the body of this request where it is, from another thread; it can still be answered."""
    client = getattr(environ.get("gunicorn.socket"), "client", None)

    def stop() -> None:
        if isinstance(client, socket):
            with suppress(OSError):  # the client was faster
                client.shutdown(SHUT_RD)

    return stop


@contextmanager
def _as_fault_of_client() -> Iterator[None]:
    try:
        yield
    except (errors.ParseException, errors.NoMoreData) as error:
        raise BadRequest("The body is not HTTP as the server reads it: a chunk is broken.") from error
    except ClientTooSlow as error:
        raise RequestTimeout(SLOW_BODY[1]) from error
