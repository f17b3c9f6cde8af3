"""Which process runs a sweep: it claims the sweep's row for a time, and keeps the result there."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, or_, select, update

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.errors import Conflict
from repository.core.lease_renewal import renewed
from repository.core.unit_of_work import Database, Snapshot
from repository.operation.model import SweepRow
from workers.causes import cause_of

LEASE = timedelta(seconds=60)
RENEW_SECONDS = 15.0
SLACK = timedelta(minutes=2)
"""Clocks of two machines may differ by less."""


@dataclass(frozen=True, slots=True)
class SweepLease:
    """A sweep that is ours; `started` tells our run from the runs of others.

    `by_hand` says that a person wished for it.
    """

    name: str
    started: datetime
    by_hand: bool = False


def enrol(database: Database, pauses: Mapping[str, timedelta]) -> None:
    """Make sure that every sweep has its row; a new sweep is first due after its pause."""
    with database.snapshot(SYSTEM) as snapshot:
        missing = pauses.keys() - set(snapshot.session.scalars(select(SweepRow.name)))
    if not missing:
        return
    now = clock.now()
    empty = {"faults": 0, "repaired": 0, "result": {}, "cause": ""}
    # A process that is a moment faster makes the same rows.
    with suppress(Conflict), database.transaction(SYSTEM) as unit:
        unit.session.execute(insert(SweepRow), [{"name": name, "due": now + pauses[name], **empty} for name in missing])


def take_due(database: Database, pauses: Mapping[str, timedelta]) -> SweepLease | None:
    """Claim the sweep that has been due for longest and that nobody runs, if there is one; `pauses` by name.

    One that is due later than its own pause from now was put off by a wrong clock, and is due.  So is one that a
    person wishes for.
    """
    is_due = or_(_is_due(clock.now(), pauses), SweepRow.wished.is_not(None))
    due = select(SweepRow).where(SweepRow.name.in_(pauses), is_due, _free(clock.now()))
    due = due.order_by(SweepRow.due, SweepRow.name).limit(1)
    with database.snapshot(SYSTEM) as snapshot:
        if snapshot.session.scalar(due) is None:
            return None
    with database.transaction(SYSTEM) as unit:
        row = unit.session.scalar(due.with_for_update(skip_locked=True))
        return _begin(unit, row) if row else None


def take(database: Database, name: str) -> SweepLease:
    """Claim a sweep, due or not; raise `Conflict` while another process runs it."""
    with database.transaction(SYSTEM) as unit:
        row = unit.session.scalar(select(SweepRow).where(SweepRow.name == name, _free(unit.now)).with_for_update())
        if row is None:
            raise Conflict(f"The sweep {name!r} is being run by another process.")
        return _begin(unit, row)


def finish(database: Database, lease: SweepLease, seconds: float, due: datetime, report: CheckReport) -> None:
    """Keep the report of a complete run."""
    result = {"examples": report.examples}
    values = {"faults": report.faults, "repaired": report.repaired, "result": result, "cause": ""}
    _end(database, lease, seconds, due, values)


def fail(database: Database, lease: SweepLease, seconds: float, due: datetime, error: Exception) -> None:
    """Keep why the run was not complete."""
    _end(database, lease, seconds, due, {"cause": cause_of(error)})


def lease_kept(database: Database, lease: SweepLease) -> AbstractContextManager[None]:
    """Renew the lease while the block runs, however long it takes."""
    return renewed(lambda: _renew(database, lease), RENEW_SECONDS, sweep=lease.name)


def _is_due(at: datetime, pauses: Mapping[str, timedelta]) -> ColumnElement[bool]:
    put_off = [and_(SweepRow.name == name, SweepRow.due > at + pause + SLACK) for name, pause in pauses.items()]
    return or_(SweepRow.due <= at, *put_off)


def _free(at: datetime) -> ColumnElement[bool]:
    """Return whether nobody has the sweep; a lease beyond any lease was taken with a wrong clock."""
    return or_(SweepRow.lease_until.is_(None), SweepRow.lease_until <= at, SweepRow.lease_until > at + LEASE + SLACK)


def _begin(snapshot: Snapshot, row: SweepRow) -> SweepLease:
    by_hand = row.wished is not None
    row.started, row.lease_until, row.wished = snapshot.now, snapshot.now + LEASE, None
    return SweepLease(row.name, snapshot.now, by_hand)


def _end(database: Database, lease: SweepLease, seconds: float, due: datetime, values: Mapping[str, Any]) -> None:
    with database.transaction(SYSTEM) as unit:
        values = {"lease_until": None, "finished": unit.now, "seconds": seconds, "due": due, **values}
        unit.session.execute(_own(lease).values(**values))


def _own(lease: SweepLease) -> Any:
    """Update the row unless another process took the sweep over, because our lease had ended."""
    return update(SweepRow).where(SweepRow.name == lease.name, SweepRow.started == lease.started)


def _renew(database: Database, lease: SweepLease) -> None:
    with database.transaction(SYSTEM) as unit:
        # A lease that was given up stays given up, however late this comes.
        is_ours = SweepRow.lease_until.is_not(None)
        unit.session.execute(_own(lease).where(is_ours).values(lease_until=unit.now + LEASE))
