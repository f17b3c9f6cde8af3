"""Send bytes: files with ranges and entity tags, archives and long lists as streams."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import quote

import orjson
from flask import Response, current_app, request
from werkzeug.utils import send_file

from repository.core.content_disposition import content_disposition
from repository.core.errors import Stale, Unavailable
from repository.core.web.byte_ranges import ByteRange, asked_ranges, describe_ranges, is_plain_range
from repository.core.web.local_part import LocalPart
from repository.core.web.responses import name_stream

BLOCK = 1 << 20
OF_PROXY = 0o044
"""the bits of a file's mode by which another user can read it"""
DIFFERENT = "The file's content is not what was deposited."
OURS_TO_JUDGE = ("If-Range", "If-Match", "If-Unmodified-Since")
ACCEL = "ACCEL"
"""Key of the application's configuration: the location of the proxy below which it finds the files of this machine."""


class DownloadableFile(Protocol):
    """A file to send: digests in lower-case hexadecimal, size in bytes."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def md5(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def modified(self) -> datetime: ...
    @property
    def inline(self) -> bool: ...

    def path(self) -> Path | None:
        """Return where this machine has the bytes, or None."""

    def address(self, save: bool) -> str | None:
        """Return the URL where the client can fetch the bytes itself, or None."""

    def open(self, start: int) -> BinaryIO:
        """Return the bytes from `start`; raise `Unavailable` if they are not all there."""

    def require_bytes(self) -> None:
        """Raise `Unavailable` if the bytes are not all there."""

    def is_trusted(self, changed: float) -> bool:
        """Return whether bytes of this machine that were last changed then (seconds since 1970) are as known."""

    def doubt(self, reason: str) -> None:
        """Note that a reader found something wrong with the bytes."""


def file_reply(file: DownloadableFile) -> Response:
    """Return the file, ranges of it (RFC 9110, section 14), a redirect to its address (302), or 304.

    ``?download=1`` asks the browser to save it.  Raises `Unavailable` before the first byte if the bytes are not all
    there (at the address of a redirect they may still be missing), and `Stale` if ``If-Match`` names another file.
    What passes through this process as a whole is compared with its digest, and breaks off if it has another.
    """
    save = request.args.get("download") == "1"
    path = file.path()
    if request.method == "HEAD" or path is not None:
        file.require_bytes()
    reply = _describe(file, save)
    if reply.status_code == 412:
        raise Stale("The file is not the one that If-Match names.")
    ranges = asked_ranges(reply, file.size) if reply.status_code == 200 else None
    if request.method != "HEAD" and reply.status_code == 200:
        reply = _with_bytes(file, reply, ranges, path, save)
    return reply if reply.status_code == 302 else _add_headers(reply, file)


def _with_bytes(
    file: DownloadableFile, reply: Response, ranges: Sequence[ByteRange] | None, path: Path | None, save: bool
) -> Response:
    if path is None and (redirect := _redirect(file, save)) is not None:
        return redirect
    if ranges is not None:
        return _with_ranges(file, reply, ranges, path)
    # A file that was written to since it was last checked is compared on its way; a range of it cannot be.
    if path is not None and file.is_trusted(path.stat().st_mtime):
        return _send_local(path, reply, ByteRange(0, file.size))
    return _stream(file, reply, ByteRange(0, file.size))


def _with_ranges(file: DownloadableFile, reply: Response, ranges: Sequence[ByteRange], path: Path | None) -> Response:
    if len(ranges) > 1:
        file.require_bytes()
    describe_ranges(reply, ranges, file.size, lambda part: _part_of(file, part))
    if len(ranges) > 1:
        return reply
    if path is None:
        return _stream(file, reply, ranges[0])
    file.is_trusted(path.stat().st_mtime)  # else it is doubted, and sent
    return _send_local(path, reply, ranges[0])


def _part_of(file: DownloadableFile, part: ByteRange) -> Iterator[bytes]:
    with closing(file.open(part.start)) as source:
        yield from _blocks(source, part.length)


def _add_headers(reply: Response, file: DownloadableFile) -> Response:
    _protect(reply)
    reply.headers["Cache-Control"] = "private, no-cache"
    if reply.status_code == 200:
        reply.headers["Content-MD5"] = _base64(file.md5)
        reply.headers["Repr-Digest"] = f"sha-256=:{_base64(file.sha256)}:"
    return reply


def _describe(file: DownloadableFile, save: bool) -> Response:
    """Return the answer without the bytes."""
    reply = cast(
        Response,
        send_file(
            BytesIO(),
            request.environ,
            mimetype=file.media_type,
            as_attachment=save or not file.inline,
            download_name=file.name,
            conditional=False,
            etag=f"md5:{file.md5}",
            last_modified=file.modified,
            response_class=Response,
        ),
    )
    reply.headers["Content-Disposition"] = content_disposition(file.name, inline=file.inline and not save)
    reply.response = []
    reply.content_length = file.size
    reply.headers["Accept-Ranges"] = "bytes"
    is_any = request.headers.get("If-Match", "").strip() == "*"  # there is a file; Werkzeug looks for one called so
    reply.make_conditional({**request.environ, "HTTP_IF_MATCH": ""} if is_any else request.environ)
    return reply


def _send_local(path: Path, reply: Response, part: ByteRange) -> Response:
    """Let the proxy send the file if it offers that and may (``REPOSITORY_ACCEL``), else send it from here.

    A proxy knows other entity tags and dates than ours, so this process answers a request that depends on one; and one
    for several ranges, which every proxy answers in its own way.  It may not read an object from before
    `REPOSITORY_ACCEL` was set, which belongs to this process alone.
    """
    internal = current_app.config.get(ACCEL)
    offered = request.headers.get("X-Sendfile-Type") == "X-Accel-Redirect"
    if internal and offered and path.stat().st_mode & OF_PROXY and _is_for_others(path.stat().st_size):
        reply.headers.remove("Content-Length")  # the proxy answers, with a range or without
        reply.headers["X-Accel-Redirect"] = internal + quote(str(path))
        return reply
    reply.response = LocalPart(path, part.start, part.length)
    reply.direct_passthrough = True
    return reply


def _is_for_others(size: int) -> bool:
    """Return whether another server answers this request as we do, though its tags are others."""
    is_ours = any(name in request.headers for name in OURS_TO_JUDGE)
    return not is_ours and is_plain_range(request.headers.get("Range", ""), size)


def _redirect(file: DownloadableFile, save: bool) -> Response | None:
    """Return a redirect to the address of the file; None if it has none, or we answer."""
    address = file.address(save) if _is_for_others(file.size) else None
    if address is None:
        return None
    return Response(status=302, headers={"Location": address, "Cache-Control": "private, no-store"})


class StreamedBody:
    """Bytes that come through this process; the server closes it at the end, or when the reader has left.

    A reply that passes its body through calls nothing of its own at the end.
    """

    def __init__(self, source: BinaryIO, blocks: Iterable[bytes]) -> None:
        self._source = source
        self._blocks = iter(blocks)

    def __iter__(self) -> Iterator[bytes]:
        return self._blocks

    def close(self) -> None:
        """Let go of the store's connection."""
        self._source.close()


def _stream(file: DownloadableFile, reply: Response, part: ByteRange) -> Response:
    source = file.open(part.start)
    body: Iterable[bytes] = _blocks(source, part.length)
    if reply.status_code == 200:
        body = _compared(body, file)
        if file.size <= BLOCK:
            with closing(source):  # all of it before the first byte of the answer: a fault is still told as one
                body = [b"".join(body)]
    reply.response = StreamedBody(source, body)
    reply.direct_passthrough = True
    return reply


def _blocks(source: BinaryIO, length: int) -> Iterator[bytes]:
    """Yield `length` bytes; raise if the source ends before, so that no client takes a part for the whole."""
    while length:
        block = source.read(min(BLOCK, length))
        if not block:
            raise Unavailable("The file's content ends too early.")
        length -= len(block)
        yield block


def _compared(blocks: Iterable[bytes], file: DownloadableFile) -> Iterator[bytes]:
    """Yield `blocks`, the last one only if all have the digest of the file: else no client gets the whole."""
    digest, last = hashlib.sha256(), b""
    for block in blocks:
        if last:
            yield last
        digest.update(block)
        last = block
    if digest.hexdigest() != file.sha256:
        file.doubt(f"sent with SHA-256 {digest.hexdigest()}")
        raise Unavailable(DIFFERENT)
    if last:
        yield last


def stream_reply(blocks: Iterable[bytes], size: int | None, name: str, media_type: str, tag: str | None) -> Response:
    """Return a stream, which a browser saves under `name`; 304 for a client that has `tag`.

    Length and tag of a stream that nobody reads may be unknown.
    """
    reply = Response(blocks, mimetype=media_type, direct_passthrough=True)
    if size is not None:
        reply.content_length = size
    reply.headers["Content-Disposition"] = content_disposition(name, inline=False)
    reply.headers["Cache-Control"] = "private, no-cache"
    _protect(reply)
    return reply if tag is None else name_stream(reply, tag)


class RangedContent(Protocol):
    """Bytes that are made while they are sent, any range of them by itself."""

    size: int
    tag: str

    def require_objects(self, start: int, stop: int) -> None:
        """Raise `Unavailable` if what the range is made of is not all there."""

    def blocks(self, start: int, stop: int) -> Iterator[bytes]:
        """Return the bytes of the range."""


def ranged_reply(content: RangedContent, name: str, media_type: str) -> Response:
    """Return the content or ranges of it, which a browser saves under `name`; 304 for a client that has it."""
    reply = stream_reply((), content.size, name, media_type, content.tag)
    reply.headers["Accept-Ranges"] = "bytes"
    if reply.status_code != 200 or request.method == "HEAD":
        return reply
    ranges = asked_ranges(reply, content.size)
    whole = ByteRange(0, content.size)
    for part in ranges or [whole]:
        content.require_objects(*part)
    if ranges is not None:
        describe_ranges(reply, ranges, content.size, lambda part: content.blocks(*part))
    if ranges is None or len(ranges) == 1:
        reply.response = content.blocks(*(ranges[0] if ranges else whole))
    return reply


def long_list_reply(
    head: dict[str, Any], name: str, items: Iterable[Any], status: int = 200, tail: Callable[[], dict[str, Any]] = dict
) -> Response:
    """Return a JSON object and write its list `name` while it is read, in constant memory.

    `tail` returns the members that are known when the list is written.
    """

    def blocks() -> Iterator[bytes]:
        yield orjson.dumps(head)[:-1] + b',"' + name.encode() + b'":['
        for number, item in enumerate(items):
            yield (b"," if number else b"") + orjson.dumps(item)
        last = orjson.dumps(tail())
        yield b"]}" if last == b"{}" else b"]," + last[1:]

    return Response(blocks(), status, mimetype="application/json")


def _protect(reply: Response) -> None:
    # An uploaded file must never act in the name of this site.
    reply.headers["X-Content-Type-Options"] = "nosniff"
    reply.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"


def _base64(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()
