"""A site is backed up beside its depositors, destroyed, and put back: nothing that was acknowledged is missing."""

import json
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from io import BytesIO
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from sqlalchemy import make_url

from config.settings import Settings
from repository.app import create_app
from repository.backup.back_up import BackupChoice, back_up
from repository.backup.manifest import NAME, read_manifest
from repository.bootstrap import open_services
from repository.core.actor import SYSTEM
from repository.core.errors import Conflict
from repository.engines.copies import copies_of
from repository.engines.copies.postgresql_programs import PostgresqlPrograms
from repository.engines.services import Services
from repository.people.sessions import Browser, begin_session, session_of_secret
from repository.records.model import Version
from tests.conftest import Caller, Deposits
from tests.support.commands import command_here

pytestmark = [pytest.mark.slow, pytest.mark.process]

Command = Callable[..., CompletedProcess[str]]


@pytest.fixture
def run(settings: Settings, services: Services) -> Command:
    """A command on this test's site, without the servers' connections."""
    chosen = {
        f"REPOSITORY_{name.upper()}": str(getattr(settings, name))
        for name in ("database_url", "store_url", "search_url")
    }
    chosen["REPOSITORY_LOG_LEVEL"] = "ERROR"  # what is heard is the command's own words

    def run_alone(*arguments: str) -> CompletedProcess[str]:
        services.database.close()
        return command_here(chosen, *arguments)

    return run_alone


@pytest.fixture
def backup_folder(tmp_path: Path) -> Path:
    return tmp_path / "backup"


def destroy(services: Services) -> None:
    """Remove the database and every object."""
    services.store.remove([stored.key for stored in services.store.objects()])
    services.database.close()
    if services.database.engine.dialect.name == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            Path(f"{services.database.engine.url.database}{suffix}").unlink(missing_ok=True)
    else:
        with services.database.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        services.database.close()


def test_what_was_published_comes_back_whole(
    run: Command, services: Services, deposits: Deposits, author: Caller, backup_folder: Path
) -> None:
    record = deposits.published(None, **{"a.txt": b"alpha", "b.txt": b"beta"})
    done = run("backup", str(backup_folder))
    assert done.returncode == 0, done.stderr
    assert "2 with 9 bytes: 2 copied" in done.stdout
    destroy(services)

    done = run("restore", str(backup_folder))

    assert done.returncode == 0, done.stderr
    assert "repository index rebuild --anew" in done.stdout
    again = author.get(f"/api/records/{record['id']}").json
    assert (again["metadata"], again["pids"]) == (record["metadata"], record["pids"])
    assert author.get(f"/api/records/{record['id']}/files/a.txt/content").data == b"alpha"


def test_nobody_else_can_read_a_backup(run: Command, deposits: Deposits, backup_folder: Path) -> None:
    deposits.published()
    assert run("backup", str(backup_folder)).returncode == 0
    files = [path for path in backup_folder.rglob("*") if path.is_file()]
    assert len(files) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(backup_folder.stat().st_mode) == 0o700


def test_the_second_backup_copies_what_is_new_and_forgets_what_is_gone(
    run: Command, deposits: Deposits, backup_folder: Path
) -> None:
    deposits.published(None, **{"a.txt": b"alpha"})
    run("backup", str(backup_folder))
    former = read_manifest(backup_folder)
    (backup_folder / "objects" / "zz").mkdir()
    (backup_folder / "objects" / "zz" / "zz-of-old").write_bytes(b"old")
    deposits.published(None, **{"b.txt": b"beta"})

    done = run("backup", str(backup_folder))

    assert "1 copied, 1 there already" in done.stdout, done.stderr
    assert not (backup_folder / former.database.name).exists()
    assert not (backup_folder / "objects" / "zz" / "zz-of-old").exists()


def test_an_interrupted_backup_leaves_the_earlier_one(
    services: Services, deposits: Deposits, backup_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deposits.published()
    copies = copies_of(services.database.engine)
    first, _ = back_up(copies, services.store, backup_folder, BackupChoice())

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("repository.backup.back_up.fetch", interrupt)
    with pytest.raises(KeyboardInterrupt):
        back_up(copies, services.store, backup_folder, BackupChoice())

    assert read_manifest(backup_folder) == first
    assert sorted(path.name for path in backup_folder.iterdir()) == sorted(
        ["manifest.json", "objects", first.database.name, first.objects.name]
    )


def test_a_folder_without_manifest_is_no_backup(run: Command, deposits: Deposits, backup_folder: Path) -> None:
    deposits.published()
    run("backup", str(backup_folder))
    (backup_folder / NAME).unlink()
    done = run("restore", str(backup_folder), "--replace")
    assert done.returncode == 1
    assert "no finished backup" in done.stderr


@pytest.mark.parametrize("part", ["database", "objects"])
def test_a_backup_that_has_changed_is_refused_before_anything_changes(
    run: Command, services: Services, deposits: Deposits, backup_folder: Path, part: str
) -> None:
    record = deposits.published()
    run("backup", str(backup_folder))
    damaged = backup_folder / json.loads((backup_folder / NAME).read_text())[part]["name"]
    damaged.write_bytes(damaged.read_bytes()[:-1])
    done = run("restore", str(backup_folder), "--replace")
    assert (done.returncode, "The backup is damaged" in done.stderr) == (1, True)
    with services.database.snapshot(SYSTEM) as unit:
        assert unit.session.get(Version, int(record["id"])) is not None


def test_a_database_that_is_there_is_replaced_only_on_request(
    run: Command, services: Services, deposits: Deposits, backup_folder: Path
) -> None:
    early = deposits.published()
    run("backup", str(backup_folder))
    late = deposits.published()

    done = run("restore", str(backup_folder))
    assert (done.returncode, "--replace" in done.stderr) == (1, True)

    done = run("restore", str(backup_folder), "--replace")
    assert done.returncode == 0, done.stderr
    assert "1 objects" in done.stdout.split("younger")[1]
    with services.database.snapshot(SYSTEM) as unit:
        assert unit.session.get(Version, int(early["id"])) is not None
        assert unit.session.get(Version, int(late["id"])) is None


HOLDER = """
import sys
from repository.core.database.engine import open_database
connection = open_database(sys.argv[1]).connect()
connection.exec_driver_sql("SELECT count(*) FROM version")
print("open", flush=True)
sys.stdin.read()
"""
"""a server that has a connection and does nothing"""


def test_no_database_is_replaced_under_a_running_server(
    run: Command, settings: Settings, deposits: Deposits, backup_folder: Path
) -> None:
    deposits.published()
    run("backup", str(backup_folder))
    line = [sys.executable, "-c", HOLDER, settings.database_url]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        done = run("restore", str(backup_folder), "--replace")
        holder.stdin.close()
    assert (done.returncode, "Stop the server" in done.stderr) == (1, True)
    assert run("restore", str(backup_folder), "--replace").returncode == 0


def test_a_missing_object_is_told_and_the_rest_is_there(
    run: Command, services: Services, deposits: Deposits, backup_folder: Path
) -> None:
    deposits.published(None, **{"a.txt": b"alpha", "b.txt": b"beta"})
    gone = next(iter(services.store.objects())).key
    services.store.remove([gone])
    done = run("backup", str(backup_folder))
    assert (done.returncode, f"object {gone} is missing" in done.stdout) == (1, True)
    assert read_manifest(backup_folder).faults == (f"{gone}: missing",)


def test_a_damaged_object_in_the_store_is_told(
    run: Command, services: Services, deposits: Deposits, backup_folder: Path
) -> None:
    deposits.published(None, **{"a.txt": b"alpha"})
    key = next(iter(services.store.objects())).key
    services.store.remove([key])
    services.store.write(key, BytesIO(b"alphA"), limit=5)
    done = run("backup", str(backup_folder))
    assert (done.returncode, f"object {key} is damaged" in done.stdout) == (1, True)


def test_objects_of_another_length_are_mended_by_a_restore(
    run: Command, services: Services, deposits: Deposits, author: Caller, backup_folder: Path
) -> None:
    record = deposits.published(None, **{"a.txt": b"alpha"})
    run("backup", str(backup_folder))
    key = next(iter(services.store.objects())).key
    services.store.remove([key])
    services.store.write(key, BytesIO(b"al"), limit=5)
    done = run("restore", str(backup_folder), "--replace")
    assert done.returncode == 0, done.stdout + done.stderr
    assert author.get(f"/api/records/{record['id']}/files/a.txt/content").data == b"alpha"


def test_a_backup_of_the_database_alone_lists_the_objects_that_it_needs(
    run: Command, services: Services, deposits: Deposits, backup_folder: Path
) -> None:
    deposits.published(None, **{"a.txt": b"alpha"})
    done = run("backup", "--database-only", str(backup_folder))
    assert done.returncode == 0, done.stderr
    manifest = read_manifest(backup_folder)
    keys = [line.split("\t")[0] for line in (backup_folder / manifest.objects.name).read_text().splitlines()]
    assert keys == [stored.key for stored in services.store.objects()]
    assert not (backup_folder / "objects").exists()
    services.store.remove(keys)
    done = run("restore", str(backup_folder), "--replace")
    assert (done.returncode, f"object {keys[0]} is missing" in done.stdout) == (1, True)


def test_a_folder_of_something_else_is_left_alone(services: Services, deposits: Deposits, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.tex").write_text("mine")
    with pytest.raises(Conflict, match=r"thesis\.tex"):
        back_up(copies_of(services.database.engine), services.store, tmp_path / "home", BackupChoice())
    assert (tmp_path / "home" / "thesis.tex").read_text() == "mine"


def test_no_password_stands_among_the_arguments() -> None:
    programs = PostgresqlPrograms(make_url("postgresql+psycopg://me:hush@db.example:5433/site?sslmode=require"), 1)
    assert "hush" not in programs.address()
    assert "sslmode=require" in programs.address()
    assert programs.environment()["PGPASSWORD"] == "hush"


def test_a_restored_database_gives_out_no_number_again(
    run: Command, deposits: Deposits, author: Caller, backup_folder: Path
) -> None:
    deposits.published()
    run("backup", str(backup_folder))
    lost = deposits.published()
    done = run("restore", str(backup_folder), "--replace")
    assert "given out again" in done.stdout, done.stderr
    assert int(deposits.published()["id"]) > int(lost["id"])
    assert author.get(f"/api/records/{lost['id']}").status_code == 404


def test_who_was_signed_in_when_the_backup_was_made_signs_in_again(
    run: Command, services: Services, deposits: Deposits, author: Caller, backup_folder: Path
) -> None:
    deposits.published()
    with services.database.transaction(SYSTEM) as unit:
        secret = begin_session(unit, 1, Browser("a browser", "192.0.2.1"))
    run("backup", str(backup_folder))
    done = run("restore", str(backup_folder), "--replace")
    assert "1 sessions are ended" in done.stdout, done.stderr
    with services.database.connection() as connection:
        assert session_of_secret(connection, secret) is None


def lose_store(services: Services) -> None:
    """Remove all that the store remembers, too."""
    destroy(services)
    for name in services.store.marks.names():
        services.store.marks.remove(name)


def test_a_store_that_was_lost_too_is_this_site_s_again_and_no_number_is_given_out_twice(
    run: Command, services: Services, deposits: Deposits, author: Caller, backup_folder: Path
) -> None:
    services.store.prepare()
    record = deposits.published(None, **{"a.txt": b"alpha"})
    assert run("backup", str(backup_folder)).returncode == 0
    lost = [int(deposits.published()["id"]) for _ in range(3)]
    lose_store(services)

    done = run("restore", str(backup_folder))

    assert (done.returncode, done.stderr) == (0, "")
    assert author.get(f"/api/records/{record['id']}/files/a.txt/content").data == b"alpha"
    services.store.prepare()
    after = deposits.published()
    assert int(after["id"]) > max(lost)
    assert int(after["pids"]["doi"]["identifier"].rpartition(".")[2]) > max(lost)


def test_a_backup_without_objects_does_not_make_an_empty_store_this_site_s(
    run: Command, services: Services, deposits: Deposits, backup_folder: Path
) -> None:
    services.store.prepare()
    deposits.published(None, **{"a.txt": b"alpha"})
    run("backup", "--database-only", str(backup_folder))
    lose_store(services)
    done = run("restore", str(backup_folder))
    assert (done.returncode, "nothing to adopt" in done.stderr) == (1, True)
    assert not services.store.marks.read("store-id")


def test_a_lost_store_of_an_older_schema_lets_nothing_be_minted_before_the_numbers_have_moved(
    run: Command, services: Services, settings: Settings, deposits: Deposits, author: Caller, backup_folder: Path
) -> None:
    services.store.prepare()
    deposits.published()
    run("migrate", "--to", "0014")
    run("backup", str(backup_folder))
    lose_store(services)
    done = run("restore", str(backup_folder))
    assert (done.returncode, "after the migration" in done.stdout) == (0, True), done.stderr
    run("migrate")
    assert run("prepare").returncode == 0
    with closing(open_services(settings)) as begun:
        caller = Caller(create_app(begun).test_client(), author.token)
        refused = caller.post("/api/records", json={})
        assert (refused.status_code, "repository restore --advance" in refused.text) == (503, True)
    assert run("restore", "--adopt").returncode == 0
    with closing(open_services(settings)) as begun:
        assert Deposits(Caller(create_app(begun).test_client(), author.token)).published()
