"""``repository restore --adopt`` and ``--advance``, and a backup of every combination of database and store."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from config.settings import Settings
from repository.app import create_app
from repository.bootstrap import open_services
from repository.engines.services import Services
from repository.engines.store_identity import STORE_ID
from tests.conftest import Caller, Deposits
from tests.engines import POSTGRESQL, S3, SQLITE
from tests.features.test_backup import lose_store
from tests.support.commands import command_here

pytestmark = [pytest.mark.slow, pytest.mark.process]

Command = Callable[..., CompletedProcess[str]]
FOLDER = "folder"


@pytest.fixture
def command(settings: Settings, services: Services) -> Command:
    names = ("database_url", "store_url", "search_url", "base_url")
    chosen = {f"REPOSITORY_{name.upper()}": str(getattr(settings, name)) for name in names}

    def run(*arguments: str) -> CompletedProcess[str]:
        services.database.close()
        return command_here(chosen, *arguments)

    services.store.prepare()
    return run


def begun_again(settings: Settings, author: Caller) -> dict[str, object]:
    """What a process that begins now publishes."""
    with closing(open_services(settings)) as services:
        services.store.prepare()
        return Deposits(Caller(create_app(services).test_client(), author.token)).published()


def test_a_restore_of_nothing_says_what_it_takes(command: Command) -> None:
    done = command("restore")
    assert (done.returncode, "--adopt or --advance" in done.stderr) == (1, True)


def test_adopt_takes_a_store_that_carries_the_mark_of_another_site(
    command: Command, services: Services, settings: Settings, author: Caller
) -> None:
    services.store.marks.write(STORE_ID, b"0" * 32)
    assert "another site" in command("prepare").stderr
    done = command("restore", "--adopt")
    assert (done.returncode, done.stderr) == (0, "")
    assert "takes the store as its own" in done.stdout
    assert begun_again(settings, author)


@pytest.mark.parametrize("option", ["--adopt", "--advance"])
def test_a_store_that_is_not_mounted_is_neither_adopted_nor_believed(
    option: str, command: Command, services: Services
) -> None:
    services.store.marks.remove(STORE_ID)
    done = command("restore", option)
    assert done.returncode == 1
    assert done.stderr.startswith("repository: The store")
    assert "mounted" in done.stderr
    assert services.store.marks.read(STORE_ID) is None


def test_advance_refuses_the_store_of_another_site(command: Command, services: Services) -> None:
    services.store.marks.write(STORE_ID, b"0" * 32)
    done = command("restore", "--advance")
    assert (done.returncode, "another site" in done.stderr) == (1, True)


def test_advance_passes_over_all_that_the_store_remembers(
    command: Command, services: Services, settings: Settings, author: Caller
) -> None:
    services.store.marks.create("minted/7000", b"")
    with closing(open_services(settings)) as begun:
        refused = Caller(create_app(begun).test_client(), author.token).post("/api/records", json={})
        assert (refused.status_code, "restore --advance" in refused.text) == (503, True)
    done = command("restore", "--advance")
    assert (done.returncode, done.stdout) == (0, "No number up to 7000 is given out again.\n")
    assert int(str(begun_again(settings, author)["id"])) > 7000


class TestMixedEngines:
    """SQLite with a bucket, and PostgreSQL with a folder."""

    @pytest.fixture(params=[(SQLITE, S3), (POSTGRESQL, FOLDER)], ids=" and ".join)
    def engines(self, installation: str, request: pytest.FixtureRequest) -> tuple[str, str]:
        chosen: tuple[str, str] = request.param
        return chosen

    @pytest.fixture
    def database(self, engines: tuple[str, str]) -> str:
        return engines[0]

    @pytest.fixture
    def store_url(self, engines: tuple[str, str], request: pytest.FixtureRequest, tmp_path: Path) -> str:
        return f"file://{tmp_path}/store" if engines[1] == FOLDER else request.getfixturevalue("s3_store_url")

    @pytest.fixture
    def search_url(self, tmp_path: Path) -> str:
        return f"embedded:{tmp_path}/search.db"

    @pytest.mark.parametrize("installation", ["servers"], indirect=True)
    def test_a_site_comes_back_whole_and_publishes_on(
        self,
        command: Command,
        services: Services,
        deposits: Deposits,
        settings: Settings,
        author: Caller,
        tmp_path: Path,
    ) -> None:
        record = deposits.published(None, **{"a.txt": b"alpha"})
        done = command("backup", str(tmp_path / "backup"))
        assert done.returncode == 0, done.stderr
        lost = deposits.published()
        lose_store(services)
        done = command("restore", str(tmp_path / "backup"))
        assert (done.returncode, done.stderr) == (0, "")
        with closing(open_services(settings)) as begun:
            reader = Caller(create_app(begun).test_client())
            assert reader.get(f"/api/records/{record['id']}").get_json()["pids"] == record["pids"]
            assert reader.get(f"/api/records/{record['id']}/files/a.txt/content").data == b"alpha"
        assert int(str(begun_again(settings, author)["id"])) > int(lost["id"])
