"""Remove files that nothing refers to any more; jobs do it, after the fact."""

from typing import cast

from sqlalchemy import Table, bindparam, delete, exists, or_, select

from repository.core.actor import SYSTEM
from repository.core.facts import EmittedFact
from repository.core.preservation_events import EventOutcome, EventType, ObjectKind, PreservationEvent, record_events
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.engines.store.port import ByteStore
from repository.files.facts import FileReleased
from repository.files.model import FileEntry, FileSet, SetState, StoredFile
from repository.files.part_uploads import give_up_all
from repository.people.quotas import give_back

BATCH = 500
_FILE = cast(Table, StoredFile.__table__)
_DELETE = delete(_FILE).where(_FILE.c.id == bindparam("file"))


def remove_unused_file(database: Database, store: ByteStore, file_id: int, cause: EmittedFact | None = None) -> None:
    """Remove a stored file unless a name refers to it.

    Nothing can begin to refer to an unused file, so the check stays true.  The row goes last: a job that was killed
    half-way finds it again.  `cause` is the fact that released the file.
    """
    with database.snapshot(SYSTEM) as snapshot:
        file = snapshot.session.get(StoredFile, file_id)
        if file is None or _is_used(snapshot, file_id):
            return
    store.remove([file.object_key])
    with database.transaction(SYSTEM) as unit:
        gone = unit.session.connection().execute(_DELETE, {"file": file_id}).rowcount
        record_events(unit, [_deletion(file, cause)] if gone else [])


def _deletion(file: StoredFile, cause: EmittedFact | None) -> PreservationEvent:
    reason = f" Fact {cause.id}: {cause.actor} {cause.phrase}." if cause else ""
    detail = f"Removed {file.size} bytes with SHA-256 {file.sha256}.{reason}"
    return PreservationEvent(EventType.DELETION, ObjectKind.FILE, file.id, EventOutcome.SUCCESS, detail)


def empty_discarded_set(database: Database, set_id: int, owner_id: int = 0) -> None:
    """Remove the entries of a discarded set in batches, release their files, and then remove the set.

    The owner, if known, gets back what was staged.
    """
    while True:
        with database.transaction(SYSTEM) as unit:
            files = unit.session.get(FileSet, set_id, with_for_update=True, populate_existing=True)  # one runner a set
            if files is None or files.state != SetState.DISCARDED:
                return
            if not _release_batch(unit, set_id, owner_id):
                unit.session.delete(files)


_BATCH = (
    select(StoredFile.size, FileEntry.id, FileEntry.transfer, FileEntry.file_id, FileEntry.staged_id)
    .outerjoin_from(FileEntry, StoredFile, StoredFile.id == FileEntry.staged_id)
    .where(FileEntry.file_set_id == bindparam("set"))
    .limit(BATCH)
)


def _release_batch(unit: UnitOfWork, set_id: int, owner_id: int) -> int:
    batch = unit.session.execute(_BATCH, {"set": set_id}).all()
    reserved = give_up_all(unit, [row.id for row in batch if row.transfer])
    for _, _, _, *file_ids in batch:
        for file_id in file_ids:
            if file_id is not None:
                unit.emit(FileReleased(file_id))
    unit.session.execute(delete(FileEntry).where(FileEntry.id.in_([row.id for row in batch])))
    if owner_id:
        give_back(unit, owner_id, size=reserved + sum(row.size or 0 for row in batch))
    return len(batch)


def _is_used(snapshot: Snapshot, file_id: int) -> bool:
    used = exists().where(or_(FileEntry.file_id == file_id, FileEntry.staged_id == file_id))
    return bool(snapshot.session.scalar(select(used)))
