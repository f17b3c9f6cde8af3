"""What a server answers when it is asked for a file, or for its rest.  Source: RFC 9110, sections 13 to 15."""

import re
from dataclasses import dataclass
from datetime import timedelta
from email.message import Message
from email.utils import parsedate_to_datetime

from repository.core.errors import Unavailable, Unsuitable

AGAIN_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
"""statuses after which the same request may succeed"""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LONGEST_VALIDATOR = 300
_STRONG_AFTER = timedelta(seconds=60)
"""A date of change is strong when it was so long before the reply (RFC 9110, section 8.8.2.2)."""
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")
_LENGTH = re.compile(r"\d{1,18}")


class OtherRange(Unavailable):
    """What comes does not fit behind what has come: the file must be fetched from its beginning."""

    default = "The server sends another range than it was asked for."


@dataclass(frozen=True, slots=True)
class ReplyHead:
    """What a reply says of its body: it begins at `start` of a file of `total` bytes, None if unknown.

    `validator` goes into ``If-Range``, empty if the server gives none that is strong.  `is_framed` says that the end
    of the body can be told from a cut, `resumes` that the server says it gives the rest after one.
    """

    start: int
    total: int | None
    validator: str
    is_framed: bool
    resumes: bool


def head_of(status: int, headers: Message, offset: int, validator: str) -> ReplyHead:
    """Return what a reply to a request from `offset` on brings.

    Raises `Unsuitable` for an answer that no other try changes, `Unavailable` for one that may be another later.
    """
    if status in AGAIN_LATER:
        raise Unavailable(f"The server answers with status {status}.")
    if status == 416 and offset:
        raise OtherRange
    if status not in (200, 206):
        raise Unsuitable(f"The server answers with status {status}.")
    encoding = headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise Unsuitable(f"The server sends the file compressed ({encoding[:20]}), though it was asked for its bytes.")
    current = _validator(headers)
    length = headers.get("Content-Length", "").strip()
    size = int(length) if _LENGTH.fullmatch(length) else None
    is_framed = size is not None or headers.get("Transfer-Encoding", "").strip().lower() == "chunked"
    if status == 200:
        is_willing = bool(current) and headers.get("Accept-Ranges", "").strip().lower() == "bytes"
        return ReplyHead(0, size, current, is_framed, resumes=is_willing)
    match = _RANGE.fullmatch(headers.get("Content-Range", "").strip())
    if match is None or not offset:
        raise OtherRange
    first, last, total = int(match[1]), int(match[2]), None if match[3] == "*" else int(match[3])
    is_other = first != offset or total is None or last + 1 != total or size not in (None, last + 1 - first)
    if is_other or (current and current != validator):
        raise OtherRange
    return ReplyHead(offset, total, validator, is_framed, resumes=True)


def _validator(headers: Message) -> str:
    tag = headers.get("ETag", "").strip()
    if tag:
        return tag if tag.startswith('"') and len(tag) <= LONGEST_VALIDATOR and tag.isascii() else ""
    changed, now = headers.get("Last-Modified", "").strip(), headers.get("Date", "").strip()
    try:
        is_strong = parsedate_to_datetime(now) - parsedate_to_datetime(changed) >= _STRONG_AFTER
    except (ValueError, TypeError):
        return ""
    return changed if is_strong and len(changed) <= LONGEST_VALIDATOR else ""
