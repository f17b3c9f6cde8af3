"""What administrators see and wish of jobs, sweeps and room, below commands and pages."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from repository.core import clock
from repository.core.actor import SYSTEM, Actor, Role, TokenScope
from repository.core.check_report import CheckReport
from repository.core.disks import Disks
from repository.core.errors import Forbidden, NotFound, Unavailable
from repository.core.facts import FactRow
from repository.core.unit_of_work import Snapshot
from repository.engines.services import Services
from repository.feature import Sweep
from repository.files.store_check import compare_with_store
from repository.identifiers.admin import count_by_state
from repository.operation import open_jobs as jobs
from repository.operation.model import Job, JobState, SweepRow
from repository.operation.open_jobs import backlog, counted, open_jobs, retry_jobs
from repository.operation.storage_commands import storage
from repository.operation.storage_state import storage_state
from repository.operation.sweep_runs import SweepState, sweep_runs, wish_sweep
from tests.conftest import Deposits
from workers.relay import relay
from workers.sweeps.schedule import run_due
from workers.sweeps.sweep_leases import enrol, take

CURATOR = Actor(7, Role.CURATOR, frozenset(TokenScope))
ADMINISTRATOR = Actor(8, Role.ADMINISTRATOR, frozenset(TokenScope))


def fail_jobs(services: Services) -> None:
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(Job).values(state=JobState.FAILED.value, attempts=20, cause="Unavailable: away"))


@pytest.fixture
def failed(services: Services, deposits: Deposits, relayed: None) -> Services:
    fail_jobs(services)
    return services


@pytest.fixture
def relayed(services: Services, deposits: Deposits) -> None:
    """Jobs of a published dataset, none of which has run."""
    deposits.published()
    while relay(services.database):
        pass


def facts_of(services: Services, kind: str) -> list[tuple[str, int, dict[str, object]]]:
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = snapshot.session.scalars(select(FactRow).where(FactRow.kind == kind).order_by(FactRow.id))
        return [(row.actor, row.subject, row.details) for row in rows]


def test_jobs_are_counted_by_state_and_to_a_limit(failed: Services) -> None:
    with failed.database.snapshot(SYSTEM) as snapshot:
        everything = open_jobs(snapshot)
        counts = backlog(snapshot)
    assert len(everything) > 2
    assert counts["failed"] == len(everything)
    assert set(counts) == {"facts", *JobState}
    assert counted(counts["failed"]) == f"{len(everything)}"
    assert counted(jobs.MOST + 1) == "more than 10000"


def test_failed_jobs_are_listed_page_by_page(failed: Services) -> None:
    with failed.database.snapshot(ADMINISTRATOR) as snapshot:
        everything = [job.id for job in open_jobs(snapshot, JobState.FAILED)]
        first = [job.id for job in open_jobs(snapshot, JobState.FAILED, 2)]
        rest = [job.id for job in open_jobs(snapshot, JobState.FAILED, 100, first[-1])]
        assert open_jobs(snapshot, JobState.WAITING) == []
    assert [*first, *rest] == everything


def test_who_retries_is_told_by_the_audit_trail(failed: Services) -> None:
    with failed.database.snapshot(SYSTEM) as snapshot:
        ids = [job.id for job in open_jobs(snapshot)]
    with failed.database.transaction(ADMINISTRATOR) as unit:
        assert retry_jobs(unit, ids[:1]) == 1
    with failed.database.transaction(ADMINISTRATOR) as unit:
        assert retry_jobs(unit) == len(ids) - 1
    with failed.database.transaction(ADMINISTRATOR) as unit:
        assert retry_jobs(unit) == 0
    assert facts_of(failed, "JobsRetried") == [
        ("person:8", ids[0], {"count": 1}),
        ("person:8", 0, {"count": len(ids) - 1}),
    ]
    with failed.database.snapshot(SYSTEM) as snapshot:
        assert backlog(snapshot)["waiting"] == len(ids)


def test_only_administrators_look_at_the_work_and_wish_of_it(services: Services) -> None:
    reads: list[Callable[[Snapshot], object]] = [
        open_jobs,
        sweep_runs,
        count_by_state,
        lambda snapshot: jobs.job_with_fact(snapshot, 1, services.kinds),
        lambda snapshot: storage_state(services, snapshot),
    ]
    for read in reads:
        with services.database.snapshot(CURATOR) as snapshot, pytest.raises(Forbidden):
            read(snapshot)
    with services.database.transaction(CURATOR) as unit:
        with pytest.raises(Forbidden):
            retry_jobs(unit)
        with pytest.raises(Forbidden):
            wish_sweep(unit, "store")


def test_a_sweep_that_somebody_wishes_for_runs_by_hand_once_and_before_its_time(services: Services) -> None:
    ran: list[str] = []

    def note(how: str) -> Callable[[Services], CheckReport]:
        return lambda _services: ran.append(how) or CheckReport(2, 1, ["one", "two"])

    sweep = Sweep("store", timedelta(days=1), note("by the clock"), by_hand=note("by hand"))
    assert run_due(services, [sweep]) == 0
    with services.database.transaction(ADMINISTRATOR) as unit:
        wish_sweep(unit, "store")
    with services.database.transaction(ADMINISTRATOR) as unit:
        wish_sweep(unit, "store")
    with services.database.snapshot(ADMINISTRATOR) as snapshot:
        assert [run.state for run in sweep_runs(snapshot)] == [SweepState.WISHED]
    assert run_due(services, [sweep]) == 1
    assert run_due(services, [sweep]) == 0
    assert ran == ["by hand"]
    with services.database.snapshot(ADMINISTRATOR) as snapshot:
        [run] = sweep_runs(snapshot)
    assert (run.state, run.faults, run.repaired, run.examples) == (SweepState.WELL, 2, 1, ["one", "two"])
    assert run.due > clock.now() + timedelta(hours=23)
    assert facts_of(services, "SweepWished") == [("person:8", 0, {"sweep": "store"})]


def test_a_sweep_is_new_running_or_failed(services: Services) -> None:
    enrol(services.database, {name: timedelta(days=1) for name in ("a", "b", "c")})
    take(services.database, "b")
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(SweepRow).where(SweepRow.name == "c").values(cause="Unavailable: no"))
    with services.database.snapshot(SYSTEM) as snapshot:
        states = {run.name: run.state for run in sweep_runs(snapshot)}
    assert states == {"a": SweepState.NEW, "b": SweepState.RUNNING, "c": SweepState.FAILED}


def test_nobody_can_wish_for_a_sweep_that_no_process_has(services: Services) -> None:
    with services.database.transaction(ADMINISTRATOR) as unit, pytest.raises(NotFound):
        wish_sweep(unit, "nothing")


def test_the_store_is_counted_when_it_is_compared(services: Services, deposits: Deposits) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "a.csv", b"12345")
    with services.database.snapshot(SYSTEM) as snapshot:
        assert storage_state(services, snapshot).total is None
    compare_with_store(services.database, services.store)
    with services.database.snapshot(SYSTEM) as snapshot:
        state = storage_state(services, snapshot)
    assert state.total is not None
    assert (state.total.objects, state.total.size) == (1, 5)
    assert (state.damaged, state.quarantine.waiting) == (0, 0)


def test_the_command_tells_the_room_of_each_disk_and_its_reserve(services: Services) -> None:
    compare_with_store(services.database, services.store)
    with services.database.snapshot(SYSTEM) as snapshot:
        state = storage_state(services, snapshot)

    lines = CliRunner().invoke(storage, obj=lambda: nullcontext(services)).output.splitlines()
    assert len([line for line in lines if line.startswith("disk\t")]) == len(state.disks)
    assert f"reserve\t{state.reserve}" in lines
    assert "damaged\t0 files" in lines
    assert any(line.startswith("store\t0 objects\t0 bytes\tat ") for line in lines)


def test_a_disk_that_is_gone_is_named_unavailable(services: Services) -> None:
    gone = replace(services, disks=Disks(0, {"store": Path("/nowhere/at/all")}))
    with services.database.snapshot(SYSTEM) as snapshot, pytest.raises(Unavailable):
        storage_state(gone, snapshot)


def test_identifiers_are_counted_to_a_limit(services: Services, deposits: Deposits) -> None:
    for _ in range(2):
        deposits.published()
    with services.database.snapshot(SYSTEM) as snapshot:
        exact, short = count_by_state(snapshot), count_by_state(snapshot, 1)
    assert exact[("doi", "reserved")] == 4
    assert sum(short.values()) == 1
