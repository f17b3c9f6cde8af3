"""Identifier schemes: which one a text belongs to, whether it is right, and its normal form.

Syntax and check digits are those of `idutils`, made stricter where it only looks at the beginning
of a text; CSTR is read by our own grammar.  A normal form is bare where a scheme has a bare form
(``10.5072/x``, ``0000-0002-1825-0097``, ``05dxps055``) and is its own normal form.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import idutils
from idutils.utils import gnd_regexp

from repository.dataset import cstr

LONGEST = 2_000
"""Characters of an identifier; the longest that browsers follow as an address."""

_EMAIL = re.compile(r"[^@\s/]+@[^@\s/]+\.[^@\s/]+")
_FUNDER = re.compile(r"(?:doi:|(?:https?://)?(?:dx\.)?doi\.org/)?((?:10\.13039/)?[0-9]{5,15})", re.I)
_GEONAMES = re.compile(r"(?:geonames:|https?://(?:www\.|sws\.)?geonames\.org/)?([0-9]{1,9})/?", re.I)
_GRID = re.compile(r"(?:https?://(?:www\.)?grid\.ac/institutes/)?(grid\.[0-9]+\.[0-9a-f]+)", re.I)
_IGSN = re.compile(r"(?:igsn:\s*|https?://(?:hdl\.handle\.net/10273/|igsn\.org/))?(\S+)", re.I)
_ROR = re.compile(r"(?:https?://)?(?:ror\.org/)?(0[0-9a-hjkmnp-tv-z]{6}[0-9]{2})", re.I)
_RRID_PREFIX = re.compile(r"(?:https?://scicrunch\.org/resolver/)?(?:rrid:\s?)?", re.I)
_WIKIDATA = re.compile(r"(?:wikidata:\s*|(?:https?://)?(?:www\.)?wikidata\.org/(?:wiki|entity)/)?(Q[1-9][0-9]*)", re.I)
_BLANKS_MEAN_NOTHING = re.compile(r"[\s-]+")
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"

_MOST_TELLING_FIRST = (
    *("cstr", "doi", "ark", "w3id", "purl", "lsid", "urn", "rrid", "grid", "igsn", "handle"),
    *("ads", "arxiv", "isbn", "orcid", "isni", "ean13", "upc", "issn", "istc", "gnd", "ror"),
    *("wikidata", "geonames", "pmid", "url"),
)
"""The order of detection: prefixes and check digits first, bare numbers and any address last."""

_TELLING_SIGNS = {
    # any two words with a slash between would be a handle, any word an IGSN, any number a place
    "handle": re.compile(r"hdl:|https?://hdl\.handle\.net/|[0-9]+(?:\.[0-9A-Za-z_-]+)*/\S", re.I),
    "igsn": re.compile(r"igsn:|https?://igsn\.org/", re.I),
    "geonames": re.compile(r"geonames:|https?://", re.I),
}

_INTERNATIONAL = frozenset({"cstr", "doi", "handle", "other", "purl", "url", "urn", "w3id"})
"""Schemes whose identifiers may hold more than ASCII; elsewhere ١٢٣ would pass for digits."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """`read` gives the normal form of an identifier or raises ValueError."""

    id: str
    label: str
    read: Callable[[str], str]


def normalise(scheme: str, text: str) -> str:
    """The normal form of an identifier of a known scheme.

    Raises ValueError with a message for people, as in "Invalid ORCID identifier.".
    """
    known = SCHEMES[scheme]
    try:
        value = known.read(text.strip())
        sound = _is_writable(value, scheme) and known.read(value) == value
    except ValueError:
        sound = False
    if not sound:
        raise ValueError(f"Invalid {known.label} identifier.")
    return value


def detect(text: str, allowed: Sequence[str]) -> str | None:
    """The first scheme among `allowed` that the text looks like, None when there is none."""
    text = text.strip()
    if len(text) > LONGEST or _EMAIL.fullmatch(text):
        return None
    candidates = (name for name in _MOST_TELLING_FIRST if name in allowed)
    return next((name for name in candidates if _looks_like(name, text)), None)


def is_valid(scheme: str, text: str) -> bool:
    """Whether `normalise` accepts the text."""
    try:
        normalise(scheme, text)
    except ValueError:
        return False
    return True


def _looks_like(scheme: str, text: str) -> bool:
    sign = _TELLING_SIGNS.get(scheme)
    return (sign is None or sign.match(text) is not None) and is_valid(scheme, text)


def _by_idutils(name: str) -> Callable[[str], str]:
    looks_right: Callable[[str], Any] = getattr(idutils, f"is_{name}")

    def read(text: str) -> str:
        if not looks_right(text):
            raise ValueError(text)
        return _without_blanks(str(idutils.normalize_pid(text, name)))

    return read


def _by_pattern(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        found = pattern.fullmatch(text)
        if found is None:
            raise ValueError(text)
        return _without_blanks(found.group(1))

    return read


def _is_writable(value: str, scheme: str) -> bool:
    if not value.isascii() and scheme not in _INTERNATIONAL:
        return False
    return 0 < len(value) <= LONGEST and value.isprintable()


def _without_blanks(text: str) -> str:
    if any(character.isspace() for character in text):
        raise ValueError(text)
    return text


def _cstr(text: str) -> str:
    return cstr.parse(text).bare


def _gnd(text: str) -> str:
    found = gnd_regexp.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return f"gnd:{found.group(2)}"


def _handle(text: str) -> str:
    if not idutils.is_handle(text):
        raise ValueError(text)
    value = str(idutils.normalize_handle(text))
    if "://" in value or value.startswith("/"):
        raise ValueError(text)
    return _without_blanks(value)


def _isbn(text: str) -> str:
    """Thirteen digits with hyphens; without them where the publisher's range is not known."""
    if not idutils.is_isbn(text):
        raise ValueError(text)
    return str(idutils.normalize_isbn(text) or _BLANKS_MEAN_NOTHING.sub("", text))


def _isni(text: str) -> str:
    """Sixteen characters without blanks, as ISO 27729 wants them in data."""
    bare = text
    for address in ("https://isni.org/isni/", "http://isni.org/isni/", "http://www.isni.org/isni/"):
        bare = bare.removeprefix(address)
    bare = _BLANKS_MEAN_NOTHING.sub("", bare.removeprefix("https://www.isni.org/isni/")).upper()
    if not idutils.is_isni(bare):
        raise ValueError(text)
    return bare


def _orcid(text: str) -> str:
    return _by_idutils("orcid")(text).upper()


def _ror(text: str) -> str:
    """Nine characters: a zero, six of base 32, two check digits (ISO/IEC 7064 MOD 97-10)."""
    value = _by_pattern(_ROR)(text).lower()
    number = 0
    for character in value[1:7]:
        number = number * 32 + _BASE32.index(character)
    if 98 - number * 100 % 97 != int(value[7:]):
        raise ValueError(text)
    return value


def _rrid(text: str) -> str:
    """With its prefix, which is part of how a resource is cited."""
    bare = _RRID_PREFIX.sub("", text, count=1)
    if not idutils.is_rrid(bare):
        raise ValueError(text)
    return _without_blanks(f"RRID:{bare}")


def _upc(text: str) -> str:
    """Twelve digits; a UPC is an EAN-13 that begins with a zero, and has its check digit."""
    bare = _BLANKS_MEAN_NOTHING.sub("", text)
    if len(bare) != 12 or not idutils.is_ean13(f"0{bare}"):
        raise ValueError(text)
    return bare


def _url(text: str) -> str:
    """An address that a browser may be sent to: no ``javascript:`` and the like."""
    parts = urlsplit(text)
    if parts.scheme.lower() not in ("http", "https", "ftp", "ftps", "sftp") or not parts.hostname:
        raise ValueError(text)
    return _without_blanks(text)


def _wikidata(text: str) -> str:
    return _by_pattern(_WIKIDATA)(text).upper()


def _urn(text: str) -> str:
    return _by_idutils("urn")(text.removeprefix("https://nbn-resolving.org/"))


def _w3id(text: str) -> str:
    if (urlsplit(text).hostname or "") != "w3id.org":
        raise ValueError(text)
    return _url(text)


def _purl(text: str) -> str:
    if not idutils.is_purl(text):
        raise ValueError(text)
    return _url(text)


def _other(text: str) -> str:
    if _EMAIL.fullmatch(text):
        raise ValueError(text)
    return text


SCHEMES = {
    scheme.id: scheme
    for scheme in (
        Scheme("ads", "ADS", _by_idutils("ads")),
        Scheme("ark", "ARK", _by_idutils("ark")),
        Scheme("arxiv", "arXiv", _by_idutils("arxiv")),
        Scheme("crossreffunderid", "Crossref Funder ID", _by_pattern(_FUNDER)),
        Scheme("cstr", "CSTR", _cstr),
        Scheme("doi", "DOI", _by_idutils("doi")),
        Scheme("ean13", "EAN13", _by_idutils("ean13")),
        Scheme("eissn", "EISSN", _by_idutils("issn")),
        Scheme("geonames", "GeoNames", _by_pattern(_GEONAMES)),
        Scheme("gnd", "GND", _gnd),
        Scheme("grid", "GRID", _by_pattern(_GRID)),
        Scheme("handle", "Handle", _handle),
        Scheme("igsn", "IGSN", _by_pattern(_IGSN)),
        Scheme("isbn", "ISBN", _isbn),
        Scheme("isni", "ISNI", _isni),
        Scheme("issn", "ISSN", _by_idutils("issn")),
        Scheme("istc", "ISTC", _by_idutils("istc")),
        Scheme("lissn", "LISSN", _by_idutils("issn")),
        Scheme("lsid", "LSID", _by_idutils("lsid")),
        Scheme("orcid", "ORCID", _orcid),
        Scheme("other", "Other", _other),
        Scheme("pmid", "PMID", _by_idutils("pmid")),
        Scheme("purl", "PURL", _purl),
        Scheme("ror", "ROR", _ror),
        Scheme("rrid", "RRID", _rrid),
        Scheme("upc", "UPC", _upc),
        Scheme("url", "URL", _url),
        Scheme("urn", "URN", _urn),
        Scheme("w3id", "W3ID", _w3id),
        Scheme("wikidata", "Wikidata", _wikidata),
    )
}
"""Every scheme by its id."""

OF_PEOPLE = ("orcid", "isni", "gnd", "ror")
OF_PLACES = ("wikidata", "geonames")
OF_THINGS = tuple(name for name in SCHEMES if name not in ("orcid", "gnd", "ror", "geonames"))
"""What a dataset and the things it relates to may be identified by."""
