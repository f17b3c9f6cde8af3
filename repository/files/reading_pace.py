"""How fast bytes may be read that nobody waits for: so that readers and depositors do not feel it."""

import threading
import time
from collections.abc import Callable

Wait = Callable[[float], object]


def wait_here(seconds: float) -> None:
    """Keep this thread waiting."""
    threading.Event().wait(seconds)


class ReadingPace:
    """At most `rate` bytes a second on average since it was made; `left` of `most` bytes may still be read.

    A pause is never made up for: bytes come evenly, not in bursts.
    """

    def __init__(
        self, rate: int, most: int, seconds: Callable[[], float] = time.monotonic, wait: Wait = wait_here
    ) -> None:
        self.left = most
        self._rate = rate
        self._seconds = seconds
        self._wait = wait
        self._due = seconds()

    def spend(self, count: int) -> None:
        """Count bytes that were read, and wait until the next may be."""
        self.left -= count
        now = self._seconds()
        self._due = max(self._due, now) + count / self._rate
        if self._due > now:
            self._wait(self._due - now)
