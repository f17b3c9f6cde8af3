"""Bytes that nothing refers to any more are removed, by jobs, after the fact."""

from sqlalchemy import delete, exists, or_, select

from repository.engines.bytestore.port import ByteStore
from repository.files.facts import FileReleased
from repository.files.model import FileEntry, FileSet, SetState, StoredFile
from repository.foundation.actor import SYSTEM
from repository.foundation.work import Work, Works

BATCH = 500


def remove_unused_file(works: Works, store: ByteStore, file_id: int) -> None:
    """Remove a stored file unless a name refers to it.

    Nothing can begin to refer to an unused file, so the check stays true; the row goes last, so that a job that was
    killed half-way finds it again.
    """
    with works.reading(SYSTEM) as work:
        file = work.session.get(StoredFile, file_id)
        if file is None or _is_used(work, file_id):
            return
    store.remove([file.object_key])
    with works.writing(SYSTEM) as work:
        work.session.execute(delete(StoredFile).where(StoredFile.id == file_id))


def empty_discarded_set(works: Works, set_id: int) -> None:
    """Remove the entries of a discarded set in batches, releasing their files, and at last the set."""
    while True:
        with works.writing(SYSTEM) as work:
            files = work.session.get(FileSet, set_id, with_for_update=True, populate_existing=True)  # one runner a set
            if files is None or files.state != SetState.DISCARDED:
                return
            if not _release_batch(work, set_id):
                work.session.delete(files)


def _release_batch(work: Work, set_id: int) -> int:
    batch = work.session.execute(
        select(FileEntry.id, FileEntry.file_id, FileEntry.staged_id).where(FileEntry.file_set_id == set_id).limit(BATCH)
    ).all()
    for _, *file_ids in batch:
        for file_id in file_ids:
            if file_id is not None:
                work.emit(FileReleased(file_id))
    work.session.execute(delete(FileEntry).where(FileEntry.id.in_([row[0] for row in batch])))
    return len(batch)


def _is_used(work: Work, file_id: int) -> bool:
    used = exists().where(or_(FileEntry.file_id == file_id, FileEntry.staged_id == file_id))
    return bool(work.session.scalar(select(used)))
