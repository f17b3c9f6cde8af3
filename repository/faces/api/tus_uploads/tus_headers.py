"""The headers of tus 1.0, read and written (tus.io, "Resumable upload protocol 1.0.x", sections as named below)."""

import base64
import re
from collections.abc import Mapping
from datetime import datetime

from flask import Response, request
from werkzeug.exceptions import PreconditionFailed
from werkzeug.http import http_date

from repository.core.errors import Invalid
from repository.core.web.request_parsing import RecordIdConverter
from repository.deposits.arriving_bytes import CHECKSUMS, BodyChecksum
from repository.files.rules import Declared, fault_of_key, normal_checksum

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
NAME = "tus-uploads"
BYTES = "application/offset+octet-stream"
MISMATCH = "460 Checksum Mismatch"
_RECORD, _KEY = ("record", "draft"), ("key", "filename", "name")
_PAIR = re.compile(r"([\x21-\x2b\x2d-\x7e]+)(?: ([A-Za-z0-9+/=]*))?")
_LONGEST_ABOUT = 8_000
_NUMBER = re.compile("[0-9]{1,18}")


def require_version() -> None:
    """Raise 412 for a request of another version, or of none ("Core Protocol", Tus-Resumable)."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise PreconditionFailed(f"Send the header Tus-Resumable: {VERSION}. No other version is spoken here.")


def speak_tus(reply: Response) -> Response:
    """Add what every reply to a tus client has; nothing keeps such replies ("Core Protocol", HEAD)."""
    if request.blueprint == NAME:
        reply.headers["Tus-Resumable"] = VERSION
        reply.headers["Cache-Control"] = "no-store"
        if reply.status_code == 412:
            reply.headers["Tus-Version"] = VERSION
        if reply.status_code == int(MISMATCH[:3]):
            reply.status = MISMATCH
    return reply


def abilities(max_size: int) -> Mapping[str, str]:
    """Return what `OPTIONS` tells ("Core Protocol", OPTIONS); the length of an upload cannot be told later."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(max_size),
        "Tus-Checksum-Algorithm": ",".join(CHECKSUMS),
    }


def expiry(moment: datetime) -> str:
    """Return ``Upload-Expires`` ("Expiration"; RFC 9110, section 5.6.7)."""
    return http_date(moment)


def upload_length() -> int:
    """Return ``Upload-Length`` ("Creation", POST); raises `Invalid`, also for a length that is to come later."""
    if "Upload-Defer-Length" in request.headers:
        raise Invalid.field("Upload-Defer-Length", "The length has to be told at the beginning, in Upload-Length.")
    if "Upload-Concat" in request.headers:
        raise Invalid.field("Upload-Concat", "Uploads are not put together from others. Send the file in one upload.")
    return _number("Upload-Length")


def upload_offset() -> int:
    """Return ``Upload-Offset`` ("Core Protocol", PATCH); raises `Invalid`."""
    return _number("Upload-Offset")


def _number(name: str) -> int:
    value = request.headers.get(name, "")
    if not _NUMBER.fullmatch(value):
        raise Invalid.field(name, "A whole number of bytes is needed.")
    return int(value)


def upload_checksum() -> BodyChecksum | None:
    """Return ``Upload-Checksum`` ("Checksum"), None if there is none; raises `Invalid`."""
    value = request.headers.get("Upload-Checksum")
    if value is None:
        return None
    algorithm, _, encoded = value.partition(" ")
    if algorithm not in CHECKSUMS:
        raise Invalid.field("Upload-Checksum", f"These algorithms are known: {', '.join(CHECKSUMS)}.")
    digest = _decoded(encoded)
    if digest is None or len(digest) != CHECKSUMS[algorithm]:
        raise Invalid.field("Upload-Checksum", "After the algorithm, its digest is needed in base64.")
    return BodyChecksum(algorithm, digest)


def description() -> tuple[int, Declared, str]:
    """Return the draft, the file, and ``Upload-Metadata`` as it came ("Creation", Upload-Metadata); raises `Invalid`.

    ``record`` is the draft, and ``filename`` the key, or ``draft`` and ``key``; ``checksum`` is ``md5:…`` or
    ``sha256:…``.  All else is for the client.
    """
    about = request.headers.get("Upload-Metadata", "")
    values = _pairs(about)
    record, key = _first(values, _RECORD), _first(values, _KEY)
    if record is None:
        raise Invalid.field("Upload-Metadata.record", "The id of the draft is needed.")
    if key is None:
        raise Invalid.field("Upload-Metadata.filename", "A file needs a name.")
    if fault := fault_of_key(key):
        raise Invalid.field("Upload-Metadata.filename", fault)
    checksum = values.get("checksum")
    if checksum and normal_checksum(checksum) is None:
        raise Invalid.field("Upload-Metadata.checksum", "Write md5:… or sha256:… in hexadecimal.")
    declared = Declared(key, checksum=normal_checksum(checksum) if checksum else None)
    return RecordIdConverter.number(record), declared, about


def _first(values: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    return next((values[name] for name in names if values.get(name)), None)


def _pairs(about: str) -> Mapping[str, str]:
    """Return the pairs of ``Upload-Metadata``, whose values are UTF-8."""
    values: dict[str, str] = {}
    if len(about) > _LONGEST_ABOUT:
        raise Invalid.field("Upload-Metadata", f"At most {_LONGEST_ABOUT} characters.")
    for pair in filter(None, (pair.strip(" \t") for pair in about.split(","))):
        match = _PAIR.fullmatch(pair)
        value = _decoded(match[2] or "") if match else None
        if match is None or value is None or match[1] in values:
            raise Invalid.field("Upload-Metadata", "Names are told once, each with its value in base64.")
        values[match[1]] = _text(match[1], value)
    return values


def _text(name: str, value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        if name in (*_RECORD, *_KEY, "checksum"):
            raise Invalid.field(f"Upload-Metadata.{name}", "A text in UTF-8 is needed.") from None
        return ""


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None
