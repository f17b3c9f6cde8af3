"""Open, save and discard drafts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from repository.access.access_terms import AccessTerms
from repository.access.embargo_rules import EmbargoLimit
from repository.access.grants import grant_ownership, remove_all_grants
from repository.access.policy import Action, Resource, must
from repository.core.database.bulk import insert_rows
from repository.core.errors import FieldError, Stale
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.deposits.draft_bodies import (
    CheckedBody,
    JsonObject,
    is_kept,
    joined_faults,
    merge,
    require_room,
)
from repository.deposits.draft_files import take_files_options
from repository.deposits.draft_identifiers import take_pids
from repository.deposits.facts import DraftDiscarded, DraftOpened
from repository.deposits.metadata.loading import missing_fields
from repository.deposits.model import Draft, DraftKind
from repository.deposits.queries import DraftView, draft_for_change, readable_draft, view_of
from repository.deposits.rules import FilesOptions
from repository.deposits.saves import note_saved
from repository.files.model import FileSet
from repository.files.queries import file_set_for_change
from repository.files.uploads import discard_set, new_set
from repository.identifiers.reserve import release
from repository.people.quotas import count_draft, give_back
from repository.records.model import Concept


def open_draft(unit: UnitOfWork, site: Site, body: CheckedBody) -> DraftView:
    """Return a new draft of a new dataset; `body` may be incomplete."""
    must(unit.actor, Action.OPEN_DRAFT, Resource())
    assert unit.actor.person_id is not None
    concept_id, draft_id = unit.new_numbers(2)
    concept = Concept(
        id=concept_id, owner_id=unit.actor.person_id, versions=0, created=unit.now, default_community=None
    )
    files = new_set(unit)
    insert_rows(unit.session, [concept])
    grant_ownership(unit, concept_id, unit.actor.person_id)
    draft = blank_draft(unit, concept, draft_id, DraftKind.NEW, files)
    _write(unit, site, draft, body)
    insert_rows(unit.session, [draft])
    unit.emit(DraftOpened(draft.id))
    count_draft(unit, site, concept.owner_id)
    return view_of(unit, draft, concept) if body.pids else DraftView(draft, concept, files, {}, {})


def save_draft(
    unit: UnitOfWork, site: Site, draft_id: int, body: CheckedBody, expected: str | None = None
) -> DraftView:
    """Replace the draft's metadata by that of `body`.

    Access, files and identifiers stay where `body` does not mention them: forgetting a field must not open data or lose
    a reserved identifier.
    """
    draft, concept = draft_for_change(unit, draft_id, Action.CHANGE_DRAFT, expected=expected)
    _write(unit, site, draft, body if body.metadata is not None else body.without_metadata())
    return _save(unit, draft, concept)


@dataclass(frozen=True, slots=True)
class PatchBase:
    """What a patch is merged into: the `parts` of a draft at a revision, and its options of files."""

    revision: int
    files: FilesOptions
    parts: Mapping[str, Any]

    def patched(self, patch: Mapping[str, Any]) -> JsonObject:
        """Return the parts that `patch` names after the change (JSON Merge Patch, RFC 7396)."""
        return {name: merge(self.parts.get(name), value) for name, value in patch.items() if value is not None}


def patch_base(snapshot: Snapshot, draft_id: int, expected: str | None = None) -> PatchBase:
    """Return what a patch is merged into; raise `NotFound`, `Forbidden`, `Stale` as the change itself would."""
    draft, _ = readable_draft(snapshot, draft_id, Action.CHANGE_DRAFT, expected=expected)
    files = FilesOptions(draft.files_enabled, draft.default_preview)
    parts = {
        "metadata": draft.description,
        "custom_fields": draft.custom_fields,
        "access": draft.terms.as_json() | draft.sent("access"),
        "pids": draft.sent("pids"),
        "files": {"enabled": files.enabled, "default_preview": files.default_preview} | draft.sent("files"),
    }
    return PatchBase(draft.revision, files, parts)


def patch_draft(unit: UnitOfWork, site: Site, draft_id: int, base: PatchBase, body: CheckedBody) -> DraftView:
    """Write what became of the `base`; raise `Stale` if the draft is another by now."""
    draft, concept = draft_for_change(unit, draft_id, Action.CHANGE_DRAFT, expected=str(base.revision))
    if FilesOptions(draft.files_enabled, draft.default_preview) != base.files:
        raise Stale
    _write(unit, site, draft, body)
    return _save(unit, draft, concept)


def discard_draft(unit: UnitOfWork, draft_id: int, expected: str | None = None) -> None:
    """Delete the draft; an edit leaves its version, a new dataset leaves nothing."""
    draft, concept = draft_for_change(unit, draft_id, Action.DISCARD_DRAFT, expected=expected)
    unit.session.delete(draft)
    unit.session.flush()
    freed = 0
    if draft.kind != DraftKind.EDIT:
        release(unit, draft.id)
        freed = discard_set(unit, file_set_for_change(unit, draft.file_set_id), concept.owner_id)
    if draft.kind == DraftKind.NEW:
        release(unit, concept.id)
        remove_all_grants(unit, concept.id)
        unit.session.delete(concept)
    unit.emit(DraftDiscarded(draft.id))
    unit.session.flush()
    give_back(unit, concept.owner_id, drafts=1, size=freed)


def blank_draft(snapshot: Snapshot, concept: Concept, draft_id: int, kind: DraftKind, files: FileSet) -> Draft:
    """Return an empty draft."""
    draft = Draft(
        id=draft_id,
        concept_id=concept.id,
        kind=kind.value,
        index=concept.versions + 1,
        revision=1,
        description={},
        custom_fields={},
        files_enabled=True,
        default_preview=None,
        file_set_id=files.id,
        errors=[],
        created=snapshot.now,
        updated=snapshot.now,
    )
    draft.terms = AccessTerms()
    return draft


def _write(unit: UnitOfWork, site: Site, draft: Draft, body: CheckedBody) -> None:
    """Write `body` into the draft, and its faults into the draft's errors."""
    earlier = [fault for fault in draft.errors if is_kept(fault, body.mentioned)]
    if body.metadata is not None:
        draft.description = body.metadata
    if body.terms is not None:
        draft.terms = body.terms
    if body.custom_fields is not None:
        draft.custom_fields = body.custom_fields
    errors = take_files_options(unit, draft, body.files)
    errors += take_pids(unit, site, draft, body.pids)
    errors += _embargo_warnings(site, draft, body)
    faulty = {fault["field"] for fault in (*body.faults, *earlier)}
    errors += [gap for gap in missing_fields(draft.description, doi=True) if gap.field not in faulty]
    draft.errors = joined_faults(body.faults, errors, earlier)
    if earlier or body.custom_fields is None:  # the rest was measured before
        require_room(draft.description, draft.custom_fields, draft.errors)


def _embargo_warnings(site: Site, draft: Draft, body: CheckedBody) -> list[FieldError]:
    """Return what will keep the embargo that the body brings from being published."""
    if body.terms is None:
        return []
    published = site.day_of(draft.created) if draft.kind == DraftKind.EDIT else site.today()
    fault = EmbargoLimit(published, site.max_embargo_days).fault(draft.embargo_until, harmless=True)
    return [fault] if fault else []


def _save(unit: UnitOfWork, draft: Draft, concept: Concept) -> DraftView:
    note_saved(unit, draft)
    unit.session.flush()
    return view_of(unit, draft, concept)
