"""Bytes that were received and never committed are let go; the names they came under stay."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, select

from repository.files.facts import FileReleased
from repository.files.model import FileEntry, FileSet, SetState, StoredFile
from repository.foundation import clock
from repository.foundation.actor import SYSTEM
from repository.foundation.findings import Findings
from repository.foundation.work import Work, Works

STAGED_FOR = timedelta(days=30)
BATCH = 200


def release_abandoned(works: Works) -> Findings:
    """Release what has been staged for longer than `STAGED_FOR`; the bytes are removed by the job that follows."""
    findings, before, after = Findings(), clock.now() - STAGED_FOR, 0
    while batch := _abandoned(works, before, after):
        for set_id in sorted({entry.file_set_id for entry in batch}):
            with works.writing(SYSTEM) as work:
                for entry in _release(work, set_id, before):
                    findings.note(f"file {entry.key!r} of set {set_id}", repaired=True)
        after = batch[-1].id
    return findings


def _abandoned(works: Works, before: datetime, after: int) -> Sequence[Row[int, int]]:
    with works.reading(SYSTEM) as work:
        return work.session.execute(
            select(FileEntry.id, FileEntry.file_set_id)
            .join(StoredFile, StoredFile.id == FileEntry.staged_id)
            .where(StoredFile.created < before, FileEntry.id > after)
            .order_by(FileEntry.id)
            .limit(BATCH)
        ).all()


def _release(work: Work, set_id: int, before: datetime) -> Sequence[FileEntry]:
    """Let go of a set's abandoned bytes; whoever commits them at this moment holds the set, and goes first or finds
    nothing to commit.
    """
    files = work.session.get(FileSet, set_id, with_for_update=True)
    if files is None or files.state != SetState.OPEN:
        return ()
    entries = work.session.scalars(
        select(FileEntry)
        .join(StoredFile, StoredFile.id == FileEntry.staged_id)
        .where(FileEntry.file_set_id == set_id, StoredFile.created < before)
        .limit(BATCH)
    ).all()
    for entry in entries:
        assert entry.staged_id is not None
        work.emit(FileReleased(entry.staged_id))
        entry.staged_id, entry.pending, entry.updated = None, entry.file_id is None, work.now
    return entries
