"""HTTP/1.1 on connections that are kept alive, one of each thread to each server; every wait has a limit.

Proxies are those of the environment (``HTTPS_PROXY``, ``NO_PROXY``), certificates those of the system.
"""

import base64
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from repository import __version__
from repository.client.client_errors import ConnectionLost, UsageFault

CONNECT_SECONDS = 30.0
SILENCE_SECONDS = 300.0
"""how long a server may say nothing: one that completes a large upload answers late"""
LARGEST_REPLY = 1 << 28
"""bytes of JSON that are kept in memory"""
AGENT = f"repository-client/{__version__}"

Blocks = Callable[[], Iterable[bytes]]
"""Yields the body from its beginning, however often it is called."""


class BrokenConnection(Exception):
    """The connection broke: what the server did of the request is not known."""


class Unreachable(BrokenConnection):
    """The connection could not be made: the server has seen nothing of the request."""


@dataclass(frozen=True, slots=True)
class SentBody:
    """Bytes to send, by their number."""

    size: int
    blocks: Blocks


def body_of(content: bytes) -> SentBody:
    return SentBody(len(content), lambda: (content,))


class ApiAnswer:
    """A reply whose body is read by `read` or `read_all`; `done` has to be called at the end."""

    def __init__(self, response: HTTPResponse, end: Callable[[], None]) -> None:
        self.status = response.status
        self._response = response
        self._end = end

    def header(self, name: str) -> str:
        """Return the header's value, empty if there is none."""
        return self._response.getheader(name) or ""

    def read(self, size: int) -> bytes:
        """Return the next bytes, none at the end; raise `BrokenConnection` if the body ends too early."""
        try:
            return self._response.read(size)
        except (OSError, HTTPException) as error:
            self._end()
            raise BrokenConnection(_words(error)) from error

    def read_all(self) -> bytes:
        """Return the whole body and end the exchange; raise `BrokenConnection`, also for one that is far too large."""
        content = self.read(LARGEST_REPLY)
        is_short = self.missing > 0
        self.done()
        if is_short:
            raise BrokenConnection("The reply ended too early.")
        return content

    @property
    def missing(self) -> int:
        """Bytes that the server has announced and not sent; 0 if it announced no length."""
        return self._response.length or 0

    def done(self) -> None:
        """Let the next request have the connection; one with an unread body is closed."""
        if not self._response.isclosed():
            self._end()


class KeptConnections:
    """KeptConnections of all threads of a command."""

    def __init__(self) -> None:
        self._own = threading.local()
        self._proxies = getproxies()

    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: SentBody | None = None, *, fresh: bool = False
    ) -> ApiAnswer:
        """Send a request and return the reply's head; raise `BrokenConnection`.

        A connection that the server has closed while it was idle is replaced once; with `fresh` none is reused, for
        requests that must not be sent twice.
        """
        target = urlsplit(url)
        if fresh:
            self._forget(target)
        connection = self._kept().pop(_origin(target), None)
        if connection is not None:
            try:
                return self._exchange(connection, method, target, headers, body)
            except BrokenConnection:
                connection.close()
        return self._exchange(self._open(target), method, target, headers, body)

    def _exchange(
        self,
        connection: HTTPConnection,
        method: str,
        target: SplitResult,
        headers: Mapping[str, str],
        body: SentBody | None,
    ) -> ApiAnswer:
        self._kept()[_origin(target)] = connection
        try:
            _send(connection, method, self._address(target), headers, body)
            response = connection.getresponse()
        except (OSError, HTTPException) as error:
            self._forget(target)
            raise BrokenConnection(_words(error)) from error
        except BaseException:
            self._forget(target)  # half a request was sent
            raise
        if response.will_close:
            self._kept().pop(_origin(target), None)
        return ApiAnswer(response, lambda: self._forget(target))

    def _forget(self, target: SplitResult) -> None:
        if connection := self._kept().pop(_origin(target), None):
            connection.close()

    def _kept(self) -> dict[str, HTTPConnection]:
        kept: dict[str, HTTPConnection] | None = getattr(self._own, "kept", None)
        if kept is None:
            kept = self._own.kept = {}
        return kept

    def _open(self, target: SplitResult) -> HTTPConnection:
        connection = self._connection(target)
        try:
            connection.connect()
        except ssl.SSLCertVerificationError as error:
            raise ConnectionLost(
                f"The certificate of {target.netloc} cannot be trusted: {error.verify_message}."
            ) from error
        except (OSError, HTTPException) as error:
            connection.close()
            raise Unreachable(_words(error)) from error
        connection.sock.settimeout(SILENCE_SECONDS)
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _connection(self, target: SplitResult) -> HTTPConnection:
        if target.scheme not in ("http", "https") or not target.hostname:
            raise UsageFault(f"{target.geturl()!r} is no http(s) address.")
        is_safe = target.scheme == "https"
        proxy = self._proxy(target)
        host, port = (proxy.hostname, proxy.port) if proxy else (target.hostname, target.port)
        connection = (
            HTTPSConnection(host or "", port, timeout=CONNECT_SECONDS, context=self._trust)
            if is_safe
            else HTTPConnection(host or "", port, timeout=CONNECT_SECONDS)
        )
        if proxy and is_safe:
            connection.set_tunnel(target.hostname, target.port or 443, _proxy_headers(proxy))
        return connection

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def _proxy(self, target: SplitResult) -> SplitResult | None:
        address = self._proxies.get(target.scheme) or self._proxies.get("all")
        if not address or proxy_bypass(target.netloc.rpartition("@")[2]):
            return None
        return urlsplit(address if "://" in address else f"http://{address}")

    def _address(self, target: SplitResult) -> str:
        if target.scheme == "http" and self._proxy(target):
            return target.geturl()
        return (target.path or "/") + (f"?{target.query}" if target.query else "")


def _send(
    connection: HTTPConnection, method: str, address: str, headers: Mapping[str, str], body: SentBody | None
) -> None:
    connection.putrequest(method, address, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.putheader("User-Agent", AGENT)
    if body is None:
        if method in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", "0")
        connection.endheaders()
        return
    connection.putheader("Content-Length", str(body.size))
    connection.endheaders()
    try:
        for block in body.blocks():
            connection.send(block)
    except (BrokenPipeError, ConnectionResetError):
        return  # the server may have answered before it closed: its reply says why


def _origin(target: SplitResult) -> str:
    return f"{target.scheme}://{target.netloc}"


def _proxy_headers(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
