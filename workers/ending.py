"""An end that a signal announces, whatever the process is doing."""

import os
import select
import weakref
from typing import Protocol


class Awaited(Protocol):
    """Something that is set once, by whom ever; `threading.Event` is one too."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is set, at most `timeout` seconds; return whether it is."""


class Ending:
    """An end that signal handlers may set.

    `threading.Event` is none: its lock is not reentrant, so a handler that interrupts `wait` between two of its steps
    waits for the very thread that it has interrupted.
    """

    def __init__(self) -> None:
        self._is_set = False
        self._hearer, self._teller = os.pipe()  # a byte in it wakes every waiter, for nobody takes it out
        weakref.finalize(self, _close, self._hearer, self._teller)

    def is_set(self) -> bool:
        """Return whether the end has come."""
        return self._is_set

    def set(self) -> None:
        """Let the end come."""
        if not self._is_set:
            self._is_set = True
            os.write(self._teller, b"\0")

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end, at most `timeout` seconds; return whether it has come."""
        waiting = select.poll()
        waiting.register(self._hearer, select.POLLIN)
        waiting.poll(None if timeout is None else timeout * 1000)
        return self._is_set


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
