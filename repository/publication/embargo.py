"""End embargoes on their day, and keep what they were: an end that came by mistake can be undone."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import bindparam, select

from repository.access.access_terms import AccessTerms
from repository.core.actor import SYSTEM
from repository.core.errors import Conflict, NotFound
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.publication.facts import EmbargoLifted, EmbargoRestored, shown_day
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
                latest, until = latest_ids(unit, concept), shown_day(version.embargo_until)
                version.lifted_on, version.lifted_terms = today, version.terms.members
                version.terms = version.terms.lifted()
                mark_public(version)
                touch(unit, version)
                others = touch_changed_latest(unit, concept, latest)
                unit.emit(EmbargoLifted(version.id, concept.id, others, until))
        lifted += len(due)
        if len(due) < BATCH:
            return lifted


_LIFTED = (
    select(Version)
    .where(Version.lifted_on.is_not(None))
    .order_by(Version.lifted_on.desc(), Version.id.desc())
    .limit(bindparam("limit"))
)


def lifted_embargoes(snapshot: Snapshot, limit: int) -> Sequence[Version]:
    """Return the versions whose embargoes the clock lifted last, the newest first."""
    return snapshot.session.scalars(_LIFTED, {"limit": limit}).all()


_LOCKED = select(Version, Concept).join(Concept, Version.concept_id == Concept.id).where(Version.id == bindparam("id"))


def restore_embargo(unit: UnitOfWork, version_id: int, today: date) -> Version:
    """Close a version again, as it was before its embargo was lifted.

    Raises `NotFound` if no embargo of it was lifted, and `Conflict` if that embargo is over or the access was changed.
    """
    row = unit.session.execute(_LOCKED.with_for_update(), {"id": version_id}).one_or_none()
    version, concept = row or (None, None)
    if version is None or concept is None or version.lifted_terms is None:
        raise NotFound(f"No embargo of version {version_id} was lifted.")
    terms = AccessTerms.of_members(version.lifted_terms)
    if terms.embargo_until is None or terms.embargo_until <= today:
        raise Conflict(f"The embargo of version {version_id} is over since {terms.embargo_until}.")
    if version.terms != AccessTerms():
        raise Conflict(f"The access of version {version_id} was changed since its embargo was lifted.")
    before = latest_ids(unit, concept)
    version.terms, version.lifted_on, version.lifted_terms = terms, None, None
    mark_public(version)
    touch(unit, version)
    others = touch_changed_latest(unit, concept, before)
    unit.emit(EmbargoRestored(version.id, concept.id, others))
    unit.session.flush()
    return version
