"""Claim jobs, run them, note what became of them."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import delete, select, update

from repository.engines.facilities import Facilities
from repository.foundation import clock
from repository.foundation.actor import SYSTEM
from repository.foundation.work import Works
from workers.jobs import JOBS, Queue
from workers.model import Job, JobState

BATCH = 50
LEASE = timedelta(seconds=20)
RENEW_SECONDS = 5.0
MAX_ATTEMPTS = 20
MAX_PAUSE = timedelta(hours=1)
MAX_CAUSE = 2000
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that is ours for the length of a lease; `attempts` counts this one."""

    id: int
    name: str
    subject: int
    attempts: int


def run_next(facilities: Facilities, queue: Queue) -> int:
    """Run the jobs of one kind that have waited longest in `queue`; returns how many were claimed."""
    jobs = _claim(facilities.works, queue)
    if not jobs:
        return 0
    with _lease_kept(facilities.works, jobs):
        cause = _attempt(facilities, jobs)
        if not cause:
            _forget(facilities.works, jobs)
        elif len(jobs) == 1:
            _put_back(facilities.works, jobs[0], cause)
        else:
            _one_by_one(facilities, jobs)
    return len(jobs)


def _claim(works: Works, queue: Queue) -> Sequence[Claimed]:
    """Take over the due jobs of one kind, for the length of a lease.

    A job that is running and whose lease has ended was left by a process that died.
    """
    due = (
        Job.queue == queue.value,
        Job.state.in_((JobState.WAITING.value, JobState.RUNNING.value)),
        Job.run_after <= clock.now(),
    )
    with works.reading(SYSTEM) as work:
        name = work.session.scalar(select(Job.name).where(*due).order_by(Job.id).limit(1))
    if name is None:
        return ()
    with works.writing(SYSTEM) as work:
        rows = work.session.execute(
            select(Job.id, Job.subject, Job.attempts)
            .where(*due, Job.name == name)
            .order_by(Job.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        work.session.execute(
            update(Job)
            .where(Job.id.in_([row.id for row in rows]))
            .values(state=JobState.RUNNING.value, attempts=Job.attempts + 1, run_after=work.now + LEASE)
        )
    return [Claimed(row.id, name, row.subject, row.attempts + 1) for row in rows]


def _attempt(facilities: Facilities, jobs: Sequence[Claimed]) -> str:
    """Run the jobs; returns why they failed, empty if they did not."""
    name = jobs[0].name
    subjects = list(dict.fromkeys(job.subject for job in jobs))
    with structlog.contextvars.bound_contextvars(job=name, job_id=jobs[0].id):
        try:
            JOBS[name].run(facilities, subjects)
        except Exception as error:
            log.warning("job failed", subjects=subjects[:10], exc_info=error)
            # not every database keeps NUL in a text
            return f"{type(error).__name__}: {error}".replace("\x00", "")[:MAX_CAUSE]
    return ""


def _one_by_one(facilities: Facilities, jobs: Sequence[Claimed]) -> None:
    """Find those of a failed batch that fail by themselves."""
    for job in jobs:
        cause = _attempt(facilities, [job])
        if cause:
            _put_back(facilities.works, job, cause)
        else:
            _forget(facilities.works, [job])


def _forget(works: Works, jobs: Sequence[Claimed]) -> None:
    with works.writing(SYSTEM) as work:
        work.session.execute(delete(Job).where(Job.id.in_([job.id for job in jobs])))


def _put_back(works: Works, job: Claimed, cause: str) -> None:
    """Try again after a pause that doubles; give up, visibly, after `MAX_ATTEMPTS`."""
    pause = min(timedelta(seconds=2**job.attempts), MAX_PAUSE)
    state = JobState.FAILED if job.attempts >= MAX_ATTEMPTS else JobState.WAITING
    with works.writing(SYSTEM) as work:
        work.session.execute(
            update(Job).where(Job.id == job.id).values(state=state.value, cause=cause, run_after=work.now + pause)
        )


@contextmanager
def _lease_kept(works: Works, jobs: Sequence[Claimed]) -> Iterator[None]:
    """Renew the lease while the block runs, however long it takes."""
    done = threading.Event()
    ids = [job.id for job in jobs]

    def renew() -> None:
        while not done.wait(RENEW_SECONDS):
            with works.writing(SYSTEM) as work:
                work.session.execute(
                    update(Job)
                    .where(Job.id.in_(ids), Job.state == JobState.RUNNING.value)
                    .values(run_after=work.now + LEASE)
                )

    keeper = threading.Thread(target=renew, name="job-lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()
