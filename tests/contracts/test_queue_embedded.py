"""Jobs in threads of the server: the contract, and several threads at once."""

import pytest

from repository.engines.services import Services
from repository.feature import Queue
from repository.operation.model import Job
from tests.contracts.queue_contract import QueueContract, WorkOff, notes, told
from tests.contracts.queue_jobs import NOTED, Notes, add_jobs
from tests.contracts.together import all_of, at_once
from tests.support.web_server import until
from workers.embedded_jobs import start_jobs
from workers.relay import relay
from workers.runner import run_next

pytestmark = pytest.mark.slow

__all__ = ["notes", "told"]


@pytest.fixture
def work_off(services: Services) -> WorkOff:
    def until_nothing_is_due() -> None:
        while relay(services.database) + sum(run_next(services, queue) for queue in Queue):
            pass

    return until_nothing_is_due


class TestEmbeddedQueue(QueueContract):
    """The contract."""


def test_threads_that_claim_at_once_run_each_job_once(services: Services, notes: Notes) -> None:
    add_jobs(services, NOTED, range(1, 301))

    def run() -> int:
        return sum(iter(lambda: run_next(services, Queue.SOON), 0))

    at_once(*[run] * 4)
    run()
    assert notes.subjects == list(range(1, 301))
    assert all_of(services, Job) == []


def test_the_threads_of_a_server_run_what_is_due_and_end_when_told(services: Services, notes: Notes) -> None:
    add_jobs(services, NOTED, [1, 2, 3])
    jobs = start_jobs(services)
    try:
        until(lambda: not all_of(services, Job), 30, "the jobs are done")
    finally:
        jobs.stop()
    assert notes.runs == [[1, 2, 3]]
