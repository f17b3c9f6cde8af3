"""How the stored bytes are: whole, read back in time, and none about to be removed by mistake."""

from datetime import datetime, timedelta

from sqlalchemy import select

from repository.core.actor import SYSTEM
from repository.core.clock import iso
from repository.core.conditions import Condition, Measure, degraded, failed, well
from repository.engines.services import Services
from repository.files.known_faults import MOST_COUNTED, count_faults
from repository.files.model import Location, StoredFile
from repository.files.quarantine import quarantine_state
from repository.files.rules import FileState

LATE_PERIODS = 1.5
"""of the fixity cycle, after which a file that was not read is told"""
SOON = timedelta(days=3)
"""before the last chance of an orphan: time for a person to look at it"""

_LONGEST_UNREAD = (
    select(StoredFile.checked)
    .where(
        StoredFile.checked.is_not(None),
        StoredFile.location == Location.STAGING.value,
        StoredFile.state == FileState.VERIFIED.value,
    )
    .order_by(StoredFile.checked, StoredFile.id)
    .limit(1)
)


def stored_bytes_are_whole(services: Services) -> Condition:
    """Count files that the last check found damaged or missing; say how long ago the longest unread was read."""
    with services.database.snapshot(SYSTEM) as snapshot:
        faulty = count_faults(snapshot)
        oldest: datetime | None = snapshot.session.scalar(_LONGEST_UNREAD)
    age = (snapshot.now - oldest).total_seconds() if oldest else 0.0
    measures = (
        Measure("repository_stored_files_faulty", "Stored files whose last check found a fault.", faulty),
        Measure("repository_stored_files_oldest_check_seconds", "How long ago the longest unread was read.", age),
    )
    if faulty:
        count = f"more than {MOST_COUNTED}" if faulty > MOST_COUNTED else f"{faulty}"
        return failed(
            f"The bytes of {count} stored files are damaged or missing.",
            "`repository files faults` names them: bring their objects back from a backup at once, and look"
            " at the store's disk.",
            *measures,
        )
    if age > LATE_PERIODS * services.upkeep.fixity_period.total_seconds():
        return degraded(
            f"Some stored bytes were last read {age // 86_400:.0f} days ago: checks of fixity do not keep up.",
            "`repository sweeps list` shows whether the sweep `fixity` runs; REPOSITORY_FIXITY_BYTES_PER_SECOND may be"
            " too low.",
            *measures,
        )
    return well(*measures)


def quarantine_has_time(services: Services) -> Condition:
    """Say when objects without a file are about to be removed."""
    with services.database.snapshot(SYSTEM) as snapshot:
        state = quarantine_state(snapshot)
    first = state.last_chance
    measures = (
        Measure("repository_quarantine_objects", "Objects of the store without a file, which wait.", state.waiting),
        Measure("repository_quarantine_bytes", "Their bytes.", float(state.size)),
        Measure(
            "repository_quarantine_last_chance_timestamp_seconds",
            "When the first of them is removed, 0 if there is none.",
            first.timestamp() if first else 0.0,
        ),
    )
    if first is not None and first < snapshot.now + SOON:
        return degraded(
            f"Objects of the store that no file refers to are removed from {iso(first)[:16]} on.",
            "Look at `repository sweeps quarantine`. If an older database was restored, they may be somebody's data:"
            " `repository sweeps restore --all` keeps them.",
            *measures,
        )
    return well(*measures)
