"""Relay, jobs and schedule in threads of every server process, for an installation without a queue."""

import threading
import time
from collections.abc import Callable, Mapping

import structlog

from repository.engines.facilities import Facilities
from workers.jobs import Queue
from workers.relay import relay
from workers.runner import run_next
from workers.schedule import SWEEPS, Sweep

LOOK_AGAIN_SECONDS: Mapping[Queue, float] = {Queue.SOON: 0.5, Queue.LONG: 2.0}
"""Between two rounds.  What happened meanwhile, in whichever process, is done together: one transaction of the index
for many records instead of one for each."""
AFTER_TROUBLE_SECONDS = 2.0
log = structlog.get_logger()


class EmbeddedJobs:
    """The threads; daemons, so that the server's end is never delayed: what they leave half-done is done again."""

    def __init__(self, facilities: Facilities) -> None:
        self._facilities = facilities
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._work_off, args=(queue,), name=f"jobs-{queue}", daemon=True) for queue in Queue
        ]
        self._threads.append(threading.Thread(target=self._sweep, name="schedule", daemon=True))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads after what they are doing."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _work_off(self, queue: Queue) -> None:
        while not self._stopping.wait(LOOK_AGAIN_SECONDS[queue]):
            self._guarded(lambda: self._round(queue))

    def _round(self, queue: Queue) -> None:
        while relay(self._facilities.works) and not self._stopping.is_set():
            pass
        while run_next(self._facilities, queue) and not self._stopping.is_set():
            pass

    def _sweep(self) -> None:
        due = {sweep.name: 0.0 for sweep in SWEEPS}
        while not self._stopping.is_set():
            for sweep in SWEEPS:
                if due[sweep.name] <= time.monotonic():
                    self._run_sweep(sweep)
                    due[sweep.name] = time.monotonic() + sweep.every.total_seconds()
            pause = min(due.values()) - time.monotonic()
            self._stopping.wait(max(pause, 1.0))

    def _run_sweep(self, sweep: Sweep) -> None:
        self._guarded(lambda: sweep.run(self._facilities))

    def _guarded(self, act: Callable[[], object]) -> None:
        """Run `act`; a thread outlives an engine that is away, and says so."""
        try:
            act()
        except Exception as error:
            log.error("background work failed", exc_info=error)
            self._stopping.wait(AFTER_TROUBLE_SECONDS)


def start_jobs(facilities: Facilities) -> EmbeddedJobs:
    """Start the threads for this process."""
    jobs = EmbeddedJobs(facilities)
    jobs.start()
    return jobs
