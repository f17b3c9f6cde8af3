"""Names of sets: ``community-<slug>``, ``type-<general>`` and inside it ``type-<general>:<special>``.

An administrator may give a set any name that does not begin with one of these prefixes.

Source: OAI-PMH 2.0, section 2.6.
"""

import re

WORD = r"[A-Za-z0-9\-_.!~*'()]+"
"""One level of a setSpec."""
COMMUNITY, TYPE = "community-", "type-"
RESERVED = (COMMUNITY, TYPE)

_WORD = re.compile(WORD)


def is_plain(spec: str) -> bool:
    """Return whether `spec` is the name of a set that is in no other set."""
    return _WORD.fullmatch(spec) is not None


def specs_of_type(resource_type: str | None) -> tuple[str, ...]:
    """Return the sets of a type, the wider first, as for ``image-photo``: image, then photo in it."""
    general, _, special = (resource_type or "").partition("-")
    names = [f"{TYPE}{general}", special] if special else [f"{TYPE}{general}"]
    if not general or not all(map(is_plain, names)):
        return ()
    return tuple(":".join(names[: depth + 1]) for depth in range(len(names)))


def specs_of_community(slug: str) -> tuple[str, ...]:
    """Return the set of a community, none for an old slug that cannot be in a setSpec."""
    spec = f"{COMMUNITY}{slug}"
    return (spec,) if slug and is_plain(spec) else ()
