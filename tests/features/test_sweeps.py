"""Sweeps find what went wrong unseen, repair what is safe, and are each run by one process at a time."""

import io
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from repository.cli import commands
from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.errors import Conflict, Unavailable
from repository.core.facts import FactRow
from repository.engines.search.port import DocumentKind
from repository.engines.services import Services
from repository.feature import Sweep
from repository.files.model import StoredFile
from repository.identifiers.model import Identifier, RegistrationState
from repository.operation.model import Job, JobState, SweepRow
from repository.records.model import Version
from repository.search import feature as search_feature
from repository.search.index import differences, repair_index
from tests.conftest import Caller, Deposits
from tests.features.steps import objects, read_draft
from tests.support.web_server import until
from workers.relay import relay
from workers.sweeps import sweep_leases
from workers.sweeps.schedule import run_due, run_now, start_sweeping
from workers.sweeps.sweep_table import SWEEPS

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
LONG_AGO = timedelta(days=60)


def row_of(services: Services, name: str) -> SweepRow:
    with services.database.snapshot(SYSTEM) as unit:
        return unit.session.get_one(SweepRow, name)


def change_row(services: Services, name: str, **values: object) -> None:
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(SweepRow).where(SweepRow.name == name).values(**values))


def make_due(services: Services, sweeps: list[Sweep]) -> None:
    """Enrol the sweeps and let their pause be over."""
    sweep_leases.enrol(services.database, {sweep.name: sweep.every for sweep in sweeps})
    for sweep in sweeps:
        change_row(services, sweep.name, due=clock.now())


def counting(ran: list[str], name: str = "count") -> Sweep:
    return Sweep(name, timedelta(hours=1), lambda services: ran.append(name) or CheckReport(2, 1, ["one", "two"]))


def test_a_sweep_runs_when_it_is_due_and_not_before(services: Services) -> None:
    ran: list[str] = []
    sweep = counting(ran)

    assert run_due(services, [sweep]) == 0  # enrolled, and first due after its pause
    change_row(services, "count", due=clock.now())
    assert run_due(services, [sweep]) == 1
    assert run_due(services, [sweep]) == 0

    row = row_of(services, "count")
    assert ran == ["count"]
    assert (row.faults, row.repaired, row.result, row.cause) == (2, 1, {"examples": ["one", "two"]}, "")
    assert row.started is not None
    assert row.finished is not None
    assert row.started <= row.finished < row.due
    assert row.lease_until is None


def test_many_schedulers_run_each_sweep_once(services: Services) -> None:
    ran: list[str] = []
    sweeps = [counting(ran, name) for name in ("a", "b", "c")]
    make_due(services, sweeps)
    together = threading.Barrier(6)

    def one_round() -> int:
        together.wait()
        return run_due(services, sweeps)

    with ThreadPoolExecutor(6) as pool:
        begun = [future.result() for future in [pool.submit(one_round) for _ in range(6)]]

    assert sorted(ran) == ["a", "b", "c"]
    assert sum(begun) == 3


def test_schedulers_that_start_at_once_enrol_every_sweep_once(services: Services) -> None:
    together = threading.Barrier(6)

    def enrol() -> None:
        together.wait()
        sweep_leases.enrol(services.database, {sweep.name: sweep.every for sweep in SWEEPS})

    with ThreadPoolExecutor(6) as pool:
        for future in [pool.submit(enrol) for _ in range(6)]:
            future.result()

    with services.database.snapshot(SYSTEM) as unit:
        assert set(unit.session.scalars(select(SweepRow.name))) == {sweep.name for sweep in SWEEPS}


def test_a_sweep_whose_process_was_killed_is_run_again_after_its_lease(services: Services) -> None:
    ran: list[str] = []
    sweep = counting(ran)
    make_due(services, [sweep])
    assert sweep_leases.take_due(services.database, {"count": timedelta(days=1)}) is not None  # and its process is gone

    assert run_due(services, [sweep]) == 0
    with pytest.raises(Conflict):
        run_now(services, "count", [sweep])
    change_row(services, "count", lease_until=clock.now())
    assert run_due(services, [sweep]) == 1

    assert ran == ["count"]


def test_a_lease_is_renewed_for_as_long_as_the_sweep_runs(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_leases, "RENEW_SECONDS", 0.01)

    def patient(services: Services) -> CheckReport:
        first = row_of(services, "patient").lease_until
        until(lambda: row_of(services, "patient").lease_until != first, 60, "the lease is renewed")
        return CheckReport(1)

    assert run_now(services, "patient", [Sweep("patient", timedelta(hours=1), patient)]).faults == 1

    assert row_of(services, "patient").lease_until is None


def test_a_run_that_lost_its_lease_does_not_overwrite_what_came_after_it(services: Services) -> None:
    make_due(services, [counting([])])
    late = sweep_leases.take_due(services.database, {"count": timedelta(days=1)})
    assert late is not None
    change_row(services, "count", lease_until=clock.now())
    run_now(services, "count", [counting([])])

    sweep_leases.finish(services.database, late, 1.0, clock.now(), CheckReport(99, 99))

    assert row_of(services, "count").faults == 2
    assert row_of(services, "count").due > clock.now()


def test_a_failing_sweep_says_why_keeps_what_it_found_before_and_holds_up_no_other(services: Services) -> None:
    def fail(_: Services) -> CheckReport:
        raise Unavailable("The store is on holiday.")

    ran: list[str] = []
    failing = Sweep("fails", timedelta(hours=1), fail)
    run_now(services, "fails", [counting([], "fails")])
    make_due(services, [failing, counting(ran, "later")])

    assert run_due(services, [failing, counting(ran, "later")]) == 2

    row = row_of(services, "fails")
    assert row.cause == "Unavailable: The store is on holiday."
    assert row.faults == 2
    assert clock.now() < row.due < clock.now() + timedelta(minutes=6)
    assert ran == ["later"]
    run_now(services, "fails", [counting([], "fails")])
    assert row_of(services, "fails").cause == ""


def test_sweeping_goes_on_by_itself_until_it_is_told_to_end(services: Services) -> None:
    make_due(services, list(SWEEPS))
    ending = threading.Event()
    threads = start_sweeping(services, ending)
    try:
        until(lambda: all(row_of(services, sweep.name).finished for sweep in SWEEPS), 60, "every sweep ends")
    finally:
        ending.set()
        for thread in threads:
            thread.join()

    assert {sweep.name: row_of(services, sweep.name).cause for sweep in SWEEPS} == {s.name: "" for s in SWEEPS}


def test_facts_that_no_relay_took_are_relayed(deposits: Deposits, services: Services) -> None:
    deposits.published()
    assert run_now(services, "facts").faults == 0
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(FactRow).values(at=unit.now - timedelta(minutes=6)))
        waiting = unit.session.scalar(select(func.count()).where(FactRow.relayed_at.is_(None)))

    findings = run_now(services, "facts")

    assert findings.faults == findings.repaired == waiting
    assert any("VersionPublished" in example for example in findings.examples)
    assert relay(services.database) == 0


STATES = [state for state in JobState if state is not JobState.UNKNOWN]  # a known kind in it goes on


def test_jobs_that_failed_or_are_long_overdue_are_found_and_left_alone(deposits: Deposits, services: Services) -> None:
    deposits.published()
    while relay(services.database):
        pass
    assert run_now(services, "jobs").faults == 0
    with services.database.transaction(SYSTEM) as unit:
        ids = unit.session.scalars(select(Job.id).order_by(Job.id)).all()
        long_ago = unit.now - timedelta(minutes=6)
        for job_id, state in zip(ids, STATES, strict=False):
            unit.session.execute(update(Job).where(Job.id == job_id).values(state=state.value, run_after=long_ago))

    findings = run_now(services, "jobs")

    assert (findings.faults, findings.repaired) == (len(STATES), 0)
    assert findings.examples[0].startswith(f"job {ids[0]}: ")
    with services.database.snapshot(SYSTEM) as unit:
        states = unit.session.scalars(select(Job.state).where(Job.run_after == long_ago).order_by(Job.id)).all()
    assert states == STATES


def test_bytes_that_were_never_committed_are_let_go_and_their_name_stays(
    author: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "kept.txt", b"kept")
    base = f"/api/records/{draft['id']}/draft/files"
    author.post(base, json=[{"key": "forgotten.txt"}])
    for key in ("forgotten.txt", "kept.txt"):
        assert author.put(f"{base}/{key}/content", data=b"never committed").status_code == 200
    settle()
    assert run_now(services, "uploads").faults == 0
    assert objects(services) == 3
    age_files(services)

    findings = run_now(services, "uploads")
    settle()

    assert (findings.faults, findings.repaired) == (2, 2)
    assert objects(services) == 1
    listed = {entry["key"]: entry["status"] for entry in author.get(base).get_json()["entries"]}
    assert listed == {"forgotten.txt": "pending", "kept.txt": "completed"}
    assert author.get(f"{base}/kept.txt/content").data == b"kept"
    assert read_draft(author, draft["id"])["id"] == draft["id"]
    assert run_now(services, "uploads").faults == 0


def age_files(services: Services) -> None:
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(StoredFile).values(created=unit.now - LONG_AGO))


def test_identifiers_that_no_job_will_register_are_registered(
    author: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    record, draft = deposits.published(), deposits.open()
    assert author.post(f"/api/records/{draft['id']}/draft/pids/doi").status_code == 201
    settle()
    forget_registration(services)
    assert run_now(services, "identifiers").faults == 0  # published a moment ago
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(Version).values(created=unit.now - LONG_AGO))

    findings = run_now(services, "identifiers")
    again = run_now(services, "identifiers")
    settle()

    owners = {int(record["id"]), int(record["parent"]["id"])}
    assert findings.examples == [f"identifiers of {owner}" for owner in sorted(owners)]
    assert (findings.faults, findings.repaired, again.faults) == (2, 2, 0)
    with services.database.snapshot(SYSTEM) as unit:
        registered = unit.session.scalars(
            select(Identifier.owner).where(Identifier.state == RegistrationState.REGISTERED.value)
        )
        assert set(registered) == owners


def test_identifiers_whose_job_was_given_up_are_found_and_left_to_people(
    deposits: Deposits, services: Services
) -> None:
    deposits.published()
    while relay(services.database):
        pass
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(Version).values(created=unit.now - LONG_AGO))
        unit.session.execute(update(Job).where(Job.name == "register").values(state=JobState.FAILED.value))

    findings = run_now(services, "identifiers")

    assert (findings.faults, findings.repaired) == (2, 0)
    assert relay(services.database) == 0


def forget_registration(services: Services) -> None:
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(
            update(Identifier)
            .where(Identifier.state == RegistrationState.REGISTERED.value)
            .values(state=RegistrationState.RESERVED.value, registered=None)
        )


def test_an_index_that_lost_a_record_gets_it_back(
    deposits: Deposits, services: Services, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_feature, "repair_index", partial(repair_index, look_again=0.01))
    record = deposits.published()
    settle()
    assert run_now(services, "index").faults == 0
    services.search.drop(DocumentKind.RECORD, [int(record["id"])])

    findings = run_now(services, "index")

    assert findings.faults == findings.repaired > 0
    assert list(differences(services)) == []


def test_a_store_that_does_not_answer_fails_the_sweep_and_nothing_else(services: Services) -> None:
    class Silent:
        def objects(self) -> None:
            raise Unavailable("The store does not answer.")

    with pytest.raises(Unavailable):
        run_now(replace(services, store=Silent()), "store")  # type: ignore[arg-type]

    assert row_of(services, "store").cause == "Unavailable: The store does not answer."
    services.store.write(uuid.uuid4().hex, io.BytesIO(b"young"), limit=10)
    assert run_now(services, "store").faults == 0
    assert objects(services) == 1


def test_commands_list_the_sweeps_and_run_one(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("repository.cli.command_services.open_services", lambda _settings: services)
    runner = CliRunner()

    ran = runner.invoke(commands, ["sweeps", "run", "jobs"])
    listed = runner.invoke(commands, ["sweeps", "list"]).stdout.splitlines()
    refused = runner.invoke(commands, ["sweeps", "run", "nonsense"])

    assert (ran.exit_code, ran.stdout) == (0, "0 found, 0 repaired.\n")
    assert [line.split("\t")[0] for line in listed] == [sweep.name for sweep in SWEEPS]
    assert "0 found, 0 repaired" in next(line for line in listed if line.startswith("jobs"))
    assert next(line for line in listed if line.startswith("store")).endswith("never ended")
    assert refused.exit_code == 2
