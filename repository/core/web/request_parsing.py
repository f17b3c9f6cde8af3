"""Reading what a client sent: JSON bodies and query strings, refused with a reason and a field."""

from functools import cache
from typing import Any

import orjson
from flask import request
from marshmallow import Schema, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from repository.core.errors import FieldError, Invalid, TooLarge

MAX_JSON_BYTES = 5 << 20
DEEPEST = 200
"""Levels of lists and objects within each other: what is kept has to be written again, inside of other levels."""


def json_body() -> Any:
    """The body as JSON; an empty body is ``{}``.

    Raises `Invalid` for what is no JSON (RFC 8259; NaN and lone surrogates are none) or nested deeper than
    `DEEPEST`, `TooLarge` past `MAX_JSON_BYTES`, 415 for another content type.
    """
    if request.mimetype not in ("", "application/json") and not request.mimetype.endswith("+json"):
        raise UnsupportedMediaType("Send the body as application/json.")
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
        groups = [each.values() if isinstance(each, dict) else each for each in inside if isinstance(each, dict | list)]
        if not groups:
            return False
        inside = [each for group in groups for each in group]
    return True


def json_object() -> dict[str, Any]:
    """The body as a JSON object."""
    body = json_body()
    if not isinstance(body, dict):
        raise Invalid.field("_schema", "Invalid input type.")
    return body


def load_schema(schema: Schema, data: Any) -> Any:
    """`data` through `schema`; raises `Invalid` naming every wrong field."""
    try:
        return schema.load(data)
    except ValidationError as error:
        raise Invalid(errors=field_errors(error.messages)) from None


def parse_query(shape: type[Schema]) -> dict[str, Any]:
    """The query string through `shape`, which says by ``unknown`` what happens to other parameters."""
    schema, lists = _schema(shape), request.args.lists()
    many = {name for name, field in schema.fields.items() if hasattr(field, "inner")}
    return dict(load_schema(schema, {name: values if name in many else values[-1] for name, values in lists}))


@cache
def _schema(shape: type[Schema]) -> Schema:
    """Made once: making one costs more than using it."""
    return shape()


def field_errors(messages: Any, path: str = "") -> list[FieldError]:
    """marshmallow's tree of messages as dotted paths."""
    if isinstance(messages, dict):
        return [error for name, inner in messages.items() for error in field_errors(inner, _joined(path, str(name)))]
    texts = messages if isinstance(messages, list) else [messages]
    return [FieldError(path or "_schema", tuple(map(str, texts)))]


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
