"""Identifiers of published datasets that are not registered, and that no job is going to register."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, Select, and_, delete, exists, or_, select

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.facts import FactRow
from repository.core.unit_of_work import Database, Snapshot
from repository.engines.services import Services
from repository.identifiers.admin import DUE
from repository.identifiers.facts import RegistrationOverdue
from repository.identifiers.model import Identifier
from repository.identifiers.registration_state import REFUSED_PAUSE
from repository.operation.model import Job, JobState
from repository.records.model import Version

OVERDUE = timedelta(minutes=10)
REVIVED = timedelta(days=1)
BATCH = 200


def register_overdue(services: Services) -> CheckReport:
    """Register the identifiers of all that was published more than `OVERDUE` ago and that no job will register.

    An identifier whose next try is still to come is left alone.  If its job was given up, it is only counted, for an
    administrator should look into the cause; after `REVIVED` it is tried again, for the registrar may be back.
    """
    _revive(services.database)
    report, before, after = CheckReport(), clock.now() - OVERDUE, 0
    while batch := _overdue(services.database, before, after):
        with services.database.transaction(SYSTEM) as unit:
            for owner, given_up in _rows(unit, _query(before).where(Identifier.owner.in_([row[0] for row in batch]))):
                if not given_up:
                    unit.emit(RegistrationOverdue(owner))
                report.note(f"identifiers of {owner}", repaired=not given_up)
        after = batch[-1][0]
    return report


def _revive(database: Database) -> None:
    with database.transaction(SYSTEM) as unit:
        unit.session.execute(
            delete(Job).where(
                Job.name == "register", Job.state == JobState.FAILED.value, Job.run_after < unit.now - REVIVED
            )
        )


def _overdue(database: Database, before: datetime, after: int) -> Sequence[Row[int, bool]]:
    with database.snapshot(SYSTEM) as snapshot:
        return _rows(snapshot, _query(before).where(Identifier.owner > after).limit(BATCH))


def _rows(snapshot: Snapshot, query: Select[int, bool]) -> Sequence[Row[int, bool]]:
    return snapshot.session.execute(query).all()


def _query(before: datetime) -> Select[int, bool]:
    """Select owners in order, and whether their job was given up."""
    published = exists().where(
        or_(Version.id == Identifier.owner, Version.concept_id == Identifier.owner),
        Version.created < before,
        Version.exposed,
    )
    # A next try beyond the longest pause was set by a wrong clock.
    put_off = Identifier.next_try > clock.now() + REFUSED_PAUSE + OVERDUE
    due = or_(Identifier.next_try.is_(None), Identifier.next_try < clock.now(), put_off)
    job = and_(Job.name == "register", Job.subject == Identifier.owner)
    on_its_way = or_(
        exists().where(job, Job.state != JobState.FAILED.value),
        exists().where(
            FactRow.relayed_at.is_(None), FactRow.unknown_since.is_(None), FactRow.subject == Identifier.owner
        ),
    )
    return (
        select(Identifier.owner, exists().where(job, Job.state == JobState.FAILED.value))
        .where(Identifier.state.in_(DUE), published, due, ~on_its_way)
        .order_by(Identifier.owner)
        .distinct()
    )
