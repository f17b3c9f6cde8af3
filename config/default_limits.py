"""How many calls of a kind a person, or a network of the public, may make in a minute."""

import re
from collections.abc import Mapping

DEFAULT_LIMITS: Mapping[str, int] = {
    "read": 30_000,
    "search": 12_000,
    "write": 30_000,
    "export": 12_000,
    "anonymous-read": 120_000,
    "anonymous-search": 30_000,
    "anonymous-write": 6_000,
    "anonymous-export": 12_000,
    "sign-in": 600,
}
"""Calls in a minute; 0 for any number.  They stop a loop that went wrong; who is short of machines sets lower ones."""
MOST = 1_000_000_000
_PAIR = re.compile(r"(?P<name>[a-z-]{1,40})=(?P<number>[0-9]{1,10})")


def read_limits(text: str) -> Mapping[str, int]:
    """Return the limits with those that `text` names, as ``search=600 anonymous-search=60``; raise `ValueError`."""
    chosen: dict[str, int] = {}
    for word in text.split():
        pair = _PAIR.fullmatch(word)
        if pair is None or pair["name"] not in DEFAULT_LIMITS or int(pair["number"]) > MOST:
            raise ValueError(
                f"must be pairs such as search=600, with blanks between, of: {', '.join(DEFAULT_LIMITS)}; 0 is no limit"
            )
        if pair["name"] in chosen:
            raise ValueError(f"must name {pair['name']} once")
        chosen[pair["name"]] = int(pair["number"])
    return {**DEFAULT_LIMITS, **chosen}
