"""Open, save and discard drafts."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from repository.access.access_terms import AccessTerms
from repository.access.grants import grant_ownership, remove_all_grants
from repository.access.policy import Action, Resource, must
from repository.core.database.bulk import insert_rows
from repository.core.errors import SENT, FieldError
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.dataset.vocabularies import Vocabularies
from repository.deposits.draft_files import take_files_options
from repository.deposits.draft_identifiers import take_pids
from repository.deposits.facts import DraftDiscarded, DraftOpened, DraftSaved
from repository.deposits.metadata.json_sanitize import Unstorable, storable
from repository.deposits.metadata.loading import load_metadata, missing_fields
from repository.deposits.model import Draft, DraftKind
from repository.deposits.queries import DraftView, draft_for_change, view_of
from repository.deposits.rules import WRITABLE, read_body
from repository.files.model import FileSet
from repository.files.queries import file_set_for_change
from repository.files.uploads import discard_set, new_set
from repository.identifiers.reserve import release
from repository.records.model import Concept

JsonObject = dict[str, Any]


def open_draft(unit: UnitOfWork, site: Site, vocabularies: Vocabularies, raw: JsonObject) -> DraftView:
    """Return a new draft of a new dataset; `raw` may be incomplete."""
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
    write_body(unit, site, vocabularies, draft, raw)
    insert_rows(unit.session, [draft])
    unit.emit(DraftOpened(draft.id))
    return view_of(unit, draft, concept) if raw.get("pids") else DraftView(draft, concept, files, {}, {})


def save_draft(
    unit: UnitOfWork,
    site: Site,
    vocabularies: Vocabularies,
    draft_id: int,
    raw: JsonObject,
    expected: str | None = None,
) -> DraftView:
    """Replace the draft's metadata by that of `raw`.

    Access, files and identifiers stay where `raw` does not mention them: forgetting a field must not open data or lose
    a reserved identifier.
    """
    draft, concept = draft_for_change(unit, draft_id, Action.CHANGE_DRAFT, expected=expected)
    write_body(unit, site, vocabularies, draft, {"metadata": {}, **raw})
    return _save(unit, draft, concept)


def patch_draft(
    unit: UnitOfWork,
    site: Site,
    vocabularies: Vocabularies,
    draft_id: int,
    patch: JsonObject,
    expected: str | None = None,
) -> DraftView:
    """Merge `patch` into the draft (JSON Merge Patch, RFC 7396)."""
    draft, concept = draft_for_change(unit, draft_id, Action.CHANGE_DRAFT, expected=expected)
    current = {
        "metadata": draft.description,
        "custom_fields": draft.custom_fields,
        "access": draft.terms.as_json() | draft.sent("access"),
        "pids": draft.sent("pids"),
        "files": {"enabled": draft.files_enabled, "default_preview": draft.default_preview} | draft.sent("files"),
    }
    changes = {name: merge(current.get(name), value) for name, value in patch.items() if value is not None}
    write_body(unit, site, vocabularies, draft, changes)
    return _save(unit, draft, concept)


def discard_draft(unit: UnitOfWork, draft_id: int, expected: str | None = None) -> None:
    """Delete the draft; an edit leaves its version, a new dataset leaves nothing."""
    draft, concept = draft_for_change(unit, draft_id, Action.DISCARD_DRAFT, expected=expected)
    unit.session.delete(draft)
    unit.session.flush()
    if draft.kind != DraftKind.EDIT:
        release(unit, draft.id)
        discard_set(unit, file_set_for_change(unit, draft.file_set_id))
    if draft.kind == DraftKind.NEW:
        release(unit, concept.id)
        remove_all_grants(unit, concept.id)
        unit.session.delete(concept)
    unit.emit(DraftDiscarded(draft.id))


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


def write_body(unit: UnitOfWork, site: Site, vocabularies: Vocabularies, draft: Draft, raw: Mapping[str, Any]) -> None:
    """Write `raw` into the draft, and its faults into the draft's errors."""
    body = read_body(raw, unit.now.date())
    errors = list(body.errors)
    if "metadata" in raw:
        loaded = load_metadata(raw["metadata"], vocabularies)
        draft.description = loaded.metadata
        errors += loaded.errors
    if body.terms is not None:
        draft.terms = body.terms
    if body.custom_fields is not None:
        draft.custom_fields = body.custom_fields
    errors += take_files_options(unit, draft, body.files)
    errors += take_pids(unit, site, draft, raw.get("pids"))
    errors += _earlier_faults(draft, raw)
    faulty = {error.field for error in errors}
    errors += [gap for gap in missing_fields(draft.description, doi=True) if gap.field not in faulty]
    # two names that no database can keep may be one afterwards
    stored = map(_keepable, errors)
    draft.errors = list({(error["field"], *error["messages"]): error for error in stored}.values())


def merge(current: Any, patch: Any) -> Any:
    """Merge as in RFC 7396: objects merge member by member, null removes, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(current) if isinstance(current, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


def _keepable(error: FieldError) -> dict[str, Any]:
    """Return the fault as every database can keep it; what was sent may have no such form."""
    try:
        kept: dict[str, Any] = storable(error.as_json())
    except Unstorable:
        kept = storable(replace(error, sent=None).as_json())
    return kept


def _earlier_faults(draft: Draft, raw: Mapping[str, Any]) -> list[FieldError]:
    """Return the earlier faults of the parts that `raw` does not mention.

    Of the files those that keep what was sent: the list of files shows its other faults.
    """
    absent = [part for part in WRITABLE if raw.get(part) is None]
    earlier = [error for error in draft.errors if error["field"].partition(".")[0] in absent]
    return [FieldError.from_json(error) for error in earlier if SENT in error or not error["field"].startswith("files")]


def _save(unit: UnitOfWork, draft: Draft, concept: Concept) -> DraftView:
    draft.revision += 1
    draft.updated = unit.now
    unit.emit(DraftSaved(draft.id, draft.revision))
    unit.session.flush()
    return view_of(unit, draft, concept)
