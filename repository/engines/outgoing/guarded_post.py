"""One POST to an address that somebody chose.

The name is resolved once, every address of it must be allowed, and the connection goes to one of these: a name that
leads elsewhere a moment later does not matter.  Nothing is redirected, little is read, and all of it ends in time.
"""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException
from threading import Timer
from urllib.parse import urlsplit

from repository.core.errors import Unavailable, Unsuitable
from repository.engines.outgoing.allowed_addresses import CallGuard, host_of

CONNECT_SECONDS = 5.0
WHOLE_SECONDS = 15.0
MOST_READ = 2_048
"""bytes of a reply"""


@dataclass(frozen=True, slots=True)
class PostReply:
    """What the other side answered: a status, and the beginning of its text."""

    status: int
    text: str

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


class GuardedPost:
    """Posts to addresses that `guard` allows; a call takes no longer than `seconds`."""

    def __init__(self, guard: CallGuard, seconds: float = WHOLE_SECONDS) -> None:
        self.guard = guard
        self._seconds = seconds

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> PostReply:
        """Send the body once.

        Raise `Unsuitable` for an address that may not be called, `Unavailable` for one that does not answer.
        """
        parts = urlsplit(url)
        host = host_of(url)
        if not host:
            raise Unsuitable("This is no address that can be called.")
        secure = parts.scheme == "https"
        address = self._resolved(host, parts.port or (443 if secure else 80))
        connection = _PinnedConnection(host, parts.port or (443 if secure else 80), address, secure=secure)
        timer = Timer(self._seconds, connection.cut)
        timer.daemon = True
        timer.start()
        try:
            target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            return _reply(connection, target, body, headers)
        except (OSError, HTTPException, ValueError) as error:
            raise Unavailable(_cause(error)) from None
        finally:
            timer.cancel()
            connection.close()

    def _resolved(self, host: str, port: int) -> str:
        """Return one address of the name, if all of them are allowed."""
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Unavailable("The name of the host is not known.") from None
        addresses = [str(row[4][0]) for row in rows]
        if not addresses or not all(map(self.guard.allows, addresses)):
            raise Unsuitable("The address is inside a network that may not be called.")
        return addresses[0]


class _PinnedConnection(HTTPConnection):
    """A connection to one numeric address, whatever the name leads to; TLS proves the name."""

    def __init__(self, host: str, port: int, address: str, *, secure: bool) -> None:
        super().__init__(host, port, timeout=CONNECT_SECONDS)
        self._address = address
        self._secure = secure
        self.default_port = 443 if secure else 80

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), CONNECT_SECONDS)
        self.sock = plain
        if self._secure:
            self.sock = _tls_context().wrap_socket(plain, server_hostname=self.host)

    def cut(self) -> None:
        """End the call from another thread; whoever waits for a reply gets an error."""
        opened = self.sock
        if opened is not None:
            _shut(opened)


def _shut(opened: socket.socket) -> None:
    try:
        opened.shutdown(socket.SHUT_RDWR)
    except OSError:
        opened.close()  # the other side was faster


def _reply(connection: HTTPConnection, target: str, body: bytes, headers: Mapping[str, str]) -> PostReply:
    connection.request("POST", target, body, {"Connection": "close", "Accept-Encoding": "identity", **headers})
    response = connection.getresponse()
    text = response.read(MOST_READ).decode("utf-8", "replace")
    return PostReply(response.status, text)


def _cause(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "The address does not answer in time."
    if isinstance(error, ssl.SSLCertVerificationError):
        return "The certificate of the address is not trusted."
    return f"The address does not answer ({type(error).__name__})."


@cache
def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()
