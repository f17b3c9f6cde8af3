"""What a seal is made of: the digest of a fact, and a hash that links it.

The canonical form is JSON (RFC 8259) in UTF-8: members in the order of their names, no blanks, times in UTC with
microseconds.  A member that is null is left out, so that columns of later releases change no digest of older facts.
What the relay changes is no part of it.  Both hashes are SHA-256 (FIPS 180-4) in hexadecimal digits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import orjson

BEGINNING = "0" * 64
"""The hash before the first seal."""


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A seal: what was sealed, when, and in which place of the chain.

    `at` is a time, or the text of a column.
    """

    number: int
    fact_id: int
    forgettable: bool
    at: datetime | str
    digest: str
    hash: str = ""

    def after(self, previous: str) -> str:
        """Return the hash of this link after the hash `previous`."""
        kept = "forgettable" if self.forgettable else "kept"
        parts = (previous, self.number, self.fact_id, kept, moment(self.at), self.digest)
        return sha256("\n".join(map(str, parts)).encode()).hexdigest()


def digest_of(columns: Mapping[str, Any]) -> str:
    """Return the digest of a fact's row, whatever its columns hold: damage and forgery have one too."""
    return sha256(orjson.dumps(members_of(columns), default=repr, option=orjson.OPT_SORT_KEYS)).hexdigest()


def members_of(columns: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the members of the canonical form."""
    return {name: _plain(name, value) for name, value in columns.items() if value is not None}


def _plain(name: str, value: Any) -> Any:
    if name == "details":
        return _json(value)
    return moment(value) if name == "at" else value


def _json(value: Any) -> Any:
    """Return what JSON text says, or the text if it is none."""
    if not isinstance(value, str | bytes):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def moment(value: Any) -> str:
    """Return a time or its text in one form; a naive one is in UTC."""
    if not isinstance(value, datetime):
        try:
            value = datetime.fromisoformat(str(value))
        except ValueError:
            return str(value)
    aware: datetime = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return aware.isoformat(timespec="microseconds")
