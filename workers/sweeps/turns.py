"""Whose turn a sweep is: its row is claimed for the length of a lease, and told how the run ended."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, insert, or_, select, update

from repository.foundation import clock
from repository.foundation.actor import SYSTEM
from repository.foundation.errors import Conflict
from repository.foundation.findings import Findings
from repository.foundation.work import Work, Works
from workers.causes import cause_of
from workers.leases import kept
from workers.model import SweepRow

LEASE = timedelta(seconds=60)
RENEW_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Turn:
    """A sweep that is ours; `started` tells our turn from those of others."""

    name: str
    started: datetime


def enrol(works: Works, pauses: Mapping[str, timedelta]) -> None:
    """Make sure that every sweep has its row; a new one is first due after its pause."""
    with works.reading(SYSTEM) as work:
        missing = pauses.keys() - set(work.session.scalars(select(SweepRow.name)))
    if not missing:
        return
    now = clock.now()
    empty = {"found": 0, "repaired": 0, "result": {}, "cause": ""}
    # Who is a moment faster makes the same rows.
    with suppress(Conflict), works.writing(SYSTEM) as work:
        work.session.execute(insert(SweepRow), [{"name": name, "due": now + pauses[name], **empty} for name in missing])


def take_due(works: Works, names: Sequence[str]) -> Turn | None:
    """The turn of that of the sweeps which has been due for longest and which nobody runs."""
    due = select(SweepRow).where(SweepRow.name.in_(names), SweepRow.due <= clock.now(), _free(clock.now()))
    due = due.order_by(SweepRow.due, SweepRow.name).limit(1)
    with works.reading(SYSTEM) as work:
        if work.session.scalar(due) is None:
            return None
    with works.writing(SYSTEM) as work:
        row = work.session.scalar(due.with_for_update(skip_locked=True))
        return _begin(work, row) if row else None


def take(works: Works, name: str) -> Turn:
    """The turn of a sweep, due or not; raises `Conflict` while somebody runs it."""
    with works.writing(SYSTEM) as work:
        row = work.session.scalar(select(SweepRow).where(SweepRow.name == name, _free(work.now)).with_for_update())
        if row is None:
            raise Conflict(f"The sweep {name!r} is being run by another process.")
        return _begin(work, row)


def finish(works: Works, turn: Turn, seconds: float, due: datetime, findings: Findings) -> None:
    """Note what the sweep found."""
    result = {"examples": findings.examples}
    counted = {"found": findings.found, "repaired": findings.repaired, "result": result, "cause": ""}
    _end(works, turn, seconds, due, counted)


def fail(works: Works, turn: Turn, seconds: float, due: datetime, error: Exception) -> None:
    """Note why the sweep did not come to its end."""
    _end(works, turn, seconds, due, {"cause": cause_of(error)})


def lease_kept(works: Works, turn: Turn) -> AbstractContextManager[None]:
    """Renew the lease while the block runs, however long it takes."""
    return kept(lambda: _renew(works, turn), RENEW_SECONDS, sweep=turn.name)


def _free(at: datetime) -> ColumnElement[bool]:
    return or_(SweepRow.lease_until.is_(None), SweepRow.lease_until <= at)


def _begin(work: Work, row: SweepRow) -> Turn:
    row.started, row.lease_until = work.now, work.now + LEASE
    return Turn(row.name, work.now)


def _end(works: Works, turn: Turn, seconds: float, due: datetime, values: Mapping[str, Any]) -> None:
    with works.writing(SYSTEM) as work:
        work.session.execute(_own(turn).values(lease_until=None, finished=work.now, seconds=seconds, due=due, **values))


def _own(turn: Turn) -> Any:
    """Changes the row unless somebody else took the sweep over, because our lease had ended."""
    return update(SweepRow).where(SweepRow.name == turn.name, SweepRow.started == turn.started)


def _renew(works: Works, turn: Turn) -> None:
    with works.writing(SYSTEM) as work:
        # A lease that was given up stays given up, however late this comes.
        held = SweepRow.lease_until.is_not(None)
        work.session.execute(_own(turn).where(held).values(lease_until=work.now + LEASE))
