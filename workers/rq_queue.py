"""Calls in Redis, by RQ: each only names a batch of rows of the job table that are due.

One database of Redis belongs to one installation.  A lost call loses no job, and a call too many does no harm.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import rq
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq.serializers import JSONSerializer

from repository.core.errors import Unavailable
from repository.feature import Queue

CALL = "workers.rq_worker.run_call"
"""the function that a call names; workers of earlier releases import it"""
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0
"""longer than a worker waits at an empty queue; a connection that is silent for longer is dead"""
LIMIT_SECONDS: Mapping[Queue, int] = {Queue.SOON: 15 * 60, Queue.LONG: 24 * 60 * 60, Queue.IDLE: 24 * 60 * 60}
"""A call that takes longer is ended, so that nothing hangs for ever.  Every engine has far shorter limits."""
FAILED_SECONDS = 15 * 60
"""how long Redis keeps a call that was ended or whose worker died; its jobs stay in the table"""
MOST_WAITING = 32
"""calls in one queue"""


@dataclass(frozen=True, slots=True)
class BatchCall:
    """A message that the rows with `ids`, of one kind, are due."""

    kind: str
    ids: Sequence[int]


class RqQueue:
    """The queues of calls in one Redis.  Every method raises `Unavailable` when it does not answer in time."""

    def __init__(self, url: str) -> None:
        self._redis = connect(url)

    def room(self, queue: Queue) -> int:
        """Return how many more calls may wait in `queue`."""
        return max(0, MOST_WAITING - self.waiting(queue))

    def waiting(self, queue: Queue) -> int:
        """Count the calls that wait in `queue`."""
        with _translated():
            return int(self._queue(queue).count)

    def put(self, queue: Queue, calls: Sequence[BatchCall]) -> None:
        """Add calls at the end of `queue`."""
        with _translated():
            self._queue(queue).enqueue_many([_prepared(queue, call) for call in calls])

    def close(self) -> None:
        self._redis.close()

    def _queue(self, queue: Queue) -> rq.Queue:
        return rq.Queue(queue.value, connection=self._redis, serializer=JSONSerializer)


def connect(url: str) -> Redis:
    """Return a pool of connections; one that does not answer is given up soon, and not tried again in silence."""
    return Redis.from_url(
        url,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


def _prepared(queue: Queue, call: BatchCall) -> rq.queue.EnqueueData:
    return rq.Queue.prepare_data(
        CALL,
        args=(call.kind, list(call.ids)),
        timeout=LIMIT_SECONDS[queue],
        result_ttl=0,
        failure_ttl=FAILED_SECONDS,
        description=f"{call.kind}, {len(call.ids)} jobs",
    )


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except RedisError as error:
        raise Unavailable("Redis, which carries the jobs to their workers, does not answer.") from error
