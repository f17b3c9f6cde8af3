"""What broke or was refused for now is tried again, later and later; an interruption ends every wait."""

import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from repository.client.client_errors import ConnectionLost, Stopped
from repository.client.connections import ApiAnswer, BrokenConnection, Unreachable

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 60.0
LONGEST_OBEYED = 3600.0
"""seconds that a server may make us wait"""
FOR_NOW = frozenset({408, 425, 429, 502, 503, 504})


@dataclass
class Patience:
    """How often something is tried; `stop` is set when somebody interrupts the command."""

    tries: int = 10
    stop: threading.Event = field(default_factory=threading.Event)
    _closed_until: float = 0.0
    """until when, on the clock of this process, the server wants no request"""

    def ask(self, act: str, request: Callable[[], ApiAnswer], *, repeat: bool = True) -> ApiAnswer:
        """Return the answer to a request; raise `ConnectionLost` or `Stopped`.

        Without `repeat` a request that the server may have seen is not sent again after the connection broke.
        """
        for attempt in range(1, self.tries + 1):
            self.wait(self._closed_until - time.monotonic())
            try:
                answer = request()
            except BrokenConnection as error:
                if attempt == self.tries or not (repeat or isinstance(error, Unreachable)):
                    raise ConnectionLost(f"{act}: {error}") from error
                self.pause(attempt)
                continue
            if answer.status not in FOR_NOW:
                return answer
            with suppress(BrokenConnection):
                answer.read_all()
            self._obey(answer, attempt)
        raise ConnectionLost(f"{act}: the server answered {answer.status} again and again")

    def pause(self, attempt: int) -> None:
        """Wait before the next try, longer each time, and not in step with other clients."""
        self.wait(self._length(attempt))

    def wait(self, seconds: float) -> None:
        """Wait; raise `Stopped` at once when the command is interrupted."""
        if self.stop.is_set() or (seconds > 0 and self.stop.wait(seconds)):
            raise Stopped

    def _length(self, attempt: int) -> float:
        longest: float = min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE)
        return longest * random.uniform(0.5, 1.0)

    def _obey(self, answer: ApiAnswer, attempt: int) -> None:
        """Let nobody send anything before the time that the server names, else before a pause."""
        seconds = _wanted_pause(answer)
        seconds = self._length(attempt) if seconds is None else seconds
        if seconds > LONGEST_OBEYED:
            raise ConnectionLost(f"The server wants no request for {seconds:.0f} seconds.")
        self._closed_until = max(self._closed_until, time.monotonic() + seconds)


def _wanted_pause(answer: ApiAnswer) -> float | None:
    """Return the seconds of ``Retry-After`` (RFC 9110, 10.2.3) or ``X-RateLimit-Reset``, None without one."""
    text = answer.header("Retry-After").strip()
    if text.isdigit():
        return float(text)
    with suppress(ValueError):
        return max((parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds(), 0.0)
    reset = answer.header("X-RateLimit-Reset").strip()
    if answer.status == 429 and reset.isdigit():
        return max(float(reset) - time.time(), 0.0)
    return None
