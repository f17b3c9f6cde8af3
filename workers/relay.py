"""From the outbox to the job table: each fact that waits becomes the jobs that follow from it, once."""

from collections.abc import Iterator, Sequence
from typing import cast

import structlog
from sqlalchemy import Select, Table, bindparam, exists, insert, select, update

from repository.core.actor import SYSTEM
from repository.core.database.id_list import in_list
from repository.core.facts import FactRow, fact_of
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.features import FACTS, JOBS, REACTIONS
from repository.operation.model import Job, JobState

BATCH = 200
_FACT, _JOB = cast(Table, FactRow.__table__), cast(Table, Job.__table__)
_NOT_RELAYED = _FACT.c.relayed_at.is_(None)
_IS_KNOWN = _FACT.c.kind.in_(bindparam("kinds", expanding=True))
_DUE = (_NOT_RELAYED, _FACT.c.unknown_since.is_(None))
_SET_ASIDE = (_NOT_RELAYED, _FACT.c.unknown_since.is_not(None), _IS_KNOWN)
_ROWS = select(FactRow).order_by(FactRow.id).limit(BATCH).with_for_update(skip_locked=True)
_NEXT = _ROWS.where(*_DUE)
_NEXT_SET_ASIDE = _ROWS.where(*_SET_ASIDE)
log = structlog.get_logger()


def relay(database: Database) -> int:
    """Relay the facts that wait, at most `BATCH`, and return how many.

    A fact of an unknown kind is set aside: later ones do not wait for it, and no later call reads it.  Safe to run in
    several processes.
    """
    if not _is_waiting(database):
        return 0
    with database.transaction(SYSTEM) as unit:
        return _relay(unit, _NEXT)


def relay_set_aside(database: Database) -> int:
    """Relay facts that another release set aside and this one knows, at most `BATCH`; return how many."""
    with database.transaction(SYSTEM) as unit:
        return _relay(unit, _NEXT_SET_ASIDE, kinds=list(FACTS))


_WAITING = select(exists().where(*_DUE))


def _is_waiting(database: Database) -> bool:
    with database.connection() as connection:
        return bool(connection.scalar(_WAITING))


_INSERT_JOBS = insert(_JOB).inline()


_THESE = update(_FACT).where(in_list(_FACT.c.id, "ids"))
_RELAYED = _THESE.values(relayed_at=bindparam("now"), unknown_since=None)


def _relay(unit: UnitOfWork, query: Select[FactRow], **values: object) -> int:
    rows = unit.session.scalars(query, values).all()
    known = [row for row in rows if row.kind in FACTS]
    jobs = [job for row in known for job in _jobs_after(unit, row)]
    if jobs:
        unit.session.connection().execute(_INSERT_JOBS, jobs)
    if known:
        unit.session.connection().execute(_RELAYED, {"ids": [row.id for row in known], "now": unit.now})
    _set_aside(unit, [row for row in rows if row.kind not in FACTS])
    return len(rows)


_UNKNOWN = _THESE.values(unknown_since=bindparam("now"))


def _set_aside(unit: UnitOfWork, rows: Sequence[FactRow]) -> None:
    if rows:
        log.warning("facts of unknown kinds wait", kinds=sorted({row.kind for row in rows}), count=len(rows))
        unit.session.connection().execute(_UNKNOWN, {"ids": [row.id for row in rows], "now": unit.now})


def _jobs_after(snapshot: Snapshot, row: FactRow) -> Iterator[dict[str, object]]:
    fact = fact_of(row, FACTS)
    for reaction in REACTIONS[row.kind]:
        for subject in dict.fromkeys(reaction.subjects(fact)):
            yield {
                "name": reaction.job,
                "queue": JOBS[reaction.job].queue.value,
                "subject": subject,
                "fact_id": row.id,
                "state": JobState.WAITING.value,
                "attempts": 0,
                "run_after": snapshot.now,
                "cause": "",
                "created": snapshot.now,
            }
