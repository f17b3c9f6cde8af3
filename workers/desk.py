"""Looking at jobs, and trying failed ones again."""

from collections.abc import Sequence

from sqlalchemy import func, select, update

from repository.foundation.facts import FactRow
from repository.foundation.work import Work
from workers.model import Job, JobState


def open_jobs(work: Work, state: JobState | None = None, limit: int = 100) -> Sequence[Job]:
    """Jobs that are not done, oldest first."""
    query = select(Job).order_by(Job.id).limit(limit)
    if state is not None:
        query = query.where(Job.state == state.value)
    return work.session.scalars(query).all()


def retry_jobs(work: Work, ids: Sequence[int] = ()) -> int:
    """Let failed jobs (all, or those with `ids`) and waiting ones with `ids` run now; returns how many."""
    query = update(Job).values(state=JobState.WAITING.value, attempts=0, run_after=work.now)
    if ids:
        query = query.where(Job.id.in_(ids), Job.state != JobState.RUNNING.value)
    else:
        query = query.where(Job.state == JobState.FAILED.value)
    return int(work.session.execute(query).rowcount)  # type: ignore[attr-defined]


def backlog(work: Work) -> dict[str, int]:
    """How many facts and jobs wait, run, or have failed."""
    facts = work.session.scalar(select(func.count()).where(FactRow.relayed_at.is_(None))) or 0
    rows = work.session.execute(select(Job.state, func.count()).group_by(Job.state)).all()
    counts = dict.fromkeys((state.value for state in JobState), 0) | {row[0]: row[1] for row in rows}
    return {"facts": facts, **counts}
