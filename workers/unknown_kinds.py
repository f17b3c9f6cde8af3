"""Facts and jobs of kinds that only another release knows: a newer one, or one before a rollback.

They wait, each set aside once so that no round reads it again, and are counted by kind.  When a process starts, and
with the sweeps, those that its release knows go on: a fact becomes its jobs exactly once, a job is due again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, bindparam, func, select, update

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.facts import FactRow
from repository.core.unit_of_work import Database, Snapshot
from repository.features import JOBS
from repository.operation.model import Job, JobState
from workers.relay import relay_set_aside

_JOB = cast(Table, Job.__table__)
_IS_UNKNOWN = _JOB.c.state == JobState.UNKNOWN.value


@dataclass(frozen=True, slots=True)
class UnknownKinds:
    """How many facts and jobs wait for a release that knows them, by kind."""

    facts: Mapping[str, int]
    jobs: Mapping[str, int]

    @property
    def lines(self) -> list[str]:
        """Return a line for people for each kind."""
        return [
            *(f"{count} facts of the unknown kind {kind}" for kind, count in sorted(self.facts.items())),
            *(f"{count} jobs of the unknown kind {kind}" for kind, count in sorted(self.jobs.items())),
        ]


_FACTS = (
    select(FactRow.kind, func.count())
    .where(FactRow.relayed_at.is_(None), FactRow.unknown_since.is_not(None))
    .group_by(FactRow.kind)
)


_JOBS = select(_JOB.c.name, func.count()).where(_IS_UNKNOWN).group_by(_JOB.c.name)


def unknown_kinds(snapshot: Snapshot) -> UnknownKinds:
    """Count what was set aside."""
    facts = {row[0]: row[1] for row in snapshot.session.execute(_FACTS)}
    jobs = {row[0]: row[1] for row in snapshot.session.execute(_JOBS)}
    return UnknownKinds(facts, jobs)


def resume_known(database: Database) -> int:
    """Let the facts and jobs go on that were set aside and that this release knows; return how many."""
    return resume_facts(database) + resume_jobs(database)


def resume_facts(database: Database) -> int:
    """Relay facts that were set aside and that this release knows; return how many."""
    resumed = 0
    while relayed := relay_set_aside(database):
        resumed += relayed
    return resumed


_RESUME = (
    update(_JOB)
    .where(_IS_UNKNOWN, _JOB.c.name.in_(bindparam("names", expanding=True)))
    .values(state=JobState.WAITING.value, run_after=bindparam("now"))
)


def resume_jobs(database: Database) -> int:
    """Make jobs due that were set aside and that this release knows; return how many."""
    with database.transaction(SYSTEM) as unit:
        rows = unit.session.connection().execute(_RESUME, {"names": list(JOBS), "now": clock.now()})
        return rows.rowcount
