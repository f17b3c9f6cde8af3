"""The files of a draft; an actor who may change the draft may change them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from repository.access.policy import Action, must
from repository.core.actor import Actor
from repository.core.errors import AT_ONCE, Conflict, FieldError, Forbidden, Invalid, NotFound, OverQuota, TooLarge
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.deposits.fetch_places import begin_fetches
from repository.deposits.linked_files import link_sources, linked_sources
from repository.deposits.metadata.json_sanitize import storable
from repository.deposits.model import Draft, DraftKind
from repository.deposits.queries import Slot, files_to_change, readable_draft, slot_of
from repository.deposits.record_limits import limits_of, require_bytes, require_sizes
from repository.deposits.rules import FilesOptions
from repository.engines.services import Services
from repository.files import uploads
from repository.files.link_files import import_files, require_importable
from repository.files.model import FileEntry, FileSet
from repository.files.name_clashes import NamedFiles, case_twins, named_file
from repository.files.part_uploads import PARTS, OpenUpload, upload_of
from repository.files.queries import entry, file_set, find_entry
from repository.files.uploads import Announced, Received
from repository.people.quotas import count_bytes, give_back, person_quota
from repository.records.model import Concept, Version


def begin_files(
    unit: UnitOfWork, site: Site, draft_id: int, named: NamedFiles, neighbours: list[str] | None = None
) -> Sequence[FileEntry]:
    """Do as `begin_in` in a draft that is not locked yet; raise `NotFound` and `Forbidden`, too."""
    return begin_in(unit, site, files_to_change(unit, draft_id), named, neighbours)


def begin_in(
    unit: UnitOfWork,
    site: Site,
    place: tuple[Draft, Concept, FileSet],
    named: NamedFiles,
    neighbours: list[str] | None = None,
) -> Sequence[FileEntry]:
    """Declare the files that the client will upload; raise `OverQuota` if their declared sizes are too much.

    `place` is what `files_to_change` has locked.  Those that are files of published versions are linked at once, all
    or none (`linked_files`).  `neighbours` as in `uploads.begin`.
    """
    draft, concept, files = place
    if not named.declared:
        raise Invalid.field("_schema", "No files to upload.")
    if not draft.files_enabled:
        raise Forbidden("Files are not enabled.")
    limits = limits_of(concept)
    require_sizes(limits, site, named.declared)
    sources = linked_sources(unit, named.declared)
    linked = sum(file.size for file in sources.values())
    declared = sum(file.size or 0 for file in named.declared if file.source is None)
    if declared or linked:
        require_bytes(unit, limits, files, declared + linked)
    if declared:
        is_own = concept.owner_id == unit.actor.person_id
        person_quota(unit, site, concept.owner_id).require_room(declared, own=is_own)
    entries = uploads.begin(unit, files, named, limits.files(site), neighbours)
    begin_fetches(unit, named.declared, entries)
    if sources:
        link_sources(unit, files, entries, sources)
    return entries


@dataclass(frozen=True, slots=True)
class Sent:
    """A file whose bytes were sent; one that is new was not named before, and is complete."""

    entry: FileEntry
    is_new: bool = False
    warnings: Sequence[FieldError] = ()


def upload_content(
    services: Services, actor: Actor, draft_id: int, key: str, source: BinaryIO, announced: Announced
) -> Sent:
    """Receive the bytes of a declared file and stage them; a new one is complete at once.

    Permission and name are checked before the first byte and again after the last, because the draft may change
    meanwhile; no transaction is open while bytes flow.
    """
    with services.database.connection() as connection:
        slot = slot_of(connection, actor, services.site, draft_id, key)
    must(actor, Action.CHANGE_DRAFT, slot.resource)
    uploads.require_open(slot.state)
    new = None if slot.named else _new_file(services, actor, draft_id, key, announced)
    received = _receive(services, actor, slot, source, announced)
    neighbours: list[str] = []
    try:
        with services.database.transaction(actor) as unit:
            place = files_to_change(unit, draft_id)
            _, concept, files = place
            uploads.require_open(files.state)
            if new is not None:
                _require_new(unit, files, key)
                [target] = begin_in(unit, services.site, place, new, neighbours)
            else:
                target = entry(unit, files.id, key, draft_id, hidden=True)
            more = uploads.stage(unit, target, received)
            if new is not None:
                uploads.complete(unit, files, target)
            require_bytes(unit, limits_of(concept), files)
            count_bytes(unit, services.site, concept.owner_id, more)
        return Sent(target, new is not None, case_twins([key], neighbours) if new is not None else ())
    except (NotFound, Forbidden, Invalid, Conflict, OverQuota):
        # Only a certain refusal removes the bytes: after a lost connection the commit may have happened.
        services.store.remove([received.object_key])
        raise


def _new_file(services: Services, actor: Actor, draft_id: int, key: str, announced: Announced) -> NamedFiles:
    """Return a file that can be named so; raise `Invalid` and `Forbidden` before a byte is read."""
    named = named_file(key, announced.size)
    with services.database.snapshot(actor) as snapshot:
        require_place(snapshot, services.site, draft_id, named)
    return named


def require_place(snapshot: Snapshot, site: Site, draft_id: int, named: NamedFiles) -> None:
    """Raise what `begin_files` would, before anything is begun or read."""
    draft, concept = readable_draft(snapshot, draft_id, Action.CHANGE_DRAFT)
    if not draft.files_enabled:
        raise Forbidden("Files are not enabled.")
    files, limits = file_set(snapshot, draft.file_set_id), limits_of(concept)
    require_sizes(limits, site, named.declared)
    uploads.require_nameable(snapshot, files, named, limits.files(site))
    require_bytes(snapshot, limits, files, sum(file.size or 0 for file in named.declared))


def _require_new(unit: UnitOfWork, files: FileSet, key: str) -> None:
    """Raise `Conflict` if another request has named the file while this one sent its bytes."""
    if find_entry(unit, files.id, key) is not None:
        raise Conflict(AT_ONCE)


def _receive(services: Services, actor: Actor, slot: Slot, source: BinaryIO, announced: Announced) -> Received:
    """Receive bytes as far as the owner's quota goes; raise `OverQuota` for more, and then nothing is kept."""
    is_own = slot.owner_id == actor.person_id
    most, room = slot.most_file_bytes or services.site.max_file_bytes, slot.quota.room
    if announced.size is not None and announced.size <= most:
        slot.quota.require_room(announced.size, own=is_own)
    if room is None or room >= most:
        return uploads.receive(services.store, source, announced, most)
    try:
        return uploads.receive(services.store, source, announced, room)
    except TooLarge as error:
        raise slot.quota.too_many_bytes(own=is_own) from error


@dataclass(frozen=True, slots=True)
class Committed:
    """A file with its differences from the declaration, or with the `upload` whose parts the store is to join first."""

    entry: FileEntry
    mismatches: Sequence[FieldError] = ()
    upload: OpenUpload | None = None


def commit_file(unit: UnitOfWork, draft_id: int, key: str) -> Committed:
    """Make the received bytes the file, unless they are still parts."""
    _, concept, files = files_to_change(unit, draft_id)
    target = entry(unit, files.id, key, draft_id, hidden=True)
    if target.transfer == PARTS and target.staged_id is None and (upload := upload_of(unit, target)):
        uploads.require_open(files.state)
        return Committed(target, upload=upload)
    completed = uploads.complete(unit, files, target)
    give_back(unit, concept.owner_id, size=completed.freed)
    return Committed(target, completed.mismatches)


def change_file(unit: UnitOfWork, draft_id: int, key: str, changes: dict[str, Any]) -> FileEntry:
    """Change the metadata or the visibility of a file."""
    draft, _, files = files_to_change(unit, draft_id)
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


def choose_preview(unit: UnitOfWork, draft_id: int, key: str | None) -> None:
    """Set the file that the record shows first, None for none; raise `Invalid` for one that it cannot show."""
    draft, _, files = files_to_change(unit, draft_id)
    uploads.require_open(files.state)
    if errors := _take_preview(unit, draft, key):
        raise Invalid(errors=errors)
    unit.session.flush()


def remove_file(unit: UnitOfWork, draft_id: int, key: str) -> None:
    """Remove one file from the draft."""
    draft, concept, files = files_to_change(unit, draft_id)
    freed = uploads.remove(unit, files, entry(unit, files.id, key, draft_id, hidden=True))
    if draft.default_preview == key:
        draft.default_preview = None
        unit.session.flush()
    give_back(unit, concept.owner_id, size=freed)


def remove_all_files(unit: UnitOfWork, draft_id: int) -> None:
    """Remove all files from the draft, at a cost that does not depend on their number."""
    draft, concept, files = files_to_change(unit, draft_id)
    freed = uploads.discard_set(unit, files, concept.owner_id)
    draft.file_set_id = uploads.new_set(unit).id
    draft.default_preview = None
    unit.session.flush()
    give_back(unit, concept.owner_id, size=freed)


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
    draft, _, files = files_to_change(unit, draft_id)
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
