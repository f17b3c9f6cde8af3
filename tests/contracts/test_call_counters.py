"""Both counters of calls count alike; one whose Redis is away or silent lets calls through at once."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
import time_machine

from repository.engines.limits import memory_counter
from repository.engines.limits.memory_counter import MemoryCounter
from repository.engines.limits.port import CallCounter
from repository.engines.limits.redis_counter import AWAY, REST_SECONDS, RedisCounter
from tests.support.web_server import free_port

NOON = 1_800_000_000
WINDOW = 60


@pytest.fixture(params=["memory", "redis"])
def counter(request: pytest.FixtureRequest) -> Iterator[CallCounter]:
    chosen = MemoryCounter() if request.param == "memory" else RedisCounter(request.getfixturevalue("redis_url"))
    with closing(chosen):
        yield chosen


def test_calls_are_counted_by_key_and_from_1_in_the_next_window(counter: CallCounter) -> None:
    with time_machine.travel(NOON, tick=False):
        assert [counter.count(key, WINDOW) for key in ("a", "a", "b", "a")] == [1, 2, 1, 3]
    with time_machine.travel(NOON + WINDOW - 1, tick=False):
        assert counter.count("a", WINDOW) == 4
    with time_machine.travel(NOON + WINDOW, tick=False):
        assert counter.count("a", WINDOW) == 1
    assert counter.fault() == ""


def test_no_call_is_lost_between_threads(counter: CallCounter) -> None:
    def call() -> None:
        for _ in range(25):
            counter.count("a", 1_000_000_000)

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert counter.count("a", 1_000_000_000) == 101


def test_the_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_counter, "MOST_KEYS", 2)
    counter = MemoryCounter(lambda: NOON)

    assert [counter.count(key, WINDOW) for key in "abcab"] == [1, 1, None, 2, 2]


def test_the_processes_of_a_site_count_together(redis_url: str) -> None:
    with closing(RedisCounter(redis_url)) as one, closing(RedisCounter(redis_url)) as other:
        assert [one.count("a", 1_000_000_000), other.count("a", 1_000_000_000)] == [1, 2]


@pytest.fixture(params=["away", "silent"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Of a Redis that refuses connections, or takes them and says nothing."""
    if request.param == "away":
        yield f"redis://127.0.0.1:{free_port()}/0"
        return
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def test_without_its_redis_calls_go_through_and_one_asks_after_a_rest(address: str) -> None:
    seconds = [100.0]
    with closing(RedisCounter(address, lambda: seconds[0])) as counter:
        assert counter.count("a", WINDOW) is None
        rested_until = counter._resting_until
        assert [counter.count("a", WINDOW) for _ in range(1_000)] == [None] * 1_000
        assert counter._resting_until == rested_until, "nobody asked"
        seconds[0] += REST_SECONDS
        assert counter.fault() == AWAY
        assert counter._resting_until > rested_until


def test_it_counts_again_once_its_redis_answers(redis_url: str) -> None:
    seconds = [100.0]
    with closing(RedisCounter(redis_url, lambda: seconds[0])) as counter:
        counter._went_away(OSError("cut"))
        assert (counter.count("a", WINDOW), counter.fault()) == (None, AWAY)
        seconds[0] += REST_SECONDS
        assert counter.fault() == ""
        assert counter.count("a", WINDOW) == 1
