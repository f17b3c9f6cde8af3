"""What both ways to run jobs promise: in threads of the server, and over Redis by relays and workers.

A test module of one way derives from `QueueContract` and gives it a fixture `work_off` that runs all jobs that are due.
"""

from collections.abc import Callable, MutableMapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
import time_machine
from sqlalchemy import update

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.identifiers.model import Identifier
from repository.operation.model import Job, JobState
from repository.operation.open_jobs import retry_jobs
from repository.search.index import differences
from tests.conftest import Deposits
from tests.contracts.queue_jobs import KINDS, NOTED, PICKY, REFUSED, REQUEST, Notes, add_jobs
from tests.contracts.together import all_of
from workers import runner
from workers.claiming import LEASE, LOST, MAX_ATTEMPTS, NOT_KNOWN
from workers.unknown_kinds import resume_known

WorkOff = Callable[[], None]


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Notes:
    """The kinds of jobs that leave notes, known to this process."""
    kept = Notes(tmp_path)
    for name, kind in kept.kinds.items():
        monkeypatch.setitem(KINDS, name, kind)
    return kept


def leave_running(services: Services, attempts: int) -> None:
    """As if the process that runs all jobs died after so many attempts."""
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(
            update(Job).values(state=JobState.RUNNING.value, attempts=attempts, run_after=unit.now + LEASE)
        )


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[MutableMapping[str, Any]]:
    """What the runner tells the log."""
    kept = structlog.testing.LogCapture()
    every_level = structlog.make_filtering_bound_logger(0)
    with_context = [structlog.contextvars.merge_contextvars, kept]
    monkeypatch.setattr(runner, "log", structlog.wrap_logger(None, with_context, every_level))
    return kept.entries


class QueueContract:
    """Each test runs on every installation."""

    def test_what_follows_from_a_publication_is_done_once(
        self, deposits: Deposits, services: Services, work_off: WorkOff
    ) -> None:
        deposits.published()
        work_off()
        assert all_of(services, Job) == []
        assert list(differences(services)) == []
        assert {each.state for each in all_of(services, Identifier)} == {"registered"}

    def test_jobs_of_one_kind_that_wait_together_run_together(
        self, services: Services, notes: Notes, work_off: WorkOff
    ) -> None:
        add_jobs(services, NOTED, range(1, 8))
        work_off()
        assert notes.runs == [[1, 2, 3, 4, 5, 6, 7]]
        work_off()
        assert len(notes.runs) == 1

    def test_more_jobs_than_fit_in_one_run_are_all_done(
        self, services: Services, notes: Notes, work_off: WorkOff
    ) -> None:
        add_jobs(services, NOTED, range(1, 401))
        work_off()
        assert notes.subjects == list(range(1, 401))
        assert len(notes.runs) == 8

    def test_of_jobs_that_fail_together_those_that_can_succeed_do(
        self, services: Services, notes: Notes, work_off: WorkOff
    ) -> None:
        add_jobs(services, PICKY, [1, 2, REFUSED, 4])
        work_off()
        assert notes.runs == [[1], [2], [4]]
        (left,) = all_of(services, Job)
        assert (left.subject, left.state, left.attempts) == (REFUSED, JobState.WAITING.value, 1)
        assert left.cause == f"Unavailable: Nothing is known of {REFUSED}."

    def test_pauses_grow_until_a_job_is_given_up_and_it_runs_when_somebody_retries_it(
        self, services: Services, notes: Notes, work_off: WorkOff
    ) -> None:
        add_jobs(services, PICKY, [REFUSED])
        pauses = []
        with time_machine.travel(clock.now(), tick=False) as traveller:
            work_off()
            while (job := all_of(services, Job)[0]).state == JobState.WAITING.value:
                pauses.append(job.run_after - clock.now())
                traveller.shift(pauses[-1] - timedelta(seconds=1))
                work_off()
                assert all_of(services, Job)[0].attempts == len(pauses)
                traveller.shift(timedelta(seconds=1))
                work_off()
            assert (job.state, job.attempts) == (JobState.FAILED.value, MAX_ATTEMPTS)
            assert "Nothing is known" in job.cause
            assert pauses == sorted(pauses)
            assert pauses[0] < pauses[-1]
            traveller.shift(timedelta(days=365))
            notes.mended.touch()
            work_off()
            assert notes.runs == []
            with services.database.transaction(SYSTEM) as unit:
                assert retry_jobs(unit) == 1
            work_off()
        assert notes.runs == [[REFUSED]]
        assert all_of(services, Job) == []

    def test_jobs_of_a_dead_process_run_again_each_by_itself_when_the_lease_ends(
        self, services: Services, notes: Notes, work_off: WorkOff
    ) -> None:
        add_jobs(services, NOTED, [1, 2, 3])
        leave_running(services, 1)
        work_off()
        assert notes.runs == []
        with time_machine.travel(clock.now() + LEASE + timedelta(seconds=1)):
            work_off()
        assert notes.runs == [[1], [2], [3]]

    def test_a_job_that_its_process_dies_of_each_time_is_given_up(
        self, services: Services, notes: Notes, work_off: WorkOff
    ) -> None:
        add_jobs(services, NOTED, [1])
        leave_running(services, MAX_ATTEMPTS)
        with time_machine.travel(clock.now() + LEASE + timedelta(seconds=1)):
            work_off()
        (job,) = all_of(services, Job)
        assert (job.state, job.cause) == (JobState.FAILED.value, LOST)
        assert notes.runs == []

    def test_jobs_of_an_unknown_kind_wait_until_a_release_knows_them_and_stop_no_other(
        self, services: Services, notes: Notes, work_off: WorkOff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add_jobs(services, "newer", [1, 2])
        add_jobs(services, NOTED, [3])
        work_off()
        assert notes.runs == [[3]]
        assert {(job.state, job.attempts, job.cause) for job in all_of(services, Job)} == {("unknown", 0, NOT_KNOWN)}
        assert resume_known(services.database) == 0
        monkeypatch.setitem(KINDS, "newer", notes.kinds[NOTED])
        work_off()
        assert notes.runs == [[3]]
        assert resume_known(services.database) == 2
        work_off()
        assert notes.runs == [[3], [1, 2]]
        assert all_of(services, Job) == []

    def test_the_log_tells_of_each_run_its_jobs_and_the_requests_that_caused_them(
        self, services: Services, notes: Notes, work_off: WorkOff, told: list[MutableMapping[str, Any]]
    ) -> None:
        add_jobs(services, PICKY, [1, REFUSED])
        ids = [job.id for job in all_of(services, Job)]
        work_off()
        lines = [line for line in told if line["event"].startswith("job ")]
        assert [(line["event"], line["log_level"], line["job_ids"]) for line in lines] == [
            ("job failed", "warning", ids),
            ("job done", "info", ids[:1]),
            ("job failed", "warning", ids[1:]),
        ]
        for line in lines:
            assert (line["job"], line["attempt"], line["request_ids"]) == (PICKY, 1, [REQUEST])
            assert line["seconds"] >= 0
        assert lines[2]["subjects"] == [REFUSED]
        assert "Nothing is known" in lines[2]["cause"]
