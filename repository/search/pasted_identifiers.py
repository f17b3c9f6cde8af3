"""Identifiers as people paste them: an address, a mark and a value, a bare value, with punctuation.

What makes a word an identifier is its mark, its resolver or a form that nothing else has; numbers are not guessed.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import unquote

from repository.core.cache import remembered
from repository.dataset.schemes import SCHEMES, InvalidIdentifier, detect, normalise
from repository.engines.search.folding import visible

_OF_RECORDS = {scheme: (scheme, f"concept_{scheme}", "identifiers") for scheme in ("doi", "cstr", "handle")}
_OF_PEOPLE = dict.fromkeys(("orcid", "isni", "gnd"), ("creator_identifiers", "contributor_identifiers"))
FIELDS_OF: Mapping[str, tuple[str, ...]] = MappingProxyType({**_OF_RECORDS, **_OF_PEOPLE})
"""Scheme -> the fields of the index that hold its identifiers; of others `OTHER_FIELDS`."""

OTHER_FIELDS = ("identifiers", "related_identifiers")

_ALIASES = {"hdl": "handle", "isbn-10": "isbn", "isbn-13": "isbn", "eissn": "issn", "bibcode": "ads", "swh": "swhid"}
_NAMES = sorted({*_ALIASES, *(name for name in SCHEMES if name not in ("url", "other", "urn", "purl"))}, key=len)
_MARKED = re.compile(
    rf"({'|'.join(map(re.escape, reversed(_NAMES)))})(\s*[:：]\s*|\s+)(\S.*)", re.IGNORECASE | re.DOTALL
)
_RESOLVED = re.compile(r"(?:https?://)?(?:[a-z0-9-]+\.)+[a-z]{2,}/\S+", re.IGNORECASE)
_URN = re.compile(r"(?:urn:[a-z0-9]|info:doi/|ark:)\S+", re.IGNORECASE)
_BARE = {
    "doi": re.compile(r"10\.[0-9]{4,9}/\S+"),
    "cstr": re.compile(r"[0-9]{5}\.[0-9]{2}\.\S+"),
    "handle": re.compile(r"[0-9]{2,}(?:\.[0-9]+)+/\S+|[0-9]{4,6}/[^\s/]*[A-Za-z]\S*"),
    "orcid": re.compile(r"[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9Xx]"),
    "isbn": re.compile(r"97[89](?:[ -]?[0-9]){10}"),
    "pmcid": re.compile(r"PMC[0-9]+", re.IGNORECASE),
    "arxiv": re.compile(r"[0-9]{4}\.[0-9]{4,5}(?:v[0-9]+)?"),
}
_BEFORE, _AFTER = "<([{\"'“‘«《（【", ">]}\"'”’»》】.,;:!?…，。；：！？、"
_PAIRS = {")": "(", "）": "（"}


@remembered(4_096)  # a rebuild asks for the same values again and again
def identify(text: str) -> tuple[str, str] | None:
    """Return scheme and normal form of a pasted identifier; None for other words."""
    bare = _without_punctuation(visible(text).strip())
    if not any(character.isdigit() for character in bare):
        return None
    marked = _MARKED.fullmatch(bare)
    if marked:
        name = marked[1].casefold()
        return _read(_ALIASES.get(name, name), marked[3]) or _read(_ALIASES.get(name, name), bare)
    if _URN.fullmatch(bare):
        return _detected(bare)
    if _RESOLVED.fullmatch(bare) and not bare[0].isdigit():
        return _detected(unquote(bare)) or _detected(bare)
    return next(
        (read for scheme, form in _BARE.items() if form.fullmatch(bare) and (read := _read(scheme, bare))), None
    )


def comparable_identifier(text: str) -> str:
    """Return the form in which identifiers are compared: normal, and in small letters."""
    known = identify(text)
    return (known[1] if known else text).casefold()


def _read(scheme: str, text: str) -> tuple[str, str] | None:
    try:
        return scheme, normalise(scheme, text).casefold()
    except InvalidIdentifier:
        return None


def _detected(text: str) -> tuple[str, str] | None:
    text = re.sub(r"^info:doi/", "doi:", text, flags=re.IGNORECASE)
    text = re.sub(r"^urn:(?=isbn:|issn:)", "", text, flags=re.IGNORECASE)
    scheme = detect(text, [name for name in SCHEMES if name not in ("url", "other", "purl", "w3id")])
    return _read(scheme, text) if scheme else None


def _without_punctuation(text: str) -> str:
    """Return `text` without what a sentence or a bracket put around it; closing parentheses stay with their opening."""
    text = text.lstrip(_BEFORE)
    while text and (text[-1] in _AFTER or (text[-1] in _PAIRS and text.count(text[-1]) > text.count(_PAIRS[text[-1]]))):
        text = text[:-1]
    return text
