"""Fetch a file from an address that a depositor chose, at hosts that the operator allows.

Every hop of a redirection is judged as the first address is: by its host, and by the one numeric address that the
connection then goes to.  Nothing secret is sent along.  Reading ends when the server is slower than `SLOWEST`.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPException, HTTPResponse
from urllib.parse import urldefrag, urljoin

from repository.core.errors import Unavailable, Unsuitable
from repository.engines.outgoing.allowed_addresses import CallGuard
from repository.engines.outgoing.allowed_hosts import AllowedHosts
from repository.engines.outgoing.fetch_replies import REDIRECTS, ReplyHead, head_of
from repository.engines.outgoing.pinned_connection import (
    PinnedConnection,
    Resolve,
    cause_of_silence,
    pinned,
    resolve_here,
    target_of,
)

MOST_HOPS = 5
HEAD_SECONDS = 30.0
"""for a connection and the headers of a reply"""
SILENT_SECONDS = 30.0
"""without a byte"""
SLOWEST = 1_024
"""bytes a second on average, in `WINDOW_SECONDS`"""
WINDOW_SECONDS = 60.0
CUT_OFF = "The connection was cut before the end of the file."
TOO_SLOW = "The server sends too slowly."


class FetchedBytes:
    """The body of a reply; `head` says which bytes of the file they are."""

    def __init__(
        self,
        head: ReplyHead,
        response: HTTPResponse,
        connection: PinnedConnection,
        rate: int,
        seconds: Callable[[], float],
    ) -> None:
        self.head = head
        self._response = response
        self._connection = connection
        self._rate = rate
        self._seconds = seconds
        self._left = None if head.total is None else head.total - head.start
        self._window, self._in_window = seconds(), 0
        self.due = seconds()

    def read(self, size: int) -> bytes:
        """Return what has come, at most `size` bytes; empty at the end.  Raises `Unavailable`, also if it is early."""
        try:
            piece = self._response.read1(size)
        except (OSError, HTTPException, ValueError) as error:
            raise Unavailable(cause_of_silence(error)) from None
        if not piece and self._left:
            raise Unavailable(CUT_OFF)
        if self._left is not None:
            self._left -= len(piece)
        self._require_pace(len(piece))
        return piece

    def cut(self) -> None:
        """End the wait for the server, from another thread."""
        self._connection.cut()

    def _require_pace(self, count: int) -> None:
        """Wait if the server is faster than we want; raise `Unavailable` if it is slower."""
        now = self._seconds()
        self._in_window += count
        if now - self._window >= WINDOW_SECONDS:
            if count and self._in_window < SLOWEST * WINDOW_SECONDS:
                raise Unavailable(TOO_SLOW)
            self._window, self._in_window = now, 0
        if self._rate:
            self.due = max(self.due, now) + count / self._rate
            if self.due > now:
                threading.Event().wait(self.due - now)


class GuardedFetch:
    """Fetches from `hosts`, at addresses that `guard` allows, at most `rate` bytes a second (0: any)."""

    def __init__(
        self,
        hosts: AllowedHosts,
        guard: CallGuard,
        rate: int = 0,
        resolve: Resolve = resolve_here,
        seconds: Callable[[], float] = time.monotonic,
        head_seconds: float = HEAD_SECONDS,
    ) -> None:
        self.hosts = hosts
        self._guard = guard
        self._rate = rate
        self._resolve = resolve
        self._seconds = seconds
        self._head_seconds = head_seconds

    def fault_of(self, url: str) -> str:
        """Return why nothing is fetched from an address, empty if it may be tried."""
        return self.hosts.fault_of(url, self._guard)

    @contextmanager
    def opened(self, url: str, offset: int = 0, validator: str = "", accept: str = "*/*") -> Iterator[FetchedBytes]:
        """Ask for the file, from `offset` on if it is still the one with `validator`; give its bytes.

        `accept` are the media types that are wanted.

        Raise `Unsuitable` for an address or an answer that no other try changes, `Unavailable` for all others.
        """
        rest = {"Range": f"bytes={offset}-", "If-Range": validator} if offset and validator else {}
        headers = {"Accept": accept, **rest}
        for _ in range(MOST_HOPS):
            if fault := self.fault_of(url):
                raise Unsuitable(fault)
            connection = pinned(self._guard, url, self._resolve, SILENT_SECONDS)
            with closing(connection), closing(_asked(connection, url, headers, self._head_seconds)) as response:
                if response.status not in REDIRECTS:
                    head = head_of(response.status, response.headers, offset if rest else 0, validator)
                    yield FetchedBytes(head, response, connection, self._rate, self._seconds)
                    return
                url = _next(url, response.headers.get("Location", ""))
        raise Unsuitable("The server redirects too often.")


def _next(url: str, location: str) -> str:
    """Return where a redirection leads; an address that is none is refused when it is judged."""
    try:
        return urldefrag(urljoin(url, location)).url
    except ValueError:
        return ""


def _asked(connection: PinnedConnection, url: str, more: dict[str, str], seconds: float) -> HTTPResponse:
    """Send the request; return the reply, of which the body is still to come."""
    headers = {"User-Agent": "research-data-repository", "Accept-Encoding": "identity"}
    timer = threading.Timer(seconds, connection.cut)
    timer.daemon = True
    timer.start()
    try:
        connection.request("GET", target_of(url), headers={**headers, **more, "Connection": "close"})
        return connection.getresponse()
    except (OSError, HTTPException, ValueError) as error:
        raise Unavailable(cause_of_silence(error)) from None
    finally:
        timer.cancel()
