"""The outlet of the log: a line that cannot be written is counted, and changes nothing else.

Lines go to the descriptor itself.  A buffer would keep what could not be written, fail again with every later line, and
give the process a bad exit status at its end.
"""

import os
import select
import sys
import threading
import time
from collections.abc import Callable

WAIT_SECONDS = 1.0
"""for a pipe whose reader does not read; lines after one that was lost do not wait"""
AT_ONCE = select.PIPE_BUF
"""Bytes that a pipe with room takes without waiting (POSIX, ``write``)."""


class LogOutlet:
    """Writes whole lines to `sys.stderr` of the moment, which tests replace; never raises."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lost = 0
        self._lost_at: float | None = None
        self._is_torn = False
        self._is_stuck = False
        self._listeners: list[Callable[[], object]] = []

    @property
    def lost(self) -> int:
        """How many lines were lost since the process began."""
        return self._lost

    @property
    def seconds_since_loss(self) -> float | None:
        """How long ago the last line was lost, None if none was."""
        return None if self._lost_at is None else time.monotonic() - self._lost_at

    def when_lost(self, listener: Callable[[], object]) -> None:
        """Call `listener` for each line that is lost from now on, and for those that were."""
        self._listeners.append(listener)
        for _ in range(self._lost):
            listener()

    def lose(self) -> None:
        """Count a line that could not be made or written."""
        self._lost += 1
        self._lost_at = time.monotonic()
        for listener in self._listeners:
            listener()

    def write(self, text: str) -> int:
        """Write a whole line, or count it as lost."""
        try:
            self._write(text)
        except Exception:  # noqa: BLE001 - whatever a log's disk or pipe does, the work goes on
            self.lose()
        return len(text)

    def flush(self) -> None:
        """Do nothing: no line is kept back."""

    def _write(self, text: str) -> None:
        stream = sys.__stderr__
        if stream is None or stream is not sys.stderr:
            sys.stderr.write(text)
            return
        with self._lock:
            line = ("\n" if self._is_torn else "") + text
            self._write_bytes(stream.fileno(), line.encode("utf-8", "backslashreplace"))

    def _write_bytes(self, descriptor: int, rest: bytes) -> None:
        began = False
        try:
            while rest:
                self._require_room(descriptor)
                written = os.write(descriptor, rest[:AT_ONCE])
                began, rest = True, rest[written:]
        except OSError:
            self._is_torn = self._is_torn or began
            raise
        self._is_torn = False

    def _require_room(self, descriptor: int) -> None:
        """Wait until the descriptor takes bytes; raises `TimeoutError` if it does not."""
        poll = select.poll()
        poll.register(descriptor, select.POLLOUT)
        self._is_stuck = not poll.poll(0 if self._is_stuck else WAIT_SECONDS * 1000)
        if self._is_stuck:
            raise TimeoutError


OUTLET = LogOutlet()
"""The one of this process."""
