"""People and organisations: ORCID, ISNI, GND, ROR and others."""

import re

from repository.dataset.schemes import check_digits
from repository.dataset.schemes.parsing import (
    BLANKS_AND_HYPHENS,
    Misread,
    by_pattern,
    full_match,
    idutils,
    require_check_digits,
)

_FUNDER = re.compile(r"(?:doi:|(?:https?://)?(?:dx\.)?doi\.org/)?(?:10\.13039/)?([0-9]{5,15})", re.I)
_GND = re.compile(
    r"(?:gnd:\s*|(?:https?://)?d-nb\.info/gnd/)?(?:"
    r"(?P<person>1[012]?[0-9]{7}[0-9X])|(?P<hyphened>[1-9][0-9]{0,7}-[0-9X])|(?P<music>3[0-9]{7}[0-9X]))",
    re.I,
)
_GRID = re.compile(r"(?:https?://(?:www\.)?grid\.ac/institutes/)?(grid\.[0-9]+\.[0-9a-f]+)", re.I)
_ISNI = re.compile(r"(?:isni[:\s]\s*|(?:https?://)?(?:www\.)?isni\.org/(?:isni/)?)?([0-9][0-9\s-]{14,24}[0-9X])", re.I)
_ORCID = re.compile(
    r"(?:orcid(?:\s+id)?[:\s]\s*|(?:https?://)?(?:www\.)?orcid\.org/)?([0-9][0-9\s-]{14,24}[0-9X])/?", re.I
)
_ROR = re.compile(r"(?:ror:\s*|(?:https?://)?(?:www\.)?ror\.org/)?(0[0-9a-hjkmnp-tv-z]{6}[0-9]{2})/?", re.I)

read_grid = by_pattern(_GRID)


def read_funder(text: str) -> str:
    """Return the DOI that the Crossref Funder Registry gives to a funder."""
    return f"10.13039/{full_match(_FUNDER, text).group(1)}"


def read_orcid(text: str) -> str:
    """Return four groups of four digits; ORCID is a block of the ISNI range, so most ISNI are refused."""
    bare = _sixteen(full_match(_ORCID, text).group(1))
    if not idutils().is_orcid(bare):
        raise Misread("It is outside the range of numbers that belong to ORCID.")
    return "-".join(bare[start : start + 4] for start in range(0, 16, 4))


def read_isni(text: str) -> str:
    """Return sixteen characters without blanks, as ISO 27729 requires in data."""
    return _sixteen(full_match(_ISNI, text).group(1))


def read_ror(text: str) -> str:
    """Return nine characters: a zero, six of base 32, two check digits."""
    value = full_match(_ROR, text).group(1).lower()
    return require_check_digits(value, value[7:], check_digits.mod_97_10(value[1:7]))


def read_gnd(text: str) -> str:
    """Return the number with its prefix; the check digit of the music archive's numbers (3…) is not checked."""
    match = full_match(_GND, text)
    value = match[match.lastgroup or 0].upper()
    digits = value[:-1].rstrip("-")
    if match["person"]:
        require_check_digits(value, value[-1], check_digits.descending(digits))
    elif match["hyphened"]:
        require_check_digits(value, value[-1], check_digits.ascending(digits))
    return f"gnd:{value}"


def _sixteen(text: str) -> str:
    bare = BLANKS_AND_HYPHENS.sub("", text).upper()
    if len(bare) != 16:
        raise Misread(f"It should have 16 characters, not {len(bare)}.")
    return require_check_digits(bare, bare[15], check_digits.mod_11_2(bare[:15]))
