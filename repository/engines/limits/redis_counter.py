"""Count in a Redis, for all processes together; a Redis that is away lets calls through.

A call waits at most `PATIENCE_SECONDS` for it.  After a failure nobody asks for `REST_SECONDS`, then one call tries.
"""

import threading
import time
from collections.abc import Callable

import structlog
from limits.errors import StorageError
from limits.storage import RedisStorage
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

PREFIX = "repository-calls"
"""of every key"""
PATIENCE_SECONDS = 0.1
REST_SECONDS = 5.0
AWAY = "The Redis of the limits does not answer, so calls are not limited."
log = structlog.get_logger()


class RedisCounter:
    """Counts by a script that adds to a key, which ends with its window; raises `ValueError` for an address."""

    def __init__(self, url: str, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._resting_until = float("-inf")
        self._is_away = False
        self._storage = RedisStorage(
            url,
            key_prefix=PREFIX,
            wrap_exceptions=True,
            socket_timeout=PATIENCE_SECONDS,
            socket_connect_timeout=PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]
        )

    def count(self, key: str, window: int) -> int | None:
        """Count one call (see the port)."""
        if not self._may_try():
            return None
        name = f"{key}:{int(time.time() // window)}"
        try:
            calls = self._storage.incr(name, window)
        except (StorageError, RedisError, OSError) as error:
            self._went_away(error)
            return None
        self._is_away = False
        return calls

    def fault(self) -> str:
        """Return why calls are not counted; asks the server."""
        self.count("trial", 1)
        return AWAY if self._is_away else ""

    def close(self) -> None:
        """Close connections."""
        self._storage.storage.close()

    def _may_try(self) -> bool:
        """Return whether to ask: always while it answers, else one call after each rest."""
        if not self._is_away:
            return True
        with self._lock:
            now = self._seconds()
            if now < self._resting_until:
                return False
            self._resting_until = now + REST_SECONDS
            return True

    def _went_away(self, error: Exception) -> None:
        with self._lock:
            if not self._is_away:
                log.warning("calls are not limited", cause=repr(error.__cause__ or error))
            self._is_away, self._resting_until = True, self._seconds() + REST_SECONDS
