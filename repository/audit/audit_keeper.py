"""Keep the audit trail by the clock: seal what is new, and let the store remember the newest seal."""

import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from repository.audit.sealing import BATCH, seal_next, seal_overtaken
from repository.audit.store_memory import Agreement, remember_head
from repository.core.check_report import CheckReport
from repository.core.errors import Unavailable
from repository.engines.services import Services

SEAL_SECONDS = 1.0
OVERTAKEN_SECONDS = 5.0
OVERTAKEN_WITHIN = timedelta(minutes=2)
"""how far back the frequent look goes; the sweep looks further"""
REMEMBER_SECONDS = 3.0
FAILURE_SECONDS = 30.0
AT_ONCE = 40
"""batches of one sweep: what an upgrade finds is sealed within minutes, and nobody waits for it"""
log = structlog.get_logger()


class AuditKeeper:
    """What one process does for the audit trail between other work, at most every few seconds."""

    def __init__(self, services: Services, seconds: Callable[[], float] = time.monotonic) -> None:
        self._services = services
        self._seconds = seconds
        self._seal_at = self._overtaken_at = self._remember_at = float("-inf")
        self._has_news = True

    def round(self) -> int:
        """Do what is due, and return how many facts were sealed; raises `Unavailable` without the database."""
        now = self._seconds()
        if now < self._seal_at:
            return 0
        self._seal_at = now + SEAL_SECONDS
        database, kinds = self._services.database, self._services.kinds
        sealed = seal_next(database, kinds)
        if now >= self._overtaken_at:
            self._overtaken_at = now + OVERTAKEN_SECONDS
            sealed += seal_overtaken(database, kinds, OVERTAKEN_WITHIN)
        self._has_news = self._has_news or sealed > 0
        if self._has_news and now >= self._remember_at:
            self._remember(now)
        return sealed

    def _remember(self, now: float) -> None:
        try:
            comparison = remember_head(self._services.database, self._services.store.marks)
        except Unavailable as error:
            self._remember_at = now + FAILURE_SECONDS
            log.warning("the store does not learn of new seals", reason=error.reason)
            return
        if comparison.agreement is Agreement.SAME:
            self._remember_at, self._has_news = now + REMEMBER_SECONDS, False
        else:
            self._remember_at = now + FAILURE_SECONDS
            log.error("the audit trail is not the one that the store remembers", agreement=comparison.agreement.value)


def seal_backlog(services: Services) -> CheckReport:
    """Seal what an upgrade found, or what stayed behind, a bounded part at a time."""
    sealed = seal_overtaken(services.database, services.kinds)
    for _ in range(AT_ONCE):
        count = seal_next(services.database, services.kinds)
        sealed += count
        if count < BATCH:
            break
    return CheckReport()
