"""How identifiers are written, and what is to be done about their registration."""

import re
from enum import StrEnum, auto

from repository.core.errors import Invalid
from repository.core.site import Site

MAX_LENGTH = 255
"""Of an identifier, also when it is folded, which can lengthen it."""
_DOI = re.compile(r"10\.\d{4,9}(\.\d+)*/[^\s\x00-\x1f]{1,200}")


def folded(value: str) -> str:
    """DOI, CSTR and Handle compare without regard to case."""
    return value.casefold()


def external_doi(site: Site, text: str) -> str:
    """Return a DOI minted elsewhere, bare; raises `Invalid` for what is none or would be ours to mint."""
    bare = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:)", "", text.strip(), flags=re.IGNORECASE)
    if not _DOI.fullmatch(bare) or len(folded(bare)) > MAX_LENGTH:
        raise Invalid.field("pids.doi", "Invalid DOI")
    prefix = bare.partition("/")[0]
    if prefix in site.nodes.prefixes("doi"):
        raise Invalid.field(
            "pids.doi",
            f"The prefix '{prefix}' is managed by {site.name}. Please supply an external DOI or select another option.",
        )
    return bare


class NextCall(StrEnum):
    """What a round of registration does with an identifier."""

    LEAVE = auto()
    """the registrar has what it should have"""
    POLL = auto()
    """ask what became of the batch that it is in"""
    LOOK = auto()
    """a call had no answer: ask what the registrar knows"""
    REGISTER = auto()
    UPDATE = auto()


def next_call(*, ticket: str, registered: bool, uncertain: bool, current: bool) -> NextCall:
    """`current` says that the registrar is known to have what it should have."""
    if ticket:
        return NextCall.POLL
    if registered:
        return NextCall.LEAVE if current else NextCall.UPDATE
    return NextCall.LOOK if uncertain else NextCall.REGISTER
