"""Look at jobs, and try failed ones again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select, update

from repository.core.errors import NotFound
from repository.core.facts import EmittedFact, Fact, FactRow, fact_of
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.feature import Queue
from repository.operation.model import CLAIMABLE, Job, JobState


@dataclass(frozen=True, slots=True)
class BacklogState:
    """How far the jobs are behind; ages in seconds, 0 where nothing waits.

    `facts` are those that a relay has yet to read.  `jobs` counts by queue, kind and state.  `oldest_job` is, by queue,
    how long the job has waited that should have run first: since its fact if it was never tried, else since the end
    of its pause.
    """

    facts: int
    oldest_fact: float
    jobs: Mapping[tuple[str, str, str], int]
    oldest_job: Mapping[str, float]


def open_jobs(snapshot: Snapshot, state: JobState | None = None, limit: int = 100) -> Sequence[Job]:
    """Return jobs that are not done, oldest first."""
    query = select(Job).order_by(Job.id).limit(limit)
    if state is not None:
        query = query.where(Job.state == state.value)
    return snapshot.session.scalars(query).all()


def job_with_fact(snapshot: Snapshot, job_id: int, kinds: Mapping[str, type[Fact]]) -> tuple[Job, EmittedFact]:
    """Return a job and the fact that started it; raise `NotFound` when it is done or never was."""
    pair = snapshot.session.execute(
        select(Job, FactRow).join(FactRow, FactRow.id == Job.fact_id).where(Job.id == job_id)
    ).one_or_none()
    if pair is None:
        raise NotFound(f"There is no job {job_id}, or it is done.")
    job, row = pair
    return job, EmittedFact(row.id, row.kind, fact_of(row, kinds), row.actor, row.at, row.request_id)


def retry_jobs(unit: UnitOfWork, ids: Sequence[int] = ()) -> int:
    """Reset jobs to waiting: those in `ids` that do not run now, or all failed ones.  Return how many."""
    query = update(Job).values(state=JobState.WAITING.value, attempts=0, run_after=unit.now)
    if ids:
        query = query.where(Job.id.in_(ids), Job.state != JobState.RUNNING.value)
    else:
        query = query.where(Job.state == JobState.FAILED.value)
    return int(unit.session.execute(query).rowcount)  # type: ignore[attr-defined]


def backlog(snapshot: Snapshot) -> dict[str, int]:
    """Count the facts that wait, and the jobs in each state."""
    state = backlog_state(snapshot)
    counts = Counter(dict.fromkeys((job_state.value for job_state in JobState), 0))
    for (_, _, job_state), count in state.jobs.items():
        counts[job_state] += count
    return {"facts": state.facts, **counts}


def backlog_state(snapshot: Snapshot) -> BacklogState:
    """Read the state in two queries over what is not done."""
    count, oldest = snapshot.session.execute(
        select(func.count(), func.min(FactRow.at)).where(FactRow.relayed_at.is_(None), FactRow.unknown_since.is_(None))
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
