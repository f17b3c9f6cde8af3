"""Note that a draft was saved, and forget all but its newest saves: a draft can be saved without end.

Nothing else is kept of a save: the row of the draft holds what was sent last.
"""

from typing import cast

from sqlalchemy import Table, bindparam, column, delete, exists, select, table
from sqlalchemy.orm import aliased

from repository.core.facts import FactRow
from repository.core.unit_of_work import UnitOfWork
from repository.deposits.facts import DraftSaved
from repository.deposits.model import Draft

KEPT = 100
"""newest saves of a draft, at least"""
FORGOTTEN_AT_ONCE = 50

_FACT = cast(Table, FactRow.__table__)
_JOB = table("job", column("fact_id"))  # the workers' table, which no feature knows: a job that waits keeps its fact
_NEWER = aliased(FactRow)
_OLDEST_KEPT = (
    select(_NEWER.id)
    .where(_NEWER.subject == bindparam("draft"), _NEWER.kind == DraftSaved.__name__)
    .order_by(_NEWER.id.desc())
    .offset(KEPT - 1)
    .limit(1)
    .scalar_subquery()
)
_FORGET = delete(_FACT).where(
    _FACT.c.subject == bindparam("draft"),
    _FACT.c.kind == DraftSaved.__name__,
    _FACT.c.relayed_at.is_not(None),
    _FACT.c.id < _OLDEST_KEPT,
    ~exists().where(_JOB.c.fact_id == _FACT.c.id),
)


def note_saved(unit: UnitOfWork, draft: Draft) -> None:
    """Count a change of the draft and emit its fact; now and then, forget the facts of old changes."""
    draft.revision += 1
    draft.updated = unit.now
    unit.emit(DraftSaved(draft.id, draft.revision))
    if draft.revision % FORGOTTEN_AT_ONCE == 0:
        unit.session.connection().execute(_FORGET, {"draft": draft.id})
