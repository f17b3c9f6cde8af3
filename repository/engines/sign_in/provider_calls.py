"""Calls to one provider: few at a time, bounded, and none for a moment after one that failed."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import orjson

from repository.core.errors import Unavailable
from repository.engines.bounded_http import BoundedClient, CallFailed, RawReply

TIMEOUT = 4.0
"""seconds for each part of a reply (`engines.bounded_http`)"""
LARGEST_REPLY = 512 << 10
"""bytes"""
MOST_AT_ONCE = 3
"""threads of a process that wait for one provider: the others serve those who need none"""
REST = 5.0
"""seconds without a call after one that failed"""
_GOOD, _REFUSED = 200, 400


class ProviderCalls:
    """The way to one provider."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._client = BoundedClient(TIMEOUT, LARGEST_REPLY)
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._rest_until = 0.0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one of the few places of those who wait for the provider; raise `Unavailable` if none is free."""
        if time.monotonic() < self._rest_until:
            raise Unavailable(f"{self.name} did not answer a moment ago.")
        if not self._places.acquire(blocking=False):
            raise Unavailable(f"Too many people wait for {self.name}.")
        try:
            yield
        finally:
            self._places.release()

    def read(self, address: str, bearer: str = "") -> Mapping[str, Any] | None:
        """Return the JSON object at `address`, None if it is refused to this bearer; raise `Unavailable`."""
        authorization = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        reply = self._send("GET", address, authorization)
        if bearer and _REFUSED <= reply.status < 500:
            return None
        return self._object(reply)

    def ask(self, address: str, headers: Mapping[str, str], form: str) -> tuple[bool, Mapping[str, Any]]:
        """Return whether the form is accepted, and the JSON object of the reply; raise `Unavailable`."""
        reply = self._send("POST", address, headers, form.encode())
        if reply.status == _REFUSED:
            return False, _object_in(reply.content) or {}
        return True, self._object(reply)

    def close(self) -> None:
        """Close connections; a later call opens new ones."""
        self._client.close()

    def _send(self, method: str, address: str, headers: Mapping[str, str], content: bytes | None = None) -> RawReply:
        try:
            return self._client.send(method, address, {"Accept": "application/json", **headers}, content=content)
        except CallFailed as failure:
            self._rest_until = time.monotonic() + REST
            raise Unavailable(f"{self.name} {failure.what}.") from failure

    def _object(self, reply: RawReply) -> Mapping[str, Any]:
        if reply.status != _GOOD:
            raise Unavailable(f"{self.name} answers with status {reply.status}.")
        content = _object_in(reply.content)
        if content is None:
            raise Unavailable(f"{self.name} gives an answer that makes no sense.")
        return content


def _object_in(content: bytes) -> Mapping[str, Any] | None:
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None  # the caller decides whether a reply without JSON is acceptable
    return value if isinstance(value, dict) else None
