"""Compare the index with the database, at constant memory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from heapq import merge
from itertools import groupby

from sqlalchemy import Select, func, select

from repository.access.access_terms import PUBLIC
from repository.core.actor import SYSTEM
from repository.core.unit_of_work import Database
from repository.deposits.model import Draft, DraftKind
from repository.engines.services import Services
from repository.files.model import FileSet
from repository.records.model import Version
from repository.search.index.file_documents import public_sets_after

_THERE = Version.withdrawn_at.is_(None)
BATCH = 500


class IndexPart(StrEnum):
    """Of the index, in the order in which it is compared."""

    DRAFT = "draft"
    RECORD = "record"
    FILES = "files of record"


class Problem(StrEnum):
    MISSING = "missing"
    """in the index"""
    STALE = "stale"
    AHEAD = "ahead"
    """newer than the database, or more, as after the return to a backup"""
    GHOST = "ghost"
    """not in the database"""


State = tuple[int, ...]
"""A revision; of files also their count.  Files never change: those of an older revision are as good."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; `expected` is the state in the database, so that equal differences mean the same state."""

    part: IndexPart
    id: int
    problem: Problem
    expected: State = ()

    def __str__(self) -> str:
        return f"{self.part} {self.id}: {self.problem}"


@dataclass(frozen=True, slots=True)
class _Line:
    part: IndexPart
    id: int
    expected: bool
    """True for a line of the database, False for one of the index"""
    state: State


def differences(services: Services) -> Iterator[Difference]:
    """Yield every difference between database and index: drafts, records, files, each ordered by id."""
    database, search = services.database, services.search
    documents = (_Line(IndexPart(entry.kind), entry.id, False, (entry.revision,)) for entry in search.entries())
    files = (
        _Line(IndexPart.FILES, entry.record_id, False, (entry.revision, entry.count)) for entry in search.file_entries()
    )
    yield from _compared(_documents(database), documents)
    yield from _compared(_files(database), files)


def total(services: Services) -> Mapping[IndexPart, int]:
    """Return how many documents the index should hold."""
    drafts = select(func.count(Draft.id)).where(Draft.kind != DraftKind.EDIT.value)
    files = (
        select(func.coalesce(func.sum(FileSet.count - FileSet.hidden_count), 0))
        .join(Version, Version.file_set_id == FileSet.id)
        .where(Version.files_access == PUBLIC, _THERE)
    )
    with services.database.snapshot(SYSTEM) as snapshot:
        return {
            IndexPart.DRAFT: snapshot.session.scalars(drafts).one(),
            IndexPart.RECORD: snapshot.session.scalars(select(func.count(Version.id)).where(_THERE)).one(),
            IndexPart.FILES: int(snapshot.session.scalars(files).one()),
        }


def _compared(expected: Iterator[_Line], indexed: Iterator[_Line]) -> Iterator[Difference]:
    for (part, number), lines in groupby(merge(expected, indexed, key=_place), key=_place):
        of_document = list(lines)
        problem = _problem(
            [line.state for line in of_document if line.expected],
            [line.state for line in of_document if not line.expected],
        )
        if problem is not None:
            yield Difference(part, number, problem, next((line.state for line in of_document if line.expected), ()))


def _place(line: _Line) -> tuple[IndexPart, int]:
    return line.part, line.id


def _problem(expected: list[State], indexed: list[State]) -> Problem | None:
    if expected == indexed:
        return None
    if not indexed:
        return Problem.MISSING
    if not expected:
        return Problem.GHOST
    if len(expected[0]) > 1:
        return _problem_of_files(expected[0], indexed)
    return Problem.AHEAD if max(indexed) > expected[0] else Problem.STALE


def _problem_of_files(expected: State, indexed: list[State]) -> Problem | None:
    revision, count = expected
    present = sum(state[1] for state in indexed)
    if present > count or any(state[0] > revision for state in indexed):
        return Problem.AHEAD
    return Problem.STALE if present < count else None


def _documents(database: Database) -> Iterator[_Line]:
    """Yield what the index should hold of drafts and records."""
    drafts = select(Draft.id, Draft.revision).where(Draft.kind != DraftKind.EDIT.value)
    yield from _revisions(database, IndexPart.DRAFT, drafts)
    yield from _revisions(database, IndexPart.RECORD, select(Version.id, Version.cache_version).where(_THERE))


def _revisions(database: Database, part: IndexPart, query: Select[int, int]) -> Iterator[_Line]:
    key = query.selected_columns[0]
    after = 0
    while True:
        with database.snapshot(SYSTEM) as snapshot:
            rows = snapshot.session.execute(query.where(key > after).order_by(key).limit(BATCH)).all()
        yield from (_Line(part, row[0], True, (row[1],)) for row in rows)
        if len(rows) < BATCH:
            return
        after = rows[-1][0]


def _files(database: Database) -> Iterator[_Line]:
    """Yield what the index should hold of files."""
    after = 0
    while sets := public_sets_after(database, after, BATCH):
        yield from (
            _Line(IndexPart.FILES, file_set.record_id, True, (file_set.revision, file_set.count)) for file_set in sets
        )
        after = sets[-1].record_id
