"""Count in this process alone: for commands, and a server of one process.

The storage in memory of the library `limits` starts a thread for each burst of calls and looks at every key a hundred
times a second, which costs more than most requests; here a call costs a microsecond.
"""

import threading
import time
from collections.abc import Callable

MOST_KEYS = 100_000
"""in one window, about 20 MB; callers beyond that are not counted"""


class MemoryCounter:
    """Counts of the present window, by its length; a window that is over goes as a whole."""

    def __init__(self, seconds: Callable[[], float] = time.time) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._windows: dict[int, tuple[int, dict[str, int]]] = {}

    def count(self, key: str, window: int) -> int | None:
        """Count one call (see the port)."""
        number = int(self._seconds() // window)
        with self._lock:
            present, counts = self._windows.get(window, (number, {}))
            if present != number or not counts:
                counts = {}
                self._windows[window] = number, counts
            calls = counts.get(key, 0) + 1
            if calls == 1 and len(counts) >= MOST_KEYS:
                return None
            counts[key] = calls
            return calls

    def fault(self) -> str:
        """Return '' (see the port)."""
        return ""

    def close(self) -> None:
        """There is nothing to close."""
