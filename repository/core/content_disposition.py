"""The header that tells readers a file's name."""

import hashlib
import re
from urllib.parse import quote

from repository.dataset.unicode_forms import without_marks

_TOKEN = re.compile(r"[A-Za-z0-9!#$&+.^_`|~-]+")
_LONGEST_STEM = 200
_DIGITS = 12


def content_disposition(name: str, *, inline: bool) -> str:
    """Return ``Content-Disposition`` with the name; one that is no token in ASCII for old readers and in UTF-8.

    Source: RFC 6266; RFC 8187, section 3.2.
    """
    kind = "inline" if inline else "attachment"
    if _TOKEN.fullmatch(name):
        return f"{kind}; filename={name}"
    exact = quote(name, safe="!#$&+-.^_`|~")
    return f"{kind}; filename=\"{plain_name(name)}\"; filename*=UTF-8''{exact}"


def plain_name(name: str) -> str:
    """Return the name in ASCII: letters without accents, ``_`` for others, ``file`` where nothing is left.

    Whatever has lost more than accents gets digits of its digest, so that two names do not become one.
    """
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    plain = _plain(stem, "file") if stem else ""
    if not all(map(_is_plain, without_marks(name))):
        plain = f"{plain[:_LONGEST_STEM]}-{hashlib.sha256(name.encode()).hexdigest()[:_DIGITS]}"
    return f"{plain}.{_plain(ending, 'bin')}" if dot else plain


def _plain(text: str, substitute: str) -> str:
    plain = "".join(c if _is_plain(c) else "_" for c in without_marks(text))
    return plain if any(c.isalnum() for c in plain) or text.isascii() else substitute


def _is_plain(character: str) -> bool:
    return character.isascii() and character.isprintable() and character not in '"\\%'
