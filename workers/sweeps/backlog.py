"""Facts that nobody relayed, and jobs that nobody ran."""

from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.check_report import MOST_EXAMPLES, CheckReport
from repository.core.facts import FactRow
from repository.core.unit_of_work import Snapshot
from repository.engines.services import Services
from workers.model import Job, JobState
from workers.relay import BATCH, relay

OVERDUE = timedelta(minutes=5)
"""Facts are relayed and due jobs run within seconds, unless something is wrong."""


def relay_overdue_facts(services: Services) -> CheckReport:
    """Relay the facts that have waited for `OVERDUE` although relays should run."""
    late = (FactRow.relayed_at.is_(None), FactRow.at < clock.now() - OVERDUE)
    with services.database.snapshot(SYSTEM) as snapshot:
        findings = CheckReport(_count(snapshot, *late))
        oldest = snapshot.session.scalars(select(FactRow).where(*late).order_by(FactRow.id).limit(MOST_EXAMPLES))
        findings.examples += [f"fact {fact.id}: {fact.kind} of {fact.subject}" for fact in oldest]
    for _ in range(0, findings.found, BATCH):
        relay(services.database)
    with services.database.snapshot(SYSTEM) as snapshot:
        findings.repaired = max(0, findings.found - _count(snapshot, *late))
    return findings


def look_for_stuck_jobs(services: Services) -> CheckReport:
    """Count jobs that failed for good, and those that `OVERDUE` after they were due, or after their lease, wait still.

    Nothing is repaired: a due job runs as soon as a worker does, and a failed one when somebody retries it.
    """
    late = or_(Job.state == JobState.FAILED.value, Job.run_after < clock.now() - OVERDUE)
    with services.database.snapshot(SYSTEM) as snapshot:
        oldest = snapshot.session.scalars(select(Job).where(late).order_by(Job.id).limit(MOST_EXAMPLES))
        examples = [f"job {job.id}: {job.name} of {job.subject} is {job.state}" for job in oldest]
        return CheckReport(_count(snapshot, late, of=Job), 0, examples)


def _count(snapshot: Snapshot, *conditions: ColumnElement[bool], of: type[FactRow] | type[Job] = FactRow) -> int:
    return snapshot.session.scalar(select(func.count()).select_from(of).where(*conditions)) or 0
