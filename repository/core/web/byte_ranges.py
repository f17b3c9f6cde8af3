"""Ranges of bytes that a request asks for, and the body that carries several of them.

Source: RFC 9110, sections 13.1.5 (``If-Range``), 14.1.2, 14.2 and 14.6.
"""

import re
import secrets
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_date

MOST_PARTS = 100
"""of one answer; who asks for more gets the whole"""
_UNIT = re.compile(r"(?i:bytes)=")
_ONE = re.compile(r"(?=.*[0-9])([0-9]{0,1000})-([0-9]{0,1000})")
_SURELY_STRONG = timedelta(seconds=1)

Source = Callable[["ByteRange"], Iterable[bytes]]
"""Gives the bytes of a range, and opens what they come from when they are asked for."""


class ByteRange(NamedTuple):
    """The bytes from `start` up to, and without, `stop`."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start

    def content_range(self, size: int) -> str:
        """Return the value of ``Content-Range``."""
        return f"bytes {self.start}-{self.stop - 1}/{size}"


def wanted_ranges(header: str, size: int) -> Sequence[ByteRange] | None:
    """Return ranges in the order asked for, those that touch as one; None means the whole.

    There are none if none exists.  The whole is meant by other units, by what is no range, by the end of nothing, and
    where there are too many parts.
    """
    specs = _specs(header)
    if not specs:
        return None
    ranges = [part for spec in specs if (part := _range(spec, size)) is not None]
    if not size and any(first is None and last for first, last in specs):
        return None  # the last bytes of nothing exist, and no ``Content-Range`` can say so
    joined = _joined(ranges)
    return joined if len(joined) <= MOST_PARTS else None


def is_plain_range(header: str, size: int) -> bool:
    """Return whether every server answers `header` alike: one range that exists, or none is asked for."""
    specs = _specs(header)
    if not header or len(specs) != 1:
        return not header
    [(first, last)] = specs
    return (first if first is not None else size - (last or 0)) >= 0 and _range((first, last), size) is not None


def _specs(header: str) -> list[tuple[int | None, int | None]]:
    """Return first and last position of each range, or None and a length from the end.

    There are none if one of them is no range.
    """
    unit = _UNIT.match(header.strip())
    if unit is None:
        return []
    specs: list[tuple[int | None, int | None]] = []
    for text in header.strip()[unit.end() :].split(","):
        part = _ONE.fullmatch(text.strip(" \t"))
        if part is None and text.strip(" \t"):
            return []
        if part is not None:
            specs.append((int(part[1]) if part[1] else None, int(part[2]) if part[2] else None))
    is_senseless = any(first is not None and last is not None and last < first for first, last in specs)
    return [] if is_senseless else specs


def _range(spec: tuple[int | None, int | None], size: int) -> ByteRange | None:
    first, last = spec
    if first is None:
        first, last = max(0, size - (last or 0)), None
    return ByteRange(first, min(size, size if last is None else last + 1)) if first < size else None


def _joined(ranges: Sequence[ByteRange]) -> Sequence[ByteRange]:
    """Return `ranges` as they are if they lie apart, else joined and in order."""
    in_order = sorted(ranges)
    if all(after.start > before.stop for before, after in pairwise(in_order)):
        return ranges
    joined = in_order[:1]
    for part in in_order[1:]:
        if part.start > joined[-1].stop:
            joined.append(part)
        else:
            joined[-1] = ByteRange(joined[-1].start, max(part.stop, joined[-1].stop))
    return joined


def asked_ranges(reply: Response, size: int) -> Sequence[ByteRange] | None:
    """Return the ranges that the request asks for of what `reply` describes, None for the whole.

    It has `size` bytes.  Raises 416 if none of the ranges exists.  `HEAD` has no ranges; ``If-Range`` of another file
    means the whole.
    """
    header = request.headers.get("Range", "")
    if request.method != "GET" or not header or not _is_same(reply):
        return None
    ranges = wanted_ranges(header, size)
    if ranges is not None and not ranges:
        raise RequestedRangeNotSatisfiable(size)
    return ranges


def _is_same(reply: Response) -> bool:
    """Whether ``If-Range``, if it is there, names exactly what `reply` describes; weak tags never do."""
    text = request.headers.get("If-Range", "").strip()
    if not text or text.startswith('"'):
        return not text or text == reply.headers.get("ETag")
    date, modified = parse_date(text), reply.last_modified
    # A file that was stored within this very second may be stored anew within it (RFC 9110, section 8.8.2.2).
    return date is not None and modified is not None and date == modified and _is_old(reply)


def _is_old(reply: Response) -> bool:
    made, modified = reply.date, reply.last_modified
    return made is None or modified is None or made - modified >= _SURELY_STRONG


class PartsBody:
    """The ranges of something as ``multipart/byteranges``, each read when its turn comes."""

    def __init__(self, ranges: Sequence[ByteRange], size: int, media_type: str, source: Source) -> None:
        self.boundary = secrets.token_hex(16)
        self._source = source
        self._parts = [(self._head(part, size, media_type), part) for part in ranges]
        self._blocks = self._made()

    @property
    def length(self) -> int:
        return sum(len(head) + part.length for head, part in self._parts) + len(self._tail) - 2

    @property
    def _tail(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode()

    def __iter__(self) -> Iterator[bytes]:
        return self._blocks

    def close(self) -> None:
        """Let go of what the current part is read from."""
        self._blocks.close()

    def _head(self, part: ByteRange, size: int, media_type: str) -> bytes:
        lines = (f"Content-Type: {media_type}", f"Content-Range: {part.content_range(size)}")
        return "\r\n".join((f"\r\n--{self.boundary}", *lines, "", "")).encode()

    def _made(self) -> Generator[bytes, None, None]:
        for number, (head, part) in enumerate(self._parts):
            yield head if number else head[2:]  # the first line break belongs to the preamble, which is empty
            yield from self._source(part)
        yield self._tail


def describe_ranges(reply: Response, ranges: Sequence[ByteRange], size: int, source: Source) -> Response:
    """Make `reply` the answer to several ranges, or describe the only one, whose bytes the caller adds."""
    reply.status_code = 206
    if len(ranges) == 1:
        reply.content_length = ranges[0].length
        reply.headers["Content-Range"] = ranges[0].content_range(size)
        return reply
    body = PartsBody(ranges, size, reply.headers["Content-Type"], source)
    reply.headers["Content-Type"] = f"multipart/byteranges; boundary={body.boundary}"
    reply.content_length = body.length
    reply.response, reply.direct_passthrough = body, True
    return reply
