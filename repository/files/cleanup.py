"""Bytes that were received and never committed are let go; the names they came under stay."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, select

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.unit_of_work import Database, UnitOfWork
from repository.files.facts import FileReleased
from repository.files.model import FileEntry, FileSet, SetState, StoredFile

STAGED_FOR = timedelta(days=30)
BATCH = 200


def release_abandoned(database: Database) -> CheckReport:
    """Release what has been staged for longer than `STAGED_FOR`; the bytes are removed by the job that follows."""
    findings, before, after = CheckReport(), clock.now() - STAGED_FOR, 0
    while batch := _abandoned(database, before, after):
        for set_id in sorted({entry.file_set_id for entry in batch}):
            with database.transaction(SYSTEM) as unit:
                for entry in _release(unit, set_id, before):
                    findings.note(f"file {entry.key!r} of set {set_id}", repaired=True)
        after = batch[-1].id
    return findings


def _abandoned(database: Database, before: datetime, after: int) -> Sequence[Row[int, int]]:
    with database.snapshot(SYSTEM) as snapshot:
        return snapshot.session.execute(
            select(FileEntry.id, FileEntry.file_set_id)
            .join(StoredFile, StoredFile.id == FileEntry.staged_id)
            .where(StoredFile.created < before, FileEntry.id > after)
            .order_by(FileEntry.id)
            .limit(BATCH)
        ).all()


def _release(unit: UnitOfWork, set_id: int, before: datetime) -> Sequence[FileEntry]:
    """Let go of a set's abandoned bytes; whoever commits them at this moment holds the set, and goes first or finds
    nothing to commit.
    """
    files = unit.session.get(FileSet, set_id, with_for_update=True)
    if files is None or files.state != SetState.OPEN:
        return ()
    entries = unit.session.scalars(
        select(FileEntry)
        .join(StoredFile, StoredFile.id == FileEntry.staged_id)
        .where(FileEntry.file_set_id == set_id, StoredFile.created < before)
        .limit(BATCH)
    ).all()
    for entry in entries:
        assert entry.staged_id is not None
        unit.emit(FileReleased(entry.staged_id))
        entry.staged_id, entry.pending, entry.updated = None, entry.file_id is None, unit.now
    return entries
