"""A connection to one numeric address, whatever the name of the host leads to a moment later."""

import socket
import ssl
from collections.abc import Callable, Sequence
from functools import cache
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from repository.core.errors import Unavailable, Unsuitable
from repository.engines.outgoing.allowed_addresses import CallGuard, host_of

CONNECT_SECONDS = 5.0
PORTS = {"http": 80, "https": 443}
Resolve = Callable[[str, int], Sequence[str]]
"""Returns the numeric addresses of a name; raises `OSError` or `UnicodeError`."""


def resolve_here(host: str, port: int) -> Sequence[str]:
    """Return the addresses that this machine finds for a name."""
    return [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class PinnedConnection(HTTPConnection):
    """A connection to one numeric address; TLS proves the name."""

    def __init__(self, host: str, port: int, address: str, *, secure: bool, seconds: float = CONNECT_SECONDS) -> None:
        super().__init__(host, port, timeout=seconds)
        self._address = address
        self._secure = secure
        self._opened: socket.socket | None = None
        self.default_port = PORTS["https" if secure else "http"]

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), CONNECT_SECONDS)
        plain.settimeout(self.timeout)
        self.sock = plain
        if self._secure:
            self.sock = _tls_context().wrap_socket(plain, server_hostname=self.host)
        self._opened = self.sock

    def cut(self) -> None:
        """End the call from another thread; whoever waits for a reply or its body gets an error."""
        if self._opened is not None:
            _shut(self._opened)  # not `sock`: that is forgotten once the headers are there


def pinned(
    guard: CallGuard, url: str, resolve: Resolve = resolve_here, seconds: float = CONNECT_SECONDS
) -> PinnedConnection:
    """Return what connects to the host of an address.

    Its name is resolved once, and every result must be allowed.  Raise `Unsuitable` for an address that may not be
    called, `Unavailable` for a name that is not known.
    """
    parts, host = urlsplit(url), host_of(url)
    if not host:
        raise Unsuitable("This is no address that can be called.")
    port = parts.port or PORTS[parts.scheme]
    try:
        addresses = resolve(host, port)
    except (OSError, UnicodeError):
        raise Unavailable("The name of the host is not known.") from None
    if not addresses or not all(map(guard.allows, addresses)):
        raise Unsuitable("The address is inside a network that may not be called.")
    return PinnedConnection(host, port, addresses[0], secure=parts.scheme == "https", seconds=seconds)


def target_of(url: str) -> str:
    """Return path and query of an address, as a request names them."""
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"


def cause_of_silence(error: Exception) -> str:
    """Return why a call has failed, without the error's own text."""
    if isinstance(error, TimeoutError):
        return "The address does not answer in time."
    if isinstance(error, ssl.SSLCertVerificationError):
        return "The certificate of the address is not trusted."
    return f"The address does not answer ({type(error).__name__})."


def _shut(opened: socket.socket) -> None:
    try:
        opened.shutdown(socket.SHUT_RDWR)
    except OSError:
        opened.close()  # the other side was faster


@cache
def _tls_context() -> Any:
    return ssl.create_default_context()
