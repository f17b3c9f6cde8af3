"""Whether registrars take the identifiers of what is published."""

from datetime import timedelta

from sqlalchemy import exists, func, or_, select

from repository.core.actor import SYSTEM
from repository.core.conditions import Condition, Measure, degraded, well
from repository.core.unit_of_work import Snapshot
from repository.engines.services import Services
from repository.identifiers.model import Identifier, RegistrationState
from repository.records.model import Version

LATE = timedelta(days=1)
MOST_COUNTED = 1_000
_CONFLICTS = (
    select(Identifier.id).where(Identifier.state == RegistrationState.CONFLICT.value).limit(MOST_COUNTED).subquery()
)


def registrars_keep_up(services: Services) -> Condition:
    """Count conflicts, and failures of what was published more than a day ago."""
    with services.database.snapshot(SYSTEM) as snapshot:
        conflicts = snapshot.session.scalar(select(func.count()).select_from(_CONFLICTS)) or 0
        late = _late(snapshot)
    meaning = f"Identifiers that wait for a person, or failed for more than a day, to {MOST_COUNTED} each."
    measures = [
        Measure("repository_identifiers_unsettled", meaning, count, {"state": state})
        for state, count in (("conflict", conflicts), ("failed", late))
    ]
    if conflicts:
        return degraded(
            f"A registrar knew {conflicts} of our identifiers before we asked: a person must decide.",
            "`repository identifiers list --state conflict` shows where they lead; `repository identifiers accept ID`"
            " takes one as ours.",
            *measures,
        )
    if late:
        return degraded(
            f"{late} identifiers of published datasets have not been registered for more than a day.",
            "`repository identifiers list` shows what the registrar answers; after mending, `repository identifiers"
            " retry`.",
            *measures,
        )
    return well(*measures)


def _late(snapshot: Snapshot) -> int:
    """Count failed registrations of what was published before `LATE`, among the oldest failures."""
    failures = (
        select(Identifier.owner)
        .where(Identifier.state == RegistrationState.FAILED.value)
        .order_by(Identifier.id)
        .limit(MOST_COUNTED)
        .subquery()
    )
    published = exists().where(
        or_(Version.id == failures.c.owner, Version.concept_id == failures.c.owner),
        Version.created < snapshot.now - LATE,
    )
    return snapshot.session.scalar(select(func.count()).select_from(failures).where(published)) or 0
