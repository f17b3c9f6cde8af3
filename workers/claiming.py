"""Who may run a job: rows of the job table are taken for the length of a lease.

A row is due when it waits and its moment has come, or when its lease has ended: that of a queued row because the call
that names it was lost, that of a running row because its process was.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Row, and_, case, or_, select, update

from repository.foundation import clock
from repository.foundation.actor import SYSTEM
from repository.foundation.facts import FactRow
from repository.foundation.work import Work, Works
from workers.jobs import Queue
from workers.leases import kept
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


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that is ours for the length of a lease; `attempts` counts this one, `request_id` is its fact's."""

    id: int
    name: str
    subject: int
    attempts: int
    request_id: str


def claim_next(works: Works, queue: Queue) -> Sequence[Claimed]:
    """Claim due jobs of the kind that has waited longest in `queue`, at most `BATCH`."""
    with works.reading(SYSTEM) as work:
        name = work.session.scalar(select(Job.name).where(due(queue, clock.now())).order_by(Job.id).limit(1))
    if name is None:
        return ()
    with works.writing(SYSTEM) as work:
        rows = locked(work, BATCH, due(queue, work.now), Job.name == name)
        return _claim(work, together(rows)[0]) if rows else ()


def claim_rows(works: Works, ids: Sequence[int]) -> Sequence[Claimed]:
    """Claim those of the jobs with `ids` that nobody has, but those whose moment has not come."""
    with works.writing(SYSTEM) as work:
        waiting = and_(Job.state.in_(CLAIMABLE), Job.run_after <= work.now)
        rows = locked(work, len(ids), Job.id.in_(ids), or_(Job.state == JobState.QUEUED.value, waiting))
        return _claim(work, rows) if rows else ()


def due(queue: Queue, at: datetime) -> ColumnElement[bool]:
    """The rows of `queue` that are due."""
    return and_(Job.queue == queue.value, Job.state.in_(CLAIMABLE), Job.run_after <= at)


def locked(work: Work, limit: int, *chosen: ColumnElement[bool]) -> Sequence[Found]:
    """The oldest of the chosen rows, locked; those that another process has locked are left out."""
    return work.session.execute(
        select(Job.id, Job.name, Job.subject, Job.attempts, Job.state, FactRow.request_id)
        .join(FactRow, FactRow.id == Job.fact_id)
        .where(*chosen)
        .order_by(Job.id)
        .limit(limit)
        .with_for_update(of=Job, skip_locked=True)
    ).all()


def together(rows: Sequence[Found]) -> Sequence[Sequence[Found]]:
    """Rows that may run together: those of one kind, but each that was left running by itself.

    Such a row may be what its process died of; the others must not die with it again and again.
    """
    groups: dict[object, list[Found]] = {}
    for row in rows:
        groups.setdefault(row.id if row.state == JobState.RUNNING.value else row.name, []).append(row)
    return list(groups.values())


def take(work: Work, rows: Sequence[Found], lease: timedelta, **values: Any) -> None:
    """Give the rows a lease and `values`; one that was left running says so."""
    cause = case((Job.state == JobState.RUNNING.value, LOST), else_=Job.cause)
    ids = [row.id for row in rows]
    work.session.execute(
        update(Job).where(Job.id.in_(ids)).values(run_after=work.now + lease, cause=cause, **values),
        execution_options={"synchronize_session": False},
    )


def _claim(work: Work, rows: Sequence[Found]) -> Sequence[Claimed]:
    """Take the rows; those that were left running too often are given up instead."""
    left = [row for row in rows if row.attempts >= MAX_ATTEMPTS]
    ours = [row for row in rows if row.attempts < MAX_ATTEMPTS]
    if left:
        take(work, left, timedelta(), state=JobState.FAILED.value)
        log.error("job given up", job_ids=[row.id for row in left], cause=LOST)
    take(work, ours, LEASE, state=JobState.RUNNING.value, attempts=Job.attempts + 1)
    return [Claimed(row.id, row.name, row.subject, row.attempts + 1, row.request_id) for row in ours]


def lease_kept(works: Works, jobs: Sequence[Claimed]) -> AbstractContextManager[None]:
    """Renew the lease while the block runs, however long it takes."""
    ids = [job.id for job in jobs]
    return kept(lambda: _renew(works, ids), RENEW_SECONDS, job_ids=ids)


def _renew(works: Works, ids: Sequence[int]) -> None:
    with works.writing(SYSTEM) as work:
        work.session.execute(
            update(Job).where(Job.id.in_(ids), Job.state == JobState.RUNNING.value).values(run_after=work.now + LEASE)
        )
