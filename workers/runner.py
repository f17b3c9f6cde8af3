"""Run jobs that were claimed, and keep how they ended."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import cast

import structlog
from sqlalchemy import Table, bindparam, delete, update

from repository.core.actor import SYSTEM
from repository.core.clock import pause_after
from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Database
from repository.engines.services import Services
from repository.feature import JobRun, Queue
from repository.features import JOBS
from repository.operation.model import Job, JobState
from workers import job_metrics
from workers.causes import cause_of
from workers.claiming import MAX_ATTEMPTS, ClaimedJob, claim_next, claim_rows, lease_kept

MOST_NAMED = 50
"""ids of one sort in a line of the log"""
_JOB = cast(Table, Job.__table__)
log = structlog.get_logger()


def run_next(services: Services, queue: Queue) -> int:
    """Run the jobs of one kind that have waited longest in `queue`; return how many were claimed."""
    return _run(services, claim_next(services.database, queue))


def run_rows(services: Services, ids: Sequence[int]) -> int:
    """Run the jobs with `ids`, of one kind, that nobody has; return how many were claimed."""
    return _run(services, claim_rows(services.database, ids))


def _run(services: Services, jobs: Sequence[ClaimedJob]) -> int:
    if jobs:
        with lease_kept(services.database, jobs):
            cause = _attempt(services, jobs)
            if not cause:
                _forget(services.database, jobs)
            elif len(jobs) == 1:
                _put_back(services.database, jobs[0], cause)
            else:
                _one_by_one(services, jobs)
    return len(jobs)


def _attempt(services: Services, jobs: Sequence[ClaimedJob]) -> str:
    """Run the jobs; return why they failed, empty if they did not."""
    name = jobs[0].name
    facts = {job.subject: job.fact for job in jobs}
    begun = time.monotonic()
    with _logged(jobs):
        try:
            JOBS[name].run(services, JobRun(list(facts), facts))
        except Exception as error:
            job_metrics.job_failed(name)
            cause = cause_of(error)
            log.warning("job failed", seconds=_since(begun), cause=cause, exc_info=error)
            return cause
        job_metrics.job_done(name, _since(begun), len(jobs))
        log.info("job done", seconds=_since(begun))
    return ""


@contextmanager
def _logged(jobs: Sequence[ClaimedJob]) -> Iterator[None]:
    """Let every line of the log name the jobs, the facts that started them, and the requests.

    Facts that the jobs emit keep the request's id if there is one request only.
    """
    requests = list(dict.fromkeys(job.fact.request_id for job in jobs if job.fact.request_id))
    request: Mapping[str, object] = {"request_id": requests[0]} if len(requests) == 1 else {}
    with structlog.contextvars.bound_contextvars(
        job=jobs[0].name,
        job_ids=[job.id for job in jobs][:MOST_NAMED],
        subjects=list(dict.fromkeys(job.subject for job in jobs))[:MOST_NAMED],
        attempt=max(job.attempts for job in jobs),
        facts=sorted({job.fact.kind for job in jobs}),
        request_ids=requests[:MOST_NAMED],
        **request,
    ):
        yield


def _since(begun: float) -> float:
    return round(time.monotonic() - begun, 3)


def _one_by_one(services: Services, jobs: Sequence[ClaimedJob]) -> None:
    """Run the jobs of a failed batch again, each by itself."""
    for job in jobs:
        cause = _attempt(services, [job])
        if cause:
            _put_back(services.database, job, cause)
        else:
            _forget(services.database, [job])


_FORGET = delete(_JOB).where(in_list(_JOB.c.id, "ids"))


def _forget(database: Database, jobs: Sequence[ClaimedJob]) -> None:
    with database.transaction(SYSTEM) as unit:
        unit.session.connection().execute(_FORGET, {"ids": [job.id for job in jobs]})


_PUT_BACK = (
    update(_JOB)
    .where(
        _JOB.c.id == bindparam("job"),
        _JOB.c.state == JobState.RUNNING.value,
        _JOB.c.attempts == bindparam("attempt"),
    )
    .values(state=bindparam("new"), cause=bindparam("why"), run_after=bindparam("again"))
)


def _put_back(database: Database, job: ClaimedJob, cause: str) -> None:
    """Let the job run again after a pause that doubles; after `MAX_ATTEMPTS` give it up.

    A row whose lease was lost and that another process has claimed meanwhile is left to that process.
    """
    state = JobState.FAILED if job.attempts >= MAX_ATTEMPTS else JobState.WAITING
    with database.transaction(SYSTEM) as unit:
        again = unit.now + pause_after(job.attempts)
        values = {"job": job.id, "attempt": job.attempts, "new": state.value, "why": cause, "again": again}
        unit.session.connection().execute(_PUT_BACK, values)
    if state == JobState.FAILED:
        with _logged([job]):
            log.error("job given up", cause=cause)
