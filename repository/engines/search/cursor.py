"""Where the next page begins: the sort and the keys of the last hit, opaque to clients."""

import base64
import binascii
import json
import math
from typing import Any

from repository.core.errors import Invalid
from repository.engines.search.port import DocumentKind, Sort

Keys = tuple[str | int | float, str, int]
"""the sort's own key, kind, id"""

_OWN_KEY: dict[Sort, tuple[type, ...]] = {
    Sort.BEST_MATCH: (float, int),
    Sort.NEWEST: (str,),
    Sort.OLDEST: (str,),
    Sort.VERSION: (int,),
    Sort.UPDATED_DESC: (str,),
    Sort.UPDATED_ASC: (str,),
}
_KINDS = frozenset(kind.value for kind in DocumentKind)
_LARGEST = 2**63


def cursor(sort: Sort, keys: Keys) -> str:
    text = json.dumps([sort.value, *keys], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(text: str, sort: Sort) -> Keys:
    """Return the keys in `text`; raise `Invalid` when it is not a cursor of `sort`."""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        keys = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _invalid("Not a cursor of this search.") from error
    if not isinstance(keys, list) or len(keys) != 4:
        raise _invalid("Not a cursor of this search.")
    if keys[0] != sort.value:
        raise _invalid("Not a cursor of a search with this sort.")
    if not _are_keys(keys[1:], sort):
        raise _invalid("Not a cursor of this search.")
    return keys[1], keys[2], keys[3]


def _are_keys(keys: list[Any], sort: Sort) -> bool:
    own, kind, id_ = keys
    return (
        _is_value(own)
        and isinstance(own, _OWN_KEY[sort])
        and isinstance(kind, str)
        and kind in _KINDS
        and type(id_) is int
        and abs(id_) < _LARGEST
    )


def _is_value(own: object) -> bool:
    if isinstance(own, str):
        return own.isprintable() and len(own) < 100
    if isinstance(own, float):
        return math.isfinite(own)
    return type(own) is int and abs(own) < _LARGEST


def _invalid(message: str) -> Invalid:
    return Invalid.field("cursor", message)
