"""Health asks whether the database works: away, read-only or damaged, each is told with what to do."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import NotSupportedError

from config.settings import Settings
from repository.app import create_app
from repository.core.actor import SYSTEM
from repository.core.database.database_errors import DAMAGED
from repository.core.database.engine import open_database
from repository.core.errors import Unavailable
from repository.core.unit_of_work import Database
from repository.engines.services import Services
from tests.conftest import Caller
from tests.features.provoked import FAILED, WELL, condition_of
from tests.support.commands import command_here
from tests.support.web_server import environment_of
from workers.site_conditions import SiteConditions

pytestmark = pytest.mark.slow


@pytest.fixture
def read_only(services: Services) -> Iterator[None]:
    """A database that takes no changes, as a standby or a disk that was mounted again after a fault."""
    is_embedded = services.database.engine.dialect.name == "sqlite"

    def forbid(connection: Any, *_: Any) -> None:
        if is_embedded:
            connection.execute("PRAGMA query_only = ON")
        else:
            connection.read_only = True

    event.listen(Engine, "checkout", forbid)
    yield
    event.remove(Engine, "checkout", forbid)
    services.database.engine.dispose()


def test_a_database_that_takes_no_changes_is_told_and_the_site_goes_on_reading(
    services: Services, read_only: None
) -> None:
    told = condition_of(services, "database_writes")
    assert (told.state, told.stops) == (FAILED, False)
    assert condition_of(services, "database").state is WELL


@pytest.mark.parametrize(
    ("sqlstate", "message"),
    [("25006", "cannot execute INSERT in a read-only transaction"), ("0A000", "cannot set … during recovery")],
)
def test_a_standby_is_away_for_who_writes_and_no_fault_of_the_server(
    sqlstate: str, message: str, services: Services
) -> None:
    error = Exception(message)
    error.sqlstate = sqlstate  # type: ignore[attr-defined]
    with pytest.raises(Unavailable), services.database.transaction(SYSTEM):
        raise NotSupportedError("BEGIN READ WRITE", {}, error)


def test_without_the_database_everything_that_it_knows_is_untold_and_nothing_is_given_away(services: Services) -> None:
    away = replace(services, database=Database(open_database("postgresql://somebody:hunter2@127.0.0.1:1/nowhere")))
    conditions = SiteConditions(away, patience=20.0)

    reply = Caller(create_app(away, conditions=conditions.told).test_client()).get("/health/ready")

    told = reply.get_json()["conditions"]
    assert reply.status_code == 503
    assert told["database"]["state"] == told["database_writes"]["state"] == "failed"
    assert {told[name]["state"] for name in ("facts", "jobs", "sweeps", "clock", "quarantine")} == {"degraded"}
    assert not re.search(r"hunter2|127\.0\.0\.1|somebody", reply.text)


@pytest.mark.embedded("a file that can be damaged")
@pytest.mark.parametrize("place", [0, 40_000])
def test_the_doctor_names_a_damaged_database_and_what_to_do(place: int, tmp_path: Path) -> None:
    environment = environment_of(tmp_path)
    assert command_here(environment, "migrate").returncode == 0
    assert command_here(environment, "prepare").returncode == 0
    well = command_here(environment, "doctor")
    for left in tmp_path.glob("repository.db-*"):
        left.unlink()
    with (tmp_path / "repository.db").open("r+b") as file:
        file.seek(place)
        file.write(b"\xff" * 20_000)

    done = command_here(environment, "doctor")

    assert well.returncode == 0, well.stdout
    assert done.returncode == 1
    assert "FAILED   database_file: The database is damaged." in done.stdout
    assert "repository restore SOURCE --replace" in done.stdout
    assert "well     store" in done.stdout, "the rest is told all the same"


@pytest.mark.embedded("a file that can be damaged")
def test_a_database_that_was_damaged_under_a_process_stops_the_site(services: Services, settings: Settings) -> None:
    services.database.close()
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    for left in path.parent.glob(f"{path.name}-*"):
        left.unlink()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))

    told = condition_of(services, "database")

    assert (told.state, told.stops, told.problem) == (FAILED, True, DAMAGED)
    assert "`repository restore SOURCE --replace`" in told.remedy
