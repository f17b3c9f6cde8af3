"""What a server replies to one HTTP request."""

from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from deploy.services.service import ANSWER_SECONDS, HOST


@dataclass(frozen=True, slots=True)
class ServerReply:
    """Status and body."""

    status: int
    body: bytes


def reply_of(server: str, path: str, headers: Mapping[str, str] | None = None) -> ServerReply:
    """Ask the server at the address `server` for `path`; raise `OSError` if nothing answers, or not in HTTP."""
    parts = urlsplit(server)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or HOST, parts.port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return ServerReply(answer.status, answer.read())
    except HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()
