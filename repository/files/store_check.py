"""The database against the store: bytes that nothing speaks of, and files whose bytes are not there.

Both are read once, side by side in the order of their keys, at constant memory.  Uploads and removals go on meanwhile,
so that whatever looks wrong is looked at again before it counts.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy import Row, exists, or_, select, update

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.preservation_events import record_events
from repository.core.unit_of_work import Database
from repository.engines.store.port import ByteStore, StoredObject
from repository.files.fixity import fixity_event
from repository.files.model import FileEntry, StoredFile
from repository.files.rules import fault_of_size, is_fault_of_size

BATCH = 500
ORPHAN_AGE = timedelta(days=1)
"""An upload puts its object into the store first, and its row into the database moments later."""
MOST_REMOVED = 1_000
"""orphans that one comparison removes; the next goes on"""
FEW_ORPHANS = 100
LARGEST_SHARE = 10
"""Of more than a few orphans, at most one in so many objects: else it is rather the database that lacks something."""
LISTED = "Compared the size of the object in the store with the size on receipt."
_OURS = re.compile(r"[0-9a-f]{32}")
log = structlog.get_logger()

FileRow = Row[int, str, int, str]
"""id, object key, size and fault of a stored file"""


@dataclass(slots=True)
class _Seen:
    """What the comparison came across; `suspects` and `healed` hold no more than a batch."""

    findings: CheckReport = field(default_factory=CheckReport)
    objects: int = 0
    orphans: int = 0
    removable: list[str] = field(default_factory=list)
    suspects: list[FileRow] = field(default_factory=list)
    healed: list[FileRow] = field(default_factory=list)


def compare_with_store(database: Database, store: ByteStore) -> CheckReport:
    """Note missing and short objects as their files' faults, clear faults that healed, and remove orphans.

    An orphan is an object of ours that is older than `ORPHAN_AGE` and that no stored file speaks of.  A file is never
    removed.  Raises `Unavailable`.
    """
    seen = _Seen()
    for held, file in _side_by_side(_objects(store), _files(database)):
        _look_at(seen, held, file)
        if len(seen.suspects) + len(seen.healed) >= BATCH:
            _note_faults(database, store, seen)
    _note_faults(database, store, seen)
    _remove_orphans(database, store, seen)
    return seen.findings


def _look_at(seen: _Seen, held: StoredObject | None, file: FileRow | None) -> None:
    seen.objects += held is not None
    if file is None:
        if held is not None and held.modified < clock.now() - ORPHAN_AGE:
            seen.orphans += 1
            if len(seen.removable) < MOST_REMOVED:
                seen.removable.append(held.key)
    elif fault_of_size(held.size if held else None, file.size):
        seen.suspects.append(file)
    elif is_fault_of_size(file.fault):
        seen.healed.append(file)


def _note_faults(database: Database, store: ByteStore, seen: _Seen) -> None:
    sizes = {file.id: store.size(file.object_key) for file in seen.suspects}
    faults: dict[int, str] = {}
    with database.transaction(SYSTEM) as unit:
        # What nothing refers to any more may be on its way out, its bytes before its row.
        referred = exists().where(or_(FileEntry.file_id == StoredFile.id, FileEntry.staged_id == StoredFile.id))
        for file in unit.session.scalars(select(StoredFile).where(StoredFile.id.in_(sizes), referred)):
            if fault := fault_of_size(sizes[file.id], file.size):
                file.fault = faults[file.id] = fault
                seen.findings.note(f"file {file.id}: {fault}")
        ids = [file.id for file in seen.healed]
        # Its bytes are there again, whole or not: what was verified were others.
        unit.session.execute(update(StoredFile).where(StoredFile.id.in_(ids)).values(fault="", verified=None))
        record_events(unit, [fixity_event(file_id, LISTED, fault) for file_id, fault in faults.items()])
    for file_id in ids:
        seen.findings.note(f"file {file_id}: its object is there again", repaired=True)
    if faults:
        log.error("stored files are not whole", files=faults)
    seen.suspects.clear()
    seen.healed.clear()


def _remove_orphans(database: Database, store: ByteStore, seen: _Seen) -> None:
    if seen.orphans > max(FEW_ORPHANS, seen.objects // LARGEST_SHARE):
        log.error("so many objects lack a file that none is removed", orphans=seen.orphans, objects=seen.objects)
        seen.findings.note(f"{seen.orphans} of {seen.objects} objects lack a file: is this the right database?")
        seen.findings.found += seen.orphans - 1
        return
    for start in range(0, len(seen.removable), BATCH):
        keys = seen.removable[start : start + BATCH]
        with database.snapshot(SYSTEM) as snapshot:
            spoken_of = set(
                snapshot.session.scalars(select(StoredFile.object_key).where(StoredFile.object_key.in_(keys)))
            )
        orphans = [key for key in keys if key not in spoken_of]
        store.remove(orphans)
        for key in orphans:
            seen.findings.note(f"object {key}: no file speaks of it", repaired=True)
    seen.findings.found += seen.orphans - len(seen.removable)


def _side_by_side(
    objects: Iterator[StoredObject], files: Iterator[FileRow]
) -> Iterator[tuple[StoredObject | None, FileRow | None]]:
    """Pairs of the same key; None where one side has nothing under it."""
    held, file = next(objects, None), next(files, None)
    while held is not None or file is not None:
        if file is None or (held is not None and held.key < file.object_key):
            yield held, None
            held = next(objects, None)
        elif held is None or file.object_key < held.key:
            yield None, file
            file = next(files, None)
        else:
            yield held, file
            held, file = next(objects, None), next(files, None)


def _objects(store: ByteStore) -> Iterator[StoredObject]:
    """Those that are ours: a bucket may hold what somebody else put there."""
    return (held for held in store.objects() if _OURS.fullmatch(held.key))


def _files(database: Database) -> Iterator[FileRow]:
    """Every stored file by its object's key, in the order of bytes, as stores list them."""
    after = ""
    while batch := _files_after(database, after):
        yield from batch
        after = batch[-1].object_key


def _files_after(database: Database, after: str) -> Sequence[FileRow]:
    with database.snapshot(SYSTEM) as snapshot:
        return snapshot.session.execute(
            select(StoredFile.id, StoredFile.object_key, StoredFile.size, StoredFile.fault)
            .where(StoredFile.object_key > after)
            .order_by(StoredFile.object_key)
            .limit(BATCH)
        ).all()
