"""Running jobs over Redis in the process of the test."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from repository.engines.services import Services
from repository.feature import Queue
from tests.contracts.queue_contract import WorkOff
from workers import rq_worker
from workers.dispatch import dispatch_jobs
from workers.relay import relay
from workers.rq_queue import RqQueue


@pytest.fixture
def calls(redis_url: str) -> Iterator[RqQueue]:
    with closing(RqQueue(redis_url)) as opened:
        yield opened


def burst(services: Services, url: str) -> None:
    """A worker that ends when no call waits."""
    rq_worker.work_off(services, url, list(Queue), burst=True)


@pytest.fixture
def work_off(services: Services, redis_url: str, calls: RqQueue) -> WorkOff:
    def until_nothing_is_due() -> None:
        while relay(services.database) + dispatch_jobs(services.database, calls):
            burst(services, redis_url)

    return until_nothing_is_due
