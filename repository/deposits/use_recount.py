"""Count again what people have in drafts, and correct the rows that quotas are looked up in.

A former release, and the sweep of abandoned uploads, change drafts without counting.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVarTuple

from sqlalchemy import Row, Select, bindparam, or_, select

from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.unit_of_work import Database, UnitOfWork
from repository.deposits.model import Draft, DraftKind
from repository.files.own_bytes import correct_count, held_bytes, wrong_counts
from repository.people.model import DraftUse
from repository.people.quotas import lock_use, set_use
from repository.records.model import Concept

BATCH = 200
Others = TypeVarTuple("Others")
Use = tuple[int, int]
"""drafts and bytes"""


def recount_use(database: Database) -> CheckReport:
    """Correct what is counted of drafts and bytes, of their sets and of their owners."""
    report, drafts, sizes = CheckReport(), Counter[int](), Counter[int]()
    for batch in _drafts(database):
        drafts.update(row.owner_id for row in batch)
        _correct_sets(database, _sets(batch))
        for owner_id, size in _sizes(database, batch):
            sizes[owner_id] += size
    counted = dict(_counted(database))
    for person_id in sorted(drafts.keys() | counted.keys()):
        if counted.get(person_id, (0, 0)) != (drafts[person_id], sizes[person_id]):
            recount_person(database, person_id, report)
    return report


def recount_person(database: Database, person_id: int, report: CheckReport) -> None:
    """Count one person's drafts while nobody changes their number."""
    with database.transaction(SYSTEM) as unit:
        lock_use(unit, person_id)
        drafts, size = _use(unit, person_id)
        if set_use(unit, person_id, drafts, size):
            report.note(f"person {person_id}: {drafts} drafts with {size} bytes", repaired=True)


_DRAFTS = select(Draft.id, Draft.kind, Draft.file_set_id, Concept.owner_id).join(
    Concept, Draft.concept_id == Concept.id
)
_BATCH = _DRAFTS.where(Draft.id > bindparam("after")).order_by(Draft.id).limit(BATCH)


def _drafts(database: Database) -> Iterator[Sequence[Row[int, str, int, int]]]:
    return _batches(database, _BATCH)


def _sets(drafts: Iterable[Row[int, str, int, int]]) -> list[int]:
    """Return the sets that belong to drafts; an edit shares that of its version."""
    return [row.file_set_id for row in drafts if row.kind != DraftKind.EDIT]


def _correct_sets(database: Database, set_ids: Sequence[int]) -> None:
    with database.snapshot(SYSTEM) as snapshot:
        wrong = wrong_counts(snapshot, set_ids)
    for set_id, (before, own) in wrong.items():
        with database.transaction(SYSTEM) as unit:
            correct_count(unit, set_id, before, own)


def _sizes(database: Database, batch: Sequence[Row[int, str, int, int]]) -> Iterator[tuple[int, int]]:
    """Return for each draft its owner and the bytes of its own."""
    with database.snapshot(SYSTEM) as snapshot:
        sizes = held_bytes(snapshot, _sets(batch))
    return ((row.owner_id, sizes.get(row.file_set_id, 0)) for row in batch)


_OF_PERSON = _DRAFTS.where(Concept.owner_id == bindparam("person"))


def _use(unit: UnitOfWork, person_id: int) -> Use:
    drafts = unit.session.execute(_OF_PERSON, {"person": person_id}).all()
    return len(drafts), sum(held_bytes(unit, _sets(drafts)).values())


_COUNTED = (
    select(DraftUse.person_id, DraftUse.drafts, DraftUse.bytes)
    .where(DraftUse.person_id > bindparam("after"), or_(DraftUse.drafts != 0, DraftUse.bytes != 0))
    .order_by(DraftUse.person_id)
    .limit(BATCH)
)


def _counted(database: Database) -> Iterator[tuple[int, Use]]:
    for batch in _batches(database, _COUNTED):
        yield from ((row.person_id, (row.drafts, row.bytes)) for row in batch)


def _batches(database: Database, query: Select[int, *Others]) -> Iterator[Sequence[Row[int, *Others]]]:
    """Yield what a query returns `after` a key, the first column, each batch from a view of its own."""
    after = 0
    while True:
        with database.snapshot(SYSTEM) as snapshot:
            batch = snapshot.session.execute(query, {"after": after}).all()
        if not batch:
            return
        yield batch
        after = batch[-1][0]
