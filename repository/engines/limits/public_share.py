"""How many calls of the public one process answers at once.

The other threads are for people who are signed in.

A call waits a moment for a place, and only while few others wait, since a call that waits holds a thread.
"""

import threading

PATIENCE_SECONDS = 0.5
"""a search takes some milliseconds, so that a place is free soon"""


class PublicShare:
    """Places that calls take and leave; None for `places` is any number."""

    def __init__(self, places: int | None = None, patience: float = PATIENCE_SECONDS) -> None:
        self._places = None if places is None else threading.BoundedSemaphore(places)
        self._waiting = threading.BoundedSemaphore(max(1, (places or 0) // 2))
        self._patience = patience

    def enter(self) -> bool:
        """Take a place, and return whether there was one; whoever has one leaves it."""
        if self._places is None or self._places.acquire(blocking=False):
            return True
        if not self._waiting.acquire(blocking=False):
            return False
        try:
            return self._places.acquire(timeout=self._patience)
        finally:
            self._waiting.release()

    def leave(self) -> None:
        """Give the place back."""
        if self._places is not None:
            self._places.release()
