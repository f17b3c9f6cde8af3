"""HTTP calls to servers of others, bounded in time and bytes; no redirection is followed.

Errors of the client library end here, because their texts could carry credentials.
"""

import os
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

import httpx2


class CallFailed(Exception):
    """No whole reply came; `what` completes a sentence that begins with the server's name."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class RawReply:
    """A reply of any status, its content as received."""

    status: int
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    def header(self, name: str) -> str:
        """Return the value of a header in any spelling, empty without one."""
        return self.headers.get(name, "")


class BoundedClient:
    """Connections that each process opens at its first call.

    `timeout` are the seconds for each part of a reply; a third of it for a connection, four times for a whole reply.
    A reply has `largest` bytes at most.
    """

    def __init__(self, timeout: float, largest: int) -> None:
        self._timeout = timeout
        self._largest = largest
        self._client: httpx2.Client | None = None
        self._process = 0
        self._lock = threading.Lock()

    def send(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        *,
        content: bytes | None = None,
        query: Mapping[str, str] | None = None,
    ) -> RawReply:
        """Send one request once and return the reply; raise `CallFailed`."""
        try:
            with self._open_client().stream(
                method, address, params=query, content=content, headers=dict(headers)
            ) as response:
                return RawReply(response.status_code, self._read(response), response.headers)
        except httpx2.TimeoutException:
            raise CallFailed("does not answer in time") from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise CallFailed(_cause(error)) from None

    def close(self) -> None:
        """Close connections; a later call opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None and self._process == os.getpid():
            client.close()

    def _open_client(self) -> httpx2.Client:
        with self._lock:
            if self._client is None or self._process != os.getpid():
                self._client = httpx2.Client(
                    verify=_tls_context(),
                    timeout=httpx2.Timeout(self._timeout, connect=self._timeout / 3),
                    follow_redirects=False,
                    headers={"User-Agent": "research-data-repository", "Accept-Encoding": "identity"},
                )
                self._process = os.getpid()
            return self._client

    def _read(self, response: httpx2.Response) -> bytes:
        """Return the bytes as received: an unrequested compression makes them garbage for us."""
        until = time.monotonic() + 4 * self._timeout
        content = bytearray()
        for chunk in response.iter_raw():
            content += chunk
            if len(content) > self._largest:
                raise CallFailed("sends a larger reply than we read")
            if time.monotonic() > until:
                raise CallFailed("does not answer in time")
        return bytes(content)


@cache
def _tls_context() -> ssl.SSLContext:
    """Return the context of all clients of the process: the root certificates take 50 ms to read."""
    return httpx2.create_ssl_context()


def _cause(error: Exception) -> str:
    """Return the kind of the error and whether a certificate failed; its text could contain headers."""
    if "certificate" in str(error).lower():
        return "does not prove who it is: its certificate is not trusted"
    return f"does not answer ({type(error).__name__})"
