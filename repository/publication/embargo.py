"""Embargoes end by themselves."""

from datetime import date

from sqlalchemy import select

from repository.core.actor import SYSTEM
from repository.core.unit_of_work import Database
from repository.publication.facts import EmbargoLifted
from repository.publication.version_order import touching_other_versions
from repository.records.change_tracking import mark_public, touch
from repository.records.model import Concept, Version

BATCH = 100


def lift_embargoes(database: Database, today: date) -> int:
    """Open every version whose embargo ends on or before `today`; returns how many."""
    lifted = 0
    while True:
        with database.transaction(SYSTEM) as unit:
            # with their concepts, as whoever publishes holds them: both note changes of the other versions
            due = unit.session.execute(
                select(Version, Concept)
                .join(Concept, Version.concept_id == Concept.id)
                .where(Version.embargo_until <= today)
                .order_by(Version.id)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            ).all()
            for version, concept in due:
                with touching_other_versions(unit, concept) as others:
                    version.terms = version.terms.lifted()
                    mark_public(version)
                    touch(unit, version)
                unit.emit(EmbargoLifted(version.id, concept.id, others))
        lifted += len(due)
        if len(due) < BATCH:
            return lifted
