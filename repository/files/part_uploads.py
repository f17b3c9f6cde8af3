"""Uploads in parts straight to the store: begin, look, complete and discard.

The store is asked outside of transactions only.  A name that waits for parts has one open `Upload`; its declared size
is counted for the owner from the beginning.  `FileEntry.transfer` only says where to look: a former release commits
bytes that were sent whole and leaves it as it is.
"""

import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, select
from sqlalchemy.orm.attributes import set_committed_value

from repository.core.database.bulk import insert_rows, update_row
from repository.core.database.id_list import in_list
from repository.core.errors import Conflict, Forbidden, Invalid, NotFound, OverQuota, RepositoryError
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.engines.store.port import ByteStore, StoredPart, UploadToken
from repository.files.facts import UploadGivenUp
from repository.files.model import FileEntry, Upload, UploadState
from repository.files.part_plans import PartPlan

OPEN_FOR = timedelta(days=30)
"""A slow line, or a week without one, should not cost what was sent."""
SIGNED_FOR = timedelta(days=1)
"""An address takes a part for so long; the description of the file has fresh ones."""
AT_ONCE = 8
"""uploads that are begun or discarded at a time"""
PARTS, FETCHED = "M", "F"
"""in `FileEntry.transfer`: sent in parts, fetched by a job"""
LOST = "The store does not have this upload any more. Please remove the file and name it again."
NOT_THERE = (
    "The store has neither the parts nor the file (yet). Please commit again in a moment; if that does not help,"
    " remove the file and name it again."
)
PATIENCE_BYTES = 400 << 20
_CERTAIN = (Conflict, Forbidden, Invalid, NotFound, OverQuota)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class OpenUpload:
    """An upload that takes parts until it `expires`."""

    id: int
    token: UploadToken
    plan: PartPlan
    expires: datetime


@contextmanager
def begun(store: ByteStore, plans: Sequence[PartPlan]) -> Iterator[Sequence[UploadToken]]:
    """Begin uploads in the store, in the order of `plans`; what the block refuses leaves none behind.

    After a lost connection the commit may have happened: then they stay, for a sweep to compare with the rows.
    """
    with ThreadPoolExecutor(AT_ONCE, "uploads") as threads:
        waiting = [threads.submit(store.uploads.begin, uuid.uuid4().hex, plan.size) for plan in plans]
        errors = [error for future in waiting if (error := future.exception())]
    tokens = [future.result() for future in waiting if not future.exception()]
    try:
        if errors:
            raise errors[0]
        yield tokens
    except Exception as error:
        if errors or isinstance(error, _CERTAIN):
            _discard_all(store, tokens)
        raise


def _discard_all(store: ByteStore, tokens: Sequence[UploadToken]) -> None:
    """Discard what is refused; what the store keeps against this has no row, and is swept."""
    with ThreadPoolExecutor(AT_ONCE, "uploads") as threads:
        waiting = [threads.submit(store.uploads.discard, token) for token in tokens]
    for error in filter(None, (future.exception() for future in waiting)):
        if not isinstance(error, RepositoryError):
            raise error
        log.warning("an upload is not discarded", cause=error.reason)


def keep_uploads(
    unit: UnitOfWork, entries: Sequence[FileEntry], plans: Sequence[PartPlan], tokens: Sequence[UploadToken]
) -> Sequence[OpenUpload]:
    """Remember the uploads of new names, in their order."""
    rows = [
        Upload(
            file_entry_id=entry.id,
            object_key=token.key,
            store_upload_id=token.upload_id,
            size=plan.size,
            part_size=plan.part_size,
            part_count=plan.count,
            part_md5s=plan.md5s,
            state=UploadState.OPEN.value,
            created=unit.now,
            expires=unit.now + OPEN_FOR,
        )
        for entry, plan, token in zip(entries, plans, tokens, strict=True)
    ]
    insert_rows(unit.session, rows)
    return [_open(row) for row in rows]


_UPLOAD = select(Upload).where(
    Upload.file_entry_id == bindparam("entry"),
    Upload.state == UploadState.OPEN.value,
    Upload.part_count.is_not(None),
)
_UPLOAD_LOCKED = _UPLOAD.with_for_update().execution_options(populate_existing=True)


def upload_of(snapshot: Snapshot, entry: FileEntry) -> OpenUpload | None:
    """Return the upload that takes parts for the name, None if there is none, or a file is there already."""
    if entry.transfer != PARTS or entry.file_id is not None:
        return None
    row = snapshot.session.scalars(_UPLOAD, {"entry": entry.id}).first()
    return _open(row) if row else None


def _open(row: Upload) -> OpenUpload:
    assert row.part_count is not None
    assert row.part_size is not None
    token = UploadToken(row.object_key, row.store_upload_id)
    return OpenUpload(row.id, token, PartPlan(row.size, row.part_count, row.part_size, row.part_md5s), row.expires)


def parts_of(store: ByteStore, upload: OpenUpload) -> Sequence[StoredPart]:
    """Return what has arrived; raises `NotFound` if the store does not have the upload (any more)."""
    return store.uploads.list_parts(upload.token)


def join(store: ByteStore, upload: OpenUpload) -> str | None:
    """Make the object out of the parts; again, after a kill or beside another one, it comes to the same.

    Returns the MD5 of the MD5s of the parts as they arrived, None if the store does not tell it.  Raises `Invalid`
    naming what is missing or wrong, after which the upload goes on; `Conflict` if the store has nothing.
    """
    plan = upload.plan
    try:
        parts = store.uploads.list_parts(upload.token)
        if errors := plan.errors(parts):
            raise Invalid("The parts that have arrived are not the declared file.", errors)
        store.uploads.complete(upload.token, parts)
    except NotFound:
        # It may be the object already, or become it just now: the store looks for as long as so many bytes take it.
        joined = StoredPart(1, min(plan.size, PATIENCE_BYTES), "")
        try:
            store.uploads.complete(upload.token, [joined])
        except NotFound:
            raise Conflict(NOT_THERE) from None
        parts = [StoredPart(number, plan.size_of(number) or 0, "") for number in range(1, plan.count + 1)]
    return store.uploads.arrived_md5(upload.token, parts)


def take_completed(unit: UnitOfWork, entry: FileEntry, upload_id: int, arrived_md5: str | None) -> bool:
    """Mark the upload of a name as completed, with what `join` returned; return False if it has ended."""
    row = unit.session.scalars(_UPLOAD_LOCKED, {"entry": entry.id}).first()
    if row is None or row.id != upload_id:
        return False
    row.state, row.arrived_md5 = UploadState.COMPLETED.value, arrived_md5
    _end(unit, entry)
    return True


def give_up(unit: UnitOfWork, entry: FileEntry) -> int:
    """Give up the open upload of a name, if it has one; a job discards its parts.  Returns the bytes it counted.

    A name that gets bytes by another way is not fetched any more: the job that would do it sees so.
    """
    if entry.transfer == FETCHED:
        _end(unit, entry)
    if entry.transfer != PARTS:
        return 0
    row = unit.session.scalars(_UPLOAD_LOCKED, {"entry": entry.id}).first()
    _end(unit, entry)
    if row is None:
        return 0
    row.state = UploadState.DISCARDED.value
    unit.session.flush()
    unit.emit(UploadGivenUp(row.id))
    return row.size


_ALL = select(Upload).where(in_list(Upload.file_entry_id, "entries"), Upload.state == UploadState.OPEN.value)


def give_up_all(unit: UnitOfWork, entry_ids: Sequence[int]) -> int:
    """Do so for names that are about to be removed."""
    rows = unit.session.scalars(_ALL.with_for_update(), {"entries": entry_ids}).all() if entry_ids else ()
    for row in rows:
        row.state = UploadState.DISCARDED.value
        unit.emit(UploadGivenUp(row.id))
    unit.session.flush()
    return sum(row.size for row in rows if row.part_count is not None)


def _end(unit: UnitOfWork, entry: FileEntry) -> None:
    update_row(unit.session, entry, transfer=None)
    set_committed_value(entry, "transfer", None)
