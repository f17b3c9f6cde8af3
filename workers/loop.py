"""Repeat one act until a signal ends the process."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import structlog

from workers.ending import Awaited, Ending

IDLE_SECONDS = 0.2
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
log = structlog.get_logger()


def repeat_until(act: Callable[[], int], ending: Awaited, idle: float = IDLE_SECONDS) -> None:
    """Call `act` until `ending` is set: at once again while it returns something to do, else after `idle` seconds.

    An error in one round, of an engine that is away, say, is logged; the next round comes after a pause that grows.
    """
    pause = FIRST_PAUSE_SECONDS
    while not ending.is_set():
        try:
            busy = act()
        except Exception as error:
            log.error("round failed", again_in_seconds=pause, exc_info=error)
            ending.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        else:
            pause = FIRST_PAUSE_SECONDS
            if not busy:
                ending.wait(idle)


@contextmanager
def stop_on_signals() -> Iterator[Ending]:
    """Give an end that SIGTERM and SIGINT set, instead of ending the process.  In the main thread only."""
    ending = Ending()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def end(_number: int, _frame: FrameType | None) -> None:
        ending.set()

    for number in before:
        signal.signal(number, end)
    try:
        yield ending
    finally:
        for number, action in before.items():
            signal.signal(number, action)
