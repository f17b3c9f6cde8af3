"""Keys of objects, and the name that every adapter writes a key under."""

import re

_SEGMENT = re.compile(r"[a-z0-9_-][a-z0-9._-]*")
_LONGEST = 240  # a file name has at most 255 bytes on the usual file systems


def require_key(key: str) -> None:
    """Raise `ValueError` unless `key` is 1 to 240 characters of ``a-z 0-9 . _ / -``.

    No segment is empty or begins with a dot.
    """
    if len(key) > _LONGEST or not all(map(_SEGMENT.fullmatch, key.split("/"))):
        raise ValueError(f"{key!r} is no key of a stored object")


def name_of(key: str) -> str:
    """Return the key as one name without folders: ``a`` and ``a/b`` can both exist on every file system."""
    if _SEGMENT.fullmatch(key) and len(key) <= _LONGEST:
        return key
    require_key(key)
    return key.replace("/", "+")


def key_of(name: str) -> str | None:
    """Return the key that is written as `name`, None if there is none."""
    key = name.replace("+", "/")
    is_key = "/" not in name and len(key) <= _LONGEST and all(map(_SEGMENT.fullmatch, key.split("/")))
    return key if is_key else None
