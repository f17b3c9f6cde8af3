"""Running jobs over Redis in the process of the test."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from repository.engines.facilities import Facilities
from tests.contracts.queue_contract import WorkOff
from workers import rq_worker
from workers.calls import Calls
from workers.handing import hand_over
from workers.jobs import Queue
from workers.relay import relay


@pytest.fixture
def calls(redis_url: str) -> Iterator[Calls]:
    with closing(Calls(redis_url)) as opened:
        yield opened


def burst(facilities: Facilities, url: str) -> None:
    """A worker that ends when no call waits."""
    rq_worker.work_off(facilities, url, list(Queue), burst=True)


@pytest.fixture
def work_off(facilities: Facilities, redis_url: str, calls: Calls) -> WorkOff:
    def until_nothing_is_due() -> None:
        while relay(facilities.works) + hand_over(facilities.works, calls):
            burst(facilities, redis_url)

    return until_nothing_is_due
