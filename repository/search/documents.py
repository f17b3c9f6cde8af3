"""The document that the index holds of a record or draft."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from repository.access.access_terms import PUBLIC, AccessStatus, AccessTerms
from repository.access.policy import Action, Grant, Resource, owners_of, readers_of
from repository.communities.queries import Membership
from repository.core.clock import iso
from repository.core.errors import WARNING
from repository.dataset.description import Agent, Description, RelatedId, RelatedIdentifier
from repository.dataset.formats.plain_text import one_line, plain
from repository.dataset.from_json import description_of
from repository.dataset.schemes import normalise
from repository.dataset.vocabularies import Vocabularies
from repository.deposits.queries import ListedDraft
from repository.engines.search.port import DocumentKind, IndexDocument
from repository.identifiers.queries import ByScheme
from repository.search.name_forms import names_of

Pids = Mapping[str, str]
"""folded, by scheme"""

MAX_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class FileNames:
    """What is indexed of a file set."""

    keys: Sequence[str] = ()
    extensions: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """The columns of a version, its concept and its file set that are indexed, and its grants."""

    id: int
    concept_id: int
    cache_version: int
    grants: frozenset[Grant]
    index: int
    created: datetime
    updated: datetime
    description: dict[str, Any]
    record_access: str
    files_access: str
    embargo_until: date | None
    files_enabled: bool
    file_set_id: int
    file_count: int
    total_bytes: int

    @property
    def open_files(self) -> bool:
        return self.files_access == PUBLIC

    @property
    def resource(self) -> Resource:
        return Resource(self.grants, record_public=self.record_access == PUBLIC, files_public=self.open_files)

    @property
    def status(self) -> AccessStatus:
        return AccessTerms(self.record_access, self.files_access, self.embargo_until).status(self.files_enabled)


@dataclass(frozen=True, slots=True)
class Context:
    """What else is indexed of a version.

    `latest` says that somebody's search shows it: it is the newest version, or the newest that everybody may read.
    """

    latest: bool
    pids: Pids
    concept_pids: Pids
    files: FileNames
    communities: Sequence[Membership] = ()


def record_document(version: PublishedVersion, context: Context, vocabularies: Vocabularies) -> IndexDocument:
    """Return the document of a published version; the names of closed files are not indexed."""
    description = description_of(version.description, vocabularies)
    return IndexDocument(
        kind=DocumentKind.RECORD,
        id=version.id,
        concept_id=version.concept_id,
        revision=version.cache_version,
        readers=readers_of(version.resource, Action.READ_RECORD),
        owners=owners_of(version.resource),
        latest=context.latest,
        index=version.index,
        created=iso(version.created),
        updated=iso(version.updated),
        texts={**_texts(description), "filenames": context.files.keys if version.open_files else ()},
        keywords={
            **_keywords(description),
            **_identity(version.id, version.concept_id, context.pids, context.concept_pids),
            "communities": _communities(context.communities),
            "is_published": ["true"],
            "status": ["published"],
            "access_status": [version.status.value],
            "access_record": [version.record_access],
            "access_files": [version.files_access],
            "file_type": context.files.extensions if version.open_files else (),
            "created": [iso(version.created)],
            "updated": [iso(version.updated)],
        },
        numbers={
            "file_count": version.file_count if version.open_files else 0,
            "total_bytes": version.total_bytes if version.open_files else 0,
            "version_index": version.index,
        },
    )


def draft_document(listed: ListedDraft, vocabularies: Vocabularies) -> IndexDocument:
    """Return the document of a draft, from those of its fields that are sound."""
    view, draft, concept = listed.view, listed.view.draft, listed.view.concept
    description = description_of(sound_metadata(draft.description, draft.errors), vocabularies)
    return IndexDocument(
        kind=DocumentKind.DRAFT,
        id=draft.id,
        concept_id=concept.id,
        revision=draft.revision,
        readers=readers_of(listed.resource, Action.READ_DRAFT),
        owners=owners_of(listed.resource),
        latest=True,
        index=draft.index,
        created=iso(draft.created),
        updated=iso(draft.updated),
        texts=_texts(description),
        keywords={
            **_keywords(description),
            **_identity(draft.id, concept.id, _folded(view.pids), _folded(view.concept_pids)),
            "communities": _communities(view.communities),
            "is_published": ["false"],
            "status": ["new_version_draft" if concept.latest_id else "draft"],
            "access_status": [draft.terms.status(draft.files_enabled).value],
            "access_record": [draft.record_access],
            "access_files": [draft.files_access],
            "created": [iso(draft.created)],
            "updated": [iso(draft.updated)],
        },
        numbers={"version_index": draft.index},
    )


def sound_metadata(metadata: Mapping[str, Any], errors: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the metadata without its faulty fields."""
    paths = (str(error["field"]).split(".") for error in errors if error.get("severity") != WARNING)
    faulty = {path[1] for path in paths if len(path) > 1 and path[0] == "metadata"}
    return {name: value for name, value in metadata.items() if name not in faulty}


def _identity(record_id: int, concept_id: int, pids: Pids, concept_pids: Pids) -> dict[str, Sequence[str]]:
    return {
        "id": [str(record_id)],
        "concept_id": [str(concept_id)],
        **{scheme: [folded] for scheme, folded in pids.items()},
        **{f"concept_{scheme}": [folded] for scheme, folded in concept_pids.items()},
    }


def _communities(memberships: Sequence[Membership]) -> list[str]:
    """Return the communities by id and by slug: no slug is digits alone."""
    return [name for community, _ in memberships for name in (str(community.id), community.slug)]


def _folded(pids: ByScheme) -> Pids:
    return {scheme: pid.folded for scheme, pid in pids.items()}


def _texts(about: Description) -> dict[str, Sequence[str]]:
    return {
        "title": [about.title],
        "additional_titles": [item.text for item in about.additional_titles],
        "description": _plain([plain(about.description)]),
        "additional_descriptions": _plain(item.text for item in about.additional_descriptions),
        "creators": names_of(about.creators),
        "contributors": names_of(about.contributors),
        "affiliations": _affiliations((*about.creators, *about.contributors)),
        "subjects": [subject.subject for subject in about.subjects],
        "publisher": [about.publisher] if about.publisher else [],
        "references": [item.text for item in about.references],
        "funding": [
            text for item in about.funding for text in (item.funder, item.award_title, item.award_number) if text
        ],
        "places": [place.place for place in about.places if place.place],
    }


def _keywords(about: Description) -> dict[str, Sequence[str]]:
    return {
        "resource_type": [about.resource_type.id] if about.resource_type.id else [],
        "version": [about.version] if about.version else [],
        "subject": [subject.subject for subject in about.subjects],
        "licence": [licence.id for licence in about.licences if licence.id],
        "language": [language.id for language in about.languages],
        "creator": [agent.name for agent in about.creators],
        "creator_identifiers": _normal(item for agent in about.creators for item in agent.identifiers),
        "contributor_identifiers": _normal(item for agent in about.contributors for item in agent.identifiers),
        "identifiers": _normal(about.identifiers),
        "related_identifiers": _normal(about.related_identifiers),
        "year": [about.year] if about.year else [],
        "publication_date": [about.publication_date] if about.publication_date else [],
    }


def _normal(identifiers: Iterable[RelatedId | RelatedIdentifier]) -> list[str]:
    """Return the identifiers as written, and where it differs as they are compared."""
    values = list(identifiers)
    normal = [item.identifier if item.scheme in ("url", "other") else _in_form(item) for item in values]
    return list(dict.fromkeys((*(item.identifier for item in values), *normal)))


def _in_form(item: RelatedId | RelatedIdentifier) -> str:
    try:
        return normalise(item.scheme, item.identifier).casefold()
    except ValueError:
        return item.identifier


def _affiliations(agents: Sequence[Agent]) -> list[str]:
    every = (a for agent in agents for a in agent.affiliations)
    names = (name for a in every for name in (a.name, *(other.name for other in a.alternate_names)))
    return list(dict.fromkeys(name for name in names if name))


def _plain(texts: Iterable[str]) -> list[str]:
    return [one_line(text)[:MAX_TEXT] for text in texts]
