"""Find what does not fit: walk all seals in order, then all facts, a part at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, exists, or_, select

from repository.audit.model import AuditSeal
from repository.audit.queries import Head, SealedFact, head_of, last_fact, newest_sealed_facts, sealed_facts
from repository.audit.rules import BEGINNING, digest_of
from repository.audit.store_memory import Agreement, compare, remembered_head
from repository.core.actor import SYSTEM
from repository.core.facts import FactRow
from repository.core.unit_of_work import Database, Snapshot
from repository.engines.store.port import StoreMarks

BATCH = 1_000
_FIRST = -(1 << 62)
"""Less than any number or id; our own begin with 1."""
SOON = timedelta(minutes=1)
"""within which every fact is sealed"""


@dataclass(frozen=True, slots=True)
class AuditFault:
    """What does not fit, in words: of a seal, or of a fact without one."""

    words: str


class ChainWalk:
    """Compares seals in their order with their facts and with each other, beginning after the seal `head`."""

    def __init__(self, head: Head | None = None) -> None:
        self.head = head or Head(0, BEGINNING)

    def faults(self, sealed: Sequence[SealedFact]) -> Iterator[AuditFault]:
        """Yield the faults of the next seals; a broken link is told once, and the walk goes on behind it."""
        for one in sealed:
            number = one.link.number
            if number <= self.head.number:
                yield AuditFault(f"seal {number} has no place in the chain")
                continue
            if number != self.head.number + 1:
                yield AuditFault(f"seal {self.head.number + 1} is missing")
            elif one.link.hash != one.link.after(self.head.hash):
                yield AuditFault(f"seal {number} was changed, or does not follow the one before it")
            if one.columns is not None and digest_of(one.columns) != one.link.digest:
                yield AuditFault(f"seal {number}: the row of fact {one.link.fact_id} was changed")
            if one.columns is None and not one.link.forgettable:
                yield AuditFault(f"seal {number}: the row of fact {one.link.fact_id} is missing")
            self.head = Head(number, one.link.hash)


def faults_of_chain(database: Database) -> Iterator[AuditFault]:
    """Yield what does not fit between all seals and their facts, in order."""
    walk, after = ChainWalk(), _FIRST
    while sealed := _next(database, after):
        yield from walk.faults(sealed)
        after = sealed[-1].link.number


def faults_of_tail(snapshot: Snapshot, most: int) -> list[AuditFault]:
    """Return what does not fit among the newest seals."""
    sealed = newest_sealed_facts(snapshot, most + 1)
    if len(sealed) <= most:
        return list(ChainWalk().faults(sealed))
    before = sealed[0].link
    return list(ChainWalk(Head(before.number, before.hash)).faults(sealed[1:]))


_UNSEALED = (
    select(FactRow.id)
    .where(FactRow.id > bindparam("after"), FactRow.id <= bindparam("to"))
    # a time in the future is no excuse
    .where(or_(FactRow.at < bindparam("due"), FactRow.at > bindparam("ahead")))
    .where(~exists().where(AuditSeal.fact_id == FactRow.id))
    .order_by(FactRow.id)
)


def faults_of_facts(database: Database) -> Iterator[AuditFault]:
    """Yield the facts that should have a seal and have none."""
    with database.snapshot(SYSTEM) as snapshot:
        last = last_fact(snapshot)
    for to in range(0, last + BATCH, BATCH):
        with database.snapshot(SYSTEM) as snapshot:
            after = to - BATCH if to else _FIRST
            values = {"after": after, "to": to, "due": snapshot.now - SOON, "ahead": snapshot.now + SOON}
            unsealed = snapshot.session.scalars(_UNSEALED, values).all()
        yield from (AuditFault(f"fact {fact_id} is not sealed") for fact_id in unsealed)


def faults_of_memory(snapshot: Snapshot, marks: StoreMarks) -> Iterator[AuditFault]:
    """Yield why the chain is not the one that the store remembers; raises `Unavailable`."""
    comparison = compare(snapshot, remembered_head(marks))
    number = comparison.remembered.number if comparison.remembered else 0
    if comparison.agreement is Agreement.SHORTER:
        last = head_of(snapshot).number
        yield AuditFault(f"the store remembers seal {number}, and the last one is {last}: the end is missing")
    elif comparison.agreement is Agreement.OTHER:
        yield AuditFault(f"seal {number} is not the one that the store remembers: the chain was made anew")


def faults_of_trail(database: Database, marks: StoreMarks) -> Iterator[AuditFault]:
    """Yield all that does not fit: of the chain, of facts without a seal, and of what the store remembers."""
    yield from faults_of_chain(database)
    with database.snapshot(SYSTEM) as snapshot:
        of_memory = list(faults_of_memory(snapshot, marks))
    yield from of_memory
    yield from faults_of_facts(database)


def _next(database: Database, after: int) -> Sequence[SealedFact]:
    with database.snapshot(SYSTEM) as snapshot:
        return sealed_facts(snapshot, after, BATCH)
