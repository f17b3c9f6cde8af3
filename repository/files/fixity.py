"""Fixity: read stored bytes back and compare them with their digests (PREMIS fixity check).

Bytes are read outside of any transaction.  A file has an event where a check changes what is known of it: the first
one, a fault, the end of a fault.  Further checks that find nothing only move `verified` and `checked` on, so the table
of events does not grow with time.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, bindparam, exists, or_, select, update

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.database.id_list import in_list
from repository.core.errors import NotFound, Unavailable
from repository.core.preservation_events import (
    EventOutcome,
    EventType,
    ObjectKind,
    PreservationEvent,
    record_events,
)
from repository.core.unit_of_work import Database, UnitOfWork
from repository.engines.store.digests import BLOCK, Digesting
from repository.engines.store.port import ByteStore
from repository.files.facts import FaultCleared, FaultFound
from repository.files.model import FileEntry, FileSet, SetState, StoredFile
from repository.files.rules import FileState, fault_of_digests, fault_of_size, unreadable

BATCH = 200
MOST_RESUMED = 3
"""How often the reading of a file goes on after the store fell silent, before it gives one byte more."""
READ_BACK = "Compared the MD5, the SHA-256 and the size of the stored bytes with those taken on receipt."
log = structlog.get_logger()

Progress = Callable[[int], object]
"""Learns of every block that was read, how many bytes it has."""


@dataclass(slots=True)
class FixityChanges:
    """What checks have changed: ids of files with what is wrong with each, and of files that are sound again."""

    faulty: dict[int, str] = field(default_factory=dict)
    healed: list[int] = field(default_factory=list)


def verify_sets(database: Database, store: ByteStore, set_ids: Sequence[int]) -> None:
    """Check each file of these sets that no check has read back yet."""
    after = 0
    while batch := _unverified(database, set_ids, after):
        begun = clock.now()
        record_findings(database, {file.id: fault_of(store, file) for file in batch}, begun)
        after = batch[-1].id


def fault_of(store: ByteStore, file: StoredFile, progress: Progress = id) -> str:
    """Return what is wrong with the stored bytes, empty if they match all digests on record.

    Raises `Unavailable` if the store does not answer, or is not the store of this site.
    """
    fault = fault_of_size(store.size(file.object_key), file.size) or _fault_of_bytes(store, file, progress)
    if fault:
        store.describe()  # an unmounted folder lacks every object, and that is no fault of any
    return fault


def _fault_of_bytes(store: ByteStore, file: StoredFile, progress: Progress) -> str:
    with Digesting() as digesting:
        try:
            for block in stored_blocks(store, file.object_key):
                digesting.feed(block)
                progress(len(block))
        except NotFound:
            return fault_of_size(None, file.size)
        except OSError as error:  # a disk that cannot read these blocks
            return unreadable(error.strerror)
        digests = digesting.digests()
    return fault_of_size(digests.size, file.size) or fault_of_digests(
        ("SHA-256", digests.sha256, file.sha256), ("MD5", digests.md5, file.md5)
    )


def stored_blocks(store: ByteStore, key: str) -> Iterator[bytes]:
    """Yield all bytes, and go on where a store broke off: a large object takes hours."""
    done = silences = 0
    while silences <= MOST_RESUMED:
        try:
            with closing(store.open(key, done)) as source:
                while block := source.read(BLOCK):
                    yield block
                    done, silences = done + len(block), 0
            return
        except Unavailable as error:
            silences += 1
            if silences > MOST_RESUMED:
                raise
            log.info("the store broke off, the check goes on", object=key, after=done, reason=error.reason)


_UNVERIFIED = (
    select(StoredFile)
    .join(FileEntry, FileEntry.file_id == StoredFile.id)
    .where(
        in_list(FileEntry.file_set_id, "sets"),
        StoredFile.verified.is_(None),
        StoredFile.state == FileState.VERIFIED.value,
        StoredFile.id > bindparam("after"),
    )
    .order_by(StoredFile.id)
    .distinct()
    .limit(BATCH)
)


def _unverified(database: Database, set_ids: Sequence[int], after: int) -> list[StoredFile]:
    with database.snapshot(SYSTEM) as snapshot:
        return list(snapshot.session.scalars(_UNVERIFIED, {"sets": set_ids, "after": after}))


def is_used() -> ColumnElement[bool]:
    """Return whether a name refers to the stored file; one without is being removed, its bytes before its row."""
    return exists().where(or_(FileEntry.file_id == StoredFile.id, FileEntry.staged_id == StoredFile.id))


_CHECKED = select(StoredFile).where(in_list(StoredFile.id, "ids"), is_used()).with_for_update(of=StoredFile)


def record_findings(
    database: Database, findings: Mapping[int, str], begun: datetime, detail: str = READ_BACK
) -> FixityChanges:
    """Keep what a check that began at `begun` found of each file, empty if sound; return what changed."""
    changes = FixityChanges()
    with database.transaction(SYSTEM) as unit:
        files = unit.session.scalars(_CHECKED, {"ids": sorted(findings)}).all()
        events = [event for file in files if (event := _note(unit, file, findings[file.id], detail, changes))]
        for file in files:
            file.checked, file.reading = begun, None
        record_events(unit, events)
        _hold_back(unit, changes)
    for file_id, fault in changes.faulty.items():
        log.error("fixity", file=file_id, fault=fault)
    for file_id in changes.healed:
        log.info("fixity", file=file_id, healed=True)
    return changes


_OPEN = exists().where(FileSet.id == FileEntry.file_set_id, FileSet.state == SetState.OPEN.value)
_MARK_PENDING = (
    update(FileEntry)
    .where(in_list(FileEntry.file_id, "ids"), FileEntry.staged_id.is_(None), _OPEN)
    .values(pending=bindparam("is_pending"))
    .execution_options(synchronize_session=False)
)


def _hold_back(unit: UnitOfWork, changes: FixityChanges) -> None:
    """Keep drafts from being published with a damaged file, until it is whole again or another is in its place."""
    for ids, is_pending in ((list(changes.faulty), True), (changes.healed, False)):
        if ids:
            unit.session.execute(_MARK_PENDING, {"ids": ids, "is_pending": is_pending})


def _note(
    unit: UnitOfWork, file: StoredFile, fault: str, detail: str, changes: FixityChanges
) -> PreservationEvent | None:
    """Change what is known of one file; return the event of it, None if nothing is new."""
    before, is_first = file.fault, file.verified is None and not file.fault
    file.fault = fault
    if not fault:
        file.verified = unit.now
    if fault == before and (fault or not is_first):
        return None
    if fault:
        changes.faulty[file.id] = fault
        unit.emit(FaultFound(file.id, fault))
    elif before:
        changes.healed.append(file.id)
        unit.emit(FaultCleared(file.id))
    return fixity_event(file.id, detail, fault)


def fixity_event(file_id: int, detail: str, fault: str) -> PreservationEvent:
    """Return the event of one check; `fault` is empty if the file is sound."""
    outcome = EventOutcome.FAIL if fault else EventOutcome.SUCCESS
    return PreservationEvent(EventType.FIXITY_CHECK, ObjectKind.FILE, file_id, outcome, detail, fault)
