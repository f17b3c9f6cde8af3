"""The index is a copy of the database: bring changes over, compare, rebuild.

Every function may run again with the same arguments, and reads the state anew.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import func, select

from repository.deposits.model import Draft, DraftKind
from repository.deposits.queries import draft_views
from repository.engines.facilities import Facilities
from repository.engines.search.port import Document, Entry, Kind
from repository.files.queries import extensions, first_keys
from repository.foundation.actor import SYSTEM
from repository.foundation.work import Work
from repository.records.model import Version
from repository.records.queries import RecordView, newest_public, record_views
from repository.search.documents import (
    MAX_FILE_NAMES,
    FileNames,
    draft_document,
    record_document,
)

BATCH = 500
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement: `problem` is ``missing`` or ``stale`` (in the index) or ``ghost`` (not in the database)."""

    kind: Kind
    id: int
    problem: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}: {self.problem}"


def index_records(facilities: Facilities, ids: Sequence[int]) -> None:
    """Make the index say of these versions what the database says."""
    documents = _record_documents(facilities, ids)
    facilities.search.put(documents)
    gone = set(ids) - {document.id for document in documents}
    if gone:
        facilities.search.drop(Kind.RECORD, gone)


def index_drafts(facilities: Facilities, ids: Sequence[int]) -> None:
    """Make the index say of these drafts what the database says; edits are found as what they edit."""
    documents = _draft_documents(facilities, ids)
    facilities.search.put(documents)
    gone = set(ids) - {document.id for document in documents}
    if gone:
        facilities.search.drop(Kind.DRAFT, gone)


def differences(facilities: Facilities) -> Iterator[Difference]:
    """Every disagreement between database and index, in the order of (kind, id), at constant memory."""
    indexed = facilities.search.entries()
    held = next(indexed, None)
    for wanted in _wanted(facilities):
        while held is not None and (held.kind, held.id) < (wanted.kind, wanted.id):
            yield Difference(held.kind, held.id, "ghost")
            held = next(indexed, None)
        if held is None or (held.kind, held.id) > (wanted.kind, wanted.id):
            yield Difference(wanted.kind, wanted.id, "missing")
            continue
        if held.revision != wanted.revision:
            yield Difference(wanted.kind, wanted.id, "stale")
        held = next(indexed, None)
    for ghost in chain([held] if held else [], indexed):
        yield Difference(ghost.kind, ghost.id, "ghost")


def total(facilities: Facilities) -> int:
    """How many documents the index should hold."""
    with facilities.works.reading(SYSTEM) as work:
        records = work.session.scalar(select(func.count(Version.id))) or 0
        drafts = work.session.scalar(select(func.count(Draft.id)).where(Draft.kind != DraftKind.EDIT.value))
    return records + (drafts or 0)


def rebuild(facilities: Facilities, progress: Progress) -> None:
    """Fill a new index from the database and put it in the old one's place; searches never see a gap.

    `progress` is told the number of documents of each finished batch.
    """
    new = facilities.search.begin_rebuild()
    try:
        for kind, make in (
            (Kind.DRAFT, _draft_documents),
            (Kind.RECORD, _record_documents),
        ):
            after = 0
            while ids := _next_ids(facilities, kind, after):
                documents = make(facilities, ids)
                new.put(documents)
                progress(len(documents))
                after = ids[-1]
        new.finish()
    except BaseException:
        new.abandon()
        raise


def _record_documents(facilities: Facilities, ids: Sequence[int]) -> list[Document]:
    with facilities.works.reading(SYSTEM) as work:
        views = record_views(work, ids)
        public = newest_public(work, {view.concept.id for view in views})
        return [
            record_document(
                view,
                view.is_latest or view.version.index == public.get(view.concept.id),
                _file_names(work, view),
                facilities.vocabularies,
            )
            for view in views
        ]


def _draft_documents(facilities: Facilities, ids: Sequence[int]) -> list[Document]:
    with facilities.works.reading(SYSTEM) as work:
        return [draft_document(view, facilities.vocabularies) for view in draft_views(work, ids) if not view.is_edit]


def _file_names(work: Work, view: RecordView) -> FileNames:
    if not view.files.count:
        return FileNames()
    return FileNames(first_keys(work, view.files.id, MAX_FILE_NAMES), extensions(work, view.files.id))


def _next_ids(facilities: Facilities, kind: Kind, after: int) -> Sequence[int]:
    column = Version.id if kind is Kind.RECORD else Draft.id
    query = select(column).where(column > after).order_by(column).limit(BATCH)
    if kind is Kind.DRAFT:
        query = query.where(Draft.kind != DraftKind.EDIT.value)
    with facilities.works.reading(SYSTEM) as work:
        return work.session.scalars(query).all()


def _wanted(facilities: Facilities) -> Iterator[Entry]:
    """What the index should hold, by (kind, id)."""
    sources = (
        (Kind.DRAFT, select(Draft.id, Draft.revision).where(Draft.kind != DraftKind.EDIT.value)),
        (Kind.RECORD, select(Version.id, Version.change)),
    )
    for kind, query in sources:
        key = query.selected_columns[0]
        after = 0
        while True:
            with facilities.works.reading(SYSTEM) as work:
                rows = work.session.execute(query.where(key > after).order_by(key).limit(BATCH)).all()
            yield from (Entry(kind, row[0], row[1]) for row in rows)
            if len(rows) < BATCH:
                break
            after = rows[-1][0]
