"""Embargoes end by themselves."""

from datetime import date

from sqlalchemy import select

from repository.foundation.actor import SYSTEM
from repository.foundation.work import Works
from repository.publication.facts import EmbargoLifted
from repository.publication.latest import others_noticed
from repository.records.changing import note_change, note_exposure
from repository.records.model import Concept, Version

BATCH = 100


def lift_embargoes(works: Works, today: date) -> int:
    """Open every version whose embargo ends on or before `today`; returns how many."""
    lifted = 0
    while True:
        with works.writing(SYSTEM) as work:
            # with their concepts, as whoever publishes holds them: both note changes of the other versions
            due = work.session.execute(
                select(Version, Concept)
                .join(Concept, Version.concept_id == Concept.id)
                .where(Version.embargo_until <= today)
                .order_by(Version.id)
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            ).all()
            for version, concept in due:
                with others_noticed(work, concept) as others:
                    version.terms = version.terms.lifted()
                    note_exposure(version)
                    note_change(work, version)
                work.emit(EmbargoLifted(version.id, {"concept": concept.id, "others": others}))
        lifted += len(due)
        if len(due) < BATCH:
            return lifted
