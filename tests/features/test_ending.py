"""A process ends when it is told to, whatever its main thread is doing at that moment."""

import os
import signal
import sys
import threading
from types import FrameType

import pytest

from workers.ending import Ending
from workers.loop import repeat_until, stop_on_signals


def test_a_signal_at_any_step_of_a_wait_ends_the_wait() -> None:
    """A tracer sends the signal in each line of the wait, one after the other."""
    lines = 0
    for at in range(1, 200):
        with stop_on_signals() as ending:
            lines = _wait_with_signal_at(ending, at)
            assert ending.is_set() == (lines >= at)
        if lines < at:
            break
    assert lines > 1


def _wait_with_signal_at(ending: Ending, at: int) -> int:
    passed = 0

    def trace(frame: FrameType, event: str, _argument: object) -> object:
        nonlocal passed
        if event == "call" and frame.f_code.co_name not in ("wait", "set", "is_set", "__enter__", "__exit__"):
            return None
        if event == "line":
            passed += 1
            if passed == at:
                signal.raise_signal(signal.SIGTERM)
        return trace

    sys.settrace(trace)  # type: ignore[arg-type]
    try:
        ending.wait(0.001)
    finally:
        sys.settrace(None)
    return passed


def test_an_end_wakes_every_thread_that_waits_for_it() -> None:
    ending = Ending()
    rounds: list[int] = []
    threads = [
        threading.Thread(target=repeat_until, args=(lambda: rounds.append(1) or 0, ending, 60.0), daemon=True)
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    assert not ending.wait(0.01)

    ending.set()
    ending.set()

    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    assert ending.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_both_signals_end_it_and_what_handled_them_before_comes_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stop_on_signals() as ending:
        timer = threading.Timer(0.01, os.kill, (os.getpid(), number))
        timer.start()
        assert ending.wait(60)
        timer.join()
    assert signal.getsignal(number) is before
