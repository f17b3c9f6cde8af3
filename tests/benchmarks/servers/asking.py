"""Clients that ask without a pause."""

import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from tests.benchmarks.api import percentiles, together


class Plain:
    """One kept-alive connection; raises on any refusal, so that only what succeeded is counted."""

    def __init__(self, address: str, token: str | None = None) -> None:
        parts = urlsplit(address)
        self._http = HTTPConnection(str(parts.hostname), parts.port, timeout=300)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def __call__(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> bytes:
        headers = self._headers if body is None else {**self._headers, "Content-Type": kind}
        self._http.request(method, path, body, headers)
        reply = self._http.getresponse()
        content = reply.read()
        if reply.status >= 400:
            raise RuntimeError(f"{method} {path}: {reply.status} {content[:300]!r}")
        return content

    def location(self, path: str) -> str:
        """Where a GET is sent on to."""
        self._http.request("GET", path, None, self._headers)
        reply = self._http.getresponse()
        reply.read()
        if reply.status != 302:
            raise RuntimeError(f"GET {path}: {reply.status} instead of a redirect")
        return reply.headers["Location"]


def throughput(address: str, clients: int, seconds: float, ask: Callable[[Plain], Any]) -> dict[str, float]:
    """Requests a second and their latency in milliseconds, of `clients` that each `ask` again and again."""
    end = time.perf_counter() + seconds

    def measure(_number: int) -> list[float]:
        call, took = Plain(address), []
        while (began := time.perf_counter()) < end:
            ask(call)
            took.append(time.perf_counter() - began)
        return took

    took, elapsed = together(clients, measure)
    return {"per_s": round(len(took) / elapsed, 1), **percentiles(took)}
