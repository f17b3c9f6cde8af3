"""Jobs over Redis and RQ: the contract, and what only calls can be asked."""

import socket
import subprocess
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from redis import Redis

from repository.core import clock
from repository.core.actor import Actor
from repository.core.errors import Unavailable
from repository.core.unit_of_work import Database, UnitOfWork
from repository.engines.services import Services
from repository.feature import Queue
from repository.operation.model import Job, JobState
from tests.contracts.queue_calls import burst, calls, work_off
from tests.contracts.queue_contract import QueueContract, WorkOff, notes, told
from tests.contracts.queue_jobs import NOTED, PICKY, REFUSED, STUCK, Notes, add_jobs
from tests.contracts.together import all_of, at_once
from tests.support.web_server import free_port
from workers import rq_queue as calls_module
from workers import rq_worker
from workers.claiming import LEASE
from workers.dispatch import HANDED, MOST, PACE_SECONDS, RelayLoop, dispatch_jobs
from workers.rq_queue import MOST_WAITING, BatchCall, RqQueue
from workers.runner import run_next

__all__ = ["calls", "notes", "told", "work_off"]

Running = subprocess.Popen[bytes]
PATIENCE = 60.0
"""seconds that anything may take on a busy machine"""


def states(services: Services) -> set[str]:
    return {job.state for job in all_of(services, Job)}


class TestRqQueue(QueueContract):
    """The contract."""


def test_a_call_comes_after_its_rows_are_marked(services: Services, calls: RqQueue, notes: Notes) -> None:
    add_jobs(services, NOTED, [1, 2])
    assert dispatch_jobs(services.database, calls) == 2
    assert states(services) == {JobState.QUEUED.value}
    assert calls.waiting(Queue.SOON) == 1
    assert dispatch_jobs(services.database, calls) == 0
    assert not any(run_next(services, queue) for queue in Queue)


def test_no_more_calls_wait_than_there_is_room_for(services: Services, calls: RqQueue, notes: Notes) -> None:
    for number in range(MOST_WAITING + 5):
        add_jobs(services, NOTED, [number])
        dispatch_jobs(services.database, calls)
    assert calls.waiting(Queue.SOON) == MOST_WAITING
    assert sorted(job.state for job in all_of(services, Job)).count(JobState.WAITING.value) == 5


def test_after_a_quiet_second_a_relay_passes_on_at_once_and_then_what_happened_in_a_second(
    services: Services, calls: RqQueue, notes: Notes
) -> None:
    seconds = [100.0]
    relay = RelayLoop(services.database, calls, lambda: seconds[0])
    add_jobs(services, NOTED, [1])
    assert not relay.round()
    assert calls.waiting(Queue.SOON) == 1
    for number in (2, 3, 4):
        add_jobs(services, NOTED, [number])
        assert not relay.round()
    assert calls.waiting(Queue.SOON) == 1
    seconds[0] += PACE_SECONDS
    assert not relay.round()
    assert calls.waiting(Queue.SOON) == 2
    assert states(services) == {JobState.QUEUED.value}


def test_a_relay_does_not_rest_while_more_waits_than_a_round_takes(
    services: Services, calls: RqQueue, notes: Notes
) -> None:
    relay = RelayLoop(services.database, calls, lambda: 100.0)
    add_jobs(services, NOTED, range(MOST + 1))
    assert relay.round()
    assert not relay.round()
    assert states(services) == {JobState.QUEUED.value}


def test_calls_that_a_flushed_redis_has_lost_are_made_again(
    services: Services, redis_url: str, calls: RqQueue, notes: Notes, work_off: WorkOff
) -> None:
    add_jobs(services, NOTED, [1, 2, 3])
    dispatch_jobs(services.database, calls)
    with Redis.from_url(redis_url) as redis:
        redis.flushdb()
    work_off()
    assert notes.runs == []
    with time_machine.travel(clock.now() + HANDED + timedelta(seconds=1)):
        work_off()
    assert notes.runs == [[1, 2, 3]]
    assert all_of(services, Job) == []


def test_rows_that_were_handed_over_run_embedded_when_there_is_no_worker_any_more(
    services: Services, calls: RqQueue, notes: Notes
) -> None:
    add_jobs(services, NOTED, [1, 2, 3])
    dispatch_jobs(services.database, calls)
    with time_machine.travel(clock.now() + HANDED + timedelta(seconds=1)):
        assert run_next(services, Queue.SOON) == 3
    assert notes.runs == [[1, 2, 3]]


def test_a_call_too_many_runs_nothing_twice_and_nothing_too_early(
    services: Services, redis_url: str, calls: RqQueue, notes: Notes
) -> None:
    add_jobs(services, NOTED, [1])
    add_jobs(services, PICKY, [REFUSED])
    dispatch_jobs(services.database, calls)
    for job in all_of(services, Job):
        calls.put(Queue.SOON, [BatchCall(job.name, [job.id])] * 3)
    burst(services, redis_url)
    assert notes.runs == [[1]]
    (left,) = all_of(services, Job)
    assert (left.subject, left.attempts, left.state) == (REFUSED, 1, JobState.WAITING.value)


def test_rows_that_could_not_be_called_for_are_due_at_once(services: Services, calls: RqQueue, notes: Notes) -> None:
    class Cut(RqQueue):
        def room(self, queue: Queue) -> int:
            return 1

    add_jobs(services, NOTED, [1, 2])
    with closing(Cut(f"redis://127.0.0.1:{free_port()}/0")) as away, pytest.raises(Unavailable, match="Redis"):
        dispatch_jobs(services.database, away)
    assert states(services) == {JobState.WAITING.value}
    assert dispatch_jobs(services.database, calls) == 2


def test_relays_at_once_hand_over_each_row_once(
    services: Services, redis_url: str, calls: RqQueue, notes: Notes
) -> None:
    add_jobs(services, NOTED, range(1, 201))

    def run() -> int:
        with closing(RqQueue(redis_url)) as own:
            return sum(iter(lambda: dispatch_jobs(services.database, own), 0))

    handed = at_once(*[run] * 3)
    dispatch_jobs(services.database, calls)
    assert sum(handed) <= 200
    burst(services, redis_url)
    assert notes.subjects == list(range(1, 201))


def test_a_call_that_takes_too_long_is_ended_and_its_jobs_are_due_when_the_lease_ends(
    services: Services,
    redis_url: str,
    calls: RqQueue,
    notes: Notes,
    work_off: WorkOff,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calls_module, "LIMIT_SECONDS", dict.fromkeys(Queue, 1))
    notes.hold.touch()
    add_jobs(services, STUCK, [1, 2])
    dispatch_jobs(services.database, calls)
    burst(services, redis_url)
    assert {(job.state, job.attempts) for job in all_of(services, Job)} == {(JobState.RUNNING.value, 1)}
    notes.hold.unlink()
    with time_machine.travel(clock.now() + LEASE + timedelta(seconds=1)):
        work_off()
    assert notes.runs == [[1, 2], [1], [2]]
    assert all_of(services, Job) == []


def test_a_call_waits_for_a_database_that_is_away(
    services: Services, redis_url: str, calls: RqQueue, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away(Database):
        """Not there the first three times."""

        times = 3

        def writing(self, actor: Actor) -> AbstractContextManager[UnitOfWork]:
            if self.times:
                self.times -= 1
                raise Unavailable("The database is not available right now.")
            return super().writing(actor)

    monkeypatch.setattr(rq_worker, "AGAIN_SECONDS", 0.01)
    add_jobs(services, NOTED, [1, 2])
    dispatch_jobs(services.database, calls)
    burst(replace(services, database=Away(services.database.engine)), redis_url)
    assert notes.runs == [[1, 2]]
    assert all_of(services, Job) == []


def test_a_redis_that_accepts_and_never_answers_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls_module, "ANSWER_SECONDS", 0.2)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        closing(RqQueue(f"redis://user:hidden@127.0.0.1:{silent.getsockname()[1]}/0")) as away,
        pytest.raises(Unavailable, match="does not answer") as raised,
    ):
        away.waiting(Queue.SOON)
    assert "hidden" not in f"{raised.value} {raised.value.__cause__}"
