"""schema.org in JSON-LD, following science-on-schema.org's guide to datasets (version 1.3)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from repository.dataset.description import (
    Affiliation,
    Agent,
    FileOf,
    Funding,
    Licence,
    Publication,
)
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.access_rights import COAR
from repository.dataset.formats.citation import csl, person_names
from repository.dataset.formats.iso_dates import first_date, interval
from repository.dataset.formats.schema_org.schema_org_links import (
    identification,
    property_value,
    relations,
    type_of,
    versions,
)
from repository.dataset.formats.schema_org.schema_org_texts import (
    alternate_names,
    one_or_all,
    tagged,
    texts,
    without_empty,
)

Json = dict[str, Any]

_FREE = {"open": True, "embargoed": False, "restricted": False, "metadata-only": False}
_COVERED = frozenset({"coverage", "collected"})
_UNSAFE = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def schema_org(publication: Publication) -> Json:
    """Return a JSON-LD object of type Dataset, or of the resource's own type, without empty members.

    A text in Latin letters is a plain text, which every reader expects; one in another script has its language tag.
    Only the resource itself is called a Dataset: search engines would ask each other one for name and description.
    """
    return {"@context": "https://schema.org/", "@type": type_of(publication), **schema_org_members(publication)}


def schema_org_members(publication: Publication) -> Json:
    """Return everything that is told of the resource, without context and type."""
    members = {
        "@id": csl.address(publication),
        "url": publication.url,
        **texts(publication),
        **_people(publication),
        **_dates(publication),
        **identification(publication),
        **_access(publication),
        **versions(publication),
        **relations(publication),
        **_contents(publication),
    }
    return without_empty(members)


def embed(value: Mapping[str, Any]) -> str:
    """Return `value` as JSON for an HTML script element: no character of it ends the element."""
    return json.dumps(value, ensure_ascii=False).translate(_UNSAFE)


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
        "copyrightYear": by_type.get("copyrighted", "")[:4],
        "temporalCoverage": one_or_all([interval(d.date) for d in dates if d.type.id in _COVERED]),
    }


def _access(publication: Publication) -> Json:
    description, withdrawal = publication.description, publication.withdrawn
    return {
        "creativeWorkStatus": f"Withdrawn: {withdrawal.reason.name()}" if withdrawal else None,
        "isAccessibleForFree": _FREE.get(publication.access_status),
        "conditionsOfAccess": [*COAR.get(publication.access_status, ()), *_embargo(publication)],
        "license": one_or_all([_licence(licence) for licence in description.licences]),
    }


def _embargo(publication: Publication) -> Iterator[str]:
    if publication.embargo_until:
        yield f"closed until {publication.embargo_until}"
    if publication.embargo_reason:
        yield publication.embargo_reason


def _licence(licence: Licence) -> Json | str:
    """Return the address of a known licence, and the depositor's own terms as a work with its text."""
    address = identifier_urls.web_address(licence.url)
    if licence.id and address:
        return address
    members = {"name": licence.title, "text": licence.description, "identifier": licence.id, "url": address}
    return without_empty({"@type": "CreativeWork", **members})


def _contents(publication: Publication) -> Json:
    if type_of(publication) != "Dataset":
        return {"encoding": list(_files(publication, "MediaObject"))}
    return {
        "distribution": list(_files(publication, "DataDownload")),
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "name": publication.repository_name,
            "url": publication.repository_url or "{0.scheme}://{0.netloc}/".format(urlsplit(publication.url)),
        },
    }


def _files(publication: Publication, kind: str) -> Iterator[Json]:
    """Yield the files that the publication names and, if there are more of them, where all are."""
    for file in publication.files:
        yield _file(file, kind)
    if remainder := publication.unlisted_files:
        yield without_empty(
            {
                "@type": kind,
                "name": "All files",
                "description": remainder,
                "contentUrl": publication.archive_url or publication.url,
                "contentSize": f"{publication.total_bytes} B",
                "encodingFormat": "application/zip" if publication.archive_url else "text/html",
            }
        )


def _agent(agent: Agent) -> Json:
    orcid, ror = agent.identifier("orcid"), identifier_urls.ror_url(agent.identifier("ror"))
    family_name, given_name = person_names.parts(agent) if agent.personal else ("", "")
    return without_empty(
        {
            "@type": "Person" if agent.personal else "Organization",
            "@id": identifier_urls.link_to("orcid", orcid) if orcid else ror,
            "name": person_names.display_name(agent),
            "alternateName": alternate_names(agent),
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
    return without_empty(members) if name else None


def _affiliation(affiliation: Affiliation) -> Json | None:
    organisation = _organisation(affiliation.name, identifier_urls.ror_url(affiliation.id))
    return without_empty({**organisation, "alternateName": alternate_names(affiliation)}) if organisation else None


def _funders(fundings: Sequence[Funding]) -> Any:
    """Return each funder once, whatever the number of its grants."""
    by_name = {(funding.funder, funding.funder_id): funding for funding in fundings if funding.funder}
    return one_or_all([_organisation(f.funder, _funder_address(f.funder_id)) for f in by_name.values()])


def _grant(funding: Funding) -> Json:
    titles = [tagged(title, None if tag == "en" else tag) for tag, title in funding.award_titles.items()]
    return without_empty(
        {
            "@type": "Grant",
            "@id": identifier_urls.web_address(funding.award_url),
            "name": one_or_all(titles) if titles else funding.award_title,
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
        "alternateName": file.words.title,
        "description": file.words.description,
        "additionalType": file.words.kind,
        "contentUrl": file.url,
        "contentSize": f"{file.size} B",
        "encodingFormat": file.media_type,
        "sha256": file.sha256,
    }
    return without_empty(members)
