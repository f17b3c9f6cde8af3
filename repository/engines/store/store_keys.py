"""Which keys an object may have, and the one name that every keeper writes it under."""

import re

_SEGMENT = re.compile(r"[a-z0-9_-][a-z0-9._-]*")
_LONGEST = 240  # a file name has at most 255 bytes on the usual file systems


def require_key(key: str) -> None:
    """Raises `ValueError` unless `key` is 1 to 240 of ``a-z 0-9 . _ / -`` without segments that are empty or begin
    with a dot.
    """
    if len(key) > _LONGEST or not all(map(_SEGMENT.fullmatch, key.split("/"))):
        raise ValueError(f"{key!r} is no key of a stored object")


def name_of(key: str) -> str:
    """The key as one name without folders, so that ``a`` and ``a/b`` may both be there on every file system."""
    require_key(key)
    return key.replace("/", "+")


def key_of(name: str) -> str | None:
    """The key that is written as `name`, None if nothing is."""
    key = name.replace("+", "/")
    is_key = "/" not in name and len(key) <= _LONGEST and all(map(_SEGMENT.fullmatch, key.split("/")))
    return key if is_key else None
