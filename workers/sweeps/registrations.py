"""Identifiers of what is published that are not registered, and that no job is going to register."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, and_, delete, exists, or_, select

from repository.engines.facilities import Facilities
from repository.foundation import clock
from repository.foundation.actor import SYSTEM
from repository.foundation.facts import FactRow
from repository.foundation.findings import Findings
from repository.foundation.work import Work, Works
from repository.identifiers.desk import SETTLED
from repository.identifiers.facts import RegistrationOverdue
from repository.identifiers.model import Identifier
from repository.records.model import Version
from workers.model import Job, JobState

OVERDUE = timedelta(minutes=10)
REVIVED = timedelta(days=1)
BATCH = 200


def register_overdue(facilities: Facilities) -> Findings:
    """Have the identifiers registered of everything that was published more than `OVERDUE` ago and has no such job.

    One whose next try is still to come is left alone.  Those whose job was given up are found but left to whoever looks
    into its cause; after `REVIVED` without anybody they are tried again, for the registrar may be back.
    """
    _revive(facilities.works)
    findings, before, after = Findings(), clock.now() - OVERDUE, 0
    while batch := _overdue(facilities.works, before, after):
        with facilities.works.writing(SYSTEM) as work:
            for owner, given_up in _rows(work, _query(before).where(Identifier.owner.in_([row[0] for row in batch]))):
                if not given_up:
                    work.emit(RegistrationOverdue(owner))
                findings.note(f"identifiers of {owner}", repaired=not given_up)
        after = batch[-1][0]
    return findings


def _revive(works: Works) -> None:
    with works.writing(SYSTEM) as work:
        work.session.execute(
            delete(Job).where(
                Job.name == "register", Job.state == JobState.FAILED.value, Job.run_after < work.now - REVIVED
            )
        )


def _overdue(works: Works, before: datetime, after: int) -> Sequence[Row[int, bool]]:
    with works.reading(SYSTEM) as work:
        return _rows(work, _query(before).where(Identifier.owner > after).limit(BATCH))


def _rows(work: Work, query: Select[int, bool]) -> Sequence[Row[int, bool]]:
    return work.session.execute(query).all()


def _query(before: datetime) -> Select[int, bool]:
    """Owners in order, and whether their job was given up."""
    published = exists().where(
        or_(Version.id == Identifier.owner, Version.concept_id == Identifier.owner),
        Version.created < before,
        Version.exposed,
    )
    due = or_(Identifier.next_try.is_(None), Identifier.next_try < clock.now())
    job = and_(Job.name == "register", Job.subject == Identifier.owner)
    on_its_way = or_(
        exists().where(job, Job.state != JobState.FAILED.value),
        exists().where(FactRow.relayed_at.is_(None), FactRow.subject == Identifier.owner),
    )
    return (
        select(Identifier.owner, exists().where(job, Job.state == JobState.FAILED.value))
        .where(Identifier.state.not_in(SETTLED), published, due, ~on_its_way)
        .order_by(Identifier.owner)
        .distinct()
    )
