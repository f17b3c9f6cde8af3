"""Run jobs that were claimed, and note what became of them."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import cast

import structlog
from sqlalchemy import Table, delete, update

from repository.core.actor import SYSTEM
from repository.core.clock import pause_after
from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Database
from repository.engines.services import Services
from workers import job_metrics
from workers.causes import cause_of
from workers.claiming import MAX_ATTEMPTS, ClaimedJob, claim_next, claim_rows, lease_kept
from workers.jobs import JOBS, Queue
from workers.model import Job, JobState

MOST_NAMED = 50
"""ids of one sort in a line of the log"""
_JOB = cast(Table, Job.__table__)
_FORGET = delete(_JOB).where(in_list(_JOB.c.id, "ids"))
log = structlog.get_logger()


def run_next(services: Services, queue: Queue) -> int:
    """Run the jobs of one kind that have waited longest in `queue`; returns how many were claimed."""
    return _run(services, claim_next(services.database, queue))


def run_rows(services: Services, ids: Sequence[int]) -> int:
    """Run those of the jobs with `ids`, of one kind, that nobody has; returns how many were claimed."""
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
    """Run the jobs; returns why they failed, empty if they did not."""
    name = jobs[0].name
    subjects = list(dict.fromkeys(job.subject for job in jobs))
    begun = time.monotonic()
    with _told(jobs):
        try:
            JOBS[name].run(services, subjects)
        except Exception as error:
            job_metrics.job_failed(name)
            cause = cause_of(error)
            log.warning("job failed", seconds=_since(begun), cause=cause, exc_info=error)
            return cause
        job_metrics.job_done(name, _since(begun), len(jobs))
        log.info("job done", seconds=_since(begun))
    return ""


@contextmanager
def _told(jobs: Sequence[ClaimedJob]) -> Iterator[None]:
    """Every line of the log tells which jobs it belongs to, and which requests asked for them.

    Facts that the jobs emit keep the request's id if it is one.
    """
    requests = list(dict.fromkeys(job.request_id for job in jobs if job.request_id))
    asked: Mapping[str, object] = {"request_id": requests[0]} if len(requests) == 1 else {}
    with structlog.contextvars.bound_contextvars(
        job=jobs[0].name,
        job_ids=[job.id for job in jobs][:MOST_NAMED],
        subjects=list(dict.fromkeys(job.subject for job in jobs))[:MOST_NAMED],
        attempt=max(job.attempts for job in jobs),
        request_ids=requests[:MOST_NAMED],
        **asked,
    ):
        yield


def _since(begun: float) -> float:
    return round(time.monotonic() - begun, 3)


def _one_by_one(services: Services, jobs: Sequence[ClaimedJob]) -> None:
    """Find those of a failed batch that fail by themselves."""
    for job in jobs:
        cause = _attempt(services, [job])
        if cause:
            _put_back(services.database, job, cause)
        else:
            _forget(services.database, [job])


def _forget(database: Database, jobs: Sequence[ClaimedJob]) -> None:
    with database.transaction(SYSTEM) as unit:
        unit.session.connection().execute(_FORGET, {"ids": [job.id for job in jobs]})


def _put_back(database: Database, job: ClaimedJob, cause: str) -> None:
    """Try again after a pause that doubles; give up, visibly, after `MAX_ATTEMPTS`.

    A row whose lease was lost and that another process has claimed meanwhile is left to it.
    """
    state = JobState.FAILED if job.attempts >= MAX_ATTEMPTS else JobState.WAITING
    with database.transaction(SYSTEM) as unit:
        unit.session.execute(
            update(Job)
            .where(Job.id == job.id, Job.state == JobState.RUNNING.value, Job.attempts == job.attempts)
            .values(state=state.value, cause=cause, run_after=unit.now + pause_after(job.attempts))
        )
    if state == JobState.FAILED:
        with _told([job]):
            log.error("job given up", cause=cause)
