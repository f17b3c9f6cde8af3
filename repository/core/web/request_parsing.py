"""Read ids in paths, JSON bodies, query strings and ``If-Match``; refuse faults with a reason and a field."""

import base64
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson
from flask import request
from marshmallow import Schema, ValidationError
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.routing import BaseConverter

from repository.core.errors import FieldError, Invalid, TooLarge
from repository.core.web.responses import JSON_TYPES

MAX_JSON_BYTES = 5 << 20
MERGE_PATCH = "application/merge-patch+json"
DEEPEST = 200
"""Levels of nested lists and objects: a stored body must fit into the further levels of a response."""


def json_body() -> Any:
    """Return the body as JSON; an empty body is ``{}``.

    Raises `Invalid` if it is not JSON (RFC 8259, without NaN and lone surrogates) or nested deeper than `DEEPEST`,
    `TooLarge` past `MAX_JSON_BYTES`, 415 for another content type.
    """
    patch = request.method == "PATCH" and request.mimetype == MERGE_PATCH
    if request.mimetype not in ("", *JSON_TYPES) and not patch:
        raise UnsupportedMediaType(f"Send the body as {' or '.join(JSON_TYPES)}.")
    raw = request.stream.read(MAX_JSON_BYTES + 1)
    if len(raw) > MAX_JSON_BYTES:
        raise TooLarge(f"A JSON body may have at most {MAX_JSON_BYTES} bytes.")
    if not raw.strip():
        return {}
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Invalid("Unable to decode JSON data in request body.", [FieldError.of("_schema", str(error))]) from None
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and _is_deeper(body, DEEPEST):
        raise Invalid.field("_schema", "Nested too deeply.")
    return body


def _is_deeper(value: Any, levels: int) -> bool:
    inside = [value]
    for _ in range(levels + 1):
        groups = [item.values() if isinstance(item, dict) else item for item in inside if isinstance(item, dict | list)]
        if not groups:
            return False
        inside = [item for group in groups for item in group]
    return True


def require_named_type() -> None:
    """Raise 415 for a request that names no type of its body: pages of other sites can send such bodies."""
    if not request.mimetype:
        raise UnsupportedMediaType(f"Send the body as {' or '.join(JSON_TYPES)}.")


def json_object() -> dict[str, Any]:
    """Return the body as a JSON object."""
    body = json_body()
    if not isinstance(body, dict):
        raise Invalid.field("_schema", "Invalid input type.")
    return body


def load_schema(schema: Schema, data: Any) -> Any:
    """Return `data` loaded by `schema`; raise `Invalid`, which names every wrong field."""
    try:
        return schema.load(data)
    except ValidationError as error:
        raise Invalid(errors=field_errors(error.messages)) from None


def announced_md5() -> str | None:
    """Return the digest in ``Content-MD5``, in hexadecimal, None if there is none; raise `Invalid` if it is no MD5.

    Source: RFC 1864 (base64); hexadecimal digits, as InvenioRDM writes them, are taken too.
    """
    value = request.headers.get("Content-MD5", "").strip()
    if not value:
        return None
    if re.fullmatch("[0-9a-fA-F]{32}", value):
        return value.lower()
    try:
        digest = base64.b64decode(value, validate=True)
    except ValueError:
        digest = b""
    if len(digest) != 16:
        raise Invalid.field("Content-MD5", "This is not the MD5 of anything, in base64 or hexadecimal digits.")
    return digest.hex()


class EncodedBody(UnsupportedMediaType):
    """A body with a content coding; the reply names the one that is taken, none (RFC 9110, section 12.5.3)."""

    accepted = "identity"


def refuse_encoded_body() -> None:
    """Raise 415 for a body with a ``Content-Encoding``: none is undone (RFC 9110, sections 8.4 and 15.5.16)."""
    encoding = request.headers.get("Content-Encoding", "").strip()
    has_body = bool(request.content_length) or "Transfer-Encoding" in request.headers
    if has_body and encoding.lower() not in ("", EncodedBody.accepted):
        raise EncodedBody(f"Send the body itself: the encoding {encoding[:80]!r} is not undone.")


def expected_revision() -> str | None:
    """Return the revision in ``If-Match`` (RFC 9110, section 13.1.1); None if absent or ``*``.

    The entity tag of a draft is its revision, that of a record begins with it.
    """
    value = request.headers.get("If-Match", "").strip()
    if value in ("", "*"):
        return None
    return value.removeprefix("W/").strip('"').partition("-")[0]


def parse_query(shape: type[Schema]) -> dict[str, Any]:
    """Return the query string loaded by `shape`, whose ``unknown`` decides about other parameters."""
    if not request.query_string:
        return dict(_defaults(shape))
    schema, lists = _schema(shape), request.args.lists()
    many = {name for name, field in schema.fields.items() if hasattr(field, "inner")}
    return dict(load_schema(schema, {name: values if name in many else values[-1] for name, values in lists}))


@cache
def _defaults(shape: type[Schema]) -> Mapping[str, Any]:
    """Return what an empty query string means; most reads have none."""
    return load_schema(_schema(shape), {})  # type: ignore[no-any-return]


@cache
def _schema(shape: type[Schema]) -> Schema:
    """Return the one instance: making it costs more than using it."""
    return shape()


def field_errors(messages: Any, path: str = "") -> list[FieldError]:
    """Return marshmallow's tree of messages as dotted paths."""
    if isinstance(messages, dict):
        return [error for name, inner in messages.items() for error in field_errors(inner, _join(path, str(name)))]
    texts = messages if isinstance(messages, list) else [messages]
    return [FieldError(path or "_schema", tuple(map(str, texts)))]


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


UNKNOWN_RECORD_ID = 0


class RecordIdConverter(BaseConverter):
    """A record id: a decimal integer.

    Anything else becomes `UNKNOWN_RECORD_ID`, so that the route answers 404 in its own words.
    """

    regex = "[^/]+"
    # Werkzeug takes a "/" in the pattern for one that an id may have, and then tries each rule of records in turn.
    part_isolating = True
    MAX_DIGITS = 18

    def to_python(self, value: str) -> int:
        return self.number(value)

    @classmethod
    def number(cls, value: str) -> int:
        """Return a record id from its text."""
        plain = value.isascii() and value.isdigit() and len(value) <= cls.MAX_DIGITS
        return int(value) if plain and not value.startswith("0") else UNKNOWN_RECORD_ID

    def to_url(self, value: int) -> str:
        return str(value)
