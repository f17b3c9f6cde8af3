"""Looking at jobs, and trying failed ones again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select, update

from repository.core.errors import NotFound
from repository.core.facts import FactRow
from repository.core.unit_of_work import Snapshot, UnitOfWork
from workers.claiming import CLAIMABLE
from workers.jobs import Queue
from workers.model import Job, JobState


@dataclass(frozen=True, slots=True)
class BacklogState:
    """How far the jobs are behind; ages in seconds, 0 where nothing waits.

    `jobs` counts by queue, kind and state; `oldest_job` is, by queue, how long the job has waited that should have run
    first: since its fact if it was never tried, else since its pause was over.
    """

    facts: int
    oldest_fact: float
    jobs: Mapping[tuple[str, str, str], int]
    oldest_job: Mapping[str, float]


def open_jobs(snapshot: Snapshot, state: JobState | None = None, limit: int = 100) -> Sequence[Job]:
    """Jobs that are not done, oldest first."""
    query = select(Job).order_by(Job.id).limit(limit)
    if state is not None:
        query = query.where(Job.state == state.value)
    return snapshot.session.scalars(query).all()


def job_with_fact(snapshot: Snapshot, job_id: int) -> tuple[Job, FactRow]:
    """A job and the fact that it follows from; raises `NotFound` when it is done or never was."""
    found = snapshot.session.execute(
        select(Job, FactRow).join(FactRow, FactRow.id == Job.fact_id).where(Job.id == job_id)
    ).one_or_none()
    if found is None:
        raise NotFound(f"There is no job {job_id}, or it is done.")
    return found[0], found[1]


def retry_jobs(unit: UnitOfWork, ids: Sequence[int] = ()) -> int:
    """Let failed jobs (all, or those with `ids`) and others with `ids` that do not run now run; returns how many."""
    query = update(Job).values(state=JobState.WAITING.value, attempts=0, run_after=unit.now)
    if ids:
        query = query.where(Job.id.in_(ids), Job.state != JobState.RUNNING.value)
    else:
        query = query.where(Job.state == JobState.FAILED.value)
    return int(unit.session.execute(query).rowcount)  # type: ignore[attr-defined]


def backlog(snapshot: Snapshot) -> dict[str, int]:
    """How many facts wait, and how many jobs are in each state."""
    standing = backlog_state(snapshot)
    counts = Counter(dict.fromkeys((state.value for state in JobState), 0))
    for (_, _, state), count in standing.jobs.items():
        counts[state] += count
    return {"facts": standing.facts, **counts}


def backlog_state(snapshot: Snapshot) -> BacklogState:
    """Ask the database in two queries over what is not done."""
    count, oldest = snapshot.session.execute(
        select(func.count(), func.min(FactRow.at)).where(FactRow.relayed_at.is_(None))
    ).one()
    should_run = (Job.state == JobState.QUEUED.value) | (Job.state.in_(CLAIMABLE) & (Job.run_after <= snapshot.now))
    since = func.min(case((Job.attempts == 0, Job.created), else_=Job.run_after)).filter(should_run)
    rows = snapshot.session.execute(
        select(Job.queue, Job.name, Job.state, func.count(), since).group_by(Job.queue, Job.name, Job.state)
    ).all()
    ages = dict.fromkeys((queue.value for queue in Queue), 0.0)
    for queue, _, _, _, moment in rows:
        ages[queue] = max(ages.get(queue, 0.0), _age(snapshot, moment))
    return BacklogState(count, _age(snapshot, oldest), {(row[0], row[1], row[2]): row[3] for row in rows}, ages)


def _age(snapshot: Snapshot, since: datetime | None) -> float:
    return max(0.0, (snapshot.now - since).total_seconds()) if since else 0.0
