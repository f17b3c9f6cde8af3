"""Who may run a job: rows of the job table are taken for the length of a lease.

A row is due when it waits and its moment has come, or when its lease has ended: that of a queued row because the call
that names it was lost, that of a running row because its process was.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import structlog
from sqlalchemy import Row, Select, Table, and_, bindparam, case, or_, select, update

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.database.id_list import in_list
from repository.core.facts import FactRow
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from workers.jobs import Queue
from workers.lease_renewal import renewed
from workers.model import Job, JobState

BATCH = 50
LEASE = timedelta(seconds=20)
RENEW_SECONDS = 5.0
MAX_ATTEMPTS = 20
CLAIMABLE = (JobState.WAITING.value, JobState.QUEUED.value, JobState.RUNNING.value)
LOST = "The process that ran it died or ran out of time."
Found = Row[int, str, int, int, str, str]
"""`id`, `name`, `subject`, `attempts` and `state` of a job, and the `request_id` of its fact"""
log = structlog.get_logger()

# Built once, of columns: composing a statement costs more than running it, and so do objects.
_JOB, _FACT = cast(Table, Job.__table__), cast(Table, FactRow.__table__)
IS_DUE = and_(_JOB.c.queue == bindparam("queue"), _JOB.c.state.in_(CLAIMABLE), _JOB.c.run_after <= bindparam("at"))
"""The rows of `queue` that are due."""
_FOUND = (
    select(_JOB.c.id, _JOB.c.name, _JOB.c.subject, _JOB.c.attempts, _JOB.c.state, _FACT.c.request_id)
    .join(_FACT, _FACT.c.id == _JOB.c.fact_id)
    .order_by(_JOB.c.id)
    .limit(bindparam("limit"))
    .with_for_update(of=_JOB, skip_locked=True)
)
DUE = _FOUND.where(IS_DUE)
_OF_KIND = DUE.where(_JOB.c.name == bindparam("kind"))
_FIRST_KIND = select(_JOB.c.name).where(IS_DUE).order_by(_JOB.c.id).limit(1)
_CALLED = _FOUND.where(
    in_list(_JOB.c.id, "ids"),
    or_(
        _JOB.c.state == JobState.QUEUED.value,
        and_(_JOB.c.state.in_(CLAIMABLE), _JOB.c.run_after <= bindparam("at")),
    ),
)
_TAKE = update(_JOB).where(in_list(_JOB.c.id, "ids"))
_CAUSE = case((_JOB.c.state == JobState.RUNNING.value, LOST), else_=_JOB.c.cause)
"""One that was left running says so."""
_HAND = _TAKE.values(state=bindparam("new"), run_after=bindparam("until"), cause=_CAUSE)
_RUN = _HAND.values(attempts=_JOB.c.attempts + 1)
_RENEW = _TAKE.where(_JOB.c.state == JobState.RUNNING.value).values(run_after=bindparam("until"))


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job that is ours for the length of a lease; `attempts` counts this one, `request_id` is its fact's."""

    id: int
    name: str
    subject: int
    attempts: int
    request_id: str


def claim_next(database: Database, queue: Queue) -> Sequence[ClaimedJob]:
    """Claim due jobs of the kind that has waited longest in `queue`, at most `BATCH`."""
    with database.connection() as connection:
        kind = connection.scalar(_FIRST_KIND, {"queue": queue.value, "at": clock.now()})
    if kind is None:
        return ()
    with database.transaction(SYSTEM) as unit:
        rows = locked(unit, _OF_KIND, BATCH, queue=queue.value, at=unit.now, kind=kind)
        return _claim(unit, together(rows)[0]) if rows else ()


def claim_rows(database: Database, ids: Sequence[int]) -> Sequence[ClaimedJob]:
    """Claim those of the jobs with `ids` that nobody has, but those whose moment has not come."""
    with database.transaction(SYSTEM) as unit:
        rows = locked(unit, _CALLED, len(ids), ids=ids, at=unit.now)
        return _claim(unit, rows) if rows else ()


def locked(
    snapshot: Snapshot, chosen: Select[int, str, int, int, str, str], limit: int, **values: object
) -> Sequence[Found]:
    """The oldest of the chosen rows, locked; those that another process has locked are left out."""
    return snapshot.session.connection().execute(chosen, {"limit": limit, **values}).all()


def together(rows: Sequence[Found]) -> Sequence[Sequence[Found]]:
    """Rows that may run together: those of one kind, but each that was left running by itself.

    Such a row may be what its process died of; the others must not die with it again and again.
    """
    groups: dict[object, list[Found]] = {}
    for row in rows:
        groups.setdefault(row.id if row.state == JobState.RUNNING.value else row.name, []).append(row)
    return list(groups.values())


def take(unit: UnitOfWork, rows: Sequence[Found], lease: timedelta, state: JobState) -> None:
    """Give the rows a lease and a state; to run is an attempt."""
    statement = _RUN if state is JobState.RUNNING else _HAND
    values = {"ids": [row.id for row in rows], "until": unit.now + lease, "new": state.value}
    unit.session.connection().execute(statement, values)


def _claim(unit: UnitOfWork, rows: Sequence[Found]) -> Sequence[ClaimedJob]:
    """Take the rows; those that were left running too often are given up instead."""
    left = [row for row in rows if row.attempts >= MAX_ATTEMPTS]
    ours = [row for row in rows if row.attempts < MAX_ATTEMPTS]
    if left:
        take(unit, left, timedelta(), JobState.FAILED)
        log.error("job given up", job_ids=[row.id for row in left], cause=LOST)
    take(unit, ours, LEASE, JobState.RUNNING)
    return [ClaimedJob(row.id, row.name, row.subject, row.attempts + 1, row.request_id) for row in ours]


def lease_kept(database: Database, jobs: Sequence[ClaimedJob]) -> AbstractContextManager[None]:
    """Renew the lease while the block runs, however long it takes."""
    ids = [job.id for job in jobs]
    return renewed(lambda: _renew(database, ids), RENEW_SECONDS, job_ids=ids)


def _renew(database: Database, ids: Sequence[int]) -> None:
    with database.transaction(SYSTEM) as unit:
        unit.session.connection().execute(_RENEW, {"ids": ids, "until": unit.now + LEASE})
