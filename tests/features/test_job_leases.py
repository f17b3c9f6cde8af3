"""Who has a job, for how long, and what people see of it."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update

from repository.core import clock
from repository.core.actor import SYSTEM, Actor
from repository.core.errors import NotFound, Unavailable
from repository.core.unit_of_work import Database, UnitOfWork
from repository.engines.registrars.port import Registration
from repository.engines.services import Services
from repository.operation.model import Job, JobState
from repository.operation.open_jobs import backlog_state, job_with_fact, open_jobs
from tests.conftest import Deposits
from tests.support.registrar_servers import FakeRegistrar
from tests.support.settling import run_all
from workers import claiming
from workers.relay import relay

pytestmark = pytest.mark.slow


def jobs_of(services: Services, name: str | None = None) -> list[Job]:
    with services.database.snapshot(SYSTEM) as unit:
        return [job for job in open_jobs(unit) if name in (None, job.name)]


def test_a_lease_is_renewed_as_long_as_the_job_runs_though_writing_it_failed_meanwhile(
    deposits: Deposits, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(Database):
        """A lease cannot be written the first two times, for a reason that nobody has thought of."""

        renewals = 0
        renewed = threading.Event()

        @contextmanager
        def transaction(self, actor: Actor) -> Iterator[UnitOfWork]:
            if threading.current_thread().name == "lease":
                self.renewals += 1
                if self.renewals in (1, 2):
                    raise RuntimeError("A bug, say.")
            with super().transaction(actor) as unit:
                yield unit
            if threading.current_thread().name == "lease":
                self.renewed.set()

    monkeypatch.setattr(claiming, "RENEW_SECONDS", 0.01)
    database = Interrupted(services.database.engine)

    class Slow(FakeRegistrar):
        def register_one(self, registration: Registration) -> None:
            assert database.renewed.wait(30)

    slow = Slow()
    deposits.published()
    with closing(database):
        run_all(replace(services, database=database, registrars={"doi": slow, "cstr": slow}))

    assert database.renewals >= 3
    assert jobs_of(services) == []


def test_who_has_lost_its_lease_leaves_the_job_to_the_process_that_claimed_it_since(
    deposits: Deposits, services: Services
) -> None:
    deposits.published()
    while relay(services.database):
        pass

    class Overtaken(FakeRegistrar):
        def register_one(self, registration: Registration) -> None:
            with services.database.transaction(SYSTEM) as unit:
                taken = update(Job).where(Job.name == "register", Job.state == JobState.RUNNING.value)
                unit.session.execute(taken.values(attempts=7))
            raise Unavailable("The registrar is on holiday.")

    overtaken = Overtaken()
    run_all(replace(services, registrars={"doi": overtaken, "cstr": overtaken}))

    left = jobs_of(services, "register")
    assert {(job.state, job.attempts, job.cause) for job in left} == {(JobState.RUNNING.value, 7, "")}
    assert len(left) == 2


def test_the_standing_counts_by_queue_kind_and_state_and_says_how_long_the_oldest_waits(
    deposits: Deposits, services: Services
) -> None:
    while relay(services.database):  # people were registered before
        pass
    with time_machine.travel(clock.now(), tick=False) as traveller:
        deposits.published()
        traveller.shift(timedelta(seconds=100))
        with services.database.snapshot(SYSTEM) as unit:
            before = backlog_state(unit)
        while relay(services.database):
            pass
        traveller.shift(timedelta(seconds=30))
        with services.database.transaction(SYSTEM) as unit:
            queued = {"state": JobState.QUEUED.value, "run_after": unit.now + timedelta(seconds=60)}
            unit.session.execute(update(Job).where(Job.name == "verify_files").values(**queued))
            failed = {"state": JobState.FAILED.value, "attempts": 20}
            unit.session.execute(update(Job).where(Job.name == "register").values(**failed))
        with services.database.snapshot(SYSTEM) as unit:
            after = backlog_state(unit)

    assert (before.facts > 0, before.oldest_fact, before.jobs) == (True, 100.0, {})
    assert (after.facts, after.oldest_fact) == (0, 0.0)
    assert after.jobs["long", "verify_files", "queued"] == 1
    assert after.jobs["soon", "register", "failed"] == 2
    assert after.oldest_job == {"soon": 30.0, "long": 30.0, "idle": 30.0}


def test_a_job_is_shown_with_the_fact_that_it_follows_from(deposits: Deposits, services: Services) -> None:
    record = deposits.published()
    while relay(services.database):
        pass
    (verify,) = jobs_of(services, "verify_files")

    with services.database.snapshot(SYSTEM) as unit:
        job, fact = job_with_fact(unit, verify.id, services.kinds)
        with pytest.raises(NotFound):
            job_with_fact(unit, verify.id + 1000, services.kinds)

    number = int(record["id"])
    assert (job.subject, fact.kind, fact.phrase) == (number, "VersionPublished", "published version 1")
    assert fact.fact is not None
    assert fact.fact.subject == number
