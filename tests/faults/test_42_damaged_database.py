"""A database that is damaged, foreign, gone or exchanged is named with what to do, and nothing is written into it."""

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlalchemy import make_url, text

from config.settings import Settings
from repository.app import create_app
from repository.bootstrap import open_services
from repository.engines.services import Services
from tests.conftest import Caller, Deposits
from tests.engines.addresses import on_server
from tests.support.commands import command_here

pytestmark = [pytest.mark.slow, pytest.mark.process]
embedded = pytest.mark.embedded("the database is a file only there")

Spoil = Callable[[Path], None]


@pytest.fixture
def path(settings: Settings, services: Services, deposits: Deposits) -> Path:
    """The database's file, with records in it, while nobody has it open."""
    for _ in range(3):
        deposits.published()
    services.database.close()
    found_at = Path(str(make_url(settings.database_url).database))
    with closing(sqlite3.connect(found_at)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return found_at


def overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 8192))


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 3)


def no_database(path: Path) -> None:
    path.write_text("A letter to my mother. " * 400)


def another_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as file:
        file.executescript("CREATE TABLE songs (title TEXT); INSERT INTO songs VALUES ('Yesterday');")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def a_log_that_is_none(path: Path) -> None:
    path.with_name(f"{path.name}-wal").mkdir()


SPOILED = [overwritten, cut_short, no_database, another_program, a_folder, a_log_that_is_none]
COMMANDS = [("migrate",), ("serve", "--port", "1"), ("scheduler",), ("user", "list"), ("jobs", "list")]


def run(settings: Settings, *arguments: str, **others: str) -> CompletedProcess[str]:
    names = ("database_url", "store_url", "search_url", "base_url")
    chosen = {f"REPOSITORY_{name.upper()}": str(getattr(settings, name)) for name in names}
    return command_here({**chosen, **others}, *arguments)


def expect_named(done: CompletedProcess[str]) -> None:
    """One sentence on stderr with what to do, and exit status 1."""
    lines = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert done.returncode == 1, done.stdout + done.stderr
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("repository: ")
    assert any(word in lines[0] for word in ("restore", "Correct", "Check", "folder", "migrate")), lines[0]


@embedded
@pytest.mark.parametrize("arguments", COMMANDS)
@pytest.mark.parametrize("spoil", SPOILED)
def test_a_command_names_it_with_what_to_do(
    spoil: Spoil, arguments: tuple[str, ...], path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["repository.cli.serve"], "_become_gunicorn", lambda _address: None)
    spoil(path)
    expect_named(run(settings, *arguments))


@embedded
@pytest.mark.parametrize("spoil", [overwritten, cut_short, no_database, a_log_that_is_none])
def test_requests_are_answered_503_with_words(spoil: Spoil, path: Path, settings: Settings, author: Caller) -> None:
    spoil(path)
    with closing(open_services(settings)) as begun:
        caller = Caller(create_app(begun).test_client(), author.token)
        for reply in (
            caller.get("/api/records/1"),
            caller.get("/api/user/records"),
            caller.post("/api/records", json={}),
            caller.get("/oai2d?verb=ListIdentifiers&metadataPrefix=oai_dc"),
            caller.get("/health/ready"),
        ):
            assert reply.status_code == 503, reply.text
            assert "Traceback" not in reply.text
            assert str(path) not in reply.text


@embedded
def test_another_program_s_database_is_left_as_it_is(path: Path, settings: Settings) -> None:
    another_program(path)
    before = path.read_bytes()
    assert "tables of another program" in run(settings, "migrate").stderr
    assert path.read_bytes() == before


@embedded
def test_values_that_nobody_wrote_are_damage(
    path: Path, settings: Settings, services: Services, anyone: Caller, deposits: Deposits
) -> None:
    record = deposits.published()
    with services.database.engine.begin() as connection:
        connection.execute(text("UPDATE version SET description = '{\"title\"' WHERE id = :id"), {"id": record["id"]})
    with closing(open_services(settings)) as begun:
        refused = Caller(create_app(begun).test_client()).get(f"/api/records/{record['id']}")
    assert (refused.status_code, "damaged" in refused.get_json()["message"]) == (503, True)


def exchange(path: Path) -> None:
    copy = path.with_name("copy")
    shutil.copy(path, copy)
    copy.replace(path)


def delete(path: Path) -> None:
    path.unlink()


def delete_log(path: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


@embedded
@pytest.mark.parametrize("act", [exchange, delete, delete_log])
def test_no_write_is_acknowledged_into_a_file_that_is_gone(
    act: Spoil, path: Path, settings: Settings, author: Caller, services: Services
) -> None:
    with closing(open_services(settings)) as begun:
        caller = Caller(create_app(begun).test_client(), author.token)
        for _ in range(2):
            assert caller.post("/api/records", json={}).status_code == 201
        act(path)
        for _ in range(3):
            refused = caller.post("/api/records", json={})
            assert (refused.status_code, "replaced" in refused.get_json()["message"]) == (503, True)
            assert caller.get("/health/ready").status_code == 503
        in_chinese = caller.get("/api/records/1", headers={"Accept-Language": "zh"})
        assert "数据库文件" in in_chinese.get_json()["message"]
        assert act is not delete or not path.exists(), "nothing is made in its place"


@embedded
def test_a_file_that_goes_while_a_transaction_is_open_takes_no_acknowledged_write(
    path: Path, settings: Settings, author: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from repository.core.unit_of_work import WriteSession

    with closing(open_services(settings)) as begun:
        caller = Caller(create_app(begun).test_client(), author.token)
        assert caller.post("/api/records", json={}).status_code == 201
        commit = WriteSession.commit

        def commit_late(session: WriteSession) -> None:
            commit(session)
            path.unlink(missing_ok=True)

        monkeypatch.setattr(WriteSession, "commit", commit_late)
        assert caller.post("/api/records", json={}).status_code == 503


@pytest.mark.postgresql
@pytest.mark.parametrize("arguments", COMMANDS)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"database": "there_is_none"}, "does not exist"),
        ({"username": "nobody_here"}, "Correct REPOSITORY_DATABASE_URL"),
    ],
)
def test_an_address_that_is_wrong_is_named(
    change: dict[str, str], words: str, arguments: tuple[str, ...], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["repository.cli.serve"], "_become_gunicorn", lambda _address: None)
    url = make_url(settings.database_url).set(**change)  # type: ignore[arg-type]
    done = run(settings, *arguments, REPOSITORY_DATABASE_URL=url.render_as_string(hide_password=False))
    expect_named(done)
    assert words in done.stderr


@pytest.mark.postgresql
def test_a_missing_table_is_told_by_503_and_by_commands(settings: Settings, services: Services, author: Caller) -> None:
    assert author.get("/api/user/records").status_code == 200
    with services.database.engine.begin() as connection:
        connection.execute(text("DROP TABLE draft CASCADE"))
    refused = author.get("/api/user/records/1")
    assert author.post("/api/records", json={}).status_code == 503
    assert refused.status_code in (404, 503)
    expect_named(run(settings, "scheduler"))


@pytest.mark.postgresql
def test_a_server_s_database_of_another_program_is_left_alone(empty_database_url: str, settings: Settings) -> None:
    name = make_url(empty_database_url).database
    assert on_server("SELECT 1") == "1"
    from repository.core.database.engine import open_database

    engine = open_database(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE person (name text)"))
    engine.dispose()
    done = run(settings, "migrate", REPOSITORY_DATABASE_URL=empty_database_url)
    assert (done.returncode, "such as person" in done.stderr) == (1, True), name
