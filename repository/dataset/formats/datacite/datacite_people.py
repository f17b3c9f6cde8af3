"""Creators, contributors and funders in DataCite's attributes.

Source: DataCite Metadata Schema 4.7, properties 2 (Creator), 7 (Contributor) and 19 (FundingReference).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from repository.dataset.description import Affiliation, Agent, Funding, RelatedId
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import person_names
from repository.dataset.formats.datacite.datacite_terms import OTHER, ROLES, UNAVAILABLE, said, term, tongue, uri

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
    """Those with a name; when there is none, the schema's word for a creator whom nobody named."""
    return [named for agent in agents if (named := _agent(agent))] or [{"name": UNAVAILABLE}]


def contributors(agents: Sequence[Agent]) -> list[Json]:
    return [{**named, "contributorType": term(ROLES, agent.role)} for agent in agents if (named := _agent(agent))]


def funding_references(fundings: Sequence[Funding]) -> list[Json]:
    """Funders by name, or by their identifier when nothing else names them."""
    return [reference for funding in fundings if (reference := _funding(funding))]


def _agent(agent: Agent) -> Json | None:
    """A name as catalogues sort it, and its parts; one of East Asian characters is written without a comma."""
    name = said(person_names.catalogued(agent))
    if not name:
        return None
    return {
        "name": name,
        "nameType": "Personal" if agent.personal else "Organizational",
        **(_parts(agent) if agent.personal else _language(name)),
        "nameIdentifiers": list(_identifiers(agent.identifiers)),
        "affiliation": list(_affiliations(agent.affiliations)),
    }


def _parts(agent: Agent) -> Json:
    family, given = person_names.parts(agent)
    if not given and not agent.family_name:
        return {}
    parts = {"givenName": said(given), "familyName": said(family)}
    return {part: text for part, text in parts.items() if text}


def _language(name: str) -> Json:
    """The schema lets names of organisations have a language, and their script may tell it."""
    tag = tongue(name, None, ())
    return {"lang": tag} if tag else {}


def _identifiers(identifiers: Sequence[RelatedId]) -> Iterator[Json]:
    for identifier in identifiers:
        address = identifier_urls.link_to(identifier.scheme, identifier.identifier)
        value = said(address or identifier.identifier)
        label, scheme = _SCHEMES.get(identifier.scheme, (said(identifier.scheme).upper() or OTHER, None))
        if value:
            named = {"nameIdentifier": value, "nameIdentifierScheme": label}
            yield {**named, "schemeUri": scheme} if scheme else named


def _affiliations(affiliations: Sequence[Affiliation]) -> Iterator[Json]:
    for affiliation in affiliations:
        ror = identifier_urls.ror_url(affiliation.id)
        name = said(affiliation.name) or ror
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
    identifier = _funder_identifier(said(funding.funder_id or ""))
    name = said(funding.funder) or identifier.get("funderIdentifier")
    if not name:
        return None
    awarded = {
        "awardNumber": said(funding.award_number),
        "awardUri": uri(funding.award_url),
        "awardTitle": said(funding.award_title),
    }
    return {"funderName": name, **identifier, **{part: text for part, text in awarded.items() if text}}


def _funder_identifier(identifier: str) -> Json:
    if ror := identifier_urls.ror_url(identifier):
        return _funder(ror, "ROR", "https://ror.org")
    if found := _CROSSREF.fullmatch(identifier):
        return _funder(
            identifier_urls.doi_url(found[1]),
            "Crossref Funder ID",
            "https://www.crossref.org/services/funder-registry/",
        )
    if found := _GRID.fullmatch(identifier):
        return _funder(found[1], "GRID", "https://www.grid.ac")
    if found := _ISNI.fullmatch(identifier):
        return _funder(f"https://isni.org/isni/{found[1]}", "ISNI", "https://isni.org")
    return {"funderIdentifier": identifier, "funderIdentifierType": OTHER} if identifier else {}


def _funder(identifier: str, kind: str, scheme: str) -> Json:
    return {"funderIdentifier": identifier, "funderIdentifierType": kind, "schemeUri": scheme}
