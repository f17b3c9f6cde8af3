"""Jobs over Redis and RQ in processes of their own, some of which are killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from config.settings import Settings
from repository.core import clock
from repository.core.errors import Unavailable
from repository.engines.services import Services
from repository.feature import Queue
from repository.identifiers.model import Identifier
from repository.operation.model import Job
from repository.search.index import differences
from tests.conftest import Deposits
from tests.contracts.queue_calls import calls, work_off
from tests.contracts.queue_contract import WorkOff, notes
from tests.contracts.queue_jobs import NOTED, STUCK, Notes, add_jobs
from tests.contracts.together import all_of
from tests.support.web_server import environment_of, free_port, until
from workers.claiming import LEASE
from workers.dispatch import dispatch_jobs
from workers.relay import relay
from workers.rq_queue import RqQueue

__all__ = ["calls", "notes", "work_off"]

Running = subprocess.Popen[bytes]
PATIENCE = 120.0
"""seconds that anything may take on a busy machine"""


@pytest.fixture
def environment(settings: Settings, redis_url: str, tmp_path: Path) -> dict[str, str]:
    """That of a process of the installation under test."""
    return environment_of(
        tmp_path,
        BASE_URL=settings.base_url,
        DATABASE_URL=settings.database_url,
        STORE_URL=settings.store_url,
        SEARCH_URL=settings.search_url,
        QUEUE_URL=redis_url,
    )


@contextmanager
def process(environment: dict[str, str], log: Path, *arguments: str) -> Iterator[Running]:
    """A process that is gone after the block, however the block ends."""
    with log.open("ab") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", *arguments], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def a_worker(
    environment: dict[str, str], folder: Path, url: str, name: str = "worker"
) -> AbstractContextManager[Running]:
    """A worker process that knows the jobs that leave notes."""
    return process(environment, folder / f"{name}.log", "tests.contracts.queue_jobs", str(folder), url)


@pytest.mark.process
def test_jobs_of_a_worker_killed_in_the_middle_are_run_by_another(
    services: Services,
    environment: dict[str, str],
    redis_url: str,
    calls: RqQueue,
    notes: Notes,
    work_off: WorkOff,
    tmp_path: Path,
) -> None:
    notes.hold.touch()
    add_jobs(services, STUCK, [1, 2])
    with a_worker(environment, tmp_path, redis_url) as worker:
        dispatch_jobs(services.database, calls)
        until(lambda: notes.runs == [[1, 2]], PATIENCE, "the job runs")
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    notes.hold.unlink()
    work_off()
    assert notes.runs == [[1, 2]]
    with time_machine.travel(clock.now() + LEASE + timedelta(seconds=1)):
        work_off()
    assert notes.runs == [[1, 2], [1], [2]]
    assert all_of(services, Job) == []


@pytest.mark.process
def test_a_worker_that_is_told_to_end_finishes_what_it_does(
    services: Services, environment: dict[str, str], redis_url: str, calls: RqQueue, notes: Notes, tmp_path: Path
) -> None:
    notes.hold.touch()
    add_jobs(services, STUCK, [1])
    with a_worker(environment, tmp_path, redis_url) as worker:
        dispatch_jobs(services.database, calls)
        until(lambda: notes.runs == [[1]], PATIENCE, "the job runs")
        worker.terminate()
        notes.hold.unlink()
        assert worker.wait(PATIENCE) == 0
    assert all_of(services, Job) == []
    assert notes.runs == [[1]]


@pytest.mark.process
def test_an_idle_worker_ends_at_once_when_it_is_told_to(
    environment: dict[str, str], services: Services, redis_url: str, calls: RqQueue, notes: Notes, tmp_path: Path
) -> None:
    add_jobs(services, NOTED, [1])
    dispatch_jobs(services.database, calls)
    with a_worker(environment, tmp_path, redis_url) as worker:
        until(lambda: not all_of(services, Job), PATIENCE, "the job is done")
        worker.terminate()
        assert worker.wait(PATIENCE) == 0


@contextmanager
def own_redis(folder: Path, port: int) -> Iterator[str]:
    """A Redis without memory, gone after the block."""
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    url = f"redis://127.0.0.1:{port}/0"
    try:
        with closing(RqQueue(url)) as probe:
            until(lambda: _answers(probe), PATIENCE, "Redis answers")
        yield url
    finally:
        server.kill()
        server.wait()


def _answers(probe: RqQueue) -> bool:
    try:
        probe.waiting(Queue.SOON)
    except Unavailable:
        return False
    return True


@pytest.mark.process
def test_what_happens_while_redis_is_away_follows_when_it_is_back_and_no_process_has_ended(
    deposits: Deposits, services: Services, environment: dict[str, str], redis_url: str, tmp_path: Path
) -> None:
    port = free_port()
    environment |= {"REPOSITORY_QUEUE_URL": f"redis://127.0.0.1:{port}/0"}
    with (
        process(environment, tmp_path / "relay.log", "repository", "relay") as a_relay,
        process(environment, tmp_path / "worker.log", "repository", "worker") as worker,
    ):
        with own_redis(tmp_path, port):
            deposits.published()
            until(lambda: not all_of(services, Job) and not relay(services.database), PATIENCE, "all is done")
        deposits.published()
        until(lambda: "does not answer" in (tmp_path / "relay.log").read_text(), PATIENCE, "the relay notices")
        with own_redis(tmp_path, port):
            until(lambda: not all_of(services, Job) and not list(differences(services)), PATIENCE, "all is done")
            assert a_relay.poll() is None
            assert worker.poll() is None
            for each in (a_relay, worker):
                each.terminate()
                assert each.wait(PATIENCE) == 0
    assert {each.state for each in all_of(services, Identifier)} == {"registered"}


@pytest.mark.process
@pytest.mark.parametrize("name", ["worker", "relay"])
def test_a_process_that_has_never_met_its_redis_waits_for_it_and_ends_when_it_is_told_to(
    environment: dict[str, str], services: Services, redis_url: str, tmp_path: Path, name: str, notes: Notes
) -> None:
    add_jobs(services, NOTED, [1])
    environment |= {"REPOSITORY_QUEUE_URL": f"redis://:hidden@127.0.0.1:{free_port()}/0"}
    log = tmp_path / f"{name}.log"
    with process(environment, log, "repository", name) as started:
        until(lambda: log.read_text().count("again_in_seconds") >= 2, PATIENCE, "it tried twice")
        assert started.poll() is None
        started.terminate()
        assert started.wait(PATIENCE) == 0
    assert "hidden" not in log.read_text()


@pytest.mark.process
def test_two_relays_and_three_workers_do_everything_once(
    deposits: Deposits,
    services: Services,
    environment: dict[str, str],
    redis_url: str,
    notes: Notes,
    tmp_path: Path,
) -> None:
    add_jobs(services, NOTED, range(1, 301))
    published = 6
    with (
        process(environment, tmp_path / "relay-1.log", "repository", "relay"),
        process(environment, tmp_path / "relay-2.log", "repository", "relay"),
        a_worker(environment, tmp_path, redis_url, "worker-1"),
        a_worker(environment, tmp_path, redis_url, "worker-2"),
        a_worker(environment, tmp_path, redis_url, "worker-3"),
    ):
        for _ in range(published):
            deposits.published()
        until(lambda: not all_of(services, Job) and not list(differences(services)), PATIENCE, "all is done")
    assert notes.subjects == list(range(1, 301))
    assert {each.state for each in all_of(services, Identifier)} == {"registered"}
    logs = "".join(path.read_text() for path in tmp_path.glob("worker-*.log"))
    assert "job failed" not in logs


@pytest.mark.process
def test_what_a_server_imports_needs_no_redis() -> None:
    line = (
        "import sys, repository.app, repository.cli, workers.embedded_jobs; print({'redis', 'rq'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.process
@pytest.mark.parametrize("name", ["worker", "relay"])
def test_with_embedded_jobs_there_is_nothing_for_another_process_to_do(tmp_path: Path, name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "repository", name],
        env=environment_of(tmp_path, QUEUE_URL="embedded:"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "the server itself runs the jobs" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
