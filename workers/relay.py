"""From the outbox to the job table: each waiting fact becomes the jobs that follow from it, once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from sqlalchemy import Table, bindparam, exists, insert, select, update

from repository.core.actor import SYSTEM
from repository.core.database.id_list import in_list
from repository.core.facts import FactRow
from repository.core.unit_of_work import Database, Snapshot
from workers.jobs import JOBS
from workers.model import Job, JobState
from workers.reactions import REACTIONS, Reaction

BATCH = 200
_FACT, _JOB = cast(Table, FactRow.__table__), cast(Table, Job.__table__)
# Built once: composing a statement costs more than running it.
_WAITING = select(exists().where(_FACT.c.relayed_at.is_(None)))
_NEXT = (
    select(FactRow)
    .where(FactRow.relayed_at.is_(None))
    .order_by(FactRow.id)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
)
_MADE = insert(_JOB).inline()
_RELAYED = update(_FACT).where(in_list(_FACT.c.id, "ids")).values(relayed_at=bindparam("now"))
_BY_KIND: Mapping[str, Sequence[Reaction]] = {fact.__name__: r for fact, r in REACTIONS.items()}


def relay(database: Database) -> int:
    """Relay the facts that wait, at most `BATCH`; returns how many.  Safe to run in several processes."""
    if not _is_waiting(database):
        return 0
    with database.transaction(SYSTEM) as unit:
        connection = unit.session.connection()
        facts = unit.session.scalars(_NEXT).all()
        rows = [row for fact in facts for row in _jobs_of(unit, fact)]
        if rows:
            connection.execute(_MADE, rows)
        connection.execute(_RELAYED, {"ids": [fact.id for fact in facts], "now": unit.now})
    return len(facts)


def _is_waiting(database: Database) -> bool:
    with database.connection() as connection:
        return bool(connection.scalar(_WAITING))


def _jobs_of(snapshot: Snapshot, fact: FactRow) -> Iterator[dict[str, object]]:
    for reaction in _BY_KIND[fact.kind]:
        for subject in dict.fromkeys(reaction.subjects(fact)):
            yield {
                "name": reaction.job,
                "queue": JOBS[reaction.job].queue.value,
                "subject": subject,
                "fact_id": fact.id,
                "state": JobState.WAITING.value,
                "attempts": 0,
                "run_after": snapshot.now,
                "cause": "",
                "created": snapshot.now,
            }
