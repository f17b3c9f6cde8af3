"""End embargoes on their day."""

from datetime import date

from sqlalchemy import bindparam, select

from repository.core.actor import SYSTEM
from repository.core.unit_of_work import Database
from repository.publication.facts import EmbargoLifted
from repository.publication.version_order import latest_ids, touch_changed_latest
from repository.records.change_tracking import mark_public, touch
from repository.records.model import Concept, Version

BATCH = 100
# The concepts are locked too, as a publication locks
# them: both change other versions of the concept.  In the order of the index, or SQLite would walk all versions by id.
_DUE = (
    select(Version, Concept)
    .join(Concept, Version.concept_id == Concept.id)
    .where(Version.embargo_until <= bindparam("today"))
    .order_by(Version.embargo_until, Version.id)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
)


def lift_embargoes(database: Database, today: date) -> int:
    """Open every version whose embargo ends on or before `today`; return how many."""
    lifted = 0
    while True:
        with database.transaction(SYSTEM) as unit:
            due = unit.session.execute(_DUE, {"today": today}).all()
            for version, concept in due:
                before = latest_ids(unit, concept)
                version.terms = version.terms.lifted()
                mark_public(version)
                touch(unit, version)
                others = touch_changed_latest(unit, concept, before)
                unit.emit(EmbargoLifted(version.id, concept.id, others))
        lifted += len(due)
        if len(due) < BATCH:
            return lifted
