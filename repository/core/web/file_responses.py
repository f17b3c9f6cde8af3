"""Send bytes: files with ranges and entity tags, archives and long lists as streams."""

import base64
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast
from urllib.parse import quote

import orjson
from flask import Response, current_app, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.utils import send_file

from repository.core.content_disposition import content_disposition
from repository.core.errors import Stale, Unavailable
from repository.core.web.local_part import LocalPart

BLOCK = 1 << 20
ACCEL = "ACCEL"
"""Key of the application's configuration: the location of the proxy below which it finds the files of this machine."""
_ONE_RANGE = re.compile(r"(?i:bytes)=(?=.*[0-9])([0-9]{0,30})-([0-9]{0,30})")


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


def file_reply(file: DownloadableFile) -> Response:
    """Return the file, a range of it (RFC 9110, section 14), a redirect to its address (302), or 304.

    ``?download=1`` asks the browser to save it.  Raises `Unavailable` before the first byte if the bytes are not all
    there (at the address of a redirect they may still be missing), and `Stale` if ``If-Match`` names another file.
    """
    save = request.args.get("download") == "1"
    path = file.path()
    try:
        if path is not None and path.stat().st_size != file.size:
            raise Unavailable("The file's content cannot be read right now.")
        reply = _describe(file, save)
    except RequestedRangeNotSatisfiable as error:
        error.length = file.size
        raise
    if request.method != "HEAD" and reply.status_code not in (304, 412):
        reply = (_redirect(file, save) or _stream(file, reply)) if path is None else _send_local(path, file, reply)
    if reply.status_code == 412:
        raise Stale("The file is not the one that If-Match names.")
    return reply if reply.status_code == 302 else _add_headers(reply, file)


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
            _environ(file.size),
            mimetype=file.media_type,
            as_attachment=save or not file.inline,
            download_name=file.name,
            conditional=False,
            etag=f"md5:{file.md5}",
            last_modified=file.modified,
            response_class=Response,
        ),
    )
    if not file.name.isascii():  # Werkzeug drops all that is not ASCII
        reply.headers["Content-Disposition"] = content_disposition(file.name, inline=file.inline and not save)
    reply.response = []
    reply.content_length = file.size
    reply.make_conditional(_environ(file.size), accept_ranges=True, complete_length=file.size)
    return reply


def _send_local(path: Path, file: DownloadableFile, reply: Response) -> Response:
    """Let the proxy send the file if it offers that and may (``REPOSITORY_ACCEL``), else send it from here.

    A proxy knows other entity tags than ours, so this process answers a request that depends on one.
    """
    internal = current_app.config.get(ACCEL)
    if internal and request.headers.get("X-Sendfile-Type") == "X-Accel-Redirect" and "If-Range" not in request.headers:
        reply.headers.remove("Content-Length")  # the proxy answers, with a range or without
        reply.headers["X-Accel-Redirect"] = internal + quote(str(path))
        return reply
    start, stop = _bounds(file, reply)
    reply.response = LocalPart(path, start, stop - start)
    reply.direct_passthrough = True
    return reply


def _bounds(file: DownloadableFile, reply: Response) -> tuple[int, int]:
    part = reply.content_range
    return (part.start or 0, part.stop or 0) if reply.status_code == 206 else (0, file.size)


def _redirect(file: DownloadableFile, save: bool) -> Response | None:
    """Return a redirect to the address of the file, or None if it has none.

    A store has other entity tags for its objects, so this process sends a range that depends on ours.
    """
    several = "," in request.headers.get("Range", "")  # a store may refuse them
    address = None if several or "If-Range" in request.headers else file.address(save)
    if address is None:
        return None
    return Response(status=302, headers={"Location": address, "Cache-Control": "private, no-store"})


def _stream(file: DownloadableFile, reply: Response) -> Response:
    start, stop = _bounds(file, reply)
    source = file.open(start)
    reply.call_on_close(source.close)
    reply.response = _blocks(source, stop - start)
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


def _environ(size: int) -> dict[str, Any]:
    """Return the request's environment with one range as Werkzeug reads it, or none, which means the whole file.

    A suffix longer than the file means the whole file.  Several ranges are answered by the whole file, as a server may;
    so are other units and what is no range.  Source: RFC 9110, sections 14.1.2 and 14.2.
    """
    ranges = request.headers.get("Range")
    if ranges is None:
        return request.environ
    part = _ONE_RANGE.fullmatch(ranges.strip())
    if part is None or (part[1] and part[2] and int(part[2]) < int(part[1])):
        return {name: value for name, value in request.environ.items() if name != "HTTP_RANGE"}
    if not part[1] and int(part[2]) > size:
        return {**request.environ, "HTTP_RANGE": "bytes=0-"}
    return request.environ


def stream_reply(blocks: Iterable[bytes], size: int | None, name: str, media_type: str, tag: str | None) -> Response:
    """Return a stream, which a browser saves under `name`; 304 for a client that has `tag`.

    Length and tag of a stream that nobody reads may be unknown.
    """
    reply = Response(blocks, mimetype=media_type, direct_passthrough=True)
    if size is not None:
        reply.content_length = size
    reply.headers.set("Content-Disposition", "attachment", filename=name)
    reply.headers["Cache-Control"] = "private, no-cache"
    _protect(reply)
    if tag is None:
        return reply
    reply.set_etag(tag)
    if request.if_none_match.contains_weak(tag) or request.if_none_match.star_tag:
        reply.status_code, reply.response = 304, []
        reply.headers.remove("Content-Length")
    return reply


def long_list_reply(head: dict[str, Any], name: str, items: Iterable[Any], status: int = 200) -> Response:
    """Return a JSON object and write its list `name` while it is read, in constant memory."""

    def blocks() -> Iterator[bytes]:
        yield orjson.dumps(head)[:-1] + b',"' + name.encode() + b'":['
        for number, item in enumerate(items):
            yield (b"," if number else b"") + orjson.dumps(item)
        yield b"]}"

    return Response(blocks(), status, mimetype="application/json")


def _protect(reply: Response) -> None:
    # An uploaded file must never act in the name of this site.
    reply.headers["X-Content-Type-Options"] = "nosniff"
    reply.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"


def _base64(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()
