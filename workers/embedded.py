"""Relay, jobs and schedule in threads of the server, for an installation of one process."""

import threading
import time
from collections.abc import Callable

import structlog

from repository.engines.facilities import Facilities
from workers.jobs import Queue
from workers.relay import relay
from workers.runner import run_next
from workers.schedule import SWEEPS, Sweep

LOOK_AGAIN_SECONDS = 1.0
"""Facts of this process wake the threads at once; this is for those of other processes and for delayed jobs."""
AFTER_TROUBLE_SECONDS = 2.0
log = structlog.get_logger()


class EmbeddedJobs:
    """The threads; daemons, so that the server's end is never delayed: what they leave half-done is done again."""

    def __init__(self, facilities: Facilities) -> None:
        self._facilities = facilities
        self._stopping = threading.Event()
        self._wakings = {queue: threading.Event() for queue in Queue}
        self._threads = [
            threading.Thread(target=self._work_off, args=(queue,), name=f"jobs-{queue}", daemon=True) for queue in Queue
        ]
        self._threads.append(threading.Thread(target=self._sweep, name="schedule", daemon=True))

    def start(self) -> None:
        self._facilities.works.on_facts = self.wake
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Look for work now."""
        for waking in self._wakings.values():
            waking.set()

    def stop(self) -> None:
        """End the threads after what they are doing."""
        self._stopping.set()
        self.wake()
        for thread in self._threads:
            thread.join()

    def _work_off(self, queue: Queue) -> None:
        waking = self._wakings[queue]
        while not self._stopping.is_set():
            waking.clear()
            if not self._guarded(lambda: self._turn(queue)):
                waking.wait(LOOK_AGAIN_SECONDS)

    def _turn(self, queue: Queue) -> int:
        if relay(self._facilities.works):
            self.wake()  # the jobs may be the other queue's
        return run_next(self._facilities, queue)

    def _sweep(self) -> None:
        due = {sweep.name: 0.0 for sweep in SWEEPS}
        while not self._stopping.is_set():
            for sweep in SWEEPS:
                if due[sweep.name] <= time.monotonic():
                    self._run_sweep(sweep)
                    due[sweep.name] = time.monotonic() + sweep.every.total_seconds()
            pause = min(due.values()) - time.monotonic()
            self._stopping.wait(max(pause, LOOK_AGAIN_SECONDS))

    def _run_sweep(self, sweep: Sweep) -> None:
        def run() -> int:
            sweep.run(self._facilities)
            return 0

        self._guarded(run)

    def _guarded(self, act: Callable[[], int]) -> int:
        """Run `act`; a thread outlives an engine that is away, and says so."""
        try:
            return act()
        except Exception as error:
            log.error("background work failed", exc_info=error)
            self._stopping.wait(AFTER_TROUBLE_SECONDS)
            return 0


def start_jobs(facilities: Facilities) -> EmbeddedJobs:
    """Start the threads for this process."""
    jobs = EmbeddedJobs(facilities)
    jobs.start()
    return jobs
