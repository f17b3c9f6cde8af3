"""Files of a draft that come in parts: named, sent, looked at and committed; no transaction waits for the store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from repository.access.policy import Action
from repository.core.actor import Actor
from repository.core.errors import Conflict, FieldError, Invalid, NotFound
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.deposits.draft_files import begin_files, begin_in, commit_file, require_place
from repository.deposits.fetch_places import require_fetchable
from repository.deposits.queries import default_preview, files_to_change, may_change, readable_draft
from repository.engines.services import Services
from repository.engines.store.port import MAX_PARTS
from repository.files import uploads
from repository.files.model import FileEntry
from repository.files.name_clashes import NamedFiles, case_twins
from repository.files.part_plans import plan_of
from repository.files.part_uploads import (
    NOT_THERE,
    PARTS,
    OpenUpload,
    begun,
    join,
    keep_uploads,
    take_completed,
    upload_of,
)
from repository.files.queries import entry
from repository.files.uploads import Announced
from repository.people.quotas import count_bytes, give_back


@dataclass(frozen=True, slots=True)
class BegunFiles:
    """New names and the draft's first file; `uploads` of those in parts are by the ids of their entries."""

    entries: Sequence[FileEntry]
    preview: str | None
    uploads: Mapping[int, OpenUpload] = field(default_factory=dict)
    warnings: Sequence[FieldError] = ()


def name_files(services: Services, actor: Actor, draft_id: int, named: NamedFiles) -> BegunFiles:
    """Name files, and begin in the store the uploads of those that come in parts.

    What is refused leaves no upload behind: what can be is checked before the first of them begins.
    """
    neighbours: list[str] = []
    keys = [file.key for file in named.declared]
    plans = [plan for file in named.declared if (plan := plan_of(file))]
    require_fetchable(services.fetching, named.declared)
    if not plans:
        with services.database.transaction(actor) as unit:
            entries = begin_files(unit, services.site, draft_id, named, neighbours)
            preview = default_preview(unit, draft_id)
        return BegunFiles(entries, preview, warnings=case_twins(keys, neighbours))
    if sum(plan.count for plan in plans) > MAX_PARTS:
        raise Invalid.field("_schema", f"The files of one request have at most {MAX_PARTS} parts together.")
    with services.database.snapshot(actor) as snapshot:
        require_place(snapshot, services.site, draft_id, named)
    with begun(services.store, plans) as tokens, services.database.transaction(actor) as unit:
        place = files_to_change(unit, draft_id)
        entries = begin_in(unit, services.site, place, named, neighbours)
        coming = [entry for entry in entries if entry.transfer == PARTS]
        kept = keep_uploads(unit, coming, plans, tokens)
        preview = default_preview(unit, draft_id)
        _, concept, _ = place
        count_bytes(unit, services.site, concept.owner_id, sum(plan.size for plan in plans))
    by_entry = {entry.id: upload for entry, upload in zip(coming, kept, strict=True)}
    return BegunFiles(entries, preview, by_entry, case_twins(keys, neighbours))


def upload_part(
    services: Services, actor: Actor, draft_id: int, key: str, number: int, source: BinaryIO, announced: Announced
) -> FileEntry:
    """Send one part through this process, in place of an earlier one.

    Rights and sizes are checked before a byte is read.
    """
    with services.database.snapshot(actor) as snapshot:
        target, upload = _coming(snapshot, draft_id, key)
    size = upload.plan.size_of(number)
    if size is None:
        raise Invalid.field(f"parts.{number}", f"The parts are numbered from 1 to {upload.plan.count}.")
    if announced.size not in (None, size):
        raise Invalid.field(f"parts.{number}", f"Part {number} has {announced.size} bytes instead of {size}.")
    md5 = upload.plan.md5_of(number)
    if md5 and announced.md5 not in (None, md5):
        raise Invalid.field(f"parts.{number}", f"Declared md5:{md5}, received md5:{announced.md5}.")
    try:
        services.store.uploads.put_part(upload.token, number, source, size=size, md5=md5 or announced.md5)
    except NotFound:
        raise Conflict(f"File '{key}' does not come in parts (any more).") from None
    return target


def sendable_upload(snapshot: Snapshot, draft_id: int, named: FileEntry) -> OpenUpload | None:
    """Return the upload of a file for who may go on with it.

    Addresses of its parts are a right to write.
    """
    upload = upload_of(snapshot, named)
    return upload if upload is not None and may_change(snapshot, draft_id) else None


def _coming(snapshot: Snapshot, draft_id: int, key: str) -> tuple[FileEntry, OpenUpload]:
    draft, _ = readable_draft(snapshot, draft_id, Action.CHANGE_DRAFT)
    target = entry(snapshot, draft.file_set_id, key, draft_id, hidden=True)
    upload = upload_of(snapshot, target)
    if upload is None:
        raise Conflict(f"File '{key}' does not come in parts (any more).")
    return target, upload


def commit_parts(services: Services, actor: Actor, draft_id: int, key: str) -> tuple[FileEntry, Sequence[FieldError]]:
    """Make what was received the file; return it and its differences from the declaration.

    Parts are joined by the store between two transactions; a kill between them costs nothing but another commit.
    """
    with services.database.transaction(actor) as unit:
        committed = commit_file(unit, draft_id, key)
    if committed.upload is None:
        return committed.entry, committed.mismatches
    arrived_md5 = join(services.store, committed.upload)
    with services.database.transaction(actor) as unit:
        return _keep_joined(unit, draft_id, key, committed.upload, arrived_md5), ()


def _keep_joined(unit: UnitOfWork, draft_id: int, key: str, upload: OpenUpload, arrived_md5: str | None) -> FileEntry:
    _, concept, files = files_to_change(unit, draft_id)
    uploads.require_open(files.state)
    target = entry(unit, files.id, key, draft_id, hidden=True)
    if not take_completed(unit, target, upload.id, arrived_md5):
        if target.file_id is None:
            raise Conflict(NOT_THERE)
        return target  # another request has committed it
    uploads.stage_received(unit, target, upload.token.key, upload.plan.size)
    give_back(unit, concept.owner_id, size=uploads.complete(unit, files, target).freed)
    return target
