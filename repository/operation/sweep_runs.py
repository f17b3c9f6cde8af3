"""Look at the runs of sweeps, and wish for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from repository.access.policy import Action, Resource, must
from repository.core.errors import NotFound
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.operation.facts import SweepWished
from repository.operation.model import SweepRow


class SweepState(StrEnum):
    """How a sweep is."""

    NEW = "new"
    """it never ended"""
    WELL = "well"
    FAILED = "failed"
    """the last run was not complete"""
    WISHED = "wished"
    """a person wants it run, and it begins in a moment"""
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class SweepRun:
    """A sweep with the result of its last complete run, and why a later one failed."""

    name: str
    state: SweepState
    due: datetime
    finished: datetime | None
    seconds: float | None
    faults: int
    repaired: int
    examples: Sequence[str]
    cause: str


_ALL = select(SweepRow).order_by(SweepRow.name)


def sweep_rows(snapshot: Snapshot) -> Sequence[SweepRow]:
    """Return the rows of sweeps, of which there are few; raise `Forbidden`."""
    must(snapshot.actor, Action.READ_OPERATION, Resource())
    return snapshot.session.scalars(_ALL).all()


def sweep_runs(snapshot: Snapshot) -> Sequence[SweepRun]:
    """Return how each sweep that a process knows is; raise `Forbidden`."""
    return [
        SweepRun(
            row.name,
            _state(row, snapshot.now),
            row.due,
            row.finished,
            row.seconds,
            row.faults,
            row.repaired,
            row.result.get("examples", ()),
            row.cause,
        )
        for row in sweep_rows(snapshot)
    ]


def wish_sweep(unit: UnitOfWork, name: str) -> None:
    """Let a sweep begin now, in whichever process sweeps; a wish that waits is enough.

    Raises `NotFound` for a sweep that no process has, and `Forbidden`.
    """
    must(unit.actor, Action.MANAGE_OPERATION, Resource())
    row = unit.session.get(SweepRow, name, with_for_update=True)
    if row is None:
        raise NotFound("There is no such sweep.")
    if row.wished is None:
        row.wished = unit.now
        unit.emit(SweepWished(0, name))


def _state(row: SweepRow, now: datetime) -> SweepState:
    if row.lease_until is not None and row.lease_until > now:
        return SweepState.RUNNING
    if row.wished is not None:
        return SweepState.WISHED
    if row.cause:
        return SweepState.FAILED
    return SweepState.WELL if row.finished else SweepState.NEW
