"""What an administrator sees of damaged files, and does about them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.settings import Settings
from repository.engines.services import Services
from repository.files.model import StoredFile
from tests.conftest import Deposits
from tests.features.damage import change, days_ago, published_pair, put, stored
from tests.features.steps import Json
from tests.support.commands import command_here
from tests.support.web_server import environment_of

pytestmark = pytest.mark.slow

Settle = Callable[[], None]


@pytest.fixture
def environment(settings: Settings, tmp_path: Path) -> dict[str, str]:
    return environment_of(
        tmp_path,
        DATABASE_URL=settings.database_url,
        STORE_URL=settings.store_url,
        SEARCH_URL=settings.search_url,
    )


@pytest.fixture
def record(deposits: Deposits, settle: Settle) -> Json:
    return published_pair(deposits, settle)


@pytest.fixture
def damaged(record: Json, services: Services) -> StoredFile:
    """The first file, with a byte of it flipped."""
    assert record
    file = stored(services)[0]
    put(services, file, b"aab")
    return file


def test_a_check_at_once_finds_damage_and_lists_it_until_the_bytes_are_back(
    environment: dict[str, str], services: Services, record: Json, damaged: StoredFile
) -> None:
    before = command_here(environment, "files", "faults")
    check = command_here(environment, "files", "check", record["id"])
    listed = command_here(environment, "files", "faults")
    put(services, damaged, b"aaa")
    again = command_here(environment, "files", "check", record["id"])
    after = command_here(environment, "files", "faults")

    assert (before.returncode, before.stdout) == (0, "No file is known to be damaged.\n")
    assert (check.returncode, check.stdout) == (1, "2 files checked, 1 damaged, 0 whole again.\n")
    assert listed.returncode == 1
    (line,) = listed.stdout.splitlines()
    for part in (
        f"record {record['id']}: 'a.csv'",
        damaged.object_key,
        "The object has SHA-256",
        "since 20",
        f"replace the object from a backup, then run `repository files check {record['id']}`",
    ):
        assert part in line
    assert (again.returncode, again.stdout) == (0, "2 files checked, 0 damaged, 1 whole again.\n")
    assert after.returncode == 0


def test_all_files_are_checked_at_once_those_of_drafts_too(
    environment: dict[str, str], services: Services, deposits: Deposits, damaged: StoredFile
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "c.csv", b"c")

    whole = command_here(environment, "files", "check", draft["id"])
    everything = command_here(environment, "files", "check", "--all")

    assert whole.stdout == "1 files checked, 0 damaged, 0 whole again.\n"
    assert (everything.returncode, everything.stdout) == (1, "3 files checked, 1 damaged, 0 whole again.\n")
    assert [bool(file.fault) for file in stored(services)] == [file.id == damaged.id for file in stored(services)]


def test_a_check_that_never_ends_is_listed(environment: dict[str, str], services: Services, record: Json) -> None:
    file = stored(services)[1]
    change(services, file, checked=days_ago(3), reading=days_ago(0))

    listed = command_here(environment, "files", "faults")
    checked = command_here(environment, "files", "check", record["id"])

    assert listed.returncode == 1
    assert f"file {file.id}\tobject {file.object_key}\tits check has not ended since" in listed.stdout
    assert checked.stdout.splitlines()[1].startswith("1 files were not checked")


def test_what_cannot_be_checked_is_refused_in_words(environment: dict[str, str], record: Json) -> None:
    assert record
    unknown = command_here(environment, "files", "check", "999")

    assert (unknown.returncode, unknown.stderr) == (1, "repository: There is no record or draft 999.\n")
    assert command_here(environment, "files", "check").returncode == 2
