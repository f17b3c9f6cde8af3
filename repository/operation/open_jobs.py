"""Look at jobs, and try failed ones again.

What people look at reads an index to a limit: it takes as long with a million jobs as with ten.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, literal, select, union_all, update

from repository.access.policy import Action, Resource, must
from repository.core.errors import NotFound
from repository.core.facts import EmittedFact, Fact, FactRow, fact_of
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.feature import Queue
from repository.operation.facts import ALL_JOBS, JobsRetried
from repository.operation.model import CLAIMABLE, IS_FAILED, IS_UNKNOWN, Job, JobState


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


MOST = 10_000
"""jobs of a queue and a state, and facts, that `backlog` counts"""
_WRITTEN_OUT = {JobState.FAILED: IS_FAILED, JobState.UNKNOWN: IS_UNKNOWN}


def open_jobs(snapshot: Snapshot, state: JobState | None = None, limit: int = 100, after: int = 0) -> Sequence[Job]:
    """Return jobs that are not done, oldest first, with ids greater than `after`; raise `Forbidden`."""
    must(snapshot.actor, Action.READ_OPERATION, Resource())
    query = select(Job).where(Job.id > after).order_by(Job.id).limit(limit)
    if state is not None:
        query = query.where(_WRITTEN_OUT.get(state, Job.state == state.value))
    return snapshot.session.scalars(query).all()


def job_with_fact(snapshot: Snapshot, job_id: int, kinds: Mapping[str, type[Fact]]) -> tuple[Job, EmittedFact]:
    """Return a job and the fact that started it; raise `NotFound` when it is done or never was, and `Forbidden`."""
    must(snapshot.actor, Action.READ_OPERATION, Resource())
    pair = snapshot.session.execute(
        select(Job, FactRow).join(FactRow, FactRow.id == Job.fact_id).where(Job.id == job_id)
    ).one_or_none()
    if pair is None:
        raise NotFound(f"There is no job {job_id}, or it is done.")
    job, row = pair
    return job, EmittedFact(row.id, row.kind, fact_of(row, kinds), row.actor, row.at, row.request_id)


def retry_jobs(unit: UnitOfWork, ids: Sequence[int] = ()) -> int:
    """Reset jobs to waiting: those in `ids` that do not run now, or all failed ones.

    Returns how many; raises `Forbidden`.
    """
    must(unit.actor, Action.MANAGE_OPERATION, Resource())
    query = update(Job).values(state=JobState.WAITING.value, attempts=0, run_after=unit.now)
    query = query.where(Job.id.in_(ids), Job.state != JobState.RUNNING.value) if ids else query.where(IS_FAILED)
    count = int(unit.session.execute(query).rowcount)  # type: ignore[attr-defined]
    if count:
        unit.emit(JobsRetried(ids[0] if len(ids) == 1 else ALL_JOBS, count))
    return count


_FACTS = (
    select(FactRow.id).where(FactRow.relayed_at.is_(None), FactRow.unknown_since.is_(None)).limit(MOST + 1).subquery()
)
_JOBS = [
    select(Job.id).where(Job.queue == queue.value, Job.state == state.value).limit(MOST + 1).subquery()
    for state in JobState
    for queue in Queue
]
_STATES = [state.value for state in JobState for _ in Queue]
_BACKLOG = union_all(
    select(literal("facts"), func.count()).select_from(_FACTS),
    *(select(literal(state), func.count()).select_from(jobs) for state, jobs in zip(_STATES, _JOBS, strict=True)),
)


def backlog(snapshot: Snapshot) -> dict[str, int]:
    """Count the facts that wait, and the jobs in each state; a number greater than `MOST` stands for any such."""
    counts: Counter[str] = Counter()
    for name, count in snapshot.session.execute(_BACKLOG):
        counts[name] += count
    return {name: min(counts[name], MOST + 1) for name in ("facts", *JobState)}


def counted(count: int, most: int = MOST) -> str:
    """Return a number that was counted to a limit in words for commands."""
    return f"more than {most}" if count > most else f"{count}"


def backlog_state(snapshot: Snapshot) -> BacklogState:
    """Read the state in two queries over all that is not done: its time grows with it."""
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
