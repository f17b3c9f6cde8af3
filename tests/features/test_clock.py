"""A clock that is wrong for half a minute: nothing opens, nothing is removed, and nothing is put off for a year."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from config.settings import Settings
from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.clock_watch import (
    CONFIRMED_FOR,
    HELD,
    ClockWatch,
    TrustedMoment,
    confirm_clock,
    newest_fact_from_the_future,
)
from repository.engines.services import Services
from repository.feature import Sweep
from repository.operation.model import Job, JobState, SweepRow
from tests.conftest import Caller, Deposits, a_dataset
from workers.sweeps.backlog import look_for_stuck_jobs
from workers.sweeps.schedule import run_due, run_now
from workers.sweeps.sweep_leases import take_due
from workers.sweeps.sweep_table import SWEEPS

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
YEAR = timedelta(days=365)


class Seconds:
    """A clock that counts evenly, as far as the test wants."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment, tick=False):
        yield


def embargoed(until: date) -> dict[str, object]:
    access = {
        "record": "restricted",
        "files": "restricted",
        "embargo": {"active": True, "until": until.isoformat(), "reason": "A paper."},
    }
    return a_dataset() | {"access": access}


@pytest.fixture
def until() -> date:
    return clock.today() + timedelta(days=90)


def sweep_all(services: Services) -> None:
    for sweep in SWEEPS:
        run_now(services, sweep.name)


@pytest.mark.parametrize("writes", [False, True], ids=["reading", "writing"])
def test_a_year_ahead_for_half_a_minute_opens_no_embargo_and_removes_nothing(
    writes: bool,
    settings: Settings,
    services: Services,
    deposits: Deposits,
    author: Caller,
    anyone: Caller,
    settle: Settle,
    until: date,
) -> None:
    if settings.store_url.startswith("s3:"):
        pytest.skip("an S3 server refuses every request of a clock that is wrong")
    record = deposits.published(embargoed(until))
    draft = deposits.open()
    base = f"/api/records/{draft['id']}/draft/files"
    author.post(base, json=[{"key": "a.csv"}])
    author.put(f"{base}/a.csv/content", data=b"staged")
    settle()
    now = datetime.now(UTC)

    for seconds in range(0, 30, 10):
        with clock_at(now + YEAR + timedelta(seconds=seconds)):
            if writes:
                deposits.open()
            sweep_all(services)
            settle()
    sweep_all(services)
    settle()

    assert anyone.get(record["links"]["self"]).status_code == 403
    assert author.get(record["links"]["self"]).get_json()["access"]["embargo"]["until"] == until.isoformat()
    assert author.post(f"{base}/a.csv/commit").status_code == 200
    assert author.get(f"{base}/a.csv/content").data == b"staged"


def test_the_leap_is_told_by_the_sweep(services: Services, deposits: Deposits) -> None:
    deposits.published()
    with clock_at(datetime.now(UTC) + YEAR):
        report = run_now(services, "embargoes")

    assert report.faults == 1
    assert "no embargo is lifted: The clock says" in report.examples[0]


def test_a_sweep_put_off_for_a_year_is_due_now_and_a_lease_of_a_year_is_none(services: Services) -> None:
    pauses = {sweep.name: sweep.every for sweep in SWEEPS}
    run_due(services)
    with services.database.transaction(SYSTEM) as unit:
        far = unit.now + YEAR
        unit.session.execute(update(SweepRow).values(due=far, lease_until=far))

    taken = {lease.name for _ in pauses if (lease := take_due(services.database, pauses)) is not None}

    assert taken == pauses.keys()
    assert take_due(services.database, pauses) is None


def test_a_job_put_off_for_a_year_runs_now(services: Services, deposits: Deposits, settle: Settle) -> None:
    deposits.open()
    settle()
    deposits.open()
    with clock_at(datetime.now(UTC) + YEAR):
        from workers.relay import relay

        relay(services.database)
    with services.database.snapshot(SYSTEM) as snapshot:
        waiting = snapshot.session.scalars(select(Job)).all()
    assert waiting
    assert all(job.run_after > clock.now() + timedelta(days=300) for job in waiting)

    look_for_stuck_jobs(services)
    settle()

    with services.database.snapshot(SYSTEM) as snapshot:
        assert snapshot.session.scalars(select(Job).where(Job.state != JobState.FAILED.value)).all() == []


def test_a_site_that_was_off_for_a_week_goes_on_after_an_hour(services: Services) -> None:
    if services.database.engine.dialect.name != "sqlite":
        watch_database(services)
    now, seconds = datetime.now(UTC), Seconds()
    watch = ClockWatch(seconds)
    with services.database.transaction(SYSTEM) as unit:
        unit.session.add(TrustedMoment(id=1, at=now - timedelta(days=7)))

    with clock_at(now):
        first = watch.fault(services.database)
    seconds.now += HELD.total_seconds() - 1
    with clock_at(now + HELD - timedelta(seconds=1)):
        before = watch.fault(services.database)
    seconds.now += 1
    with clock_at(now + HELD):
        after = watch.fault(services.database)
        assert ClockWatch().fault(services.database) == ""

    assert first
    assert before
    assert after == ""


@pytest.fixture(autouse=True)
def no_server_clock(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The database server's clock cannot be moved: but for the tests about it, it agrees."""
    if "server_clock" not in request.fixturenames:
        monkeypatch.setattr("repository.core.clock_watch._server_time", lambda _database: None)


def watch_database(services: Services) -> None:
    """Nothing: the fixture has taken the server's clock away."""


def test_an_hour_that_the_clock_did_not_go_evenly_does_not_count(services: Services) -> None:
    now, seconds = datetime.now(UTC), Seconds()
    watch = ClockWatch(seconds)
    assert watch.fault(services.database) == ""
    with clock_at(now + YEAR):
        assert watch.fault(services.database)
    seconds.now += HELD.total_seconds()
    with clock_at(now + 2 * YEAR):
        assert watch.fault(services.database)


def test_a_clock_that_another_process_contradicts_is_never_trusted(services: Services) -> None:
    now, seconds = datetime.now(UTC), Seconds()
    wrong, right = ClockWatch(seconds), ClockWatch()
    assert right.fault(services.database) == ""
    with clock_at(now + YEAR):
        assert wrong.fault(services.database)
    with clock_at(now + timedelta(minutes=30)):
        assert right.fault(services.database) == ""
    seconds.now += HELD.total_seconds()
    with clock_at(now + YEAR + HELD):
        assert wrong.fault(services.database)
    with clock_at(now + HELD):
        assert right.fault(services.database) == ""


def test_a_wrong_clock_that_was_trusted_once_holds_the_right_one_for_an_hour_only(services: Services) -> None:
    now, seconds = datetime.now(UTC), Seconds()
    with clock_at(now + YEAR):
        confirm_clock(services.database)
    watch = ClockWatch(seconds)
    with clock_at(now):
        assert watch.fault(services.database)
    seconds.now += HELD.total_seconds()
    with clock_at(now + HELD):
        assert watch.fault(services.database) == ""
    with clock_at(now + YEAR):
        assert watch.fault(services.database), "the guard is not blind to the same leap afterwards"


def test_a_command_confirms_the_clock(services: Services, deposits: Deposits, settle: Settle, until: date) -> None:
    deposits.published(embargoed(until))
    with clock_at(datetime(until.year, until.month, until.day, tzinfo=UTC)):
        assert run_now(services, "embargoes").repaired == 0
        confirm_clock(services.database)
        assert run_now(services, "embargoes").repaired == 1


def test_facts_of_the_future_are_told(services: Services, deposits: Deposits) -> None:
    deposits.open()
    assert newest_fact_from_the_future(services.database) is None
    with clock_at(datetime.now(UTC) + YEAR):
        deposits.open()
    assert newest_fact_from_the_future(services.database) is not None


@pytest.mark.parametrize("apart", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_a_clock_that_differs_from_the_database_server_s_is_not_trusted_until_a_person_says_so(
    apart: timedelta, services: Services, monkeypatch: pytest.MonkeyPatch, server_clock: None
) -> None:
    monkeypatch.setattr("repository.core.clock_watch._server_time", lambda _database: clock.now() + apart)
    watch = ClockWatch()

    assert "database server" in watch.fault(services.database)
    confirmed = confirm_clock(services.database)
    assert watch.fault(services.database) == ""
    with clock_at(confirmed + CONFIRMED_FOR + timedelta(hours=1)):
        assert "database server" in watch.fault(services.database)


@pytest.fixture
def server_clock() -> None:
    """The test is about the clock of the database server."""


def test_the_database_server_s_own_clock_is_asked(services: Services, server_clock: None) -> None:
    assert ClockWatch().fault(services.database) == ""
    with clock_at(datetime.now(UTC) + timedelta(minutes=5)):
        fault = ClockWatch().fault(services.database)
    assert bool(fault) == (services.database.engine.dialect.name == "postgresql")


def test_a_sweep_of_no_pause_is_not_due_before_its_moment(services: Services) -> None:
    runs: list[int] = []
    sweep = Sweep("often", timedelta(minutes=1), lambda _services: runs.append(1))  # type: ignore[arg-type,return-value]

    assert run_due(services, [sweep]) == 0
    assert runs == []
