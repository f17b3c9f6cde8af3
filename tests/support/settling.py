"""What follows from what was done: facts become jobs, and jobs run."""

from repository.engines.services import Services
from repository.feature import Queue
from workers.relay import relay
from workers.runner import run_next


def run_all(services: Services) -> None:
    """Relay and run until nothing waits; a job that fails has a pause before its next try, so this ends."""
    while relay(services.database) or sum(run_next(services, queue) for queue in Queue):
        pass
