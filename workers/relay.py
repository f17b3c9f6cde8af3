"""From the outbox to the job table: each waiting fact becomes the jobs that follow from it, once."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import exists, insert, select, update

from repository.foundation.actor import SYSTEM
from repository.foundation.facts import FactRow
from repository.foundation.work import Work, Works
from workers.jobs import JOBS
from workers.model import Job, JobState
from workers.reactions import REACTIONS, Reaction

BATCH = 200
_BY_KIND: Mapping[str, Sequence[Reaction]] = {fact.__name__: r for fact, r in REACTIONS.items()}


def relay(works: Works) -> int:
    """Relay the facts that wait, at most `BATCH`; returns how many.  Safe to run in several processes."""
    if not _is_waiting(works):
        return 0
    with works.writing(SYSTEM) as work:
        facts = work.session.scalars(
            select(FactRow)
            .where(FactRow.relayed_at.is_(None))
            .order_by(FactRow.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        rows = [row for fact in facts for row in _jobs_of(work, fact)]
        if rows:
            work.session.execute(insert(Job), rows)
        work.session.execute(
            update(FactRow).where(FactRow.id.in_([fact.id for fact in facts])).values(relayed_at=work.now)
        )
    return len(facts)


def _is_waiting(works: Works) -> bool:
    with works.reading(SYSTEM) as work:
        return bool(work.session.scalar(select(exists().where(FactRow.relayed_at.is_(None)))))


def _jobs_of(work: Work, fact: FactRow) -> Iterator[dict[str, object]]:
    for reaction in _BY_KIND[fact.kind]:
        for subject in dict.fromkeys(reaction.subjects(fact)):
            yield {
                "name": reaction.job,
                "queue": JOBS[reaction.job].queue.value,
                "subject": subject,
                "fact_id": fact.id,
                "state": JobState.WAITING.value,
                "attempts": 0,
                "run_after": work.now,
                "cause": "",
                "created": work.now,
            }
