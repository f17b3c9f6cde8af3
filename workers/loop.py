"""A process that does the same again and again until it is told to end."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import structlog

IDLE_SECONDS = 0.2
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
log = structlog.get_logger()


def repeat_until(act: Callable[[], int], ending: threading.Event, idle: float = IDLE_SECONDS) -> None:
    """Do `act`, at once again while it finds something to do, until `ending` is set.

    What stops one round, an engine that is away, say, is told in the log; the next comes after a pause that grows.
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
def stop_on_signals() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set; what is being done is finished first.  In the main thread only."""
    ending = threading.Event()
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}

    def end(_number: int, _frame: FrameType | None) -> None:
        ending.set()

    for each in before:
        signal.signal(each, end)
    try:
        yield ending
    finally:
        for each, meaning in before.items():
            signal.signal(each, meaning)
