"""Relay, jobs and schedule in threads of every server process, for an installation without a queue."""

import threading
from collections.abc import Mapping

from repository.audit.audit_keeper import AuditKeeper
from repository.engines.services import Services
from repository.feature import Queue
from repository.webhooks.note_facts import HookWalk
from workers.loop import repeat_until
from workers.relay import relay
from workers.runner import run_next
from workers.sweeps.schedule import start_sweeping
from workers.unknown_kinds import resume_known

LOOK_AGAIN_SECONDS: Mapping[Queue, float] = {Queue.SOON: 0.5, Queue.LONG: 2.0, Queue.IDLE: 2.0}
"""Between two rounds.  The facts of all processes since the last round go together: one transaction of the index for
many records instead of one for each."""


class EmbeddedJobs:
    """The threads.  They are daemons and never delay the server's end: what they leave half-done is done again."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._audit, self._hooks = AuditKeeper(services), HookWalk(services.database)
        self._stopping = threading.Event()
        self._resumed = False
        self._threads = [
            threading.Thread(target=self._work_off, args=(queue,), name=f"jobs-{queue}", daemon=True) for queue in Queue
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()
        self._threads += start_sweeping(self._services, self._stopping)

    def stop(self) -> None:
        """End the threads after their present round."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _work_off(self, queue: Queue) -> None:
        repeat_until(lambda: self._round(queue), self._stopping, LOOK_AGAIN_SECONDS[queue])

    def _round(self, queue: Queue) -> int:
        """Work off all that is due, and return 0: nothing is left to do at once."""
        if not self._resumed:
            resume_known(self._services.database)
            self._resumed = True
        relayed = 0
        while (count := relay(self._services.database)) and not self._stopping.is_set():
            relayed += count
        while run_next(self._services, queue) and not self._stopping.is_set():
            pass
        if self._services.numbers is not None:
            self._services.numbers.note_progress(self._services.database, relayed)
        if queue is Queue.SOON:
            self._audit.round()
            self._hooks.round()
        return 0


def start_jobs(services: Services) -> EmbeddedJobs:
    """Start the threads for this process."""
    jobs = EmbeddedJobs(services)
    jobs.start()
    return jobs
