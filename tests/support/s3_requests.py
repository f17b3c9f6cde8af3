"""What requests to an S3 server carry: bytes in chunks, and a signature in the query."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import quote


def query_signature(signed_request: Any, secret: str) -> str:
    """The signature of a request by its query (AWS signature version 4)."""
    rest = {name: value for name, value in signed_request.query.items() if name != "X-Amz-Signature"}
    query = "&".join(f"{quote(name, safe='-_.~')}={quote(rest[name], safe='-_.~')}" for name in sorted(rest))
    signed = signed_request.query["X-Amz-SignedHeaders"].split(";")
    headers = "".join(f"{name}:{signed_request.headers[name].strip()}\n" for name in signed)
    lines = (
        signed_request.command,
        quote(signed_request.name and f"/{signed_request.name}"),
        query,
        headers,
        ";".join(signed),
        "UNSIGNED-PAYLOAD",
    )
    scope = signed_request.query["X-Amz-Credential"].partition("/")[2]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    to_sign = "\n".join(("AWS4-HMAC-SHA256", signed_request.query["X-Amz-Date"], scope, digest))
    key = f"AWS4{secret}".encode()
    for step in (*scope.split("/"), to_sign):
        key = hmac.digest(key, step.encode(), "sha256")
    return key.hex()


class PieceReader:
    """Lines and pieces of bytes that are in memory."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self._at = raw, 0

    def line(self) -> bytes:
        end = self._raw.index(b"\n", self._at) + 1
        return self.read(end - self._at)

    def read(self, size: int) -> bytes:
        piece = self._raw[self._at : self._at + size]
        self._at += size
        return piece


def dechunked(line: Callable[[], bytes], read: Callable[[int], bytes]) -> tuple[bytes, dict[str, str]]:
    """Return the bytes of chunks (RFC 9112, section 7.1), and the fields behind the last one."""
    content = b""
    while size := int(line().partition(b";")[0], 16):
        content += read(size)
        line()
    fields = {}
    while (text := line().strip().decode()) != "":
        name, _, value = text.partition(":")
        fields[name] = value.strip()
    return content, fields
