"""Clear bytes that were received and never committed, and uploads that nobody went on with; their names stay."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, delete, or_, select, update
from sqlalchemy.orm import joinedload

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.unit_of_work import Database, UnitOfWork
from repository.engines.store.port import ByteStore, UploadToken
from repository.files.facts import FileReleased
from repository.files.model import FileEntry, FileSet, SetState, StoredFile, Upload, UploadState
from repository.files.part_uploads import PARTS
from repository.files.quarantine import is_behind

STAGED_FOR = timedelta(days=30)
INTERRUPTED_FOR = timedelta(days=1)
"""Longer than one request takes."""
NEVER = timedelta(days=36_500)
BATCH = 200


def clear_uploads(
    database: Database, store: ByteStore, unknown_for: timedelta = STAGED_FOR, hold: str = ""
) -> CheckReport:
    """Clear abandoned bytes, expired uploads, and leftovers of interrupted writes; raises `Unavailable`.

    Uploads in parts that the database does not know stay for `unknown_for`, and for as long as the store has newer
    objects than the database has files.  `hold` says why nothing may be cleared now, empty if it may.
    """
    report = CheckReport()
    if hold:
        report.note(f"nothing is cleared: {hold}")
        return report
    _release_abandoned(database, report)
    _end_uploads(database, store, report)
    cleared = _clear_leftovers(database, store, unknown_for)
    report.faults += cleared
    report.repaired += cleared
    return report


def _release_abandoned(database: Database, report: CheckReport) -> None:
    """Release files that were staged longer ago than `STAGED_FOR`; the job that follows removes their bytes."""
    before, after = clock.now() - STAGED_FOR, 0
    while batch := _abandoned(database, before, after):
        for set_id in sorted({entry.file_set_id for entry in batch}):
            with database.transaction(SYSTEM) as unit:
                for entry in _release(unit, set_id, before):
                    report.note(f"file {entry.key!r} of set {set_id}", repaired=True)
        after = batch[-1].id


def _end_uploads(database: Database, store: ByteStore, report: CheckReport) -> None:
    """Discard uploads that have expired or whose name was removed, with their parts; forget completed ones.

    The row is marked first, so that nobody completes the upload meanwhile.  It goes last, so that the next sweep finds
    it again if this one is killed.
    """
    after = 0
    while batch := _ended(database, after):
        for upload_id in batch:
            if (key := end_upload(database, store, upload_id)) is not None:
                report.note(f"upload {upload_id} of object {key}", repaired=True)
        after = batch[-1]


def end_upload(database: Database, store: ByteStore, upload_id: int) -> str | None:
    """Discard an upload and forget it; return the key of its object, None if it was completed or is forgotten."""
    with database.transaction(SYSTEM) as unit:
        token = _mark_discarded(unit, upload_id)
    if token is None:
        return None
    store.uploads.discard(token)
    with database.transaction(SYSTEM) as unit:
        unit.session.execute(delete(Upload).where(Upload.id == upload_id))
    return token.key


def _clear_leftovers(database: Database, store: ByteStore, unknown_for: timedelta) -> int:
    """Remove leftovers of interrupted writes and of uploads without a row; open uploads stay."""
    with database.snapshot(SYSTEM) as snapshot:
        keys = set(snapshot.session.scalars(select(Upload.object_key).where(Upload.state == UploadState.OPEN.value)))
        is_older = is_behind(snapshot)
    return store.clear_abandoned(INTERRUPTED_FOR, keep=keys, uploads_older_than=NEVER if is_older else unknown_for)


def _ended(database: Database, after: int) -> Sequence[int]:
    with database.snapshot(SYSTEM) as snapshot:
        is_ended = or_(
            Upload.expires <= snapshot.now,
            Upload.file_entry_id.is_(None),
            Upload.state == UploadState.DISCARDED.value,
        )
        return snapshot.session.scalars(
            select(Upload.id).where(is_ended, Upload.id > after).order_by(Upload.id).limit(BATCH)
        ).all()


def _mark_discarded(unit: UnitOfWork, upload_id: int) -> UploadToken | None:
    """Mark an upload as discarded and return its token; remove the row of a completed one, and return None."""
    upload = unit.session.get(Upload, upload_id, with_for_update=True)
    if upload is None:
        return None
    if upload.state == UploadState.COMPLETED:
        unit.session.delete(upload)
        return None
    upload.state = UploadState.DISCARDED.value
    if upload.file_entry_id is not None:  # the name takes bytes that are sent whole
        is_in_parts = (FileEntry.id == upload.file_entry_id, FileEntry.transfer == PARTS)
        unit.session.execute(update(FileEntry).where(*is_in_parts).values(transfer=None))
    return UploadToken(upload.object_key, upload.store_upload_id)


def _abandoned(database: Database, before: datetime, after: int) -> Sequence[Row[int, int]]:
    """Return set and staged file of entries, by staged file: few entries have one."""
    with database.snapshot(SYSTEM) as snapshot:
        return snapshot.session.execute(
            select(FileEntry.file_set_id, StoredFile.id)
            .join(StoredFile, StoredFile.id == FileEntry.staged_id)
            .where(StoredFile.created < before, FileEntry.staged_id > after)
            .order_by(FileEntry.staged_id)
            .limit(BATCH)
        ).all()


def _release(unit: UnitOfWork, set_id: int, before: datetime) -> Sequence[FileEntry]:
    """Release a set's abandoned files.

    The set is locked: a commit of these files at this moment comes before, or finds nothing to commit.
    """
    files = unit.session.get(FileSet, set_id, with_for_update=True)
    if files is None or files.state != SetState.OPEN:
        return ()
    entries = unit.session.scalars(
        select(FileEntry)
        .join(StoredFile, StoredFile.id == FileEntry.staged_id)
        .where(FileEntry.file_set_id == set_id, StoredFile.created < before)
        .limit(BATCH)
        .options(joinedload(FileEntry.file))
    ).all()
    for entry in entries:
        assert entry.staged_id is not None
        unit.emit(FileReleased(entry.staged_id))
        entry.staged_id, entry.updated = None, unit.now
        entry.pending = entry.file is None or not entry.file.is_sound
    return entries
