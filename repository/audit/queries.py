"""Read facts and their seals: in the order of the chain, and newest first for people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, String, func, select, tuple_, type_coerce

from repository.access.policy import Action, Resource, must
from repository.audit.model import AuditSeal
from repository.audit.rules import ChainLink
from repository.core.facts import FactRow
from repository.core.unit_of_work import Snapshot

RAW = (
    FactRow.id,
    FactRow.kind,
    FactRow.subject,
    # as the driver gives them: what is damaged is read too
    type_coerce(FactRow.details, String).label("details"),
    FactRow.actor,
    FactRow.credential,
    FactRow.request_id,
    type_coerce(FactRow.at, String).label("at"),
)
"""The columns of a fact that are sealed."""
_NAMES = tuple(column.key for column in RAW)
END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal; number 0 before there is one."""

    number: int
    hash: str


_NEWEST = (
    select(AuditSeal.number, AuditSeal.hash).where(AuditSeal.number > 0).order_by(AuditSeal.number.desc()).limit(1)
)


def head_of(snapshot: Snapshot) -> Head:
    """Return the newest seal."""
    row = snapshot.session.execute(_NEWEST).first()
    return Head(row[0], row[1]) if row else Head(0, "")


def hash_of(snapshot: Snapshot, number: int) -> str | None:
    """Return the hash of a seal, None if there is no such seal."""
    return snapshot.session.scalar(select(AuditSeal.hash).where(AuditSeal.number == number))


def sealed_columns(row: Sequence[Any]) -> Mapping[str, Any]:
    """Return the sealed columns of a row that begins with `RAW`."""
    return dict(zip(_NAMES, row[: len(RAW)], strict=True))


@dataclass(frozen=True, slots=True)
class SealedFact:
    """A seal with its fact as it is now, None if its row is missing."""

    link: ChainLink
    columns: Mapping[str, Any] | None


_LINK = (
    AuditSeal.number,
    AuditSeal.fact_id,
    AuditSeal.forgettable,
    type_coerce(AuditSeal.at, String).label("sealed_at"),
    AuditSeal.digest,
    AuditSeal.hash,
)
_SEALS = select(*RAW, *_LINK).outerjoin(FactRow, FactRow.id == AuditSeal.fact_id)


def sealed_facts(snapshot: Snapshot, after: int, most: int) -> Sequence[SealedFact]:
    """Return at most `most` seals after the number `after` in their order, with their facts."""
    rows = snapshot.session.execute(_SEALS.where(AuditSeal.number > after).order_by(AuditSeal.number).limit(most))
    return [_sealed_fact(row) for row in rows]


def newest_sealed_facts(snapshot: Snapshot, most: int) -> Sequence[SealedFact]:
    """Return the newest seals in their order, with their facts."""
    newest = _SEALS.where(AuditSeal.number > 0).order_by(AuditSeal.number.desc()).limit(most)
    rows = snapshot.session.execute(newest).all()
    return [_sealed_fact(row) for row in reversed(rows)]


def _sealed_fact(row: Sequence[Any]) -> SealedFact:
    return SealedFact(ChainLink(*row[len(RAW) :]), None if row[0] is None else sealed_columns(row))


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which facts are wanted; None for any.  `since` is included, `until` is not."""

    actor: str | None = None
    kind: str | None = None
    subject: int | None = None
    credential: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def conditions(self) -> Sequence[ColumnElement[bool]]:
        """Return one for each that is given; each has an index."""
        equal = {
            FactRow.actor: self.actor,
            FactRow.kind: self.kind,
            FactRow.subject: self.subject,
            FactRow.credential: self.credential,
        }
        chosen = [column == value for column, value in equal.items() if value is not None]
        if self.since is not None:
            chosen.append(FactRow.at >= self.since)
        return [*chosen, FactRow.at < (self.until or END_OF_TIME)]


Position = tuple[datetime, int]
"""Time and id of a fact: where a page ends."""


def audit_trail(
    snapshot: Snapshot, chosen: AuditFilter, most: int, before: Position | None = None
) -> Sequence[tuple[FactRow, int | None]]:
    """Return facts with the numbers of their seals, newest first; raise `Forbidden` unless the actor may read them."""
    must(snapshot.actor, Action.READ_AUDIT, Resource())
    return [(row[0], row[1]) for row in snapshot.session.execute(_trail(chosen, most, before))]


def _trail(chosen: AuditFilter, most: int, before: Position | None) -> Executable:
    rows = select(FactRow, AuditSeal.number).outerjoin(AuditSeal, AuditSeal.fact_id == FactRow.id)
    rows = rows.where(*chosen.conditions)
    if before is not None:
        # the first condition says the same of times alone, for databases that use no index for the second
        rows = rows.where(FactRow.at <= before[0], tuple_(FactRow.at, FactRow.id) < tuple_(*before))
    return rows.order_by(FactRow.at.desc(), FactRow.id.desc()).limit(most)


def last_fact(snapshot: Snapshot) -> int:
    """Return the highest id of a fact, 0 if there is none."""
    return snapshot.session.scalar(select(func.max(FactRow.id))) or 0
