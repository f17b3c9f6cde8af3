"""A dataset or software in CodeMeta 3.0 (https://w3id.org/codemeta/3.0), a profile of schema.org in JSON-LD."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from repository.dataset import cstr
from repository.dataset.description import Affiliation, Agent, Description, Publication
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import csl, person_names
from repository.dataset.formats.citation.name_choice import displayed_names
from repository.dataset.formats.iso_dates import first_date
from repository.dataset.formats.plain_text import language_tag, one_line, plain
from repository.dataset.formats.type_mappings import kind_of

Json = dict[str, Any]
PROFILE = "https://w3id.org/codemeta/3.0"

_FORGES = ("github.com", "gitlab.com", "gitee.com", "codeberg.org", "bitbucket.org")
_SOURCES = frozenset({"isderivedfrom", "isidenticalto", "issupplementto", "isversionof", "isvariantformof"})
_PAPERS = frozenset({"isdescribedby", "isdocumentedby", "issupplementto", "iscitedby", "isreferencedby"})
_PARTS = {"ispartof": "isPartOf", "haspart": "hasPart"}


def codemeta(publication: Publication) -> Json:
    """Return the JSON-LD object without empty members."""
    description = publication.description
    members = {
        "@context": PROFILE,
        "@type": kind_of(description.resource_type.id).schema_org,
        "@id": csl.address(publication),
        "identifier": _identifiers(publication),
        "url": publication.url,
        "name": one_line(description.title),
        "description": plain(description.description),
        "version": csl.version(publication),
        "author": [_agent(agent) for agent in description.creators],
        "contributor": [_agent(agent) for agent in description.contributors],
        "publisher": {"@type": "Organization", "name": csl.publisher(publication)},
        "datePublished": first_date(description.publication_date),
        "dateCreated": _dated(description, "created"),
        "dateModified": _dated(description, "updated") or publication.updated[:10],
        "license": [identifier_urls.web_address(licence.url) or licence.title for licence in description.licences],
        "keywords": [subject.subject for subject in description.subjects],
        "inLanguage": [tag for label in description.languages if (tag := language_tag(label.id))],
        "funding": [funding.award_number or funding.award_title for funding in description.funding],
        "funder": _funders(description),
        **_related(description),
    }
    return _without_empty(members)


def _without_empty(members: Mapping[str, Any]) -> Json:
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def _identifiers(publication: Publication) -> list[str]:
    doi = identifier_urls.doi_url(publication.doi) if publication.doi else ""
    other = cstr.parse(publication.cstr).curie if publication.cstr else ""
    return [identifier for identifier in (doi, other) if identifier]


def _agent(agent: Agent) -> Json:
    orcid = agent.identifier("orcid")
    address = identifier_urls.link_to("orcid", orcid) if orcid else identifier_urls.ror_url(agent.identifier("ror"))
    affiliations = [
        {**_organisation(a.name, identifier_urls.ror_url(a.id)), **_other_names(a)} for a in agent.affiliations
    ]
    if not agent.personal:
        organisation = {**_organisation(person_names.display_name(agent), address), **_other_names(agent)}
        return _without_empty({**organisation, "affiliation": affiliations})
    family_name, given_name = person_names.parts(agent)
    members = {
        "@type": "Person",
        "@id": address,
        "name": person_names.display_name(agent),
        "familyName": family_name,
        "givenName": given_name,
        **_other_names(agent),
        "affiliation": affiliations,
    }
    return _without_empty(members)


def _other_names(named: Agent | Affiliation) -> Json:
    """Return names in other languages; CodeMeta has no word for them, so that schema.org's is written whole."""
    names = [{"@language": tag, "@value": one_line(text)} for tag, text in displayed_names(named)]
    return {"schema:alternateName": names} if names else {}


def _organisation(name: str, address: str | None) -> Json:
    return _without_empty({"@type": "Organization", "@id": address, "name": name})


def _funders(description: Description) -> list[Json]:
    by_name = {(f.funder, f.funder_id): identifier_urls.ror_url(f.funder_id) for f in description.funding if f.funder}
    return [_organisation(name, address) for (name, _), address in by_name.items()]


def _dated(description: Description, kind: str) -> str:
    return next((first_date(entry.date) for entry in description.dates if entry.type.id == kind), "")


def _related(description: Description) -> Json:
    """Return related works: the code's home, papers about it, its parts, and whatever else."""
    related: dict[str, list[Any]] = {}
    for work in description.related_identifiers:
        link = identifier_urls.link_to(work.scheme, work.identifier) or work.identifier
        kind = work.resource_type.id if work.resource_type else ""
        related.setdefault(_member(work.relation.id, kind, link), []).append(link)
    homes: Sequence[str] = related.pop("codeRepository", [])
    return {"codeRepository": homes[0] if homes else None, **related, "relatedLink": _rest(related, homes)}


def _rest(related: Mapping[str, Sequence[str]], homes: Sequence[str]) -> list[str]:
    return [*related.get("relatedLink", ()), *homes[1:]]


def _member(relation: str, kind: str, link: str) -> str:
    if relation in _PARTS:
        return _PARTS[relation]
    if relation in _SOURCES and (urlsplit(link).hostname or "") in _FORGES:
        return "codeRepository"
    return "referencePublication" if relation in _PAPERS and kind.startswith("publication") else "relatedLink"
