"""Whether the end of the audit trail is whole, is known to the store, and keeps up with the facts."""

from datetime import timedelta

from sqlalchemy import func, select

from repository.audit.model import AuditSeal
from repository.audit.verification import faults_of_memory, faults_of_tail
from repository.core.actor import SYSTEM
from repository.core.conditions import Condition, Measure, degraded, failed, well
from repository.core.facts import FactRow
from repository.core.unit_of_work import Snapshot
from repository.engines.services import Services

TAIL = 200
"""seals that are looked at; `repository audit verify` looks at all"""
LATE = timedelta(minutes=10)
"""Facts are sealed within seconds."""


def trail_is_whole(services: Services) -> Condition:
    """Compare the newest seals with their facts, with each other, and with the one that the store remembers."""
    with services.database.snapshot(SYSTEM) as snapshot:
        faults = [*faults_of_memory(snapshot, services.store.marks), *faults_of_tail(snapshot, TAIL)]
        waits = _waits_for(snapshot)
    measure = Measure("repository_audit_unsealed_seconds", "How long facts wait to be sealed.", waits.total_seconds())
    if faults:
        return failed(
            f"The audit trail does not fit: {faults[0].words}.",
            "`repository audit verify` names all that does not fit. After a restore that was meant, `repository restore"
            " --advance`; else keep a copy of the database, and look who could write to it.",
            measure,
        )
    if waits > LATE:
        return degraded(
            "Facts have waited for more than ten minutes to be sealed.",
            "See that `repository serve` or, with Redis, `repository relay` and `repository scheduler` are running.",
            measure,
        )
    return well(measure)


_SEALED = select(func.max(AuditSeal.fact_id))
_NEWEST_SEAL = select(AuditSeal.at).where(AuditSeal.number > 0).order_by(AuditSeal.number.desc()).limit(1)


def _waits_for(snapshot: Snapshot) -> timedelta:
    """Return how long the next fact waits, or since when nothing was sealed.

    The shorter of both: after an upgrade old facts wait, and are on their way.
    """
    sealed = snapshot.session.scalar(_SEALED) or 0
    since = snapshot.session.scalar(select(FactRow.at).where(FactRow.id > sealed).order_by(FactRow.id).limit(1))
    if since is None:
        return timedelta()
    newest = snapshot.session.scalar(_NEWEST_SEAL)
    return max(timedelta(), snapshot.now - max(since, newest or since))
