"""Runs tasks at the same time; a task may add others."""

import threading
import time
from collections import deque
from collections.abc import Callable

from repository.client.client_errors import Stopped

Task = Callable[[], None]
WAIT_SECONDS = 0.5
"""how soon an interruption is noticed"""
END_SECONDS = 1.0
"""how long tasks that are stopped may take; one that waits for the network is left behind"""


class Crew:
    """`jobs` threads that take tasks in their order; urgent ones first.

    A task that raises ends the run: what can fail by itself, as one file of many, is the task's own matter.
    """

    def __init__(self, jobs: int, stop: threading.Event) -> None:
        self._jobs = jobs
        self._stop = stop
        self._tasks: deque[Task] = deque()
        self._changed = threading.Condition()
        self._running = 0
        self._fault: BaseException | None = None

    def add(self, task: Task, *, urgent: bool = False) -> None:
        """Add a task; an `urgent` one goes on with what was begun."""
        with self._changed:
            if urgent:
                self._tasks.appendleft(task)
            else:
                self._tasks.append(task)
            self._changed.notify()

    def run(self) -> None:
        """Run until no task is left; raise what a task raised, or `KeyboardInterrupt` after an interruption."""
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self._jobs)]
        for thread in threads:
            thread.start()
        try:
            with self._changed:
                while (self._tasks or self._running) and self._fault is None:
                    self._changed.wait(WAIT_SECONDS)
                self._tasks.clear()
        except KeyboardInterrupt:
            self._stop.set()
            raise
        finally:
            self._end(threads)
        if self._fault is not None:
            raise self._fault

    def _end(self, threads: list[threading.Thread]) -> None:
        with self._changed:
            if self._tasks or self._fault is not None:
                self._stop.set()
            self._tasks.clear()
            self._jobs = 0
            self._changed.notify_all()
        end = time.monotonic() + END_SECONDS
        for thread in threads:
            thread.join(max(end - time.monotonic(), 0.0))

    def _work(self) -> None:
        while task := self._next():
            try:
                task()
            except Stopped:  # the run is over, and `run` raises why
                pass
            except BaseException as error:  # noqa: BLE001 (raised by `run`, in the thread that waits)
                self._fault = self._fault or error
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def _next(self) -> Task | None:
        with self._changed:
            while not self._tasks and self._jobs:
                self._changed.wait(WAIT_SECONDS)
            if not self._jobs:
                return None
            self._running += 1
            return self._tasks.popleft()
