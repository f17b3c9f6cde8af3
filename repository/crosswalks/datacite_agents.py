"""Creators, contributors and funders of DataCite's attributes as metadata.

Source: DataCite Metadata Schema 4.7, properties 2 (Creator), 7 (Contributor) and 19 (FundingReference).
"""

from collections.abc import Iterator
from typing import Any

from repository.crosswalks.description_parts import ORCID, ROR, affiliation, filled, organisation, person
from repository.crosswalks.people_names import split_person
from repository.crosswalks.source_fields import SourceFields
from repository.dataset.formats.datacite.datacite_terms import ROLES, UNAVAILABLE

_ROLES = {name.lower(): role for role, name in ROLES.items()}
_OF_PEOPLE = ("orcid", "isni", "gnd")


def creators(source: SourceFields) -> Iterator[dict[str, Any]]:
    """Yield the creators that have a name."""
    for agent in source.objects("creators"):
        if creator := _agent(agent):
            yield creator


def contributors(source: SourceFields) -> Iterator[dict[str, Any]]:
    """Yield the contributors with their roles; one that we do not know is another."""
    for agent in source.objects("contributors"):
        role = _ROLES.get(agent.text("contributorType").lower(), "other")
        if contributor := _agent(agent):
            yield {**contributor, "role": {"id": role}}


def _agent(agent: SourceFields) -> dict[str, Any]:
    agent.skip("lang")
    name, kind = agent.text("name"), agent.text("nameType").lower()
    family, forename = agent.text("familyName"), agent.text("givenName")
    places = list(_affiliations(agent))
    identifiers = list(_identifiers(agent))
    if name == UNAVAILABLE or not (name or family):
        return {}
    if kind == "organizational" or (kind != "personal" and not family and _is_organisation(agent, name)):
        made = organisation(name or family, "", places)
    else:
        if not family:
            family, forename = split_person(name)
        made = person(family, forename, "", places)
    if identifiers:
        made["person_or_org"]["identifiers"] = identifiers
    return made


def _is_organisation(agent: SourceFields, name: str) -> bool:
    """Return whether a name without a type is an organisation's: it has a ROR id."""
    return any(ROR.fullmatch(entry.peek("nameIdentifier")) for entry in agent.objects("nameIdentifiers")) and bool(name)


def _identifiers(agent: SourceFields) -> Iterator[dict[str, str]]:
    """Yield one identifier a scheme; what is of a scheme that we do not know stays unread."""
    schemes: set[str] = set()
    for entry in agent.objects("nameIdentifiers"):
        value, scheme = entry.peek("nameIdentifier"), entry.peek("nameIdentifierScheme").lower()
        bare = value.rstrip("/").rpartition("/")[2]
        if match := ORCID.fullmatch(value):
            scheme, bare = "orcid", match[1].upper()
        elif match := ROR.fullmatch(value):
            scheme, bare = "ror", match[1].lower()
        elif scheme not in _OF_PEOPLE:
            continue
        entry.skip("schemeUri", "nameIdentifierScheme")
        if scheme not in schemes:
            entry.skip("nameIdentifier")
            schemes.add(scheme)
            yield {"scheme": scheme, "identifier": bare}


def _affiliations(agent: SourceFields) -> Iterator[dict[str, Any]]:
    for text in agent.texts("affiliation"):
        yield affiliation(text)
    for entry in agent.objects("affiliation"):
        name, address = entry.text("name"), entry.peek("affiliationIdentifier")
        entry.skip("schemeUri", "lang")
        if ROR.fullmatch(address):
            entry.skip("affiliationIdentifier", "affiliationIdentifierScheme")
        if name or ROR.fullmatch(address):
            yield affiliation("" if ROR.fullmatch(name) else name, address)


def fundings(source: SourceFields) -> Iterator[dict[str, Any]]:
    """Yield funders with their awards."""
    for entry in source.objects("fundingReferences"):
        name, address = entry.text("funderName"), entry.text("funderIdentifier")
        entry.skip("schemeUri", "funderIdentifierType")
        title, link = entry.text("awardTitle"), entry.text("awardUri")
        identifiers = [{"scheme": "url", "identifier": link}] if link else []
        number = entry.text("awardNumber")
        award = filled({"number": number, "title": {"en": title} if title else {}})
        funder = affiliation(name, address)
        if "id" not in funder and address:
            funder["id"] = address
        if not award and identifiers:
            award = {"title": {"en": link}}
        if funder:
            yield filled({"funder": funder, "award": {**award, **filled({"identifiers": identifiers})}})
