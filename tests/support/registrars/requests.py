"""Requests and replies."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """`path` is decoded and begins below its face; names of headers are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes = b""

    @property
    def json(self) -> Any:
        """The body as JSON; raises `ValueError`."""
        return json.loads(self.content)

    @property
    def credentials(self) -> tuple[str, str] | None:
        """User and password of Basic authentication as received; None without."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return None
        try:
            user, _, password = b64decode(token, validate=True).decode().partition(":")
        except ValueError:
            return ("", "")  # credentials that nobody has
        return user, password

    def speaks_of(self, text: str) -> bool:
        """Return whether `text` is part of path, query or body, in any case."""
        folded = text.casefold()
        parts = (self.path, *self.query.values(), self.content.decode("utf-8", "replace"))
        return any(folded in part.casefold() for part in parts)


@dataclass(frozen=True, slots=True)
class Reply:
    """`body` is sent as JSON unless it is text or bytes."""

    status: int
    body: Any = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False)).encode()
