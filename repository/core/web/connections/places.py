"""Places for long transfers, of which one client can take no more than its share."""

import threading
from collections import Counter


class Places:
    """`most` places; a client gets at most half of them, so that one alone never takes all."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._share = (most + 1) // 2
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, client: str) -> bool:
        """Take a place for this client, and return whether there was one."""
        with self._lock:
            if self._taken.total() >= self._most or self._taken[client] >= self._share:
                return False
            self._taken[client] += 1
            return True

    def give_back(self, client: str) -> None:
        with self._lock:
            self._taken[client] -= 1
            if not self._taken[client]:
                del self._taken[client]
