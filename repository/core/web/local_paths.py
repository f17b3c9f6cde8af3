"""Where a browser is led after sign-in: only to a page of this site."""

import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from repository.core.errors import Invalid

LONGEST = 2_000
"""characters"""
_PLAIN = re.compile(r"/(?!/)[!-\[\]-~]*")
"""ASCII that is seen, without a backslash: browsers take one for a slash"""
_UNENCODED = re.compile(r"/(?![/\\])[^\x00-\x20\x7f-\x9f\\]*")
_ENCODINGS = 4
"""times that an address may be encoded; one that is encoded once more is refused"""
_SECRETS = frozenset({"access_token", "token", "code", "state", "id_token"})
_NEVER = re.compile(r"/(oauth|api/session)(/|$)")
"""addresses that begin or end a sign-in themselves"""


def local_path(text: str) -> str:
    """Return a path of this site with its query, without secrets and fragment; raise `Invalid` for anything else.

    What a browser or a proxy could decode must be as harmless as what stands there (CWE-601, open redirect).
    """
    if not _is_local(text):
        raise Invalid.field("next", "Must be a path of this site, such as /records/1.")
    parts = urlsplit(text)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in _SECRETS]
    return parts.path + (f"?{urlencode(query)}" if query else "")


def _is_local(text: str) -> bool:
    if len(text) > LONGEST or not _PLAIN.fullmatch(text) or not text.isascii():
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc and _is_harmless(parts.path)


def _is_harmless(path: str) -> bool:
    for _ in range(_ENCODINGS):
        plain = unquote(path)
        if not _UNENCODED.fullmatch(plain) or "//" in plain or "/../" in f"{plain}/" or "/./" in f"{plain}/":
            return False
        if _NEVER.match(plain):
            return False
        if plain == path:
            return True
        path = plain
    return False
