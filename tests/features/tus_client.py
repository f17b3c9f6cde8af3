"""Requests of the tus protocol, as a client writes them."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.conftest import Caller

UPLOADS = "/api/uploads/tus"
BYTES = "application/offset+octet-stream"
VERSION = {"Tus-Resumable": "1.0.0"}


def about(**values: str | bytes) -> str:
    """``Upload-Metadata``."""
    return ",".join(
        f"{name} {b64encode(value if isinstance(value, bytes) else value.encode()).decode()}"
        for name, value in values.items()
    )


@dataclass
class TusClient:
    """Speaks tus as `caller`."""

    caller: Caller

    def create(self, record: str, key: str, size: int, body: bytes | None = None, **headers: str) -> TestResponse:
        named = {"Upload-Length": str(size), "Upload-Metadata": about(record=record, filename=key)}
        options: dict[str, Any] = {} if body is None else {"data": body, "content_type": BYTES}
        return self.caller.post(UPLOADS, headers=VERSION | named | written(headers), **options)

    def begun(self, record: str, key: str, size: int) -> str:
        """The address of a new upload."""
        reply = self.create(record, key, size)
        assert reply.status_code == 201, reply.text
        return reply.headers["Location"]

    def patch(self, url: str, offset: int, body: bytes, **headers: str) -> TestResponse:
        sent = VERSION | {"Upload-Offset": str(offset)} | written(headers)
        return self.caller.patch(url, data=body, content_type=BYTES, headers=sent)

    def head(self, url: str) -> TestResponse:
        return self.caller("HEAD", url, headers=VERSION)

    def offset(self, url: str) -> int:
        reply = self.head(url)
        assert reply.status_code == 200, reply.status
        return int(reply.headers["Upload-Offset"])

    def end(self, url: str) -> TestResponse:
        return self.caller.delete(url, headers=VERSION)

    def carry_and_give_up(self, record: str) -> None:
        """One upload that is carried to its end, a second of its name, and one that is given up."""
        url, ended = (self.begun(record, key, 2) for key in ("pieces.csv", "ended.csv"))
        assert self.patch(url, 0, b"a").status_code == 204
        assert self.offset(url) == 1
        assert self.patch(url, 1, b"b").status_code == 204
        assert self.create(record, "pieces.csv", 2).status_code == 201
        assert self.end(ended).status_code == 204


def written(headers: dict[str, str]) -> dict[str, str]:
    """Headers from names with underscores."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def names(caller: Caller, draft: dict[str, Any]) -> set[str]:
    """The names of a draft's files."""
    return {file["key"] for file in caller.get(f"/api/records/{draft['id']}/draft/files").get_json()["entries"]}
