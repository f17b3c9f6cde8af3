"""Read files that came in parts once, and learn their digests: what nobody has read may not be published.

Bytes are read outside of any transaction.  A verification that is killed has changed nothing, and two of one file come
to the same: the second finds the file verified, failed or gone.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from sqlalchemy import bindparam, exists, or_, select, text, union_all

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.preservation_events import record_events
from repository.core.unit_of_work import Database, UnitOfWork
from repository.engines.store.digests import Digesting
from repository.engines.store.parts import PartDigests
from repository.engines.store.port import ByteStore, FileDigests
from repository.files.declarations import fault_of_checksum
from repository.files.facts import FileFailed, FileVerified, VerificationDue
from repository.files.fixity import fixity_event, is_used, stored_blocks
from repository.files.model import RECEIVED, FileEntry, FileSet, StoredFile, Upload
from repository.files.rules import MISSING, FileState, fault_of_size

BATCH = 200
UNVERIFIED_FOR = timedelta(days=1)
"""after which a sweep asks again: the job was given up"""
READ = "Took the MD5 and the SHA-256 of the stored bytes, and compared them with what was declared."
log = structlog.get_logger()


_RECEIVED = select(StoredFile).where(
    StoredFile.id == bindparam("file"), StoredFile.state == FileState.RECEIVED.value, is_used()
)


def verify_file(database: Database, store: ByteStore, file_id: int) -> None:
    """Read a received file, and make it verified, or failed with its reason; raises `Unavailable`.

    Does nothing for a file that is verified or failed already, that no name refers to, or that goes meanwhile.
    """
    with database.snapshot(SYSTEM) as snapshot:
        file = snapshot.session.scalar(_RECEIVED, {"file": file_id})
    if file is None:
        return
    size = store.size(file.object_key)
    if size is None:
        store.describe()  # an unmounted folder lacks every object, and that is no fault of any
        _fail(database, file_id, MISSING)
        return
    with database.connection() as connection:
        arrived = connection.execute(_ARRIVED, {"object": file.object_key}).one_or_none()
    digests, md5_of_parts = _digests_of(store, file.object_key, arrived.part_size if arrived else None)
    fault = OTHER_PARTS if arrived and md5_of_parts != arrived.arrived_md5 else ""
    with database.transaction(SYSTEM) as unit:
        _settle(unit, file_id, digests, fault)


OTHER_PARTS = "The store has other bytes than those that arrived: a part was cut off on its way. Please send it again."
_ARRIVED = select(Upload.part_size, Upload.arrived_md5).where(
    Upload.object_key == bindparam("object"), Upload.arrived_md5.is_not(None)
)


def _digests_of(store: ByteStore, object_key: str, part_size: int | None) -> tuple[FileDigests, str]:
    """Return the digests of the bytes, and of parts of that size the MD5 of their MD5s."""
    parts = PartDigests(part_size) if part_size else None
    with Digesting() as digesting:
        for block in stored_blocks(store, object_key):
            digesting.feed(block)
            if parts is not None:
                parts.feed(block)
        return digesting.digests(), parts.md5() if parts is not None else ""


def _settle(unit: UnitOfWork, file_id: int, digests: FileDigests, fault: str) -> None:
    """Keep what the bytes were found to be, unless the file has changed its state meanwhile, or is gone."""
    file, entries = _locked(unit, file_id)
    if file is None:
        return
    faults = [fault_of_size(digests.size, file.size), fault]
    faults += [fault_of_checksum(entry.declared_checksum, digests.md5, digests.sha256) for entry in entries]
    file.md5, file.sha256, file.crc32 = digests.md5, digests.sha256, digests.crc32
    if failure := next(filter(None, faults), ""):
        _mark_failed(unit, file, failure)
        return
    file.state, file.verified, file.checked = FileState.VERIFIED.value, unit.now, unit.now
    for entry in entries:
        entry.pending = entry.staged_id is not None or not file.is_sound
    record_events(unit, [fixity_event(file.id, READ, "")])
    unit.emit(FileVerified(file.id))


def _fail(database: Database, file_id: int, failure: str) -> None:
    with database.transaction(SYSTEM) as unit:
        file, _ = _locked(unit, file_id)
        if file is not None:
            _mark_failed(unit, file, failure)


_HAS_IT = or_(FileEntry.file_id == bindparam("file"), FileEntry.staged_id == bindparam("file"))
# Sets before files, as every verb locks them: nobody settles on the file meanwhile by a state that is changing.
_SETS = (
    select(FileSet.id)
    .where(
        FileSet.id.in_(
            union_all(  # each by its index: of one condition with OR, PostgreSQL may read all names
                select(FileEntry.file_set_id).where(FileEntry.file_id == bindparam("file")),
                select(FileEntry.file_set_id).where(FileEntry.staged_id == bindparam("file")),
            )
        )
    )
    .order_by(FileSet.id)
    .with_for_update()
)
_LOCKED = _RECEIVED.with_for_update(of=StoredFile).execution_options(populate_existing=True)
_ENTRIES = select(FileEntry).where(_HAS_IT)


def _locked(unit: UnitOfWork, file_id: int) -> tuple[StoredFile | None, Sequence[FileEntry]]:
    """Return the file, if it still waits to be verified, and the names that have it."""
    unit.session.execute(_SETS, {"file": file_id}).all()
    file = unit.session.scalar(_LOCKED, {"file": file_id})
    return file, unit.session.scalars(_ENTRIES, {"file": file_id}).all()


def _mark_failed(unit: UnitOfWork, file: StoredFile, failure: str) -> None:
    """Keep that the file is not what was declared; its names stay pending until they get other bytes."""
    file.state, file.failure = FileState.FAILED.value, failure
    unit.emit(FileFailed(file.id, failure))
    log.error("a received file is not as declared", file=file.id, failure=failure)


_WAITING = (
    select(StoredFile.id)
    .where(
        text(RECEIVED),
        StoredFile.id > bindparam("after"),
        StoredFile.created < bindparam("before"),
        exists().where(FileEntry.file_id == StoredFile.id),
    )
    .order_by(StoredFile.id)
    .limit(BATCH)
)


def verify_again(database: Database) -> CheckReport:
    """Ask again for the verification of files that have waited longer than `UNVERIFIED_FOR`."""
    report, place = CheckReport(), {"after": 0, "before": clock.now() - UNVERIFIED_FOR}
    while True:
        with database.snapshot(SYSTEM) as snapshot:
            batch = snapshot.session.scalars(_WAITING, place).all()
        if not batch:
            return report
        with database.transaction(SYSTEM) as unit:
            for file_id in batch:
                unit.emit(VerificationDue(file_id))
                report.note(f"file {file_id} was not verified", repaired=True)
        place["after"] = batch[-1]
