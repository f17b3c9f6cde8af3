"""Records whose access was narrowed after the index last heard of them.

The index follows by jobs: half a second later, or as long as its engine is away.  Until then totals, facets, highlights
and suggestions would speak of what is closed.  So whoever narrows the access of a version or draft notes it in the same
transaction; searches leave out what is noted; and the job that tells the index removes the note.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import Connection, bindparam, delete, select, union

from repository.access.access_terms import PUBLIC
from repository.access.model import GrantRow
from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.database.direct_reads import DirectRead
from repository.core.database.engine import UtcDateTime
from repository.core.database.id_list import in_list
from repository.core.errors import Unavailable
from repository.core.unit_of_work import Database, UnitOfWork
from repository.records.model import NarrowedAccess, Version

MOST = 10_000
"""So many records can be left out of a search."""
WHOLE_INDEX = 0
"""stands for all records; none has this id"""
OVERDUE = timedelta(minutes=10)


class IndexedPart(StrEnum):
    """What a job tells the index of a record or draft."""

    RECORD = "record"
    FILES = "files"
    DRAFT = "draft"
    ALL = "all"
    """everything: the index was lost, and is being filled (`WHOLE_INDEX`)"""


def note_narrowed(unit: UnitOfWork, record_ids: Collection[int], *parts: IndexedPart) -> None:
    """Note that fewer may read these than before; the caller holds the lock of their concept."""
    for record_id in sorted(record_ids):
        for part in parts:
            row = unit.session.get(NarrowedAccess, (record_id, part.value))
            if row is None:
                row = NarrowedAccess(record_id=record_id, part=part.value, times=0)
                unit.session.add(row)
            row.times, row.at = row.times + 1, unit.now


# A grant that has expired counts at once, though a sweep removes it only later.
_ENDED = (GrantRow.expires.is_not(None), GrantRow.expires <= bindparam("now", type_=UtcDateTime()))
_CLOSED = DirectRead(
    union(
        select(NarrowedAccess.record_id).limit(MOST + 1).subquery().select(),
        select(Version.id)
        .join(GrantRow, GrantRow.concept_id == Version.concept_id)
        .where(*_ENDED, Version.record_access != PUBLIC),
    )
)


def closed_since_indexed(connection: Connection) -> frozenset[int]:
    """Return what searches must leave out; raise `Unavailable` if the index is too far behind, or was lost."""
    closed = frozenset(row[0] for row in _CLOSED.rows(connection, {"now": clock.now()}))
    if WHOLE_INDEX in closed:
        raise Unavailable("The search index is being filled. Please try again later.")
    if len(closed) > MOST:
        raise Unavailable("The search index is too far behind. Please try again later.")
    return closed


_NOTED = select(NarrowedAccess.record_id, NarrowedAccess.times).where(
    in_list(NarrowedAccess.record_id, "ids"), NarrowedAccess.part == bindparam("of_part")
)
_HEARD = delete(NarrowedAccess).where(
    NarrowedAccess.record_id == bindparam("of"),
    NarrowedAccess.part == bindparam("of_part"),
    NarrowedAccess.times == bindparam("seen_times"),
)


@contextmanager
def index_told(database: Database, part: IndexedPart, ids: Sequence[int]) -> Iterator[None]:
    """Remove the notes that were there before the block, which tells the index, once it has succeeded."""
    with database.snapshot(SYSTEM) as snapshot:
        notes = snapshot.session.execute(_NOTED, {"ids": ids, "of_part": part.value}).all()
    yield
    if notes:
        with database.transaction(SYSTEM) as unit:
            values = [{"of": record_id, "of_part": part.value, "seen_times": times} for record_id, times in notes]
            unit.session.connection().execute(_HEARD, values)


_OVERDUE = select(NarrowedAccess.record_id).where(
    NarrowedAccess.part == bindparam("of_part"), NarrowedAccess.at < bindparam("before", type_=UtcDateTime())
)


def overdue_notes(database: Database, part: IndexedPart) -> Sequence[int]:
    """Return what was narrowed longer than `OVERDUE` ago, and whose job must have been lost."""
    values = {"of_part": part.value, "before": clock.now() - OVERDUE}
    with database.snapshot(SYSTEM) as snapshot:
        return snapshot.session.scalars(_OVERDUE, values).all()
