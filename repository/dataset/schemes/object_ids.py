"""Readers for software, samples, instruments, projects, and identifiers of any resource."""

import re
from urllib.parse import urlsplit

from repository.dataset.schemes.parsing import Misread, by_idutils, by_pattern, idutils, without_blanks, without_mark
from repository.dataset.schemes.publication_ids import read_doi

EMAIL = re.compile(r"[^@\s/]+@[^@\s/]+\.[^@\s/]+")

_ARK = re.compile(r"(?:https?://(?:n2t\.net|arks\.org)/)?(ark:/?[0-9bcdfghjkmnpqrstvwxz]+/\S+)")
_GEONAMES = re.compile(r"(?:geonames:|https?://(?:www\.|sws\.)?geonames\.org/)?([0-9]{1,9})/?", re.I)
_DOI = re.compile(r"(?:doi:\s*|(?:https?://)?(?:dx\.)?doi\.org/)?10\.[0-9]", re.I)
_IGSN_MARK = re.compile(r"igsn:\s*|https?://(?:www\.)?igsn\.org/", re.I)
_IGSN = re.compile(r"(?:(?:hdl:\s*|https?://hdl\.handle\.net/)?10273/)?([0-9a-z][^\s/:]*)", re.I)
_PIDINST_MARK = re.compile(r"pidinst:\s*", re.I)
_RAID = re.compile(
    r"(?:raid:\s*|(?:https?://)?(?:www\.)?raid\.org/|https?://(?:dx\.)?doi\.org/)?(10\.[0-9]+(?:\.[0-9]+)*/\S+)", re.I
)
_RRID_PREFIX = re.compile(r"(?:https?://scicrunch\.org/resolver/)?(?:rrid:\s?)?", re.I)
_WIKIDATA = re.compile(r"(?:wikidata:\s*|(?:https?://)?(?:www\.)?wikidata\.org/(?:wiki|entity)/)?(Q[1-9][0-9]*)", re.I)

_SWH_ADDRESS = re.compile(r"https?://archive\.softwareheritage\.org/(?:browse/)?", re.I)
_SWH_TYPES = ("cnt", "dir", "rel", "rev", "snp")
_SWH_CORE = re.compile(rf"swh:1:(?:{'|'.join(_SWH_TYPES)}):[0-9a-f]{{40}}")
_SWH_QUALIFIERS = {
    "origin": re.compile(r"[a-z][a-z0-9+.-]*:\S+", re.I),
    "visit": re.compile(r"swh:1:snp:[0-9a-f]{40}"),
    "anchor": re.compile(r"swh:1:(?:dir|rel|rev|snp):[0-9a-f]{40}"),
    "path": re.compile(r"/\S*"),
    "lines": re.compile(r"[0-9]+(?:-[0-9]+)?"),
    "bytes": re.compile(r"[0-9]+(?:-[0-9]+)?"),
}
"""The value that each qualifier may have, in the order of the standard."""

_urn = by_idutils("urn")
_sample = by_pattern(_IGSN)
_wikidata = by_pattern(_WIKIDATA)
read_ark = by_pattern(_ARK)
read_geonames = by_pattern(_GEONAMES)
read_lsid = by_idutils("lsid")
read_raid = by_pattern(_RAID)


def read_handle(text: str) -> str:
    if not idutils().is_handle(text):
        raise ValueError(text)
    value = str(idutils().normalize_handle(text))
    if "://" in value or value.startswith("/"):
        raise ValueError(text)
    return without_blanks(value)


def read_igsn(text: str) -> str:
    """Return a sample number of the former handles (10273/…), bare, or a DOI, as IGSN are since 2022."""
    bare = without_mark(_IGSN_MARK, text)
    return read_doi(bare) if _DOI.match(bare) else _sample(bare)


def read_pidinst(text: str) -> str:
    """Return the identifier of an instrument, which is a DOI or a Handle (RDA, PIDINST 1.0)."""
    bare = without_mark(_PIDINST_MARK, text)
    try:
        return read_doi(bare)
    except ValueError:
        return read_handle(bare)


def read_rrid(text: str) -> str:
    """Return the identifier with its prefix, which is part of how people cite a resource."""
    bare = without_mark(_RRID_PREFIX, text)
    if not idutils().is_rrid(bare):
        raise ValueError(text)
    return without_blanks(f"RRID:{bare}")


def read_swhid(text: str) -> str:
    """Return the core in lower case and the qualifiers in the order of ISO/IEC 18670."""
    core, *qualifiers = without_mark(_SWH_ADDRESS, text).split(";")
    core = core.lower().rstrip("/")
    if _SWH_CORE.fullmatch(core) is None:
        raise Misread(_fault_of_core(core))
    pairs = [qualifier.partition("=")[::2] for qualifier in qualifiers]
    for name, value in pairs:
        if name not in _SWH_QUALIFIERS or _SWH_QUALIFIERS[name].fullmatch(value) is None:
            raise Misread(f"Its qualifier {name} is unknown to the scheme or has a wrong value.")
    if len({name for name, _ in pairs}) < len(pairs):
        raise Misread("It has a qualifier twice.")
    rank = list(_SWH_QUALIFIERS)
    pairs.sort(key=lambda pair: rank.index(pair[0]))
    return ";".join([core, *(f"{name}={value}" for name, value in pairs)])


def read_urn(text: str) -> str:
    return _urn(text.removeprefix("https://nbn-resolving.org/"))


def read_url(text: str) -> str:
    """Return an address that a browser may open: no ``javascript:`` and the like."""
    parts = urlsplit(text)
    if parts.scheme.lower() not in ("http", "https", "ftp", "ftps", "sftp") or not parts.hostname:
        raise ValueError(text)
    return without_blanks(text)


def read_w3id(text: str) -> str:
    if (urlsplit(text).hostname or "") != "w3id.org":
        raise ValueError(text)
    return read_url(text)


def read_purl(text: str) -> str:
    if not idutils().is_purl(text):
        raise ValueError(text)
    return read_url(text)


def read_wikidata(text: str) -> str:
    return _wikidata(text).upper()


def read_other(text: str) -> str:
    if EMAIL.fullmatch(text):
        raise Misread("It looks like an e-mail address.")
    return text


def _fault_of_core(core: str) -> str:
    parts = core.split(":")
    if parts[:2] != ["swh", "1"] or len(parts) != 4:
        return "It should begin with swh:1: and have an object type and a hash."
    if parts[2] not in _SWH_TYPES:
        return f"Its object type should be one of {', '.join(_SWH_TYPES)}."
    return "Its hash should have 40 hexadecimal digits."
