"""The files of a draft; an actor who may change the draft may change them."""

from collections.abc import Sequence
from typing import Any, BinaryIO

from repository.access.policy import Action, must
from repository.core.actor import Actor
from repository.core.errors import AT_ONCE, Conflict, FieldError, Forbidden, Invalid, NotFound
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.deposits.metadata.json_sanitize import storable
from repository.deposits.model import Draft, DraftKind
from repository.deposits.queries import files_to_change, readable_draft, slot_of
from repository.deposits.rules import FilesOptions
from repository.engines.services import Services
from repository.files import uploads
from repository.files.link_files import import_files, require_importable
from repository.files.model import FileEntry, FileSet
from repository.files.name_clashes import NamedFiles
from repository.files.queries import entry, file_set, find_entry, no_file
from repository.files.uploads import Announced
from repository.records.model import Concept, Version


def begin_files(unit: UnitOfWork, draft_id: int, named: NamedFiles, limit: int) -> Sequence[FileEntry]:
    """Declare the files that the client will upload."""
    draft, files = files_to_change(unit, draft_id)
    if not named.declared:
        raise Invalid.field("_schema", "No files to upload.")
    if not draft.files_enabled:
        raise Forbidden("Files are not enabled.")
    return uploads.begin(unit, files, named, limit)


def upload_content(
    services: Services, actor: Actor, draft_id: int, key: str, source: BinaryIO, announced: Announced
) -> FileEntry:
    """Receive the bytes of a declared file and stage them.

    Permission and name are checked before the first byte and again after the last, because the draft may change
    meanwhile; no transaction is open while bytes flow.
    """
    with services.database.connection() as connection:
        slot = slot_of(connection, draft_id, key)
    must(actor, Action.CHANGE_DRAFT, slot.resource)
    uploads.require_open(slot.state)
    if not slot.named:
        raise no_file(draft_id, key)
    received = uploads.receive(services.store, source, announced, services.site.max_file_bytes)
    try:
        with services.database.transaction(actor) as unit:
            _, files = files_to_change(unit, draft_id)
            uploads.require_open(files.state)
            target = entry(unit, files.id, key, draft_id, hidden=True)
            uploads.stage(unit, target, received)
        return target
    except (NotFound, Forbidden):
        # Only a certain refusal removes the bytes: after a lost connection the commit may have happened.
        services.store.remove([received.object_key])
        raise


def commit_file(unit: UnitOfWork, draft_id: int, key: str) -> tuple[FileEntry, Sequence[Any]]:
    """Make the received bytes the file; return it and its differences from the declaration."""
    _, files = files_to_change(unit, draft_id)
    target = entry(unit, files.id, key, draft_id, hidden=True)
    return target, uploads.complete(unit, files, target)


def change_file(unit: UnitOfWork, draft_id: int, key: str, changes: dict[str, Any]) -> FileEntry:
    """Change the metadata or the visibility of a file."""
    draft, files = files_to_change(unit, draft_id)
    uploads.require_open(files.state)
    target = entry(unit, files.id, key, draft_id, hidden=True)
    if "metadata" in changes:
        target.about = changes["metadata"]
    if "access" in changes:
        target.hidden = changes["access"]["hidden"]
        if target.hidden and draft.default_preview == key:
            draft.default_preview = None  # every reader of the record learns its name
    target.updated = unit.now
    return target


def remove_file(unit: UnitOfWork, draft_id: int, key: str) -> None:
    """Remove one file from the draft."""
    draft, files = files_to_change(unit, draft_id)
    uploads.remove(unit, files, entry(unit, files.id, key, draft_id, hidden=True))
    if draft.default_preview == key:
        draft.default_preview = None


def remove_all_files(unit: UnitOfWork, draft_id: int) -> None:
    """Remove all files from the draft, at a cost that does not depend on their number."""
    draft, files = files_to_change(unit, draft_id)
    uploads.discard_set(unit, files)
    draft.file_set_id = uploads.new_set(unit).id
    draft.default_preview = None


def importable_files(snapshot: Snapshot, draft_id: int) -> int:
    """Return the set of the previous version's files, which never changes, so that its names are compared only here.

    Raises `NotFound`, `Forbidden`, `Invalid`.
    """
    draft, concept = readable_draft(snapshot, draft_id, Action.CHANGE_DRAFT)
    source = file_set(snapshot, _previous_set(snapshot, draft, concept))
    require_importable(snapshot, source, file_set(snapshot, draft.file_set_id))
    return source.id


def import_previous_files(unit: UnitOfWork, draft_id: int, source_id: int) -> FileSet:
    """Copy the files of the previous version into the draft of a new version; `source_id` from `importable_files`."""
    draft, files = files_to_change(unit, draft_id)
    if _previous_set(unit, draft, unit.session.get_one(Concept, draft.concept_id)) != source_id:
        raise Conflict(AT_ONCE)
    import_files(unit, file_set(unit, source_id), files)
    return files


def _previous_set(snapshot: Snapshot, draft: Draft, concept: Concept) -> int:
    if draft.kind != DraftKind.NEW_VERSION or concept.latest_id is None:
        raise Invalid.field("files", "Only a new version can import files, from the one before.")
    if not draft.files_enabled:
        raise Invalid.field("files.enabled", "Files are not enabled.")
    return snapshot.session.get_one(Version, concept.latest_id).file_set_id


def take_files_options(unit: UnitOfWork, draft: Draft, options: FilesOptions | None) -> list[FieldError]:
    """Set whether the draft has files, and which one is the preview; return what is wrong with it."""
    if options is None:
        return []
    errors = []
    has_files = file_set(unit, draft.file_set_id).count > 0
    if has_files and not options.enabled:
        errors.append(FieldError.of("files.enabled", "Please remove all files first."))
    else:
        draft.files_enabled = options.enabled
    errors += _take_preview(unit, draft, options.default_preview)
    return errors


def _take_preview(unit: UnitOfWork, draft: Draft, preview: str | None) -> list[FieldError]:
    """Set the file that the record shows first, which every reader may know; return what is wrong with it."""
    named = find_entry(unit, draft.file_set_id, preview) if preview else None
    draft.default_preview = preview if named is not None and not named.hidden else None
    if not preview or draft.default_preview:
        return []
    reason = f'No file with key "{preview}"' if named is None else f"The file {preview!r} is hidden."
    return [FieldError.of("files.default_preview", reason).keeping({"default_preview": storable(preview)})]
