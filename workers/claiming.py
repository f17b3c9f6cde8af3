"""Who may run a job: rows of the job table are taken for the length of a lease.

A row is due when it waits and its moment has come, or when its lease has ended.  The lease of a queued row ends when
the call that names it was lost, the lease of a running row when its process was.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import structlog
from sqlalchemy import Row, Select, Table, and_, bindparam, case, or_, select, update

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.database.id_list import in_list
from repository.core.facts import EmittedFact, FactRow, read_fact
from repository.core.lease_renewal import renewed
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.feature import Queue
from repository.features import FACTS, JOBS
from repository.operation.model import CLAIMABLE, Job, JobState

BATCH = 50
LEASE = timedelta(seconds=20)
RENEW_SECONDS = 5.0
MAX_ATTEMPTS = 20
LOST = "The process that ran it died or ran out of time."
NOT_KNOWN = "This release does not know the kind."
JobRow = Row[*tuple[Any, ...]]
"""`id`, `name`, `subject`, `attempts` and `state` of a job, and the columns of its fact"""
log = structlog.get_logger()

# Built once, of columns: composing a statement costs more than running it, and so do objects.
_JOB, _FACT = cast(Table, Job.__table__), cast(Table, FactRow.__table__)
IS_DUE = and_(_JOB.c.queue == bindparam("in_queue"), _JOB.c.state.in_(CLAIMABLE), _JOB.c.run_after <= bindparam("at"))
"""The rows of `queue` that are due."""
_OF_FACT = (
    _FACT.c.id.label("fact_id"),
    _FACT.c.kind,
    _FACT.c.subject.label("fact_subject"),
    _FACT.c.details,
    _FACT.c.actor,
    _FACT.c.at,
    _FACT.c.request_id,
)
_ROWS = (
    select(_JOB.c.id, _JOB.c.name, _JOB.c.subject, _JOB.c.attempts, _JOB.c.state, *_OF_FACT)
    .join(_FACT, _FACT.c.id == _JOB.c.fact_id)
    .order_by(_JOB.c.id)
    .limit(bindparam("limit"))
    .with_for_update(of=_JOB, skip_locked=True)
)
DUE = _ROWS.where(IS_DUE)
_IS_OF_KIND = _JOB.c.name == bindparam("kind")
_DUE_OF_KIND = DUE.where(_IS_OF_KIND)
_TAKE = update(_JOB).where(in_list(_JOB.c.id, "ids"))
_CAUSE = case((_JOB.c.state == JobState.RUNNING.value, LOST), else_=_JOB.c.cause)
"""A row that was left running says so."""
_HAND = _TAKE.values(state=bindparam("new"), run_after=bindparam("until"), cause=_CAUSE)
_RUN = _HAND.values(attempts=_JOB.c.attempts + 1)
_SET_CALLED_ASIDE = _TAKE.values(state=JobState.UNKNOWN.value, cause=NOT_KNOWN)


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job that is ours for the length of a lease; `attempts` counts this one."""

    id: int
    name: str
    subject: int
    attempts: int
    fact: EmittedFact


def claim_next(database: Database, queue: Queue) -> Sequence[ClaimedJob]:
    """Claim due jobs of the kind that has waited longest in `queue`, at most `BATCH`.

    Kinds that this release does not know are set aside first.
    """
    while kind := _first_kind(database, queue):
        if kind in JOBS:
            return _claim_kind(database, queue, kind)
        _set_kind_aside(database, queue, kind)
    return ()


_CALLED = _ROWS.where(
    in_list(_JOB.c.id, "ids"),
    or_(
        _JOB.c.state == JobState.QUEUED.value,
        and_(_JOB.c.state.in_(CLAIMABLE), _JOB.c.run_after <= bindparam("at")),
    ),
)


def claim_rows(database: Database, ids: Sequence[int]) -> Sequence[ClaimedJob]:
    """Claim the jobs with `ids`, of one kind, that nobody has and whose moment has come.

    If this release does not know the kind, they are set aside.
    """
    with database.transaction(SYSTEM) as unit:
        rows = locked(unit, _CALLED, len(ids), ids=ids, at=unit.now)
        known = [row for row in rows if row.name in JOBS]
        _set_rows_aside(unit, [row for row in rows if row.name not in JOBS])
        return _claim(unit, known) if known else ()


def locked(snapshot: Snapshot, query: Select[*tuple[Any, ...]], limit: int, **values: object) -> Sequence[JobRow]:
    """Return the oldest rows of `query`, locked; rows that another process has locked are left out."""
    return snapshot.session.connection().execute(query, {"limit": limit, **values}).all()


def together(rows: Sequence[JobRow]) -> Sequence[Sequence[JobRow]]:
    """Return rows in groups that may run together: one kind each, and every row that was left running by itself.

    Such a row may be what its process died of; the others must not die with it again and again.
    """
    groups: dict[object, list[JobRow]] = {}
    for row in rows:
        groups.setdefault(row.id if row.state == JobState.RUNNING.value else row.name, []).append(row)
    return list(groups.values())


def take(unit: UnitOfWork, rows: Sequence[JobRow], lease: timedelta, state: JobState) -> None:
    """Give the rows a lease and a state; to run is an attempt."""
    statement = _RUN if state is JobState.RUNNING else _HAND
    values = {"ids": [row.id for row in rows], "until": unit.now + lease, "new": state.value}
    unit.session.connection().execute(statement, values)


def lease_kept(database: Database, jobs: Sequence[ClaimedJob]) -> AbstractContextManager[None]:
    """Renew the lease while the block runs, however long it takes."""
    ids = [job.id for job in jobs]
    return renewed(lambda: _renew(database, ids), RENEW_SECONDS, job_ids=ids)


_FIRST_KIND = select(_JOB.c.name).where(IS_DUE).order_by(_JOB.c.id).limit(1)


def _first_kind(database: Database, queue: Queue) -> str | None:
    with database.connection() as connection:
        return connection.scalar(_FIRST_KIND, {"in_queue": queue.value, "at": clock.now()})


def _claim_kind(database: Database, queue: Queue, kind: str) -> Sequence[ClaimedJob]:
    with database.transaction(SYSTEM) as unit:
        rows = locked(unit, _DUE_OF_KIND, BATCH, in_queue=queue.value, at=unit.now, kind=kind)
        return _claim(unit, together(rows)[0]) if rows else ()


_SET_ASIDE = update(_JOB).where(IS_DUE, _IS_OF_KIND).values(state=JobState.UNKNOWN.value, cause=NOT_KNOWN)


def _set_kind_aside(database: Database, queue: Queue, kind: str) -> None:
    log.warning("jobs of an unknown kind wait", job=kind)
    with database.transaction(SYSTEM) as unit:
        values = {"in_queue": queue.value, "at": unit.now, "kind": kind}
        unit.session.connection().execute(_SET_ASIDE, values)


def _set_rows_aside(unit: UnitOfWork, rows: Sequence[JobRow]) -> None:
    if rows:
        log.warning("jobs of an unknown kind wait", job=rows[0].name)
        unit.session.connection().execute(_SET_CALLED_ASIDE, {"ids": [row.id for row in rows]})


def _claim(unit: UnitOfWork, rows: Sequence[JobRow]) -> Sequence[ClaimedJob]:
    """Take the rows; those that were left running too often are given up instead."""
    lost = [row for row in rows if row.attempts >= MAX_ATTEMPTS]
    ours = [row for row in rows if row.attempts < MAX_ATTEMPTS]
    if lost:
        take(unit, lost, timedelta(), JobState.FAILED)
        log.error("job given up", job_ids=[row.id for row in lost], cause=LOST)
    take(unit, ours, LEASE, JobState.RUNNING)
    return [ClaimedJob(row.id, row.name, row.subject, row.attempts + 1, _fact_of(row)) for row in ours]


def _fact_of(row: JobRow) -> EmittedFact:
    fact = read_fact(FACTS, row.kind, row.fact_subject, row.details)
    return EmittedFact(row.fact_id, row.kind, fact, row.actor, row.at, row.request_id)


_RENEW = _TAKE.where(_JOB.c.state == JobState.RUNNING.value).values(run_after=bindparam("until"))


def _renew(database: Database, ids: Sequence[int]) -> None:
    with database.transaction(SYSTEM) as unit:
        unit.session.connection().execute(_RENEW, {"ids": ids, "until": unit.now + LEASE})
