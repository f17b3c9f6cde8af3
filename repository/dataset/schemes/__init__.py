"""Identifier schemes: which scheme a text belongs to, whether it is valid, and its normal form.

`check_digits` · `parsing` parts of readers · `agent_ids`, `publication_ids`, `object_ids`, `patent_ids` the readers.
Syntax is that of `idutils` where it is exact. It is ours where `idutils` looks only at the beginning of a text, or
accepts more than the scheme's own description; our own grammar reads CSTR. A normal form is bare where a scheme has a
bare form (``10.5072/x``, ``0000-0002-1825-0097``, ``05dxps055``), and is its own normal form.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from repository.dataset.schemes import agent_ids, object_ids, patent_ids, publication_ids
from repository.dataset.schemes.parsing import Misread, Read, WrongCheck
from repository.dataset.unicode_forms import has_invisible, looks_alike

LONGEST = 2_000
"""Characters of an identifier; the longest that browsers follow as an address."""

_DETECTION_ORDER = (
    *("cstr", "swhid", "raid", "pidinst", "doi", "ark", "w3id", "purl", "lsid", "urn", "rrid", "grid", "igsn"),
    *("arxiv", "patent", "handle", "ads", "isbn", "orcid", "isni", "ean13", "upc", "issn", "istc", "gnd", "ror"),
    *("wikidata", "geonames", "pmcid", "pmid", "url"),
)
"""The order of detection: prefixes and check digits first, bare numbers and any address last."""

_SIGNS = {
    # else two words with a slash would be a handle, a word an IGSN, a number a place, a DOI a project
    "handle": re.compile(r"hdl:|https?://hdl\.handle\.net/|[0-9]+(?:\.[0-9A-Za-z_-]+)*/\S", re.I),
    "igsn": re.compile(r"igsn:|https?://(?:www\.)?igsn\.org/|(?:hdl:\s*|https?://hdl\.handle\.net/)?10273/", re.I),
    "geonames": re.compile(r"geonames:|https?://", re.I),
    "raid": re.compile(r"raid:|(?:https?://)?(?:www\.)?raid\.org/", re.I),
    "pidinst": re.compile(r"pidinst:", re.I),
    "patent": patent_ids.SIGNS,
    # a number alone could be anything: it is taken for none of these, whatever its check digit
    "issn": re.compile(r"(?:urn:issn|e?issn)|(?:https?://)?portal\.issn|[0-9]{4}[-\s]", re.I),
    "pmid": re.compile(r"(?:pmid|pubmed):|(?:https?://)?(?:[a-z]+\.)*ncbi\.", re.I),
    "gnd": re.compile(r"gnd:|(?:https?://)?d-nb\.|[0-9]+-", re.I),
    "isbn": re.compile(r"(?:urn:isbn|isbn)|97[89]|[0-9]+[-\s]|[0-9]{9}X", re.I),
}
_MARKS = {name: f"{name}:" for name in _DETECTION_ORDER if name != "url"} | {"swhid": "swh:", "handle": "hdl:"}
"""The beginning of a text that its author means as an identifier of the scheme, valid or not."""
_ADDRESS = re.compile(r"https?://|(?:[a-z]+\.)+[a-z]+/", re.I)
_KEEP_THEIR_ESCAPES = frozenset(("url", "purl", "w3id", "other", "swhid", "urn", "lsid", "patent"))
"""Schemes whose identifiers are addresses themselves, or have escapes of their own."""

_INTERNATIONAL = frozenset(
    ("cstr", "doi", "handle", "igsn", "other", "pidinst", "purl", "raid", "swhid", "url", "urn", "w3id")
)
"""Schemes whose identifiers may hold more than ASCII; in others ١٢٣ would pass for digits."""
_ADDRESSES = frozenset(("other", "purl", "url", "urn", "w3id"))
"""Schemes in which other people's words stand, which may have digits of every script."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One scheme: `read` returns the normal form of an identifier or raises ValueError.

    `example` is an identifier as people write it. `resource_type` is the only type of resource that such identifiers
    name, empty when there are several.
    """

    id: str
    label: str
    read: Read
    example: str = ""
    resource_type: str = ""


class InvalidIdentifier(ValueError):
    """The text is no identifier of its scheme; `reason` is a sentence for people that says why, or empty."""

    def __init__(self, label: str, reason: str) -> None:
        self.sentence = f"Invalid {label} identifier."
        self.reason = reason
        super().__init__(f"{self.sentence} {reason}".strip())

    @property
    def messages(self) -> list[str]:
        """The contract's sentence, then the reason."""
        return [self.sentence, self.reason] if self.reason else [self.sentence]


def normalise(scheme: str, text: str) -> str:
    """Return the normal form of an identifier of a known scheme.

    Raise `InvalidIdentifier` with a message for people, as in "Invalid ORCID identifier. Its check digit should be 7.".
    """
    entry = SCHEMES[scheme]
    try:
        return _read(entry, text)
    except ValueError as error:
        raise InvalidIdentifier(entry.label, _reason(entry, text, error)) from error


def detect(text: str, allowed: Sequence[str]) -> str | None:
    """Return the first scheme among `allowed` that the text looks like, or None.

    An address that holds an identifier with a wrong check digit is not taken for a mere address.
    """
    text = text.strip()
    if len(text) > LONGEST or object_ids.EMAIL.fullmatch(text):
        return None
    candidates = (name for name in _DETECTION_ORDER if name in allowed)
    scheme = next((name for name in candidates if _looks_like(name, text)), None)
    return None if scheme == "url" and misspelt(text, allowed) else scheme


def misspelt(text: str, allowed: Sequence[str]) -> str:
    """Return what is wrong with a text that its author meant for a scheme among `allowed`, or an empty text.

    The author meant the scheme when only a check digit is wrong, or when the text begins with the mark of the scheme.
    """
    text = text.strip()
    if len(text) > LONGEST:
        return ""
    faults = {name: fault for name in _DETECTION_ORDER if name in allowed and (fault := _fault(name, text))}
    for name, fault in faults.items():
        wrong_check = isinstance(fault, WrongCheck) and _has_sign(name, text)
        if wrong_check or text.lower().startswith(_MARKS.get(name, " ")):
            return f"It looks like an identifier of scheme {name}. {_explanation(SCHEMES[name], fault)}"
    return ""


def is_valid(scheme: str, text: str) -> bool:
    """Return whether `normalise` accepts the text."""
    try:
        _read(SCHEMES[scheme], text)
    except ValueError:
        return False
    return True


def _read(scheme: Scheme, text: str) -> str:
    text = text.strip()
    if "%" in text and scheme.id not in _KEEP_THEIR_ESCAPES and _ADDRESS.match(text):
        # an address is percent-encoded, the identifier in it is not (RFC 3986, section 2.4)
        text = unquote(text, errors="strict")
    value = scheme.read(text)
    if not 0 < len(value) <= LONGEST:
        raise Misread(f"It should have 1 to {LONGEST} characters.")
    if not value.isprintable() or not (value.isascii() or scheme.id in _INTERNATIONAL):
        raise Misread("It has characters that do not belong in one.")
    if has_invisible(value) if scheme.id in _ADDRESSES else looks_alike(value):
        raise Misread("It has characters that look like others, or like nothing.")
    if scheme.read(value) != value:
        raise ValueError(text)
    return value


def _reason(scheme: Scheme, text: str, error: ValueError) -> str:
    """Return why the text is refused: a wrong check digit, another scheme, the reader's reason, or an example."""
    if isinstance(error, WrongCheck):
        return str(error)
    others = SCHEMES.keys() - {scheme.id}
    if isinstance(error, Misread):
        others -= {"url"}  # the reader already knows that it is an address
    if other := detect(text, tuple(others)):
        return f"It looks like an identifier of scheme {other}."
    return _explanation(scheme, error)


def _explanation(scheme: Scheme, error: ValueError) -> str:
    if isinstance(error, Misread):
        return str(error)
    return f"It should look like {scheme.example}." if scheme.example else ""


def _fault(scheme: str, text: str) -> ValueError | None:
    try:
        _read(SCHEMES[scheme], text)
    except ValueError as error:
        return error
    return None


def _looks_like(scheme: str, text: str) -> bool:
    return _has_sign(scheme, text) and is_valid(scheme, text)


def _has_sign(scheme: str, text: str) -> bool:
    sign = _SIGNS.get(scheme)
    return sign is None or sign.match(text) is not None


SCHEMES = {
    scheme.id: scheme
    for scheme in (
        Scheme("ads", "ADS", publication_ids.read_ads, "1984ApJ...286...53F"),
        Scheme("ark", "ARK", object_ids.read_ark, "ark:/12148/btv1b8449691v"),
        Scheme("arxiv", "arXiv", publication_ids.read_arxiv, "arXiv:2101.00001", "publication-preprint"),
        Scheme(
            "crossreffunderid", "Crossref Funder ID", agent_ids.read_funder, "10.13039/501100001809", "organization"
        ),
        Scheme("cstr", "CSTR", publication_ids.read_cstr, "31253.11.sciencedb.01092"),
        Scheme("doi", "DOI", publication_ids.read_doi, "10.5072/abc"),
        Scheme("ean13", "EAN13", publication_ids.read_ean13, "4006381333931"),
        Scheme("eissn", "EISSN", publication_ids.read_issn, "1562-6865", "publication-journal"),
        Scheme("geonames", "GeoNames", object_ids.read_geonames, "1816670"),
        Scheme("gnd", "GND", agent_ids.read_gnd, "gnd:4079154-3"),
        Scheme("grid", "GRID", agent_ids.read_grid, "grid.9227.e", "organization"),
        Scheme("handle", "Handle", object_ids.read_handle, "20.500.12345/abc"),
        Scheme("igsn", "IGSN", object_ids.read_igsn, "AU1101", "physicalobject"),
        Scheme("isbn", "ISBN", publication_ids.read_isbn, "978-0-306-40615-7", "publication-book"),
        Scheme("isni", "ISNI", agent_ids.read_isni, "0000000121032683"),
        Scheme("issn", "ISSN", publication_ids.read_issn, "1562-6865", "publication-journal"),
        Scheme("istc", "ISTC", publication_ids.read_istc, "0A9-2002-12B4A105-7"),
        Scheme("lissn", "LISSN", publication_ids.read_issn, "1562-6865", "publication-journal"),
        Scheme("lsid", "LSID", object_ids.read_lsid, "urn:lsid:ubio.org:namebank:11815"),
        Scheme("orcid", "ORCID", agent_ids.read_orcid, "0000-0002-1825-0097", "person"),
        Scheme("other", "Other", object_ids.read_other),
        Scheme("patent", "patent", patent_ids.read_patent, "CN102030405B", "publication-patent"),
        Scheme("pidinst", "PIDINST", object_ids.read_pidinst, "10.5442/NI000001", "instrument"),
        Scheme("pmcid", "PMCID", publication_ids.read_pmcid, "PMC3531190", "publication-article"),
        Scheme("pmid", "PMID", publication_ids.read_pmid, "12082125", "publication-article"),
        Scheme("purl", "PURL", object_ids.read_purl, "https://purl.org/dc/terms"),
        Scheme("raid", "RAiD", object_ids.read_raid, "https://raid.org/10.26259/c2b1b7b0", "project"),
        Scheme("ror", "ROR", agent_ids.read_ror, "05dxps055", "organization"),
        Scheme("rrid", "RRID", object_ids.read_rrid, "RRID:AB_90755"),
        Scheme("swhid", "SWHID", object_ids.read_swhid, f"swh:1:dir:{'0123456789' * 4}", "software"),
        Scheme("upc", "UPC", publication_ids.read_upc, "036000291452"),
        Scheme("url", "URL", object_ids.read_url, "https://example.org/data"),
        Scheme("urn", "URN", object_ids.read_urn, "urn:nbn:de:101:1-201102033592"),
        Scheme("w3id", "W3ID", object_ids.read_w3id, "https://w3id.org/seas"),
        Scheme("wikidata", "Wikidata", object_ids.read_wikidata, "Q42"),
    )
}
"""Every scheme by its id."""

OF_PEOPLE = ("orcid", "isni", "gnd", "ror")
OF_PLACES = ("wikidata", "geonames")
OF_ORGANISATIONS = ("ror", "grid", "isni", "crossreffunderid", "gnd", "wikidata", "handle", "urn", "url", "other")
OF_THINGS = tuple(name for name in SCHEMES if name not in ("orcid", "gnd", "ror", "geonames"))
"""What a dataset may be identified by."""
OF_RELATED = (*OF_THINGS, "orcid", "ror")
"""What a dataset may be related to: things, and the people and institutions behind them."""


def only_resource_type(scheme: str) -> str:
    """Return the id of the only resource type that the scheme identifies, empty when there are several."""
    return SCHEMES[scheme].resource_type if scheme in SCHEMES else ""
