"""Sending bytes: files with ranges and entity tags, archives and long lists as streams."""

import base64
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, cast

import orjson
from flask import Response, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.utils import send_file

from repository.foundation.errors import Stale, Unavailable


class Sendable(Protocol):
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


def file_reply(path: Path | None, file: Sendable, save: bool = False) -> Response:
    """The file, a range of it (RFC 9110, section 14), or 304; `save` asks the browser not to show it.

    Raises `Unavailable` if the bytes are not all there, before the first is sent.
    """
    if path is None or path.stat().st_size != file.size:
        raise Unavailable("The file's content cannot be read right now.")
    try:
        reply = cast(
            Response,
            send_file(
                path,
                _environ(file.size),
                mimetype=file.media_type,
                as_attachment=save or not file.inline,
                download_name=file.name,
                conditional=True,
                etag=f"md5:{file.md5}",
                last_modified=file.modified,
                response_class=Response,
            ),
        )
    except RequestedRangeNotSatisfiable as error:
        error.length = file.size
        raise
    if request.method == "HEAD" or reply.status_code in (304, 412):
        reply.close()  # nobody reads the body, so nobody else closes the file
    if reply.status_code == 412:
        raise Stale("The file is not the one that If-Match names.")
    _protect(reply)
    reply.headers["Cache-Control"] = "private, no-cache"
    if reply.status_code == 200:
        reply.headers["Content-MD5"] = _base64(file.md5)
        reply.headers["Repr-Digest"] = f"sha-256=:{_base64(file.sha256)}:"
    return reply


def _environ(size: int) -> dict[str, Any]:
    """The request; a suffix longer than the file means all of it (RFC 9110, section 14.1.2), which werkzeug refuses."""
    suffix = re.fullmatch(r"bytes=-([0-9]{1,30})", request.headers.get("Range", "").strip())
    if suffix and int(suffix[1]) > size:
        return {**request.environ, "HTTP_RANGE": "bytes=0-"}
    return request.environ


def stream_reply(blocks: Iterable[bytes], size: int, name: str, media_type: str) -> Response:
    """A stream whose length is known, saved under `name`."""
    reply = Response(blocks, mimetype=media_type, direct_passthrough=True)
    reply.content_length = size
    reply.headers.set("Content-Disposition", "attachment", filename=name)
    _protect(reply)
    return reply


def long_list_reply(head: dict[str, Any], name: str, items: Iterator[Any]) -> Response:
    """A JSON object whose list `name` is written while it is read, at constant memory."""

    def blocks() -> Iterator[bytes]:
        yield orjson.dumps(head)[:-1] + b',"' + name.encode() + b'":['
        for number, item in enumerate(items):
            yield (b"," if number else b"") + orjson.dumps(item)
        yield b"]}"

    return Response(blocks(), mimetype="application/json")


def _protect(reply: Response) -> None:
    # What depositors upload must never act in the name of this site.
    reply.headers["X-Content-Type-Options"] = "nosniff"
    reply.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"


def _base64(hexadecimal: str) -> str:
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode()
