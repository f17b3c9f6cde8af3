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

from repository.foundation import clock
from repository.foundation.actor import SYSTEM
from repository.foundation.among import Among
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
    Among(_JOB.c.id, "ids"),
    or_(
        _JOB.c.state == JobState.QUEUED.value,
        and_(_JOB.c.state.in_(CLAIMABLE), _JOB.c.run_after <= bindparam("at")),
    ),
)
_TAKE = update(_JOB).where(Among(_JOB.c.id, "ids"))
_CAUSE = case((_JOB.c.state == JobState.RUNNING.value, LOST), else_=_JOB.c.cause)
"""One that was left running says so."""
_HAND = _TAKE.values(state=bindparam("new"), run_after=bindparam("until"), cause=_CAUSE)
_RUN = _HAND.values(attempts=_JOB.c.attempts + 1)
_RENEW = _TAKE.where(_JOB.c.state == JobState.RUNNING.value).values(run_after=bindparam("until"))


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
    with works.glancing() as connection:
        kind = connection.scalar(_FIRST_KIND, {"queue": queue.value, "at": clock.now()})
    if kind is None:
        return ()
    with works.writing(SYSTEM) as work:
        rows = locked(work, _OF_KIND, BATCH, queue=queue.value, at=work.now, kind=kind)
        return _claim(work, together(rows)[0]) if rows else ()


def claim_rows(works: Works, ids: Sequence[int]) -> Sequence[Claimed]:
    """Claim those of the jobs with `ids` that nobody has, but those whose moment has not come."""
    with works.writing(SYSTEM) as work:
        rows = locked(work, _CALLED, len(ids), ids=ids, at=work.now)
        return _claim(work, rows) if rows else ()


def locked(work: Work, chosen: Select[int, str, int, int, str, str], limit: int, **values: object) -> Sequence[Found]:
    """The oldest of the chosen rows, locked; those that another process has locked are left out."""
    return work.session.connection().execute(chosen, {"limit": limit, **values}).all()


def together(rows: Sequence[Found]) -> Sequence[Sequence[Found]]:
    """Rows that may run together: those of one kind, but each that was left running by itself.

    Such a row may be what its process died of; the others must not die with it again and again.
    """
    groups: dict[object, list[Found]] = {}
    for row in rows:
        groups.setdefault(row.id if row.state == JobState.RUNNING.value else row.name, []).append(row)
    return list(groups.values())


def take(work: Work, rows: Sequence[Found], lease: timedelta, state: JobState) -> None:
    """Give the rows a lease and a state; to run is an attempt."""
    statement = _RUN if state is JobState.RUNNING else _HAND
    values = {"ids": [row.id for row in rows], "until": work.now + lease, "new": state.value}
    work.session.connection().execute(statement, values)


def _claim(work: Work, rows: Sequence[Found]) -> Sequence[Claimed]:
    """Take the rows; those that were left running too often are given up instead."""
    left = [row for row in rows if row.attempts >= MAX_ATTEMPTS]
    ours = [row for row in rows if row.attempts < MAX_ATTEMPTS]
    if left:
        take(work, left, timedelta(), JobState.FAILED)
        log.error("job given up", job_ids=[row.id for row in left], cause=LOST)
    take(work, ours, LEASE, JobState.RUNNING)
    return [Claimed(row.id, row.name, row.subject, row.attempts + 1, row.request_id) for row in ours]


def lease_kept(works: Works, jobs: Sequence[Claimed]) -> AbstractContextManager[None]:
    """Renew the lease while the block runs, however long it takes."""
    ids = [job.id for job in jobs]
    return kept(lambda: _renew(works, ids), RENEW_SECONDS, job_ids=ids)


def _renew(works: Works, ids: Sequence[int]) -> None:
    with works.writing(SYSTEM) as work:
        work.session.connection().execute(_RENEW, {"ids": ids, "until": work.now + LEASE})
