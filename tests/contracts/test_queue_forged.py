"""Calls that somebody else has written into Redis: nothing of them runs, they are dropped, and ours go on."""

import json
import pickle
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
import time_machine
from redis import Redis
from rq import Queue as RedisQueue
from rq.job import Callback
from rq.serializers import JSONSerializer, PickleSerializer

from repository.core import clock
from repository.engines.services import Services
from repository.feature import Queue
from repository.operation.model import Job
from tests.contracts.queue_calls import burst, calls
from tests.contracts.queue_contract import notes
from tests.contracts.queue_jobs import NOTED, Notes, add_jobs
from tests.contracts.together import all_of
from workers.dispatch import HANDED, dispatch_jobs
from workers.rq_calls import MOST_BYTES, MOST_IDS, rows_named
from workers.rq_queue import CALL, RqQueue

__all__ = ["calls", "notes"]
pytestmark = pytest.mark.slow

CALLED: list[str] = []
"""what forged calls have run"""


def ran(*_: Any) -> None:
    """What a forged call names, here or as its callback."""
    CALLED.append("ran")


HERE = f"{ran.__module__}.{ran.__name__}"


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    CALLED.clear()
    with Redis.from_url(redis_url) as opened:
        yield opened


class Opened:
    """An object whose reading runs a command."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, (f"open({str(self.marker)!r}, 'w').close()",)


def enqueue(redis: Redis, function: str, *args: Any, serializer: Any = JSONSerializer, **more: Any) -> str:
    return RedisQueue(Queue.SOON.value, connection=redis, serializer=serializer).enqueue(function, args=args, **more).id


def forge(redis: Redis, call_id: str, members: Mapping[str, Any]) -> None:
    """Write a call member by member, as no library would."""
    redis.hset(f"rq:job:{call_id}", mapping=dict(members))
    redis.rpush(f"rq:queue:{Queue.SOON.value}", call_id)


def data(*call: Any) -> bytes:
    return zlib.compress(json.dumps(call).encode())


def shell(marker: Path) -> Callable[[Redis], Any]:
    return lambda redis: enqueue(redis, "os.system", f"touch {marker}")


def forgeries(marker: Path) -> list[Callable[[Redis], Any]]:
    """What somebody who can write to Redis may try."""
    ours = data(CALL, None, ["noted", [10**6]], {})
    fields = {"created_at": "2026-01-01T00:00:00Z", "origin": Queue.SOON.value, "timeout": 900}
    return [
        shell(marker),
        lambda redis: enqueue(redis, "os.system", f"touch {marker}", serializer=PickleSerializer),
        lambda redis: enqueue(redis, CALL, Opened(marker), [1], serializer=PickleSerializer),
        lambda redis: forge(redis, "p1", fields | {"data": pickle.dumps(Opened(marker))}),
        lambda redis: forge(redis, "p2", fields | {"data": zlib.compress(pickle.dumps(Opened(marker)))}),
        lambda redis: forge(redis, "p3", fields | {"data": ours, "meta": pickle.dumps(Opened(marker))}),
        lambda redis: forge(redis, "p4", fields | {"data": ours, "result": pickle.dumps(Opened(marker))}),
        lambda redis: forge(redis, "i1", fields | {"data": data("system", "os", [f"touch {marker}"], {})}),
        lambda redis: forge(redis, "i2", fields | {"data": data(HERE, None, [], {})}),
        lambda redis: forge(redis, "i3", fields | {"data": data(CALL, None, ["noted", [1]], {"ids": [2]})}),
        lambda redis: forge(redis, "i4", fields | {"data": data(CALL, None, ["noted", ["1"]], {})}),
        lambda redis: forge(redis, "i5", fields | {"data": b"\xff\xfe"}),
        lambda redis: forge(redis, "i6", fields),
        lambda redis: forge(redis, "i7", fields | {"data": ours, "timeout": -1}),
        lambda redis: forge(redis, "i8", fields | {"data": ours, "origin": b"\xff"}),
        lambda redis: forge(redis, "i9", fields | {"data": ours, "status": "unheard-of"}),
        lambda redis: forge(redis, "i10", {b"\xff\xfe": b"x"}),
        lambda redis: forge(redis, "../../etc", fields | {"data": ours}),
        lambda redis: redis.rpush(f"rq:queue:{Queue.SOON.value}", "never-written"),
        lambda redis: enqueue(redis, CALL, "noted", [10**6], on_success=Callback(HERE), on_failure=Callback(HERE)),
        lambda redis: enqueue(redis, CALL, "noted", [0], on_success=Callback(HERE), on_failure=Callback(HERE)),
    ]


@pytest.mark.parametrize("number", range(len(forgeries(Path()))))
def test_a_forged_call_runs_nothing_and_ours_goes_on(
    services: Services, redis_url: str, redis: Redis, calls: RqQueue, notes: Notes, tmp_path: Path, number: int
) -> None:
    marker = tmp_path / "marker"
    forgeries(marker)[number](redis)
    add_jobs(services, NOTED, [1, 2])
    dispatch_jobs(services.database, calls)
    burst(services, redis_url)
    assert not marker.exists()
    assert CALLED == []
    assert notes.runs == [[1, 2]]
    assert all_of(services, Job) == []
    assert calls.waiting(Queue.SOON) == 0


def test_a_forged_call_is_told_in_the_log_and_leaves_redis(
    services: Services, redis_url: str, redis: Redis, tmp_path: Path
) -> None:
    forged = enqueue(redis, "os.system", f"touch {tmp_path / 'marker'}")
    with structlog.testing.capture_logs() as lines:
        burst(services, redis_url)
    assert [line["call"] for line in lines if line["event"] == "a call that is not ours was dropped"] == [forged]
    assert not redis.exists(f"rq:job:{forged}")


def test_a_call_sends_no_request_when_it_has_ended(
    services: Services, redis_url: str, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rq.webhook.urlopen", ran)
    hook = {"url": "http://169.254.169.254/", "job_status": "finished", "method": "GET", "headers": None, "timeout": 1}
    call_id = enqueue(redis, CALL, "noted", [10**6], result_ttl=60)
    redis.hset(f"rq:job:{call_id}", "webhooks", json.dumps([hook]))
    burst(services, redis_url)
    assert redis.exists(f"rq:job:{call_id}"), "it has run, for its result is kept"
    assert CALLED == []


def test_calls_that_another_release_cannot_read_are_handed_over_again(
    services: Services, redis_url: str, redis: Redis, calls: RqQueue, notes: Notes
) -> None:
    add_jobs(services, NOTED, [1])
    dispatch_jobs(services.database, calls)
    for key in redis.keys("rq:job:*"):
        redis.hset(key, "data", zlib.compress(pickle.dumps((CALL, None, ("noted", [1]), {}))))
    burst(services, redis_url)
    assert [job.attempts for job in all_of(services, Job)] == [0]
    with time_machine.travel(clock.now() + HANDED + timedelta(seconds=1)):
        dispatch_jobs(services.database, calls)
        burst(services, redis_url)
    assert notes.runs == [[1]]


@pytest.mark.parametrize(
    "call",
    [
        [CALL, None, ["k" * 201, [1]], {}],
        [CALL, None, ["k", list(range(1, MOST_IDS + 2))], {}],
        [CALL, None, ["k", [True]], {}],
        [CALL, None, ["k", [1 << 63]], {}],
        [CALL, None, ["k", [-1]], {}],
        [CALL, None, ["k"], {}],
        [CALL, "os", ["k", [1]], {}],
        {},
        "x" * (MOST_BYTES + 1),
    ],
)
def test_what_does_not_name_rows_is_no_call(call: Any) -> None:
    with pytest.raises(ValueError, match=r"rows|bytes"):
        rows_named(zlib.compress(json.dumps(call).encode()))


def test_what_the_relay_writes_is_a_call() -> None:
    assert rows_named(data(CALL, None, ["index", [1, 2]], {})) == ("index", [1, 2])
