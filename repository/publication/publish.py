"""Publish a draft."""

from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, insert

from repository.access.policy import Action
from repository.deposits.model import Draft, DraftKind
from repository.deposits.queries import draft_with_files
from repository.deposits.rules import stops_publication
from repository.files.model import FileSet
from repository.files.queries import has_pending
from repository.files.uploads import freeze
from repository.foundation.rows import write_change, write_rows
from repository.foundation.site import Site
from repository.foundation.work import Work
from repository.identifiers.reserve import origin_of, reserve_for_publication
from repository.publication.facts import VersionEdited, VersionPublished
from repository.publication.latest import others_noticed
from repository.publication.rules import require_publishable
from repository.records.changing import note_change, note_exposure
from repository.records.model import Concept, Version, VersionRevision

GONE = "Not found."
_REVISION = insert(cast(Table, VersionRevision.__table__)).inline()


@dataclass(frozen=True, slots=True)
class _Edition:
    """What is about to be published."""

    draft: Draft
    concept: Concept
    files: FileSet


def publish(work: Work, site: Site, draft_id: int, expected: str | None = None) -> Version:
    """Make the draft a version, or its corrections the next revision of the version it edits.

    Raises `Incomplete` naming what is missing; `NotFound` when there is no draft (any more), so that a second request
    for the same publication changes nothing.
    """
    draft, concept, files = draft_with_files(work, draft_id, Action.PUBLISH, expected=expected, gone=GONE)
    edition = _Edition(draft, concept, files)
    _require_publishable(work, edition)
    with others_noticed(work, concept) as others:
        version = _revise(work, draft) if draft.kind == DraftKind.EDIT else _first_revision(work, site, edition)
    fact = VersionEdited if draft.kind == DraftKind.EDIT else VersionPublished
    work.emit(fact(version.id, {"concept": concept.id, "revision": version.revision, "others": others}))
    work.session.delete(draft)
    work.session.flush()
    _keep_revision(work, version)
    return version


def _require_publishable(work: Work, edition: _Edition) -> None:
    draft, files = edition.draft, edition.files
    require_publishable(
        errors=[error for error in draft.errors if stops_publication(error)],
        files_enabled=draft.files_enabled,
        file_count=files.count,
        pending=has_pending(work, files.id),
    )


def _first_revision(work: Work, site: Site, edition: _Edition) -> Version:
    draft, concept = edition.draft, edition.concept
    freeze(work, edition.files)
    now = work.dated()
    version = Version(
        id=draft.id,
        concept_id=concept.id,
        index=concept.versions + 1,
        revision=draft.revision + 1,
        change=1,
        file_set_id=draft.file_set_id,
        created=now,
        updated=now,
    )
    _copy_description(draft, version)
    write_rows(work.session, [version])
    origin = origin_of(concept.community, version.description)
    reserve_for_publication(work, site, version.id, concept.id, origin)
    write_change(work.session, concept, latest_id=version.id, versions=version.index)
    return version


def _revise(work: Work, draft: Draft) -> Version:
    version = work.session.get_one(Version, draft.id, with_for_update=True, populate_existing=True)
    _copy_description(draft, version)
    version.revision = max(version.revision, draft.revision) + 1
    note_change(work, version)
    return version


def _copy_description(draft: Draft, version: Version) -> None:
    version.description = draft.description
    version.custom_fields = draft.custom_fields
    version.terms = draft.terms
    note_exposure(version)
    version.files_enabled = draft.files_enabled
    version.default_preview = draft.default_preview


def _keep_revision(work: Work, version: Version) -> None:
    work.session.connection().execute(
        _REVISION,
        {
            "version_id": version.id,
            "revision": version.revision,
            "description": version.description,
            "access": version.terms.as_json(),
            "actor": work.actor.name,
            "at": work.now,
        },
    )
