"""Build the index anew from the database, while searches go on."""

import gc
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select

from repository.core.actor import SYSTEM
from repository.core.errors import Conflict, Unavailable
from repository.core.unit_of_work import Database
from repository.deposits.model import Draft, DraftKind
from repository.engines.search.port import IndexDocument, Rebuild
from repository.engines.services import Services
from repository.records.model import Version
from repository.records.narrowed_access import WHOLE_INDEX, IndexedPart, index_told
from repository.search.index.comparison import IndexPart, differences, total
from repository.search.index.file_documents import file_documents, portions, public_sets_after
from repository.search.index.index_repair import repair
from repository.search.index.indexing import draft_documents, record_documents

BATCH = 500
"""records read at once"""

_AHEAD = 2
"""batches that are made while another one is put"""

ROUNDS = 3
"""of catching up; what differs then is what changes right now, and its jobs are on their way"""

_OBJECTS = 200_000
"""more of them between two searches for circles of garbage"""

Progress = Callable[[int, int], None]
"""told how many documents are done, of how many"""

_Make = Callable[[Services, Sequence[int]], list[IndexDocument]]
_MAKE: Mapping[IndexPart, _Make] = {IndexPart.DRAFT: draft_documents, IndexPart.RECORD: record_documents}


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a rebuild has come: all of `part` up to the id `after`, and `done` documents in all."""

    part: IndexPart
    after: int
    done: int

    @classmethod
    def read(cls, position: str) -> "Reached":
        if not position:
            return cls(IndexPart.DRAFT, 0, 0)
        part, after, done = position.split()
        return cls(IndexPart[part], int(after), int(done))

    def __str__(self) -> str:
        return f"{self.part.name} {self.after} {self.done}"


def rebuild(services: Services, progress: Progress, resume: bool = True) -> None:
    """Fill a new index from the database and put it in the old one's place; searches never see a gap.

    `resume` goes on with a rebuild that was interrupted: by the end of its process, or by an engine that was away
    (`Unavailable`).  After any other failure the new index is gone, since going on would fail again.
    """
    with index_told(services.database, IndexedPart.ALL, [WHOLE_INDEX]):
        new = services.search.begin_rebuild(resume)
        try:
            with _rare_collections():
                _fill(services, new, progress)
            new.finish()
        except (Unavailable, Conflict):
            raise
        except Exception:
            new.abandon()
            raise
        _catch_up(services)


def _fill(services: Services, new: Rebuild, progress: Progress) -> None:
    everything = sum(total(services).values())
    for reached in _steps(services, new, Reached.read(new.position)):
        progress(reached.done, everything)


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Collect garbage rarely: a batch has many objects and no cycles, and looking for those doubles its time."""
    usual = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _steps(services: Services, new: Rebuild, reached: Reached) -> Iterator[Reached]:
    yield reached
    parts = list(IndexPart)
    for part in parts[parts.index(reached.part) :]:
        put = _put_files if part is IndexPart.FILES else _put_documents
        if part is not reached.part:
            reached = Reached(part, 0, reached.done)
        for step in put(services, new, reached):
            reached = step
            yield step


def _put_documents(services: Services, new: Rebuild, reached: Reached) -> Iterator[Reached]:
    for last, documents in _made_ahead(services, reached.part, reached.after):
        reached = Reached(reached.part, last, reached.done + len(documents))
        new.put(documents, str(reached))
        yield reached


def _made_ahead(services: Services, part: IndexPart, after: int) -> Iterator[tuple[int, list[IndexDocument]]]:
    """Yield batches of documents after the id `after`, each with its last id.

    While one is put, the database is asked for the next: waiting for it would take a third of the time.
    """
    waiting: deque[tuple[int, Future[list[IndexDocument]]]] = deque()
    with ThreadPoolExecutor(_AHEAD, "documents") as beside:
        while ids := _next_ids(services.database, part, after):
            after = ids[-1]
            waiting.append((after, beside.submit(_MAKE[part], services, ids)))
            if len(waiting) > _AHEAD:
                last, made = waiting.popleft()
                yield last, made.result()
        for last, made in waiting:
            yield last, made.result()


def _put_files(services: Services, new: Rebuild, reached: Reached) -> Iterator[Reached]:
    database = services.database
    while sets := public_sets_after(database, reached.after, BATCH):
        for portion in portions(sets):
            done = reached.done + sum(file_set.count for file_set in portion)
            reached = Reached(IndexPart.FILES, portion[-1].record_id, done)
            new.put_files(file_documents(database, portion), str(reached))
            yield reached


def _catch_up(services: Services) -> None:
    """Bring over what changed so that neither a job nor the rebuild saw it."""
    for _ in range(ROUNDS):
        if not repair(services, differences(services)):
            return


def _next_ids(database: Database, part: IndexPart, after: int) -> Sequence[int]:
    column = Version.id if part is IndexPart.RECORD else Draft.id
    query = select(column).where(column > after).order_by(column).limit(BATCH)
    there = Draft.kind != DraftKind.EDIT.value if part is IndexPart.DRAFT else Version.withdrawn_at.is_(None)
    with database.snapshot(SYSTEM) as snapshot:
        return snapshot.session.scalars(query.where(there)).all()
