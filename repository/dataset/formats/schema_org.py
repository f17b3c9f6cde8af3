"""schema.org in JSON-LD, after science-on-schema.org's guide to datasets (version 1.3)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from repository.dataset import cstr
from repository.dataset.description import (
    Affiliation,
    Agent,
    FileOf,
    Funding,
    Identifier,
    Label,
    Publication,
    RelatedIdentifier,
    Subject,
    Text,
)
from repository.dataset.formats import csl, links, names
from repository.dataset.formats.access import COAR
from repository.dataset.formats.kinds import kind_of
from repository.dataset.formats.places import schema_place
from repository.dataset.formats.text import language_of, language_tag, one_line, plain

Json = dict[str, Any]

LONGEST_DESCRIPTION = 5000
"""Characters; data set search engines refuse longer ones."""

_REGISTRY = "https://registry.identifiers.org/registry/"
_FREE = {"open": True, "embargoed": False, "restricted": False}
_RELATIONS = {
    "isderivedfrom": "isBasedOn",
    "cites": "citation",
    "references": "citation",
    "issupplementto": "citation",
    "isdescribedby": "citation",
    "isdocumentedby": "citation",
    "iscitedby": "subjectOf",
    "isreferencedby": "subjectOf",
    "isreviewedby": "subjectOf",
    "ispartof": "isPartOf",
    "haspart": "hasPart",
    "isidenticalto": "sameAs",
}
_COVERED = frozenset({"coverage", "collected"})
_UNSAFE = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def schema_org(publication: Publication) -> Json:
    """A JSON-LD object of type Dataset, or of the type of what it is; without empty members.

    `name` stays a plain text, because search engines expect one; titles in other languages stand
    in ``alternateName`` with their language tags.
    """
    said = {
        "@context": "https://schema.org/",
        "@type": _type(publication),
        "@id": csl.address(publication),
        "url": publication.url,
        **_texts(publication),
        **_people(publication),
        **_dates(publication),
        **_identifiers(publication),
        **_access(publication),
        **_relations(publication),
        **_contents(publication),
    }
    return _without_empty(said)


def embed(value: Mapping[str, Any]) -> str:
    """`value` as JSON that may stand in an HTML script element: no character of it ends one."""
    return json.dumps(value, ensure_ascii=False).translate(_UNSAFE)


def _without_empty(said: Mapping[str, Any]) -> Json:
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def _type(publication: Publication) -> str:
    return kind_of(publication.description.resource_type.id).schema_org


def _texts(publication: Publication) -> Json:
    description = publication.description
    spoken = [label.id for label in description.languages]
    return {
        "name": one_line(description.title),
        "alternateName": [_tagged(t, spoken) for t in description.additional_titles if t.text],
        "description": _shortened(plain(description.description)),
        "version": description.version,
        "keywords": [_keyword(subject) for subject in description.subjects],
        "inLanguage": _one_or_all([tag for code in spoken if (tag := language_tag(code))]),
        "copyrightNotice": description.copyright,
        "spatialCoverage": [p for place in description.places if (p := schema_place(place))],
    }


def _people(publication: Publication) -> Json:
    description = publication.description
    creators = [_agent(agent) for agent in description.creators]
    return {
        "creator": {"@list": creators} if creators else None,
        "editor": [_agent(agent) for agent in csl.editors(description.contributors)],
        "contributor": [_role(agent) for agent in description.contributors],
        "publisher": _organisation(description.publisher or publication.repository_name),
        "provider": _organisation(publication.repository_name),
        "funding": [_grant(funding) for funding in description.funding],
    }


def _dates(publication: Publication) -> Json:
    dates = publication.description.dates
    by_type = {dated.type.id: _begin(dated.date) for dated in reversed(dates)}
    return {
        "datePublished": _begin(publication.description.publication_date),
        "dateCreated": by_type.get("created"),
        "dateModified": by_type.get("updated") or publication.updated[:10],
        "temporalCoverage": _one_or_all([d.date for d in dates if d.type.id in _COVERED]),
    }


def _identifiers(publication: Publication) -> Json:
    own = [_doi(publication.doi)] if publication.doi else []
    if publication.cstr:
        own.append(_cstr(publication.cstr))
    others = [_property(identifier) for identifier in publication.description.identifiers]
    concept = publication.concept_doi
    return {
        "identifier": own + others,
        "exampleOfWork": {"@type": _type(publication), "@id": links.doi_url(concept)} if concept else None,
    }


def _access(publication: Publication) -> Json:
    licences = publication.description.licences
    return {
        "isAccessibleForFree": _FREE.get(publication.access_status),
        "conditionsOfAccess": list(COAR.get(publication.access_status, ())),
        "license": _one_or_all([links.web_address(li.url) or li.title for li in licences]),
    }


def _relations(publication: Publication) -> Json:
    """Related works by property, and the other addresses of this one."""
    found: dict[str, list[Any]] = {"sameAs": _other_addresses(publication)}
    for related in publication.description.related_identifiers:
        if name := _RELATIONS.get(related.relation.id):
            found.setdefault(name, []).append(_work(related, name))
    found.setdefault("citation", []).extend(publication.description.references)
    return dict(found)


def _contents(publication: Publication) -> Json:
    if _type(publication) != "Dataset":
        return {"encoding": [_file(file, "MediaObject") for file in publication.files]}
    return {
        "distribution": [_file(file, "DataDownload") for file in publication.files],
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "name": publication.repository_name,
            "url": "{0.scheme}://{0.netloc}/".format(urlsplit(publication.url)),
        },
    }


def _one_or_all(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else list(values)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_DESCRIPTION else text[: LONGEST_DESCRIPTION - 1] + "…"


def _begin(edtf: str) -> str:
    return edtf.partition("/")[0]


def _tagged(text: Text, spoken: Sequence[str]) -> Json | str:
    tag = language_tag(text.language) or language_of(text.text, spoken)
    return {"@language": tag, "@value": text.text} if tag else text.text


def _keyword(subject: Subject) -> Json | str:
    if not subject.id:
        return subject.subject
    term = {"@type": "DefinedTerm", "name": subject.subject}
    place = "@id" if links.web_address(subject.id) else "termCode"
    return {**term, place: subject.id}


def _agent(agent: Agent) -> Json:
    orcid, ror = agent.identifier("orcid"), links.ror_url(agent.identifier("ror"))
    family, given = names.parts(agent) if agent.personal else ("", "")
    return _without_empty(
        {
            "@type": "Person" if agent.personal else "Organization",
            "@id": links.link_to("orcid", orcid) if orcid else ror,
            "name": names.written(agent),
            "familyName": family if given else "",
            "givenName": given,
            "identifier": [_property(identifier) for identifier in agent.identifiers],
            "affiliation": [_affiliation(affiliation) for affiliation in agent.affiliations],
        }
    )


def _role(agent: Agent) -> Json:
    """A contributor in its role, as schema.org's Role repeats the property it stands in."""
    role = agent.role.name() if agent.role else ""
    return {"@type": "Role", "roleName": role, "contributor": _agent(agent)}


def _organisation(name: str, address: str | None = None) -> Json | None:
    named = {"@type": "Organization", "@id": address, "name": name}
    return _without_empty(named) if name else None


def _affiliation(affiliation: Affiliation) -> Json | None:
    return _organisation(affiliation.name, links.ror_url(affiliation.id))


def _grant(funding: Funding) -> Json:
    return _without_empty(
        {
            "@type": "Grant",
            "@id": links.web_address(funding.award_url),
            "name": funding.award_title,
            "identifier": funding.award_number,
            "funder": _organisation(funding.funder, _funder_address(funding.funder_id)),
        }
    )


def _funder_address(funder_id: str | None) -> str | None:
    return links.ror_url(funder_id) or links.web_address(funder_id)


def _doi(doi: str) -> Json:
    address = links.doi_url(doi)
    return {
        "@id": address,
        "@type": "PropertyValue",
        "propertyID": f"{_REGISTRY}doi",
        "value": f"doi:{doi}",
        "url": address,
    }


def _cstr(identifier: str) -> Json:
    parsed = cstr.parse(identifier)
    return {
        "@id": parsed.url,
        "@type": "PropertyValue",
        "propertyID": f"{_REGISTRY}cstr",
        "value": parsed.curie,
        "url": parsed.url,
    }


def _property(identifier: Identifier) -> Json:
    return _without_empty(
        {
            "@type": "PropertyValue",
            "propertyID": identifier.scheme,
            "value": identifier.identifier,
            "url": links.link_to(identifier.scheme, identifier.identifier),
        }
    )


def _other_addresses(publication: Publication) -> list[str]:
    addresses = [links.doi_url(publication.doi)] if publication.doi else []
    if publication.cstr:
        addresses.append(links.cstr_url(publication.cstr))
    return [address for address in addresses if address != csl.address(publication)]


def _work(related: RelatedIdentifier, name: str) -> Json | str:
    """A work by its address, or by its identifier when that leads nowhere."""
    address = links.link_to(related.scheme, related.identifier)
    if name == "sameAs":
        return address or related.identifier
    kind = kind_of(_id(related.resource_type)).schema_org if related.resource_type else None
    said = {"@type": kind or "CreativeWork", "@id": address, "identifier": related.identifier}
    return _without_empty(said)


def _id(label: Label | None) -> str:
    return label.id if label else ""


def _file(file: FileOf, kind: str) -> Json:
    said = {
        "@type": kind,
        "name": file.key,
        "contentUrl": file.url,
        "contentSize": f"{file.size} B",
        "encodingFormat": file.media_type,
        "sha256": file.sha256,
    }
    return _without_empty(said)
