"""A process that takes calls from Redis and runs the rows that they name.

Jobs run in the process itself, not in a fork for each: engines are opened once.  A job whose process is killed runs
again because its lease ends, not because a parent has seen it die.
"""

from collections.abc import Sequence
from contextlib import closing, suppress
from contextvars import ContextVar
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.timeouts import UnixSignalDeathPenalty
from rq.worker import WorkerStatus

from repository.core.errors import Unavailable
from repository.engines.services import Services
from repository.feature import Queue
from workers.ending import Ending
from workers.loop import stop_on_signals
from workers.rq_calls import RowsCall
from workers.rq_queue import connect
from workers.runner import run_rows

PATIENCE_SECONDS = 5
"""how long it waits at empty queues before it tells Redis that it lives"""
AGAIN_SECONDS = 1.0
log = structlog.get_logger()
_services: ContextVar[Services] = ContextVar("services")
_ending: ContextVar[Ending] = ContextVar("ending")


class CallTimedOut(BaseException):
    """A call takes longer than its limit.  No `except Exception` takes it for the failure of a job."""


class TimeLimit(UnixSignalDeathPenalty):
    """RQ's limit, which ends a call by `CallTimedOut` here."""

    def __init__(self, timeout: int, _exception: type[Exception], **options: Any) -> None:
        super().__init__(timeout, CallTimedOut, **options)  # type: ignore[no-untyped-call]


class OurCall(RowsCall):
    """A call that runs the rows that it names, whatever function it names."""

    @staticmethod
    def run(kind: str, ids: Sequence[int]) -> None:
        run_call(kind, ids)


class CallWorker(SimpleWorker):
    """RQ's worker without the parts that only a forking worker needs, such as commands from Redis."""

    death_penalty_class = TimeLimit
    max_connection_wait_time = PATIENCE_SECONDS
    log_job_description = False

    def __init__(self, queues: Sequence[Queue], connection: Redis, ending: Ending) -> None:
        self._ending = ending
        super().__init__(
            [queue.value for queue in queues],
            connection=connection,
            job_class=OurCall,
            serializer=JSONSerializer,
            worker_ttl=PATIENCE_SECONDS + 15,  # RQ waits at an empty queue for 15 seconds less
        )

    def subscribe(self) -> None:
        """Take no commands from Redis."""

    def check_for_suspension(self, burst: bool) -> None:  # noqa: ARG002 - RQ's signature
        """Remember a signal that came before RQ listened to signals; nobody suspends this worker."""
        self._stop_requested = self._stop_requested or self._ending.is_set()

    def _shutdown(self) -> None:
        """End after the present call; Redis is not told, for it may be away and must not break that call."""
        self._ending.set()
        if self.get_state() != WorkerStatus.BUSY:
            raise StopRequested
        self._stop_requested = True


def work_off(services: Services, url: str, queues: Sequence[Queue], burst: bool = False) -> None:
    """Take calls from `queues` in their order until a signal ends it, with `burst` until none waits.

    While Redis is away, it waits.  In the main thread only.
    """
    _services.set(services)
    with stop_on_signals() as ending, suppress(StopRequested):
        _ending.set(ending)
        while not ending.is_set():
            _work(queues, url, ending, burst)
            if burst:
                break
            ending.wait(AGAIN_SECONDS)


def _work(queues: Sequence[Queue], url: str, ending: Ending, burst: bool) -> None:
    """Take calls until a signal comes, or until RQ gives up because of Redis."""
    with closing(connect(url)) as connection:
        try:
            CallWorker(queues, connection, ending).work(burst=burst, logging_level="WARNING")
        except RedisError as error:
            log.error("Redis does not answer", again_in_seconds=AGAIN_SECONDS, exc_info=error)


def run_call(kind: str, ids: Sequence[int]) -> None:
    """Run the rows that a call names; while the database is away, wait for it."""
    ending = _ending.get()
    while True:
        try:
            run_rows(_services.get(), ids)
            return
        except Unavailable as error:
            log.error("jobs wait for the database", job=kind, job_ids=ids, exc_info=error)
        if ending.wait(AGAIN_SECONDS):
            return
