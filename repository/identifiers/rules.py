"""The written form of identifiers, and the next step of a registration."""

import re
from enum import StrEnum, auto
from urllib.parse import unquote

from repository.core.errors import Invalid
from repository.core.site import Site
from repository.dataset.unicode_forms import looks_alike

PROVIDERS = {"doi": "datacite", "cstr": "cstr", "handle": "handle"}
"""The contract's word for who provides an identifier of this repository, by its scheme."""
MAX_LENGTH = 255
"""Characters of an identifier, also after case folding, which can lengthen it."""
_RESOLVER = re.compile(r"(?:https?://)?(?:(?:dx|www)\.)?doi\.org/", re.IGNORECASE)
_DOI = re.compile(r"10\.[0-9]{4,9}(\.[0-9]+)*/[^\s\x00-\x1f]{1,200}")


def folded(value: str) -> str:
    """Return the form for comparison: DOI, CSTR and Handle ignore case."""
    return value.casefold()


def external_doi(site: Site, text: str) -> str:
    """Return a DOI minted elsewhere, bare. Raise `Invalid` for a malformed DOI or one of our prefixes."""
    bare = _bare(text.strip())
    if not _DOI.fullmatch(bare) or len(folded(bare)) > MAX_LENGTH or not bare.isprintable() or "\ufffd" in bare:
        raise Invalid.field("pids.doi", "Invalid DOI")
    if looks_alike(bare):
        raise Invalid.field("pids.doi", "Invalid DOI", "It has characters that look like others, or like nothing.")
    prefix = bare.partition("/")[0]
    if prefix in site.accounts.prefixes("doi"):
        raise Invalid.field(
            "pids.doi",
            f"The prefix '{prefix}' is managed by {site.name}. Please supply an external DOI or select another option.",
        )
    return bare


def _bare(text: str) -> str:
    """Return a DOI without its resolver; an address is percent-decoded (DOI Handbook, section 2.5.2.4)."""
    address = _RESOLVER.match(text)
    return unquote(text[address.end() :]) if address else re.sub(r"^doi:\s*", "", text, flags=re.IGNORECASE)


class NextCall(StrEnum):
    """The next step of a registration round for an identifier."""

    LEAVE = auto()
    """the registrar is up to date"""
    POLL = auto()
    """ask for the outcome of its batch"""
    LOOK = auto()
    """an earlier call had no reply: look up what the registrar knows"""
    REGISTER = auto()
    UPDATE = auto()


def next_call(*, ticket: str, registered: bool, uncertain: bool, current: bool) -> NextCall:
    """Return the next step; `current`: the registrar is known to be up to date."""
    if ticket:
        return NextCall.POLL
    if registered:
        return NextCall.LEAVE if current else NextCall.UPDATE
    return NextCall.LOOK if uncertain else NextCall.REGISTER
