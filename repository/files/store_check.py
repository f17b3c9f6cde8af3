"""Compare the database with the store: find objects without a file, and files without their object.

Both are read once, side by side in the order of their keys, at constant memory.  Uploads and removals go on meanwhile,
so every fault is looked at again before it counts.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Row, select, update

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.preservation_events import record_events
from repository.core.unit_of_work import Database
from repository.engines.store.port import ByteStore, StoredObject
from repository.files.facts import FaultCleared, FaultFound
from repository.files.fixity import fixity_event, is_used
from repository.files.model import Location, StoredFile
from repository.files.quarantine import (
    UPLOAD_TAKES,
    forget_others,
    is_behind,
    keep_comparison,
    note_orphans,
    remove_overdue,
)
from repository.files.rules import fault_of_size, is_fault_of_size

BATCH = 500
ORPHAN_AGE = UPLOAD_TAKES
QUARANTINE = timedelta(days=30)
MOST_REMOVED = 1_000
"""orphans that one comparison removes; the next goes on"""
FEW_ORPHANS = 100
LARGEST_SHARE = 10
"""Remove many orphans only if they are at most one in so many objects: else the database lacks rows."""
LISTED = "Compared the size of the object in the store with the size on receipt."
BEHIND = "The store has newer objects than the database has files: was an older database restored?"
MOST_NAMED = 50
_OURS = re.compile(r"[0-9a-f]{32}")
_IN_STORE = StoredFile.location == Location.STAGING.value
log = structlog.get_logger()

FileRow = Row[int, str, int, str]
"""id, object key, size and fault of a stored file"""


@dataclass(slots=True)
class _Comparison:
    """The state of one comparison; `suspects` and `healed` hold no more than a batch."""

    report: CheckReport = field(default_factory=CheckReport)
    objects: int = 0
    size: int = 0
    orphans: int = 0
    newest: datetime | None = None
    orphaned: list[StoredObject] = field(default_factory=list)
    suspects: list[FileRow] = field(default_factory=list)
    healed: list[FileRow] = field(default_factory=list)


def compare_with_store(
    database: Database, store: ByteStore, quarantine: timedelta = QUARANTINE, hold: str = ""
) -> CheckReport:
    """Note missing and short objects as their files' faults, clear faults that healed, and put orphans in quarantine.

    An orphan is an object with a name of ours, older than `ORPHAN_AGE`, that no stored file has as its bytes.  After
    the time of `quarantine` it is removed.  `hold` says why no orphan may be noted or removed now, empty if it may.
    Files in the archive have no object in the store.  A file is never removed.  Raises `Unavailable`.
    """
    comparison, since = _Comparison(), clock.now()
    for stored, file in _side_by_side(_objects(store), _files(database)):
        _look_at(comparison, stored, file, since)
        if len(comparison.suspects) + len(comparison.healed) >= BATCH:
            _note_faults(database, store, comparison)
        if hold:
            comparison.orphaned.clear()
        elif len(comparison.orphaned) >= BATCH:
            _quarantine(database, comparison, quarantine)
    _note_faults(database, store, comparison)
    if hold:
        comparison.report.note(f"no orphan is removed: {hold}")
        return comparison.report
    _quarantine(database, comparison, quarantine)
    forget_others(database, since)
    keep_comparison(database, comparison.objects, comparison.size, comparison.orphans, comparison.newest)
    _remove_orphans(database, store, comparison)
    return comparison.report


def _look_at(comparison: _Comparison, stored: StoredObject | None, file: FileRow | None, since: datetime) -> None:
    comparison.objects += stored is not None
    comparison.size += stored.size if stored else 0
    if (
        stored is not None
        and stored.modified <= since
        and (not comparison.newest or stored.modified > comparison.newest)
    ):
        comparison.newest = stored.modified
    if file is None:
        if stored is not None and stored.modified < clock.now() - ORPHAN_AGE:
            comparison.orphaned.append(stored)
    elif fault_of_size(stored.size if stored else None, file.size):
        comparison.suspects.append(file)
    elif is_fault_of_size(file.fault):
        comparison.healed.append(file)


def _note_faults(database: Database, store: ByteStore, comparison: _Comparison) -> None:
    sizes = {file.id: store.size(file.object_key) for file in comparison.suspects}
    faults: dict[int, str] = {}
    new: dict[int, str] = {}
    ids = [file.id for file in comparison.healed]
    with database.transaction(SYSTEM) as unit:
        for file in unit.session.scalars(select(StoredFile).where(StoredFile.id.in_(sizes), _IN_STORE, is_used())):
            if fault := fault_of_size(sizes[file.id], file.size):
                faults[file.id] = fault
                comparison.report.note(f"file {file.id}: {fault}")
                if fault != file.fault:
                    file.fault = new[file.id] = fault
                    unit.emit(FaultFound(file.id, fault))
        # The bytes are there again, but no check has read these: they are the next to be read.
        values = {"fault": "", "verified": None, "checked": None}
        unit.session.execute(update(StoredFile).where(StoredFile.id.in_(ids)).values(**values))
        for file_id in ids:
            unit.emit(FaultCleared(file_id))
        events = {**new, **dict.fromkeys(ids, "")}
        record_events(unit, [fixity_event(file_id, LISTED, fault) for file_id, fault in events.items()])
    for file_id in ids:
        comparison.report.note(f"file {file_id}: its object is there again", repaired=True)
    if faults:
        log.error("stored files are not whole", files=faults)
    comparison.suspects.clear()
    comparison.healed.clear()


def _quarantine(database: Database, comparison: _Comparison, period: timedelta) -> None:
    waiting = note_orphans(database, comparison.orphaned, period) if comparison.orphaned else set()
    comparison.orphaned.clear()
    comparison.orphans += len(waiting)
    for key in sorted(waiting):
        comparison.report.note(f"object {key}: it belongs to no file")


def _remove_orphans(database: Database, store: ByteStore, comparison: _Comparison) -> None:
    """Remove orphans whose last chance is over, unless the database seems to be the wrong one."""
    orphans, objects = comparison.orphans, comparison.objects
    with database.snapshot(SYSTEM) as snapshot:
        doubt = BEHIND if orphans and is_behind(snapshot) else ""
    if orphans > max(FEW_ORPHANS, objects // LARGEST_SHARE):
        doubt = f"{orphans} of {objects} objects lack a file: is this the right database?"
    if doubt:
        log.error("no orphan is removed", cause=doubt, orphans=orphans, objects=objects)
        comparison.report.examples.insert(0, doubt)
        return
    removed = remove_overdue(database, store, MOST_REMOVED)
    comparison.report.repaired += len(removed)
    if removed:
        log.info("orphans removed after their quarantine", count=len(removed), keys=removed[:MOST_NAMED])


def _side_by_side(
    objects: Iterator[StoredObject], files: Iterator[FileRow]
) -> Iterator[tuple[StoredObject | None, FileRow | None]]:
    """Yield pairs of the same key; None on the side that has nothing under it."""
    stored, file = next(objects, None), next(files, None)
    while stored is not None or file is not None:
        if file is None or (stored is not None and stored.key < file.object_key):
            yield stored, None
            stored = next(objects, None)
        elif stored is None or file.object_key < stored.key:
            yield None, file
            file = next(files, None)
        else:
            yield stored, file
            stored, file = next(objects, None), next(files, None)


def _objects(store: ByteStore) -> Iterator[StoredObject]:
    """Yield the objects with names of ours: a bucket may hold objects of somebody else."""
    return (stored for stored in store.objects() if _OURS.fullmatch(stored.key))


def _files(database: Database) -> Iterator[FileRow]:
    """Yield every file in the store by its object's key, in the order of bytes, as stores list them."""
    after = ""
    while batch := _files_after(database, after):
        yield from batch
        after = batch[-1].object_key


def _files_after(database: Database, after: str) -> Sequence[FileRow]:
    with database.snapshot(SYSTEM) as snapshot:
        return snapshot.session.execute(
            select(StoredFile.id, StoredFile.object_key, StoredFile.size, StoredFile.fault)
            .where(StoredFile.object_key > after, _IN_STORE)
            .order_by(StoredFile.object_key)
            .limit(BATCH)
        ).all()
