"""What follows from a fact is never lost, may happen twice, and leaves the same state."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.errors import Unavailable
from repository.core.facts import FactRow
from repository.engines.registrars.port import Registration
from repository.engines.services import Services
from repository.feature import JobRun, Queue
from repository.features import JOBS
from repository.files.model import FileEntry, FileSet, StoredFile
from repository.identifiers.model import Identifier
from repository.operation.model import Job, JobState
from repository.operation.open_jobs import backlog, open_jobs, retry_jobs
from repository.records.model import Concept, Version
from repository.search.index import differences
from tests.conftest import Caller, Deposits
from tests.support.registrar_servers import FakeRegistrar
from tests.support.settling import run_all
from workers.claiming import LEASE, MAX_ATTEMPTS
from workers.relay import relay
from workers.runner import run_next
from workers.sweeps.sweep_table import SWEEPS

pytestmark = pytest.mark.slow

Settle = Callable[[], None]


class Moody(FakeRegistrar):
    """A registrar that does not answer while it is `away`."""

    name = "moody"

    def __init__(self) -> None:
        super().__init__()
        self.away = True
        self.registered: list[str] = []

    def register_one(self, registration: Registration) -> None:
        if self.away:
            raise Unavailable("The registrar is on holiday.")
        self.registered.append(registration.value)


@pytest.fixture
def registrar() -> Moody:
    return Moody()


@pytest.fixture
def moody(services: Services, registrar: Moody) -> Services:
    """The same repository with that registrar."""
    return replace(services, registrars={"doi": registrar, "cstr": registrar})


def jobs_of(services: Services, name: str | None = None) -> list[Job]:
    with services.database.snapshot(SYSTEM) as unit:
        return [job for job in open_jobs(unit) if name in (None, job.name)]


def lasting(table: Any) -> list[Any]:
    return [column for column in table.__table__.c if column.name not in {"checked", "verified"}]


def everything(services: Services) -> dict[str, Any]:
    """All that jobs may change, but for when a file was read last."""
    tables: tuple[Any, ...] = (Concept, Version, FileSet, FileEntry, StoredFile, Identifier)
    with services.database.snapshot(SYSTEM) as unit:
        rows = {
            table.__tablename__: sorted(map(str, unit.session.execute(select(*lasting(table))).all()))
            for table in tables
        }
    stored = sorted((each.key, each.size) for each in services.store.objects())
    return {**rows, "index": list(services.search.entries()), "store": stored}


def test_nothing_waits_once_all_is_settled(deposits: Deposits, services: Services, settle: Settle) -> None:
    deposits.published()
    with services.database.snapshot(SYSTEM) as unit:
        assert backlog(unit)["facts"] > 0

    settle()

    with services.database.snapshot(SYSTEM) as unit:
        assert not any(backlog(unit).values())


def test_a_fact_is_relayed_once(deposits: Deposits, services: Services) -> None:
    deposits.published()
    while relay(services.database):
        pass
    before = [job.id for job in jobs_of(services)]

    assert relay(services.database) == 0

    assert [job.id for job in jobs_of(services)] == before != []


def test_each_job_may_run_twice(author: Caller, deposits: Deposits, services: Services, settle: Settle) -> None:
    record = deposits.published(None, **{"a.txt": b"a", "b.txt": b"b"})
    draft = deposits.open()
    deposits.upload(draft["id"], "c.txt", b"c")
    discarded = deposits.open()
    deposits.upload(discarded["id"], "d.txt", b"d")
    author.delete(discarded["links"]["self"])
    settle()
    before = everything(services)
    ids = range(1, int(discarded["id"]) + 20)

    for kind in JOBS.values():
        kind.run(services, JobRun(ids))
        kind.run(services, JobRun(ids))

    assert everything(services) == before
    assert author.get(f"{record['links']['files']}/a.txt/content").data == b"a"


def test_a_failing_job_is_kept_with_its_cause_and_tried_again_later(
    author: Caller, deposits: Deposits, moody: Services, registrar: Moody
) -> None:
    record = deposits.published()
    run_all(moody)

    waiting = jobs_of(moody)
    assert {job.name for job in waiting} == {"register"}
    assert {job.state for job in waiting} == {JobState.WAITING.value}
    assert all("The registrar is on holiday." in job.cause for job in waiting)
    assert all(job.run_after > clock.now() for job in waiting)
    shown = author.get(record["links"]["self"]).get_json()
    assert shown["pids"]["doi"]["state"] == "failed", "it says so, and is tried again"

    registrar.away = False
    run_all(moody)
    assert registrar.registered == []
    with time_machine.travel(max(job.run_after for job in waiting) + timedelta(seconds=1)):
        run_all(moody)

    assert jobs_of(moody) == []
    assert len(registrar.registered) == len(set(registrar.registered)) == 4
    assert author.get(record["links"]["self"]).get_json()["pids"]["doi"]["state"] == "registered"


def test_pauses_grow_and_at_last_the_job_is_given_up_until_somebody_retries_it(
    deposits: Deposits, moody: Services, registrar: Moody
) -> None:
    deposits.published()
    run_all(moody)
    pauses = []
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _ in range(MAX_ATTEMPTS):
            waiting = [job for job in jobs_of(moody) if job.state == JobState.WAITING.value]
            if not waiting:
                break
            pauses.append(max(job.run_after for job in waiting) - clock.now())
            traveller.shift(pauses[-1])
            run_all(moody)

    given_up = jobs_of(moody)
    assert {job.state for job in given_up} == {JobState.FAILED.value}
    assert pauses == sorted(pauses)
    assert pauses[-1] > pauses[0]
    registrar.away = False
    run_all(moody)
    assert registrar.registered == []

    with moody.database.transaction(SYSTEM) as unit:
        assert retry_jobs(unit) == len(given_up)
    run_all(moody)

    assert jobs_of(moody) == []
    assert len(registrar.registered) == 4


def test_of_jobs_that_fail_together_those_that_can_succeed_do(
    deposits: Deposits, services: Services, registrar: Moody
) -> None:
    first, second = deposits.published(), deposits.published()

    class Picky(Moody):
        def register_one(self, registration: Registration) -> None:
            self.away = registration.value == first["pids"]["doi"]["identifier"]
            super().register_one(registration)

    picky = Picky()
    run_all(replace(services, registrars={"doi": picky, "cstr": picky}))

    assert [job.subject for job in jobs_of(services)] == [int(first["id"])]
    assert second["pids"]["doi"]["identifier"] in picky.registered
    assert first["pids"]["cstr"]["identifier"] in picky.registered


def test_a_job_whose_process_died_is_claimed_again_when_its_lease_ends(deposits: Deposits, services: Services) -> None:
    deposits.published()
    while relay(services.database):
        pass
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(Job).values(state=JobState.RUNNING.value, attempts=1, run_after=unit.now + LEASE))

    assert [run_next(services, queue) for queue in Queue] == [0] * len(Queue)
    assert list(differences(services)) != []
    with time_machine.travel(clock.now() + LEASE + timedelta(seconds=1)):
        run_all(services)

    assert jobs_of(services) == []
    assert list(differences(services)) == []


def test_a_job_that_runs_is_not_taken_by_another(deposits: Deposits, services: Services) -> None:
    deposits.published()
    while relay(services.database):
        pass
    seen = []

    class Curious(Moody):
        def register_one(self, registration: Registration) -> None:
            with services.database.snapshot(SYSTEM) as unit:
                running = unit.session.scalars(select(Job).where(Job.name == "register")).all()
                seen.extend((job.state, job.run_after > clock.now()) for job in running)

    curious = Curious()
    run_all(replace(services, registrars={"doi": curious, "cstr": curious}))

    assert set(seen) == {(JobState.RUNNING.value, True)}


def test_facts_are_kept_with_who_did_them(deposits: Deposits, services: Services, settle: Settle) -> None:
    record = deposits.published()
    settle()

    with services.database.snapshot(SYSTEM) as unit:
        facts = unit.session.scalars(select(FactRow).order_by(FactRow.id)).all()
    of_record = [fact for fact in facts if fact.subject == int(record["id"]) and fact.kind.startswith(("Draft", "Ver"))]
    assert [fact.kind for fact in of_record] == ["DraftOpened", "VersionPublished"]
    assert {fact.actor for fact in of_record} == {f"person:{record['parent']['access']['owned_by']['user']}"}
    assert all(fact.request_id and fact.relayed_at for fact in of_record)


@pytest.mark.embedded("a server of the outside world does not travel in time with us")
def test_every_sweep_may_run_at_any_time_and_again(deposits: Deposits, services: Services, settle: Settle) -> None:
    deposits.published()
    settle()
    before = everything(services)

    with time_machine.travel(datetime(2099, 1, 1, tzinfo=UTC)):
        for sweep in [*SWEEPS, *SWEEPS]:
            sweep.run(services)
        settle()

    assert everything(services) == before
