"""Uses of things, in memory until somebody writes them down: a read must not wait for a write."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta

from repository.core import clock

NOTED_AGAIN = timedelta(minutes=5)
MOST = 50_000
"""ids that are remembered; when there are more, some are noted again too early"""
Use = tuple[int, datetime]
"""How many uses, and when the last was."""


class RecentUses:
    """The uses of each id, noted at most once in the time `again`; each of them if that is nothing."""

    def __init__(self, again: timedelta = NOTED_AGAIN) -> None:
        self._again = again
        self._lock = threading.Lock()
        self._last: dict[int, datetime] = {}
        self._due: dict[int, Use] = {}

    def note(self, key: int) -> None:
        """Note that `key` is used now."""
        moment = clock.now()
        if self._again and not self._is_news(key, moment):
            return
        with self._lock:
            self._add(key, (1, moment))

    def take(self) -> Mapping[int, Use]:
        """Return what is not written down yet, in the order of ids; the caller writes it, or gives it back."""
        with self._lock:
            due, self._due = self._due, {}
        return dict(sorted(due.items()))

    def give_back(self, due: Mapping[int, Use]) -> None:
        """Keep what could not be written, with what came since."""
        with self._lock:
            for key, use in due.items():
                self._add(key, use)

    def _is_news(self, key: int, moment: datetime) -> bool:
        last = self._last.get(key)
        if last is not None and last <= moment < last + self._again:
            return False
        with self._lock:
            if len(self._last) >= MOST:
                self._last.clear()
            self._last[key] = moment
        return True

    def _add(self, key: int, use: Use) -> None:
        count, last = self._due.get(key, (0, use[1]))
        self._due[key] = count + use[0], max(last, use[1])
