"""Facts that nobody relayed, and jobs that nobody ran."""

from datetime import timedelta
from typing import cast

from sqlalchemy import ColumnElement, Table, func, or_, select, update

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.check_report import MOST_EXAMPLES, CheckReport
from repository.core.clock import MAX_PAUSE
from repository.core.facts import FactRow
from repository.core.unit_of_work import Database, Snapshot
from repository.engines.services import Services
from repository.feature import Queue
from repository.operation.model import CLAIMABLE, Job, JobState
from workers.relay import BATCH, relay
from workers.unknown_kinds import resume_facts, resume_jobs, unknown_kinds

_JOB = cast(Table, Job.__table__)
OVERDUE = timedelta(minutes=5)
"""Facts are relayed and due jobs run within seconds, unless something is wrong."""


def relay_overdue_facts(services: Services) -> CheckReport:
    """Relay facts that have waited for `OVERDUE` although relays should run.

    Facts that were set aside go on if this release knows them, and are counted if it does not.
    """
    report = CheckReport()
    report.faults = report.repaired = resume_facts(services.database)
    _relay_overdue(services.database, report)
    with services.database.snapshot(SYSTEM) as snapshot:
        for kind, count in unknown_kinds(snapshot).facts.items():
            report.note(f"{count} facts of the unknown kind {kind}")
            report.faults += count - 1
    return report


def look_for_stuck_jobs(services: Services) -> CheckReport:
    """Count jobs that failed for good or wait `OVERDUE` after they were due, or after their lease.

    Jobs that were set aside go on if this release knows them.  The others are not repaired: a due job runs as soon as a
    worker does, a failed one when somebody retries it, one of an unknown kind when a release knows it.
    """
    resumed = resume_jobs(services.database) + _resume_put_off(services.database)
    stuck = Job.state.in_((JobState.FAILED.value, JobState.UNKNOWN.value))
    late = or_(stuck, Job.run_after < clock.now() - OVERDUE)
    with services.database.snapshot(SYSTEM) as snapshot:
        oldest = snapshot.session.scalars(select(Job).where(late).order_by(Job.id).limit(MOST_EXAMPLES))
        examples = [f"job {job.id}: {job.name} of {job.subject} is {job.state}" for job in oldest]
        return CheckReport(_count(snapshot, late, of=Job) + resumed, resumed, examples)


def _resume_put_off(database: Database) -> int:
    """Make jobs due whose pause or lease ends later than any does: a wrong clock set it."""
    with database.transaction(SYSTEM) as unit:
        put_off = (Job.state.in_(CLAIMABLE), Job.run_after > unit.now + MAX_PAUSE + OVERDUE)
        return sum(
            unit.session.connection()
            .execute(update(_JOB).where(Job.queue == queue.value, *put_off).values(run_after=unit.now))
            .rowcount
            for queue in Queue
        )


def _relay_overdue(database: Database, report: CheckReport) -> None:
    late = (
        FactRow.relayed_at.is_(None),
        FactRow.unknown_since.is_(None),
        FactRow.at < clock.now() - OVERDUE,
    )
    with database.snapshot(SYSTEM) as snapshot:
        overdue = _count(snapshot, *late)
        oldest = snapshot.session.scalars(select(FactRow).where(*late).order_by(FactRow.id).limit(MOST_EXAMPLES))
        report.examples += [f"fact {row.id}: {row.kind} of {row.subject}" for row in oldest]
    for _ in range(0, overdue, BATCH):
        relay(database)
    with database.snapshot(SYSTEM) as snapshot:
        report.faults += overdue
        report.repaired += max(0, overdue - _count(snapshot, *late))


def _count(snapshot: Snapshot, *conditions: ColumnElement[bool], of: type[FactRow] | type[Job] = FactRow) -> int:
    return snapshot.session.scalar(select(func.count()).select_from(of).where(*conditions)) or 0
