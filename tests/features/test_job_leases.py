"""Who has a job, for how long, and what people see of it."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update

from repository.engines.facilities import Facilities
from repository.engines.registrars.port import Registration
from repository.foundation import clock
from repository.foundation.actor import SYSTEM, Actor
from repository.foundation.errors import NotFound, Unavailable
from repository.foundation.work import Work, Works
from tests.conftest import Deposits
from tests.registrars import FakeRegistrar
from workers import claiming
from workers.desk import job_with_fact, open_jobs, standing_of
from workers.jobs import Queue
from workers.model import Job, JobState
from workers.relay import relay
from workers.runner import run_next

pytestmark = pytest.mark.slow


def work_off(facilities: Facilities) -> None:
    while relay(facilities.works) or sum(run_next(facilities, queue) for queue in Queue):
        pass


def jobs_of(facilities: Facilities, name: str | None = None) -> list[Job]:
    with facilities.works.reading(SYSTEM) as work:
        return [job for job in open_jobs(work) if name in (None, job.name)]


def test_a_lease_is_renewed_as_long_as_the_job_runs_though_writing_it_failed_meanwhile(
    deposits: Deposits, facilities: Facilities, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(Works):
        """A lease cannot be written the first two times, for a reason that nobody has thought of."""

        renewals = 0
        renewed = threading.Event()

        @contextmanager
        def writing(self, actor: Actor) -> Iterator[Work]:
            if threading.current_thread().name == "lease":
                self.renewals += 1
                if self.renewals in (1, 2):
                    raise RuntimeError("A bug, say.")
            with super().writing(actor) as work:
                yield work
            if threading.current_thread().name == "lease":
                self.renewed.set()

    monkeypatch.setattr(claiming, "RENEW_SECONDS", 0.01)
    works = Interrupted(facilities.works.engine)

    class Slow(FakeRegistrar):
        def register_one(self, registration: Registration) -> None:
            assert works.renewed.wait(30)

    slow = Slow()
    deposits.published()
    with closing(works):
        work_off(replace(facilities, works=works, registrars={"doi": slow, "cstr": slow}))

    assert works.renewals >= 3
    assert jobs_of(facilities) == []


def test_who_has_lost_its_lease_leaves_the_job_to_the_process_that_claimed_it_since(
    deposits: Deposits, facilities: Facilities
) -> None:
    deposits.published()
    while relay(facilities.works):
        pass

    class Overtaken(FakeRegistrar):
        def register_one(self, registration: Registration) -> None:
            with facilities.works.writing(SYSTEM) as work:
                taken = update(Job).where(Job.name == "register", Job.state == JobState.RUNNING.value)
                work.session.execute(taken.values(attempts=7))
            raise Unavailable("The registrar is on holiday.")

    overtaken = Overtaken()
    work_off(replace(facilities, registrars={"doi": overtaken, "cstr": overtaken}))

    left = jobs_of(facilities, "register")
    assert {(job.state, job.attempts, job.cause) for job in left} == {(JobState.RUNNING.value, 7, "")}
    assert len(left) == 2


def test_the_standing_counts_by_queue_kind_and_state_and_says_how_long_the_oldest_waits(
    deposits: Deposits, facilities: Facilities
) -> None:
    while relay(facilities.works):  # people were registered before
        pass
    with time_machine.travel(clock.now(), tick=False) as traveller:
        deposits.published()
        traveller.shift(timedelta(seconds=100))
        with facilities.works.reading(SYSTEM) as work:
            before = standing_of(work)
        while relay(facilities.works):
            pass
        traveller.shift(timedelta(seconds=30))
        with facilities.works.writing(SYSTEM) as work:
            queued = {"state": JobState.QUEUED.value, "run_after": work.now + timedelta(seconds=60)}
            work.session.execute(update(Job).where(Job.name == "verify_files").values(**queued))
            failed = {"state": JobState.FAILED.value, "attempts": 20}
            work.session.execute(update(Job).where(Job.name == "register").values(**failed))
        with facilities.works.reading(SYSTEM) as work:
            after = standing_of(work)

    assert (before.facts > 0, before.oldest_fact, before.jobs) == (True, 100.0, {})
    assert (after.facts, after.oldest_fact) == (0, 0.0)
    assert after.jobs["long", "verify_files", "queued"] == 1
    assert after.jobs["soon", "register", "failed"] == 2
    assert after.oldest_job == {"soon": 30.0, "long": 30.0}


def test_a_job_is_shown_with_the_fact_that_it_follows_from(deposits: Deposits, facilities: Facilities) -> None:
    record = deposits.published()
    while relay(facilities.works):
        pass
    (verify,) = jobs_of(facilities, "verify_files")

    with facilities.works.reading(SYSTEM) as work:
        job, fact = job_with_fact(work, verify.id)
        with pytest.raises(NotFound):
            job_with_fact(work, verify.id + 1000)

    assert (job.subject, fact.kind, fact.subject) == (int(record["id"]), "VersionPublished", int(record["id"]))
