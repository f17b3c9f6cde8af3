"""HTTP calls of one account to a registrar, with errors in the house's words.

Credentials stand in headers only. No reason, cause or representation repeats them, even if a registrar does. Errors of
the client library end here, because they could carry credentials.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from repository.core.errors import Unavailable
from repository.engines.bounded_http import BoundedClient, CallFailed, RawReply
from repository.engines.registrars.port import Outcome, Stage

TIMEOUT = 30.0
"""seconds for each part of a reply (`engines.bounded_http`)"""

LARGEST_ANSWER = 16 << 20
"""bytes"""

LONGEST_CAUSE = 1000
"""characters"""

_LATER = frozenset({408, 425, 429})
_MESSAGES = ("message", "msg", "error", "title", "detail", "description")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")
_SHORTEST_SECRET = 3


@dataclass(frozen=True, slots=True)
class HttpReply:
    """A status of 2xx or 4xx with JSON; `body` is None for a 404 without JSON or an empty reply."""

    status: int
    body: Any

    @property
    def is_good(self) -> bool:
        return self.status < 300


class Caller:
    """The way to one registrar; each process opens its own connections at the first call.

    `credentials` are headers; `secrets` are texts that no message may repeat. Raise `ValueError` for an endpoint that
    is no plain web address.
    """

    def __init__(
        self, name: str, endpoint: str, credentials: Mapping[str, str], secrets: Sequence[str], timeout: float
    ) -> None:
        parts = urlsplit(endpoint)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an http(s) address such as https://api.example.org")
        if parts.username is not None or parts.password is not None:
            raise ValueError("must not hold a user or a password")
        self.name = name
        self.endpoint = endpoint.rstrip("/")
        self._credentials = dict(credentials)
        self._secrets = sorted({s for s in secrets if len(s) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._client = BoundedClient(timeout, LARGEST_ANSWER)

    def __repr__(self) -> str:
        return f"Caller({self.name!r}, {self.endpoint!r})"

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, str] | None = None,
        media_type: str = "application/json",
        anonymous: bool = False,
    ) -> HttpReply:
        """Send one request once, follow no redirection, and return the reply. Raise `Unavailable`."""
        headers = {"Accept": media_type, **({} if anonymous else self._credentials)}
        if body is not None:
            headers["Content-Type"] = media_type
        content = None if body is None else _encode(body)
        try:
            reply = self._client.send(method, f"{self.endpoint}{path}", headers, content=content, query=query)
        except CallFailed as failure:
            raise self.unavailable(failure.what) from None
        return self._reply(reply)

    def unavailable(self, what: str) -> Unavailable:
        """Return an error to raise; `what` completes a sentence that begins with the registrar's name."""
        return Unavailable(self.redacted(f"The registrar {self.name} {what}."))

    def refusal_in(self, reply: HttpReply) -> Outcome:
        """Return a refusal in the registrar's words."""
        return self.refusal(words_of(reply.body) or f"status {reply.status}")

    def refusal(self, cause: str) -> Outcome:
        return Outcome(Stage.REFUSED, self.redacted(cause))

    def known(self, cause: str) -> Outcome:
        return Outcome(Stage.KNOWN, self.redacted(cause))

    def redacted(self, text: str) -> str:
        """Return `text` on one line, within the limit, and without our secrets."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return _UNSEEN.sub(" ", text).strip()[:LONGEST_CAUSE]

    def close(self) -> None:
        """Close connections; a later call opens new ones."""
        self._client.close()

    def _reply(self, reply: RawReply) -> HttpReply:
        status, content = reply.status, reply.content
        body = _decode(content)
        if status in (401, 403):
            raise self.unavailable(f"refuses us access (status {status}{_detail(body)})")
        if status in _LATER or status >= 500:
            what = "limits the rate" if status == 429 else "is out of order"
            raise self.unavailable(f"{what} (status {status}{_detail(body)}){_retry_note(reply)}")
        if 300 <= status < 400 or status < 200:
            raise self.unavailable(f"redirects us (status {status}): its address has changed")
        if body is None and status != 404 and (content or status >= 400):
            raise self.unavailable(f"gives an answer that makes no sense (status {status})")
        return HttpReply(status, body)


def at(body: Any, *path: str) -> Any:
    """Return the value at `path` in nested objects, None without one."""
    for name in path:
        body = body.get(name) if isinstance(body, Mapping) else None
    return body


def text_at(body: Any, *path: str) -> str:
    """Return the text at `path`, empty without one."""
    value = at(body, *path)
    return value if isinstance(value, str) else ""


def words_of(body: Any) -> str:
    """Return the errors in a reply: those of JSON:API, else its message, else an empty text."""
    if not isinstance(body, Mapping):
        return ""
    errors = body.get("errors")
    if isinstance(errors, Sequence) and not isinstance(errors, str):
        return "; ".join(filter(None, map(_error, errors)))
    if isinstance(errors, Mapping):
        return "; ".join(f"{source}: {_plain(error)}" for source, error in errors.items())
    return next((_plain(body[name]) for name in _MESSAGES if body.get(name)), "") or _plain(errors or "")


def in_path(identifier: str) -> str:
    """Return `identifier` as the rest of a path: slashes stay, segments of dots are escaped for clients."""
    segments = quote(identifier, safe="/:;,()@!$*+=~").split("/")
    return "/".join(segment.replace(".", "%2E") if segment in (".", "..") else segment for segment in segments)


def _error(error: Any) -> str:
    if not isinstance(error, Mapping):
        return _plain(error)
    source = error.get("source")
    if isinstance(source, Mapping):
        source = source.get("pointer") or source.get("parameter")
    words = next((_plain(error[name]) for name in _MESSAGES if error.get(name)), "")
    return f"{source}: {words}" if source else words


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def _encode(body: Any) -> bytes:
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError:
        # half a character, which no encoding has; the rest of the document is worth registering
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _decode(content: bytes) -> Any:
    """Return the JSON, None for other content; the caller distinguishes an empty reply."""
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None  # the caller decides whether a reply without JSON is acceptable


def _detail(body: Any) -> str:
    words = words_of(body)
    return f": {words[:300]}" if words else ""


def _retry_note(reply: RawReply) -> str:
    """Return the requested pause in words: ``Retry-After``, RFC 9110, section 10.2.3."""
    retry_after = reply.header("Retry-After").strip()
    if retry_after.isdecimal():
        return f" and asks for {int(retry_after[:9])} seconds of patience"
    try:
        then = parsedate_to_datetime(retry_after)
        wait = (then - parsedate_to_datetime(reply.header("Date"))).total_seconds()
    except (ValueError, TypeError):
        return ""  # the header has no readable time
    return f" and asks for {max(0, round(wait))} seconds of patience"
