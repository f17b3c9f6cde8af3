"""The names of affiliations and funders that a description names by identifiers alone.

They become part of the description when it is saved: what is published keeps the name that its organisation had, and
whoever reads it asks no list.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from repository.dataset.schemes import is_valid, normalise

OrganisationNames = Mapping[str, tuple[str, Mapping[str, str]]]
"""Bare ROR id, or id of the Crossref Funder Registry -> the name that ROR shows, and names by language."""
KEPT_LANGUAGES = ("en", "zh")
"""those of pages: a description need not keep more"""
_LOOKED_UP = ("ror", "crossreffunderid")
_FUNDER_PREFIX = "10.13039/"
MOST = 1_000
"""identifiers that are looked up for one description; a longer one has to name the rest itself"""


def identifiers_to_name(raw: object) -> frozenset[str]:
    """Return the identifiers of affiliations and funders that have no name in metadata as they were sent."""
    nameless = (organisation for organisation in _raw_organisations(raw) if not organisation.get("name"))
    identifiers = dict.fromkeys(
        identifier
        for organisation in nameless
        for text in _raw_identifiers(organisation)
        if (identifier := looked_up_as(text)) is not None
    )
    return frozenset(list(identifiers)[:MOST])


def named_parts(organisation: Mapping[str, Any], names: OrganisationNames) -> dict[str, Any]:
    """Return the name of an organisation in its normal form, and its names in languages of pages that are another.

    It is known by its id or by another of its identifiers; without any this is empty.
    """
    others = (entry["identifier"] for entry in organisation.get("identifiers", ()) if entry["scheme"] in _LOOKED_UP)
    known = next((names[text] for text in (organisation.get("id", ""), *others) if text in names), None)
    if known is None:
        return {}
    name, titles = known
    translated = {tag: titles[tag] for tag in KEPT_LANGUAGES if titles.get(tag, name) != name}
    return {"name": name, "title": translated} if translated else {"name": name}


def looked_up_as(text: object) -> str | None:
    """Return the normal form of an identifier that the list of organisations may know."""
    if not isinstance(text, str) or len(text) > 255:
        return None
    if _FUNDER_PREFIX in text and is_valid("crossreffunderid", text):
        return normalise("crossreffunderid", text)
    return normalise("ror", text) if is_valid("ror", text) else None


def _raw_organisations(raw: object) -> Iterator[Mapping[str, Any]]:
    for role in ("creators", "contributors"):
        for agent in _objects(raw, role):
            yield from _objects(agent, "affiliations")
    for funding in _objects(raw, "funding"):
        funder = funding.get("funder")
        if isinstance(funder, Mapping):
            yield funder


def _raw_identifiers(organisation: Mapping[str, Any]) -> Iterator[object]:
    yield organisation.get("id")
    for entry in _objects(organisation, "identifiers"):
        yield entry.get("identifier")


def _objects(raw: object, name: str) -> Iterator[Mapping[str, Any]]:
    members = raw.get(name) if isinstance(raw, Mapping) else None
    if isinstance(members, list):
        yield from (member for member in members if isinstance(member, Mapping))
