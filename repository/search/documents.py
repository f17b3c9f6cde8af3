"""What of a record or draft is indexed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from repository.access.access_terms import PUBLIC, AccessStatus, AccessTerms
from repository.core.clock import iso
from repository.dataset.description import Agent, Description
from repository.dataset.formats.plain_text import one_line, plain
from repository.dataset.from_json import description_of
from repository.dataset.vocabularies import Vocabularies
from repository.deposits.queries import DraftView
from repository.engines.search.port import DocumentKind, IndexDocument
from repository.identifiers.queries import ByScheme

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
    """The columns of a version, its concept and its file set that are indexed."""

    id: int
    concept_id: int
    cache_version: int
    owner_id: int
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


def record_document(version: PublishedVersion, context: Context, vocabularies: Vocabularies) -> IndexDocument:
    """The document of a published version; of files the public may not have, no name is indexed."""
    said = description_of(version.description, vocabularies)
    return IndexDocument(
        kind=DocumentKind.RECORD,
        id=version.id,
        concept_id=version.concept_id,
        revision=version.cache_version,
        owner_id=version.owner_id,
        public=version.record_access == PUBLIC,
        latest=context.latest,
        index=version.index,
        created=iso(version.created),
        updated=iso(version.updated),
        texts={**_texts(said), "filenames": context.files.keys if version.open_files else ()},
        keywords={
            **_keywords(said),
            **_identity(version.id, version.concept_id, version.owner_id, context.pids, context.concept_pids),
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


def draft_document(view: DraftView, vocabularies: Vocabularies) -> IndexDocument:
    """The document of a draft, from those of its fields that are sound."""
    draft, concept = view.draft, view.concept
    said = description_of(_sound(draft.description, draft.errors), vocabularies)
    return IndexDocument(
        kind=DocumentKind.DRAFT,
        id=draft.id,
        concept_id=concept.id,
        revision=draft.revision,
        owner_id=concept.owner_id,
        public=False,
        latest=True,
        index=draft.index,
        created=iso(draft.created),
        updated=iso(draft.updated),
        texts=_texts(said),
        keywords={
            **_keywords(said),
            **_identity(draft.id, concept.id, concept.owner_id, _folded(view.pids), _folded(view.concept_pids)),
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


def _sound(metadata: Mapping[str, Any], errors: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The metadata without the fields that were sent wrong."""
    faulty = {
        parts[1] for error in errors if len(parts := str(error["field"]).split(".")) > 1 and parts[0] == "metadata"
    }
    return {name: value for name, value in metadata.items() if name not in faulty}


def _identity(number: int, concept_id: int, owner_id: int, pids: Pids, concept_pids: Pids) -> dict[str, Sequence[str]]:
    return {
        "id": [str(number)],
        "concept_id": [str(concept_id)],
        "owner_id": [str(owner_id)],
        **{scheme: [folded] for scheme, folded in pids.items()},
        **{f"concept_{scheme}": [folded] for scheme, folded in concept_pids.items()},
    }


def _folded(pids: ByScheme) -> Pids:
    return {scheme: pid.folded for scheme, pid in pids.items()}


def _texts(said: Description) -> dict[str, Sequence[str]]:
    return {
        "title": [said.title],
        "additional_titles": [each.text for each in said.additional_titles],
        "description": _plain([plain(said.description)]),
        "additional_descriptions": _plain(each.text for each in said.additional_descriptions),
        "creators": [agent.name for agent in said.creators],
        "contributors": [agent.name for agent in said.contributors],
        "affiliations": _affiliations((*said.creators, *said.contributors)),
        "subjects": [subject.subject for subject in said.subjects],
        "publisher": [said.publisher] if said.publisher else [],
        "references": list(said.references),
        "funding": [
            text for each in said.funding for text in (each.funder, each.award_title, each.award_number) if text
        ],
        "places": [place.place for place in said.places if place.place],
    }


def _keywords(said: Description) -> dict[str, Sequence[str]]:
    return {
        "resource_type": [said.resource_type.id] if said.resource_type.id else [],
        "version": [said.version] if said.version else [],
        "subject": [subject.subject for subject in said.subjects],
        "licence": [licence.id for licence in said.licences if licence.id],
        "language": [language.id for language in said.languages],
        "creator": [agent.name for agent in said.creators],
        "creator_identifiers": [each.identifier for agent in said.creators for each in agent.identifiers],
        "identifiers": [each.identifier for each in said.identifiers],
        "related_identifiers": [each.identifier for each in said.related_identifiers],
        "year": [said.year] if said.year else [],
        "publication_date": [said.publication_date] if said.publication_date else [],
    }


def _affiliations(agents: Sequence[Agent]) -> list[str]:
    return list(dict.fromkeys(a.name for agent in agents for a in agent.affiliations if a.name))


def _plain(texts: Iterable[str]) -> list[str]:
    return [one_line(text)[:MAX_TEXT] for text in texts]
