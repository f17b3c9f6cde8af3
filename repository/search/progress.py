"""The progress of a long task and an estimate of the time left."""

import time
from collections.abc import Callable
from datetime import timedelta

import click

_TERMINAL_SECONDS = 0.2
_LINES_SECONDS = 5.0


class Pace:
    """Shows progress: on a terminal in one line that is rewritten, else by a line every five seconds."""

    def __init__(self, what: str, *, terminal: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self.done = 0
        self._what = what
        self._terminal = terminal
        self._clock = clock
        self._begun: tuple[float, int] | None = None
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = self._clock()
        self.done = done
        if self._begun is None:
            self._begun = now, done
            self._next = now
        if now < self._next and done < total:
            return
        self._next = now + (_TERMINAL_SECONDS if self._terminal else _LINES_SECONDS)
        line = self._line(now, total, *self._begun)
        click.echo(f"\r{line:<78}" if self._terminal else line, nl=not self._terminal)

    def end(self) -> None:
        """End the line that is rewritten, so that later output starts on its own."""
        if self._terminal and self._begun:
            click.echo()

    def _line(self, now: float, total: int, begun: float, before: int) -> str:
        line = f"{self.done:,} of {total:,} {self._what}"
        rate = (self.done - before) / (now - begun) if now > begun else 0.0
        if not rate:
            return line
        left = timedelta(seconds=round(max(total - self.done, 0) / rate))
        return f"{line}, {rate:,.0f} a second, {left} left"
