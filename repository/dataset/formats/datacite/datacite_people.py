"""Creators, contributors and funders in DataCite's attributes.

Source: DataCite Metadata Schema 4.7, properties 2 (Creator), 7 (Contributor) and 19 (FundingReference).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from repository.dataset.description import Affiliation, Agent, Funding, RelatedId
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import person_names
from repository.dataset.formats.datacite.datacite_terms import (
    OTHER,
    ROLES,
    UNAVAILABLE,
    term,
    text_language,
    uri,
    writable_line,
)

Json = dict[str, Any]

_SCHEMES = {
    "orcid": ("ORCID", "https://orcid.org"),
    "ror": ("ROR", "https://ror.org"),
    "isni": ("ISNI", "https://isni.org"),
    "gnd": ("GND", "https://d-nb.info/gnd"),
}
_CROSSREF = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)?(10\.13039/[0-9]+)", re.IGNORECASE)
_GRID = re.compile(r"(?:https?://(?:www\.)?grid\.ac/institutes/)?(grid\.[0-9]+\.[0-9a-f]+)", re.IGNORECASE)
_ISNI = re.compile(r"(?:https?://(?:www\.)?isni\.org/(?:isni/)?)?([0-9]{15}[0-9X])", re.IGNORECASE)


def creators(agents: Sequence[Agent]) -> list[Json]:
    """Return the creators with a name; without one, the schema's word for an unknown creator."""
    return [person for agent in agents if (person := _agent(agent))] or [{"name": UNAVAILABLE}]


def contributors(agents: Sequence[Agent]) -> list[Json]:
    return [{**person, "contributorType": term(ROLES, agent.role)} for agent in agents if (person := _agent(agent))]


def funding_references(fundings: Sequence[Funding]) -> list[Json]:
    """Return funders by name, or by their identifier when they have no name."""
    return [reference for funding in fundings if (reference := _funding(funding))]


def _agent(agent: Agent) -> Json | None:
    """Return a name as catalogues sort it, and its parts; East Asian names have no comma."""
    name = writable_line(person_names.sort_name(agent))
    if not name:
        return None
    return {
        "name": name,
        "nameType": "Personal" if agent.personal else "Organizational",
        **(_language(name) if agent.alternate_names or not agent.personal else {}),
        **(_parts(agent) if agent.personal else {}),
        "nameIdentifiers": list(_identifiers(agent.identifiers)),
        "affiliation": list(_affiliations(agent.affiliations)),
    }


def _parts(agent: Agent) -> Json:
    family_name, given_name = person_names.parts(agent)
    if not given_name and not agent.family_name:
        return {}
    parts = {"givenName": writable_line(given_name), "familyName": writable_line(family_name)}
    return {part: text for part, text in parts.items() if text}


def _language(name: str) -> Json:
    """Return the language of a name, which its script may tell: of an organisation, or of a person with several."""
    tag = text_language(name, None, ())
    return {"lang": tag} if tag else {}


def _identifiers(identifiers: Sequence[RelatedId]) -> Iterator[Json]:
    for identifier in identifiers:
        address = identifier_urls.link_to(identifier.scheme, identifier.identifier)
        value = writable_line(address or identifier.identifier)
        label, scheme = _SCHEMES.get(identifier.scheme, (writable_line(identifier.scheme).upper() or OTHER, None))
        if value:
            member = {"nameIdentifier": value, "nameIdentifierScheme": label}
            yield {**member, "schemeUri": scheme} if scheme else member


def _affiliations(affiliations: Sequence[Affiliation]) -> Iterator[Json]:
    for affiliation in affiliations:
        ror = identifier_urls.ror_url(affiliation.id)
        name = writable_line(affiliation.name) or ror
        if name and ror:
            yield {
                "name": name,
                "affiliationIdentifier": ror,
                "affiliationIdentifierScheme": "ROR",
                "schemeUri": "https://ror.org",
            }
        elif name:
            yield {"name": name}


def _funding(funding: Funding) -> Json | None:
    identifier = _funder_identifier(writable_line(funding.funder_id or ""))
    name = writable_line(funding.funder) or identifier.get("funderIdentifier")
    if not name:
        return None
    award = {
        "awardNumber": writable_line(funding.award_number),
        "awardUri": uri(funding.award_url),
        "awardTitle": writable_line(funding.award_title),
    }
    return {"funderName": name, **identifier, **{part: text for part, text in award.items() if text}}


def _funder_identifier(identifier: str) -> Json:
    if ror := identifier_urls.ror_url(identifier):
        return _funder(ror, "ROR", "https://ror.org")
    if match := _CROSSREF.fullmatch(identifier):
        return _funder(
            identifier_urls.doi_url(match[1]),
            "Crossref Funder ID",
            "https://www.crossref.org/services/funder-registry/",
        )
    if match := _GRID.fullmatch(identifier):
        return _funder(match[1], "GRID", "https://www.grid.ac")
    if match := _ISNI.fullmatch(identifier):
        return _funder(f"https://isni.org/isni/{match[1]}", "ISNI", "https://isni.org")
    return {"funderIdentifier": identifier, "funderIdentifierType": OTHER} if identifier else {}


def _funder(identifier: str, kind: str, scheme: str) -> Json:
    return {"funderIdentifier": identifier, "funderIdentifierType": kind, "schemeUri": scheme}
