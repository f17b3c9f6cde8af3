"""How identifiers are written."""

import re

from repository.foundation.errors import Invalid
from repository.foundation.site import Site

DATASET_TYPE_CODE = "11"
"""CSTR resource type of scientific data (GB/T 32843-2016 practice)."""

MAX_LENGTH = 255
"""Of an identifier, also when it is folded, which can lengthen it."""
_DOI = re.compile(r"10\.\d{4,9}(\.\d+)*/[^\s\x00-\x1f]{1,200}")


def suffix(site: Site, number: int) -> str:
    """The local part that DOI and CSTR share; `number` is a record or concept id."""
    return f"{site.series}.{number}"


def minted(site: Site, scheme: str, number: int, type_code: str = DATASET_TYPE_CODE) -> str:
    """The identifier of `scheme` that this repository gives to `number`, bare."""
    local = suffix(site, number)
    return {
        "doi": f"{site.doi_prefix}/{local}",
        "cstr": f"{site.cstr_prefix}.{type_code}.{local}",
    }[scheme]


def folded(value: str) -> str:
    """DOI and CSTR compare without regard to case."""
    return value.casefold()


def external_doi(site: Site, text: str) -> str:
    """A DOI minted elsewhere, bare; raises `Invalid` for what is none or would be ours to mint."""
    bare = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:)", "", text.strip(), flags=re.IGNORECASE)
    if not _DOI.fullmatch(bare) or len(folded(bare)) > MAX_LENGTH:
        raise Invalid.field("pids.doi", "Invalid DOI")
    if bare.partition("/")[0] == site.doi_prefix:
        raise Invalid.field(
            "pids.doi",
            f"The prefix '{site.doi_prefix}' is managed by {site.name}. "
            "Please supply an external DOI or select another option.",
        )
    return bare
