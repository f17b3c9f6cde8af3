"""Publish a draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, insert

from repository.access.access_terms import PUBLIC
from repository.access.embargo_rules import EmbargoLimit, PublishedEmbargo
from repository.access.policy import Action
from repository.core.database.bulk import insert_rows, update_row
from repository.core.errors import FieldError, Incomplete
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.deposits.draft_identifiers import apply_correction
from repository.deposits.model import Draft, DraftKind
from repository.deposits.queries import draft_with_files
from repository.deposits.rules import stops_publication
from repository.files.model import FileSet
from repository.files.name_clashes import clashes
from repository.files.queries import keys_of, unready_files
from repository.files.uploads import freeze
from repository.identifiers.reserve import minting_context, reserve_for_publication
from repository.people.quotas import give_back
from repository.publication.facts import EmbargoChanged, VersionChange, VersionEdited, VersionPublished, shown_day
from repository.publication.rules import require_publishable
from repository.publication.version_order import latest_ids, touch_changed_latest
from repository.records.change_tracking import mark_public, touch
from repository.records.model import Concept, Version, VersionRevision
from repository.records.narrowed_access import IndexedPart, note_narrowed
from repository.records.queries import record_for

GONE = "Not found."
COMPARED_AGAIN = 1_000
"""Files of a draft whose names are compared once more before publication, at most."""


@dataclass(frozen=True, slots=True)
class _Edition:
    """A draft that is about to become a version."""

    draft: Draft
    concept: Concept
    files: FileSet


def publish(unit: UnitOfWork, site: Site, draft_id: int, expected: str | None = None) -> Version:
    """Make the draft a version, or its corrections the next revision of the version that it edits.

    Raises `Incomplete`, which names every gap; `NotFound` if there is no draft, or no longer, so that a second request
    for the same publication changes nothing.
    """
    draft, concept, files = draft_with_files(unit, draft_id, Action.PUBLISH, expected=expected, gone=GONE)
    edition = _Edition(draft, concept, files)
    _require_publishable(unit, site, edition)
    before = latest_ids(unit, concept)
    if draft.kind == DraftKind.EDIT:
        version, files_changed = _revise(unit, site, draft)
    else:
        version, files_changed = _write_version(unit, site, edition), True
    others = touch_changed_latest(unit, concept, before)
    unit.emit(_fact_of(draft, version, others, files_changed))
    unit.session.delete(draft)
    unit.session.flush()
    _keep_revision(unit, version)
    give_back(unit, concept.owner_id, drafts=1, size=0 if draft.kind == DraftKind.EDIT else files.own_bytes)
    return version


def _fact_of(draft: Draft, version: Version, others: Sequence[int], files_changed: bool) -> VersionChange:
    if draft.kind == DraftKind.EDIT:
        return VersionEdited(version.id, version.concept_id, others, version.revision, files_changed)
    return VersionPublished(version.id, version.concept_id, others, version.index, version.revision)


def _require_publishable(snapshot: Snapshot, site: Site, edition: _Edition) -> None:
    draft, files = edition.draft, edition.files
    is_edit = draft.kind == DraftKind.EDIT
    too_long = None if is_edit else EmbargoLimit(site.today(), site.max_embargo_days).fault(draft.embargo_until)
    require_publishable(
        errors=[error for error in draft.errors if stops_publication(error)],
        files_enabled=draft.files_enabled,
        file_count=files.count,
        unready=unready_files(snapshot, files.id),
        further=[*_clashing(snapshot, edition), *([too_long] if too_long else [])],
    )


def _clashing(snapshot: Snapshot, edition: _Edition) -> Sequence[FieldError]:
    """Return the names that cannot stand side by side: a former release took them into drafts that are still open.

    The files of an edit are published already. Names of a larger set are not compared again: publication costs the
    same whatever their number.
    """
    files = edition.files
    if edition.draft.kind == DraftKind.EDIT or not 1 < files.count <= COMPARED_AGAIN:
        return ()
    return clashes(keys_of(snapshot, files.id, COMPARED_AGAIN))


def _write_version(unit: UnitOfWork, site: Site, edition: _Edition) -> Version:
    draft, concept = edition.draft, edition.concept
    freeze(unit, edition.files)
    now = unit.event_time()
    version = Version(
        id=draft.id,
        concept_id=concept.id,
        index=concept.versions + 1,
        revision=draft.revision + 1,
        cache_version=1,
        file_set_id=draft.file_set_id,
        created=now,
        updated=now,
    )
    _copy_description(draft, version)
    insert_rows(unit.session, [version])
    origin = minting_context(concept.default_community, version.description)
    reserve_for_publication(unit, site, version.id, concept.id, origin)
    update_row(unit.session, concept, latest_id=version.id, versions=version.index)
    return version


def _revise(unit: UnitOfWork, site: Site, draft: Draft) -> tuple[Version, bool]:
    """Return the corrected version, and whether other people may have its files now."""
    version = unit.session.get_one(Version, draft.id, with_for_update=True, populate_existing=True)
    if version.withdrawn_at is not None:
        record_for(unit, version.id, Action.PUBLISH)  # raises `Gone` with the tombstone: nothing is published over it
    _require_embargo(site, version, draft)
    before, until = (version.files_access, version.files_enabled), version.embargo_until
    if version.record_access == PUBLIC and draft.record_access != PUBLIC:
        note_narrowed(unit, [version.id], IndexedPart.RECORD)
    if version.files_access == PUBLIC and draft.files_access != PUBLIC:
        note_narrowed(unit, [version.id], IndexedPart.RECORD, IndexedPart.FILES)
    _copy_description(draft, version)
    if version.embargo_until != until:
        unit.emit(EmbargoChanged(version.id, shown_day(until), shown_day(version.embargo_until)))
    apply_correction(unit, site, draft)
    version.revision = max(version.revision, draft.revision) + 1
    touch(unit, version)
    return version, before != (version.files_access, version.files_enabled)


def _require_embargo(site: Site, version: Version, draft: Draft) -> None:
    """Raise `Incomplete` for an embargo that this version cannot have; let one that is over stay over."""
    today = site.today()
    embargo = PublishedEmbargo(version.embargo_until, version.lifted_on)
    limit = EmbargoLimit(site.day_of(version.created), site.max_embargo_days)
    if faults := list(embargo.faults_of(draft.embargo_until, today, limit)):
        raise Incomplete(errors=faults)
    if version.lifted_on is not None and draft.embargo_until is not None and draft.embargo_until <= today:
        draft.terms = draft.terms.lifted()


def _copy_description(draft: Draft, version: Version) -> None:
    version.description = draft.description
    version.custom_fields = draft.custom_fields
    version.terms = draft.terms
    mark_public(version)
    version.files_enabled = draft.files_enabled
    version.default_preview = draft.default_preview


_REVISION = insert(cast(Table, VersionRevision.__table__)).inline()


def _keep_revision(unit: UnitOfWork, version: Version) -> None:
    unit.session.connection().execute(
        _REVISION,
        {
            "version_id": version.id,
            "revision": version.revision,
            "description": version.description,
            "access": version.terms.as_json(),
            "actor": unit.actor.name,
            "at": unit.now,
        },
    )
