"""Lines of the log that could not be written, counted for Prometheus, and told to every process of the site."""

from collections.abc import Callable
from datetime import datetime, timedelta

from prometheus_client import Counter

from repository.core.actor import SYSTEM
from repository.core.clock import iso
from repository.core.conditions import Condition, degraded, well
from repository.core.database.site_marks import read_site_mark, set_site_mark
from repository.core.unit_of_work import Snapshot
from repository.engines.services import Services

lost_lines = Counter("repository_log_lines_lost", "Lines of the log that could not be made or written.")

LOST_AT = "log-lost"
TOLD_FOR = timedelta(hours=1)
NOTED_EVERY = timedelta(minutes=1)


class LogLosses:
    """What one process knows of its lost lines: `seconds_since` the last one, None if there was none.

    The moment is kept in the database too: another process, or the doctor, has lost nothing itself.
    """

    def __init__(self, seconds_since: Callable[[], float | None]) -> None:
        self._seconds_since = seconds_since

    def are_none(self, services: Services) -> Condition:
        """Say whether a process has lost lines within the last hour."""
        with services.database.snapshot(SYSTEM) as snapshot:
            newest, now = _newest(snapshot), snapshot.now
        seconds = self._seconds_since()
        own = None if seconds is None else now - timedelta(seconds=seconds)
        if own is not None and (newest is None or own - newest > NOTED_EVERY):
            newest = own
            with services.database.transaction(SYSTEM) as unit:
                set_site_mark(unit.session.connection(), LOST_AT, iso(own))
        if newest is not None and abs(now - newest) < TOLD_FOR:
            return degraded(
                "Lines of the log were lost within the last hour.",
                "Make room on the log's disk, or start what reads the log; answers and jobs are not touched by it.",
            )
        return well()


def _newest(snapshot: Snapshot) -> datetime | None:
    value = read_site_mark(snapshot.session.connection(), LOST_AT)
    return datetime.fromisoformat(value) if value else None
