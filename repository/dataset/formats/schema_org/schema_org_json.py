"""schema.org in JSON-LD, following science-on-schema.org's guide to datasets (version 1.3)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from repository.dataset.description import (
    Affiliation,
    Agent,
    Description,
    FileOf,
    Funding,
    Label,
    Publication,
    Text,
)
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.access_rights import COAR
from repository.dataset.formats.citation import csl, person_names
from repository.dataset.formats.geometries import schema_place
from repository.dataset.formats.iso_dates import first_date, interval
from repository.dataset.formats.plain_text import language_of, language_tag, one_line, plain
from repository.dataset.formats.schema_org.schema_org_links import identification, property_value, relations, versions
from repository.dataset.formats.type_mappings import kind_of

Json = dict[str, Any]

LONGEST_DESCRIPTION = 5000
"""Characters; data set search engines refuse longer ones."""

_FREE = {"open": True, "embargoed": False, "restricted": False}
_COVERED = frozenset({"coverage", "collected"})
_UNSAFE = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def schema_org(publication: Publication) -> Json:
    """Return a JSON-LD object of type Dataset, or of the resource's own type, without empty members.

    `name` stays a plain text, because search engines expect one; titles in other languages stand in ``alternateName``
    with their language tags.
    """
    members = {
        "@context": "https://schema.org/",
        "@type": _type(publication),
        "@id": csl.address(publication),
        "url": publication.url,
        **_texts(publication),
        **_people(publication),
        **_dates(publication),
        **identification(publication),
        **_access(publication),
        **versions(publication),
        **relations(publication),
        **_contents(publication),
    }
    return _without_empty(members)


def embed(value: Mapping[str, Any]) -> str:
    """Return `value` as JSON for an HTML script element: no character of it ends the element."""
    return json.dumps(value, ensure_ascii=False).translate(_UNSAFE)


def _without_empty(members: Mapping[str, Any]) -> Json:
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def _type(publication: Publication) -> str:
    return kind_of(publication.description.resource_type.id).schema_org


def _texts(publication: Publication) -> Json:
    description = publication.description
    codes = [label.id for label in description.languages]
    abstract = plain(description.description)
    return {
        "name": one_line(description.title),
        "alternateName": [_language_value(t, codes) for t in description.additional_titles if t.text],
        "description": _shorten(abstract),
        **_in_languages(description, abstract, codes),
        "version": description.version,
        "keywords": [subject.subject for subject in description.subjects if subject.subject],
        "about": [_term(subject.subject, subject.id) for subject in description.subjects if subject.id],
        "inLanguage": _one_or_all([tag for code in codes if (tag := language_tag(code))]),
        "copyrightNotice": description.copyright,
        "spatialCoverage": [p for place in description.places if (p := schema_place(place))],
    }


def _in_languages(description: Description, abstract: str, codes: Sequence[str]) -> Json:
    """Return title and abstract with their languages, where there are translations beside them."""
    abstracts = [Text(abstract), *(t for t in description.additional_descriptions if _id(t.type) == "abstract")]
    texts = [_language_value(text, codes) for text in abstracts if text.text]
    title = Text(one_line(description.title))
    title = Text(one_line(description.title))
    return {
        "headline": _language_value(title, codes) if description.additional_titles else None,
        "abstract": texts if len(texts) > 1 else None,
    }


def _id(label: Label | None) -> str:
    return label.id if label else ""


def _people(publication: Publication) -> Json:
    description = publication.description
    creators = [_agent(agent) for agent in description.creators]
    return {
        "creator": {"@list": creators} if creators else None,
        # repeated, because many readers do not know JSON-LD's lists
        "author": creators,
        "editor": [_agent(agent) for agent in csl.editors(description.contributors)],
        "contributor": [_role(agent) for agent in description.contributors],
        "publisher": _organisation(description.publisher or publication.repository_name),
        "provider": _organisation(publication.repository_name),
        "funder": _funders(description.funding),
        "funding": [_grant(funding) for funding in description.funding],
    }


def _dates(publication: Publication) -> Json:
    dates = publication.description.dates
    by_type = {entry.type.id: first_date(entry.date) for entry in reversed(dates)}
    return {
        "datePublished": first_date(publication.description.publication_date),
        "dateCreated": by_type.get("created"),
        "dateModified": by_type.get("updated") or publication.updated[:10],
        "temporalCoverage": _one_or_all([interval(d.date) for d in dates if d.type.id in _COVERED]),
    }


def _access(publication: Publication) -> Json:
    licences, withdrawal = publication.description.licences, publication.withdrawn
    return {
        "creativeWorkStatus": f"Withdrawn: {withdrawal.reason.name()}" if withdrawal else None,
        "isAccessibleForFree": _FREE.get(publication.access_status),
        "conditionsOfAccess": list(COAR.get(publication.access_status, ())),
        "license": _one_or_all([identifier_urls.web_address(li.url) or li.title for li in licences]),
    }


def _contents(publication: Publication) -> Json:
    if _type(publication) != "Dataset":
        return {"encoding": [_file(file, "MediaObject") for file in publication.files]}
    return {
        "distribution": [_file(file, "DataDownload") for file in publication.files],
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "name": publication.repository_name,
            "url": publication.repository_url or "{0.scheme}://{0.netloc}/".format(urlsplit(publication.url)),
        },
    }


def _one_or_all(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else list(values)


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_DESCRIPTION else text[: LONGEST_DESCRIPTION - 1] + "…"


def _language_value(text: Text, codes: Sequence[str]) -> Json | str:
    tag = language_tag(text.language) or language_of(text.text, codes)
    return {"@language": tag, "@value": text.text} if tag else text.text


def _term(name: str, term_id: str) -> Json:
    """Return a controlled term; `keywords` holds texts alone, because most readers of it expect nothing else."""
    place = "@id" if identifier_urls.web_address(term_id) else "termCode"
    return {"@type": "DefinedTerm", "name": name, place: term_id}


def _agent(agent: Agent) -> Json:
    orcid, ror = agent.identifier("orcid"), identifier_urls.ror_url(agent.identifier("ror"))
    family_name, given_name = person_names.parts(agent) if agent.personal else ("", "")
    return _without_empty(
        {
            "@type": "Person" if agent.personal else "Organization",
            "@id": identifier_urls.link_to("orcid", orcid) if orcid else ror,
            "name": person_names.display_name(agent),
            "familyName": family_name if given_name else "",
            "givenName": given_name,
            "identifier": [property_value(identifier) for identifier in agent.identifiers],
            "affiliation": [_affiliation(affiliation) for affiliation in agent.affiliations],
        }
    )


def _role(agent: Agent) -> Json:
    """Return a contributor in its role; schema.org's Role repeats the property it stands in."""
    role = agent.role.name() if agent.role else ""
    return {"@type": "Role", "roleName": role, "contributor": _agent(agent)}


def _organisation(name: str, address: str | None = None) -> Json | None:
    members = {"@type": "Organization", "@id": address, "name": name}
    return _without_empty(members) if name else None


def _affiliation(affiliation: Affiliation) -> Json | None:
    return _organisation(affiliation.name, identifier_urls.ror_url(affiliation.id))


def _funders(fundings: Sequence[Funding]) -> Any:
    """Return each funder once, whatever the number of its grants."""
    by_name = {(funding.funder, funding.funder_id): funding for funding in fundings if funding.funder}
    return _one_or_all([_organisation(f.funder, _funder_address(f.funder_id)) for f in by_name.values()])


def _grant(funding: Funding) -> Json:
    return _without_empty(
        {
            "@type": "Grant",
            "@id": identifier_urls.web_address(funding.award_url),
            "name": funding.award_title,
            "identifier": funding.award_number,
            "funder": _organisation(funding.funder, _funder_address(funding.funder_id)),
        }
    )


def _funder_address(funder_id: str | None) -> str | None:
    return identifier_urls.ror_url(funder_id) or identifier_urls.web_address(funder_id)


def _file(file: FileOf, kind: str) -> Json:
    members = {
        "@type": kind,
        "name": file.key,
        "contentUrl": file.url,
        "contentSize": f"{file.size} B",
        "encodingFormat": file.media_type,
        "sha256": file.sha256,
    }
    return _without_empty(members)
