"""Health asks whether work is done in time, and whether what is kept is whole: each mishap is told in words."""

import io
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.facts import FactRow
from repository.engines.search.port import DocumentKind
from repository.engines.services import Services
from repository.files import store_check
from repository.files.model import StoredFile
from repository.files.rules import FileState
from repository.files.store_check import compare_with_store
from repository.identifiers.model import Identifier, RegistrationState
from repository.notifications.model import MailState, Notice
from repository.operation.model import Job, JobState, SweepRow
from repository.records.model import Version
from repository.search.index import note_index_lost, repair_index
from tests.conftest import Deposits, a_dataset
from tests.features.provoked import DEGRADED, FAILED, WELL, condition_of, ready
from workers.relay import relay
from workers.sweeps.schedule import run_due, run_now

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
HOUR = timedelta(hours=1)


def change(services: Services, *statements: object) -> None:
    with services.database.transaction(SYSTEM) as unit:
        for statement in statements:
            unit.session.execute(statement)  # type: ignore[call-overload]


def test_facts_that_nobody_relays_are_told(services: Services, deposits: Deposits) -> None:
    deposits.published()
    assert condition_of(services, "facts").state is WELL
    change(services, update(FactRow).values(at=clock.now() - 3 * HOUR))

    told = condition_of(services, "facts")

    assert (told.state, told.problem) == (DEGRADED, "Facts have waited for 3 hours to be relayed.")


def test_mail_that_does_not_leave_is_told(services: Services) -> None:
    assert condition_of(services, "mail").state is WELL
    with services.database.transaction(SYSTEM) as unit:
        told = {"person_id": 1, "kind": "password_changed", "subject": 1, "fact_id": 1, "details": {}}
        unit.session.add(Notice(**told, created=clock.now() - HOUR, state=MailState.WAITING.value))

    told_condition = condition_of(services, "mail")

    assert told_condition.state is DEGRADED
    assert told_condition.problem == "1 messages have not been mailed, the oldest for 60 minutes."


def test_facts_and_jobs_of_another_release_are_told(services: Services, deposits: Deposits, settle: Settle) -> None:
    deposits.published()
    change(services, update(FactRow).values(unknown_since=clock.now()))
    facts = condition_of(services, "facts")
    change(services, update(FactRow).values(unknown_since=None))
    while relay(services.database):
        pass
    change(services, update(Job).values(state=JobState.UNKNOWN.value))

    jobs = condition_of(services, "jobs")

    assert [facts.state, jobs.state] == [DEGRADED, DEGRADED]
    assert "newer release" in facts.problem
    assert "newer release" in jobs.problem


@pytest.mark.parametrize("state", [JobState.WAITING, JobState.QUEUED, JobState.RUNNING])
def test_jobs_that_nobody_runs_are_told(state: JobState, services: Services, deposits: Deposits) -> None:
    deposits.published()
    while relay(services.database):
        pass
    assert condition_of(services, "jobs").state is WELL
    long_ago = clock.now() - 3 * HOUR
    # a job that is handed over again and again is never late by its lease
    lease = clock.now() + HOUR if state is JobState.QUEUED else long_ago
    change(services, update(Job).values(state=state.value, created=long_ago, run_after=lease))

    told = condition_of(services, "jobs")

    assert (told.state, told.problem) == (DEGRADED, "Due jobs have waited for 3 hours.")


def test_jobs_that_were_given_up_are_told(services: Services, deposits: Deposits) -> None:
    deposits.published()
    while relay(services.database):
        pass
    change(services, update(Job).where(Job.name == "register").values(state=JobState.FAILED.value))

    told = condition_of(services, "jobs")

    assert told.state is DEGRADED
    assert told.problem.startswith("2 jobs")
    assert "`repository jobs retry`" in told.remedy


def test_a_site_without_a_scheduler_is_told(services: Services) -> None:
    assert condition_of(services, "sweeps").problem == "No sweep was ever begun."
    run_due(services)
    assert condition_of(services, "sweeps").state is WELL

    with time_machine.travel(datetime.now(UTC) + 3 * HOUR):
        told = condition_of(services, "sweeps")
        change(services, update(SweepRow).values(lease_until=clock.now() + timedelta(seconds=30)))
        assert condition_of(services, "sweeps").state is WELL, "a sweep that runs is not overdue"

    assert told.state is DEGRADED
    assert "jobs (for 2 hours)" in told.problem
    overdue = {measure.labels["sweep"]: measure.value for measure in told.measures}
    assert overdue["jobs"] > 2 * 3600
    assert overdue["store"] == 0


def test_a_thorough_sweep_waits_its_turn_while_another_one_takes_hours(services: Services) -> None:
    run_due(services)
    long_ago, soon = clock.now() - 3 * HOUR, clock.now() + timedelta(seconds=30)
    change(services, update(SweepRow).where(SweepRow.name == "index").values(due=long_ago))
    assert "index" in condition_of(services, "sweeps").problem
    change(services, update(SweepRow).where(SweepRow.name == "store").values(due=long_ago, lease_until=soon))
    assert condition_of(services, "sweeps").state is WELL


def test_a_sweep_that_failed_is_told(services: Services) -> None:
    run_due(services)
    change(services, update(SweepRow).where(SweepRow.name == "store").values(cause="Unavailable: away"))
    assert condition_of(services, "sweeps").problem == "Sweeps failed when they ran last: store."


def test_an_index_that_was_lost_is_told_until_it_is_whole(
    services: Services, deposits: Deposits, settle: Settle
) -> None:
    deposits.published()
    settle()
    assert condition_of(services, "index").state is WELL
    note_index_lost(services.database)

    told = condition_of(services, "index")
    settle()

    assert told.state is DEGRADED
    assert "`repository index rebuild`" in told.remedy
    assert condition_of(services, "index").state is WELL


def test_an_index_that_a_comparison_could_not_repair_is_told(services: Services) -> None:
    run_now(services, "index")
    assert condition_of(services, "index").state is WELL
    change(services, update(SweepRow).where(SweepRow.name == "index").values(faults=3, repaired=1))
    told = condition_of(services, "index")
    assert told.problem == "Index and database differed in 2 places that could not be repaired."


def test_a_dataset_that_was_dropped_from_the_index_is_told(
    services: Services, deposits: Deposits, settle: Settle
) -> None:
    records = [deposits.published(a_dataset(title=f"Albatross {number}")) for number in range(3)]
    settle()
    change(services, update(Version).values(created=clock.now() - HOUR))
    assert condition_of(services, "index").state is WELL
    services.search.drop(DocumentKind.RECORD, [int(records[1]["id"])])

    told = condition_of(services, "index")

    assert (told.state, told.problem) == (DEGRADED, "The index lacks 1 of the newest datasets.")
    repair_index(services, look_again=0)
    assert condition_of(services, "index").state is WELL


def test_an_index_that_does_not_hear_of_narrowed_access_is_told(
    services: Services, deposits: Deposits, settle: Settle
) -> None:
    record = deposits.published()
    settle()
    restricted = {"access": {"record": "restricted", "files": "restricted"}}
    edit = deposits.caller.post(record["links"]["draft"]).get_json()
    deposits.caller.put(edit["links"]["self"], json=edit | restricted)
    deposits.publish(record["id"])
    assert condition_of(services, "index").state is WELL
    with time_machine.travel(datetime.now(UTC) + HOUR):
        told = condition_of(services, "index")
    assert told.state is DEGRADED
    assert "narrowed access" in told.problem


def test_a_clock_that_leapt_is_told(services: Services) -> None:
    assert condition_of(services, "clock").state is WELL
    with time_machine.travel(datetime.now(UTC) + timedelta(days=365)):
        told = condition_of(services, "clock")
    assert told.state is FAILED
    assert not told.stops
    assert "`repository clock confirm`" in told.remedy


def test_a_fact_of_a_clock_that_was_ahead_is_told(services: Services, deposits: Deposits) -> None:
    deposits.open()
    assert condition_of(services, "clock").state is WELL
    change(services, update(FactRow).values(at=clock.now() + timedelta(days=2)))
    assert condition_of(services, "clock").state is DEGRADED


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything in the store counts as old."""
    monkeypatch.setattr(store_check, "ORPHAN_AGE", timedelta(minutes=-1))


@pytest.mark.parametrize(("days", "state"), [(30, WELL), (2, DEGRADED)])
def test_objects_that_are_about_to_be_removed_are_told(days: int, state: object, services: Services, old: None) -> None:
    key = uuid.uuid4().hex
    services.store.prepare()
    services.store.write(key, io.BytesIO(b"somebody's"), limit=100)
    compare_with_store(services.database, services.store, timedelta(days=days))

    told = condition_of(services, "quarantine")

    assert told.state is state
    assert {measure.name: measure.value for measure in told.measures}["repository_quarantine_bytes"] == 10
    if state is DEGRADED:
        assert "`repository sweeps quarantine`" in told.remedy


def published_long_ago(services: Services, state: RegistrationState) -> None:
    change(
        services,
        update(Identifier).values(state=state.value),
        update(Version).values(created=clock.now() - timedelta(days=2)),
    )


def test_conflicts_and_failures_of_registrars_are_told(services: Services, deposits: Deposits, settle: Settle) -> None:
    deposits.published()
    settle()
    assert condition_of(services, "registrars").state is WELL

    change(services, update(Identifier).values(state=RegistrationState.FAILED.value))
    assert condition_of(services, "registrars").state is WELL, "a registrar may be away for some hours"
    published_long_ago(services, RegistrationState.FAILED)
    late = condition_of(services, "registrars")
    published_long_ago(services, RegistrationState.CONFLICT)
    conflict = condition_of(services, "registrars")

    assert [late.state, conflict.state] == [DEGRADED, DEGRADED]
    assert "have not been registered for more than a day" in late.problem
    assert "`repository identifiers accept ID`" in conflict.remedy


def test_bytes_that_are_lost_are_told(services: Services, deposits: Deposits, settle: Settle) -> None:
    deposits.published()
    settle()
    assert condition_of(services, "stored_bytes").state is WELL
    with services.database.snapshot(SYSTEM) as snapshot:
        keys = snapshot.session.scalars(select(StoredFile.object_key)).all()
    services.store.remove(keys)
    run_now(services, "store")

    told = condition_of(services, "stored_bytes")
    status, body = ready(services)

    assert (told.state, told.stops) == (FAILED, False)
    assert told.problem == "The bytes of 1 stored files are damaged or missing."
    assert (status, body["status"]) == (200, "degraded")


def test_how_long_ago_bytes_were_read_is_measured(services: Services, deposits: Deposits) -> None:
    deposits.published()
    change(services, update(StoredFile).values(checked=clock.now() - timedelta(days=9)))
    measures = {measure.name: measure.value for measure in condition_of(services, "stored_bytes").measures}
    assert measures["repository_stored_files_oldest_check_seconds"] == pytest.approx(9 * 86_400, abs=600)


def test_checks_of_fixity_that_do_not_keep_up_are_told(services: Services, deposits: Deposits) -> None:
    deposits.published()
    change(services, update(StoredFile).values(checked=clock.now() - 2 * services.upkeep.fixity_period))
    told = condition_of(services, "stored_bytes")
    assert told.state is DEGRADED
    assert "180 days ago" in told.problem
    # a file whose digests nobody knows is not read again
    change(services, update(StoredFile).values(state=FileState.FAILED.value))
    assert condition_of(services, "stored_bytes").state is WELL


def test_lost_lines_of_a_log_are_told_by_every_process_for_an_hour(services: Services) -> None:
    assert condition_of(services, "log").state is WELL
    own = condition_of(services, "log", seconds_since_loss=lambda: 5.0)
    elsewhere = condition_of(services, "log")
    with time_machine.travel(datetime.now(UTC) + 2 * HOUR):
        later = condition_of(services, "log")
    assert [own.state, elsewhere.state, later.state] == [DEGRADED, DEGRADED, WELL]
