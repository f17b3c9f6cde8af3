"""What the cage tells, before anybody believes it: bytes that looked into a hostile file may have written it.

Only known formats, kinds and reasons pass, and a body of bounded size and depth whose texts a database can keep.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Any

import orjson

from repository.engines.inspector.cage.formats import FORMATS
from repository.engines.inspector.cage.parsers import PARSERS
from repository.engines.inspector.cage.reasons import Reason
from repository.engines.inspector.port import Finding

MOST_BODY = 64 << 10
KINDS = frozenset({"table", "sheets", "text", "archive", "image", "structure", "traces", "places"})
DEEPEST = 8
GARBAGE = Finding(reason=Reason.CRASHED.value)
REASONS = frozenset(reason.value for reason in Reason)
PNG = b"\x89PNG\r\n\x1a\n"


class Distrusted(Exception):
    """What was told is nothing that a reader of ours tells."""


def needed_parser(report: Mapping[str, Any]) -> str:
    """Return the library that has to be imported first, "" if none."""
    name = report.get("needs")
    return name if isinstance(name, str) and name in PARSERS else ""


def told_by(payload: bytes) -> Mapping[str, Any]:
    """Return the object that the bytes tell; raises `Distrusted` if they tell none."""
    try:
        report = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise Distrusted from error
    if not isinstance(report, dict):
        raise Distrusted
    return report


def finding_of(report: Mapping[str, Any]) -> Finding:
    """Return the finding; raises `Distrusted` for one that no reader of ours makes."""
    format_key, kind, reason = report.get("format", ""), report.get("kind", ""), report.get("reason", "")
    if format_key != "" and format_key not in FORMATS:
        raise Distrusted
    if reason:
        if reason not in REASONS:
            raise Distrusted
        return Finding(format_key, reason=reason)
    if kind not in KINDS or not isinstance(report.get("body"), dict):
        raise Distrusted
    body = _clean(report["body"], 0)
    _require_thumbnail(body.get("thumbnail"))
    if len(orjson.dumps(body)) > MOST_BODY:
        raise Distrusted
    return Finding(format_key, kind, body)


def _clean(value: Any, depth: int) -> Any:
    """Return a value without characters that PostgreSQL refuses in a text; raises `Distrusted` for a deep one."""
    if depth > DEEPEST:
        raise Distrusted
    if isinstance(value, dict):
        return {_clean(name, DEEPEST): _clean(item, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_clean(item, depth + 1) for item in value]
    if isinstance(value, str):
        return value.replace("\x00", "")
    return value


def _require_thumbnail(thumbnail: Any) -> None:
    """Raise `Distrusted` unless there is no thumbnail, or one whose bytes begin as a PNG."""
    if thumbnail is None:
        return
    try:
        data = base64.b64decode(thumbnail["data"], validate=True)
    except (TypeError, KeyError, binascii.Error) as error:
        raise Distrusted from error
    if thumbnail.get("media_type") != "image/png" or not data.startswith(PNG):
        raise Distrusted
