"""Turn JSON of a request into JSON that every database can keep.

JSON allows what PostgreSQL's ``jsonb`` and other readers refuse: NUL and halves of surrogate pairs
in text, numbers beyond 64 bits, nesting without end.  Characters that cannot be kept become U+FFFD,
which no text may contain, so that the fault stays visible; integers beyond 64 bits become the
nearest double (RFC 8259 section 6).  A value that cannot be kept in any form raises `Unstorable`.
"""

import math
import re
from typing import Any

DEEPEST = 64
"""Levels of nested lists and objects."""

_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


class Unstorable(ValueError):
    """The value cannot be kept in any form; the text is a message for the depositor."""


def storable(value: Any, levels: int = DEEPEST) -> Any:
    """Return a copy of a JSON value that can be kept; raise `Unstorable`."""
    if isinstance(value, str):
        return _UNKEEPABLE.sub("\ufffd", value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if levels == 0:
        raise Unstorable("Nested too deeply.")
    if isinstance(value, dict):
        return {_key(key): storable(member, levels - 1) for key, member in value.items()}
    if isinstance(value, list):
        return [storable(item, levels - 1) for item in value]
    raise Unstorable("Not a JSON value.")


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise Unstorable("Not a JSON value.")
    return _UNKEEPABLE.sub("\ufffd", key)


def _number(value: int | float) -> int | float:
    if isinstance(value, int) and _SMALLEST <= value <= _LARGEST:
        return value
    try:
        number = float(value)
    except OverflowError:
        raise Unstorable("Number out of range.") from None
    if not math.isfinite(number):
        raise Unstorable("Number out of range.")
    return number
