"""Damaged files as they are known: which, in which records, since when, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, text

from repository.core.actor import SYSTEM
from repository.core.check_report import MOST_EXAMPLES, CheckReport
from repository.core.database.id_list import in_list
from repository.core.preservation_events import EventType, ObjectKind, PreservationEventRow
from repository.core.unit_of_work import Database, Snapshot
from repository.files.model import FAULTY, FileEntry, StoredFile

MOST_COUNTED = 10_000
"""A site with more damaged files has lost its store."""


@dataclass(frozen=True, slots=True)
class KnownFault:
    """A damaged file: its names as (set, key), and since when it is known so; None if no event tells."""

    file: StoredFile
    names: Sequence[tuple[int, str]]
    since: datetime | None


_FIRST = select(StoredFile).where(text(FAULTY), StoredFile.id > bindparam("after")).order_by(StoredFile.id)
_FAULTY = _FIRST.limit(bindparam("limit"))
_NAMES = (
    select(FileEntry.file_id, FileEntry.file_set_id, FileEntry.key)
    .where(in_list(FileEntry.file_id, "ids"))
    .order_by(FileEntry.file_id, FileEntry.file_set_id)
)
# A fault has an event when it is new or another one: so the last check that is on record began it.
_SINCE = (
    select(PreservationEventRow.object_id, func.max(PreservationEventRow.at))
    .where(
        PreservationEventRow.object_kind == ObjectKind.FILE.value,
        in_list(PreservationEventRow.object_id, "ids"),
        PreservationEventRow.type == EventType.FIXITY_CHECK.value,
    )
    .group_by(PreservationEventRow.object_id)
)


def known_faults(snapshot: Snapshot, limit: int, after: int = 0) -> Sequence[KnownFault]:
    """Return damaged files in the order of their ids, which are greater than `after`."""
    files = snapshot.session.scalars(_FAULTY, {"after": after, "limit": limit}).all()
    ids = {"ids": [file.id for file in files]}
    names: dict[int | None, list[tuple[int, str]]] = {}
    for file_id, set_id, key in snapshot.session.execute(_NAMES, ids):
        names.setdefault(file_id, []).append((set_id, key))
    since = {row[0]: row[1] for row in snapshot.session.execute(_SINCE, ids)}
    return [KnownFault(file, names.get(file.id, ()), since.get(file.id)) for file in files]


_UNENDED = (
    select(StoredFile)
    .where(StoredFile.reading.is_not(None), StoredFile.checked < bindparam("before"))
    .order_by(StoredFile.reading, StoredFile.id)
    .limit(bindparam("limit"))
)


def unended_checks(snapshot: Snapshot, before: datetime, limit: int) -> Sequence[StoredFile]:
    """Return files whose check began before that moment and has not ended: it may kill its reader."""
    return snapshot.session.scalars(_UNENDED, {"before": before, "limit": limit}).all()


_COUNT = select(func.count()).select_from(select(StoredFile.id).where(text(FAULTY)).limit(MOST_COUNTED + 1).subquery())


def count_faults(snapshot: Snapshot) -> int:
    """Return how many files are known to be damaged; a number greater than `MOST_COUNTED` stands for any such."""
    return snapshot.session.scalar(_COUNT) or 0


def report_of_faults(database: Database, healed: Sequence[int]) -> CheckReport:
    """Return all faults that are known, and those that went away."""
    with database.snapshot(SYSTEM) as snapshot:
        count = count_faults(snapshot)
        faults = known_faults(snapshot, MOST_EXAMPLES)
    report = CheckReport(count, 0, [f"file {known.file.id}: {known.file.fault}" for known in faults])
    for file_id in healed:
        report.note(f"file {file_id} is whole again", repaired=True)
    return report
