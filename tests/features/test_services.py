"""Servers without containers: started once, known by pid, ended; what was downloaded is complete or absent."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from deploy import services
from deploy.services import minio, processes
from deploy.services.go_program import GoProgram
from deploy.services.place import Place, ServiceError
from deploy.services.postgresql import _programs as postgresql_programs
from deploy.services.processes import Detached
from deploy.services.s3 import PROGRAM as VERSITYGW
from deploy.services.service import is_answering
from tests.architecture.house import ROOT
from tests.support.web_server import free_port, until

PORTS = ("POSTGRESQL", "REDIS", "ELASTICSEARCH", "S3", "MINIO")
needs_redis = pytest.mark.skipif(shutil.which("redis-server") is None, reason="Redis is not installed")
needs_postgresql = pytest.mark.skipif(postgresql_programs() is None, reason="PostgreSQL is not installed")


def needs_program(program: GoProgram) -> pytest.MarkDecorator:
    here = (services.default_folder() / "programs" / program.name).exists()
    return pytest.mark.skipif(not here, reason="`make services` never ran")


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that whom servers run as can reach, as those of pytest are not."""
    with tempfile.TemporaryDirectory(prefix="services-", dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def run(folder: Path) -> Iterator[Run]:
    """Runs the command on servers of this test's own."""
    ports = {f"SERVICES_PORT_{name}": str(free_port()) for name in PORTS}
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("REPOSITORY_", "AWS_"))}
    environment = {**plain, **ports, "SERVICES_DIR": str(folder)}

    def command(*words: str, also: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        line = [sys.executable, "-m", "deploy.services", *words]
        return subprocess.run(
            line, cwd=ROOT, env={**environment, **(also or {})}, capture_output=True, text=True, check=False
        )

    yield command
    command("down")


def redis_in(folder: Path) -> services.Service:
    return services.servers_in(folder, {"redis": free_port()}, folder / "programs")["redis"]


@pytest.mark.process
@needs_redis
def test_a_server_runs_within_its_block_and_no_longer(folder: Path) -> None:
    with services.running(folder, {"redis": free_port()}, folder / "programs") as servers:
        redis = servers["redis"]
        assert redis.healthy()
        assert redis.pid is not None
    assert redis.pid is None
    assert not redis.healthy()


@pytest.mark.process
@needs_redis
def test_a_server_is_started_once(folder: Path) -> None:
    with services.running(folder, {"redis": free_port()}, folder / "programs") as servers:
        before = servers["redis"].pid
        services.servers_in(folder, {"redis": servers["redis"].port}, folder / "programs")["redis"].start()
        assert servers["redis"].pid == before


@pytest.mark.process
@needs_postgresql
def test_a_killed_database_starts_again_with_what_was_committed(folder: Path) -> None:
    with services.running(folder, {"postgresql": free_port()}, folder / "programs") as servers:
        server = servers["postgresql"]
        with closing(psycopg.connect(server.url, autocommit=True)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
            before = server.pid
            server.kill()
            assert server.pid is None
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT answer FROM kept")
        server.start()
        assert server.pid != before
        with closing(psycopg.connect(server.url)) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchall() == [(42,)]


@pytest.mark.process
@needs_postgresql
def test_the_database_speaks_utf_8_and_sorts_alike_on_every_machine(folder: Path) -> None:
    with (
        services.running(folder, {"postgresql": free_port()}, folder / "programs") as servers,
        closing(psycopg.connect(servers["postgresql"].url)) as connection,
    ):
        told = connection.execute(
            "SELECT current_database(), pg_encoding_to_char(encoding), datcollate, current_setting('max_connections'),"
            " current_setting('listen_addresses') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    assert told == ("repository", "UTF8", "C.UTF-8", "200", "127.0.0.1")


def s3_client(endpoint: str, key: str | None, secret: str | None) -> Any:
    boto3 = pytest.importorskip("boto3")
    keys = {"aws_access_key_id": key, "aws_secret_access_key": secret}
    return closing(boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **keys))


@pytest.mark.process
@needs_program(VERSITYGW)
def test_the_s3_server_starts_with_the_keys_that_it_prints(folder: Path) -> None:
    with services.running(folder, {"s3": free_port()}) as servers:
        told = servers["s3"].variables
        endpoint = told["REPOSITORY_STORE_URL"].partition("endpoint=")[2].partition("&")[0]
        with s3_client(endpoint, told["AWS_ACCESS_KEY_ID"], told["AWS_SECRET_ACCESS_KEY"]) as client:
            assert client.list_buckets()["Buckets"] == [], "the application makes its bucket"


@pytest.mark.process
@needs_program(minio.PROGRAM)
def test_minio_starts_with_the_keys_that_it_prints_and_keeps_its_data(folder: Path) -> None:
    with services.running(folder, {"minio": free_port()}) as servers:
        told = urlsplit(servers["minio"].variables["REPOSITORY_TEST_MINIO_URL"])
        with s3_client(f"http://{told.hostname}:{told.port}", told.username, told.password) as client:
            client.create_bucket(Bucket="kept")
            servers["minio"].stop()
            assert not servers["minio"].healthy()
            servers["minio"].start()
            assert [bucket["Name"] for bucket in client.list_buckets()["Buckets"]] == ["kept"]


@pytest.mark.process
@needs_program(VERSITYGW)
def test_another_s3_server_is_no_minio(folder: Path) -> None:
    with services.running(folder, {"s3": free_port()}) as servers:
        assert not is_answering(services.SERVERS["minio"], f"http://127.0.0.1:{servers['s3'].port}")


def test_a_disk_that_minio_takes_for_full_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SimpleNamespace(total=1100, used=970, free=30)  # the rest is root's
    monkeypatch.setattr(shutil, "disk_usage", lambda _: disk)
    minio._require_room(tmp_path)
    disk.free = 10
    with pytest.raises(ServiceError, match=r"less than 2% of the disk .* is free"):
        minio._require_room(tmp_path)


@pytest.mark.process
@needs_redis
def test_up_prints_addresses_and_env_repeats_them_until_down(run: Run, folder: Path) -> None:
    first, second = run("up", "redis"), run("up", "redis")
    assert first.returncode == second.returncode == 0, first.stderr
    assert first.stdout.startswith("REPOSITORY_QUEUE_URL=redis://127.0.0.1:")
    assert first.stdout == second.stdout == run("env").stdout == (folder / "env").read_text()
    assert "starting" in first.stderr
    assert "starting" not in second.stderr
    assert run("status", "redis").returncode == 0
    assert run("down").returncode == 0
    assert run("status", "redis").returncode == 1
    assert run("env").stdout == ""


@pytest.mark.process
@needs_redis
def test_of_two_who_come_at_once_one_starts_the_server(run: Run) -> None:
    with ThreadPoolExecutor(2) as together:
        done = list(together.map(lambda _: run("up", "redis"), range(2)))
    assert [each.returncode for each in done] == [0, 0], done
    assert sorted("starting" in each.stderr for each in done) == [False, True]


@pytest.mark.process
@needs_redis
def test_a_server_that_the_environment_names_is_used_and_left_alone(run: Run, folder: Path) -> None:
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    with services.running(elsewhere, {"redis": free_port()}, folder / "programs") as servers:
        named = {"REPOSITORY_QUEUE_URL": servers["redis"].url}
        up = run("up", "redis", also=named)
        assert up.returncode == 0, up.stderr
        assert up.stdout == "# REPOSITORY_QUEUE_URL: as it is in the environment\n"
        assert "used as it is" in up.stderr
        assert run("down", "redis", also=named).returncode == 0
        assert servers["redis"].healthy()


@pytest.mark.process
@needs_redis
def test_a_server_that_the_environment_names_in_vain_is_started(run: Run) -> None:
    up = run("up", "redis", also={"REPOSITORY_QUEUE_URL": f"redis://127.0.0.1:{free_port()}/0"})
    assert up.returncode == 0, up.stderr
    assert up.stdout.startswith("REPOSITORY_QUEUE_URL=redis://127.0.0.1:")


@pytest.mark.process
@needs_redis
def test_what_the_environment_names_wins_over_what_runs_here(run: Run) -> None:
    assert run("up", "redis").returncode == 0
    assert run("env", also={"REPOSITORY_QUEUE_URL": "redis://queue.example.org:6379/0"}).stdout == ""


@pytest.mark.process
@needs_redis
def test_a_taken_port_is_one_line(folder: Path) -> None:
    with services.running(folder, {"redis": free_port()}, folder / "programs") as servers:
        other = services.servers_in(folder / "other", {"redis": servers["redis"].port}, folder / "programs")["redis"]
        with pytest.raises(ServiceError, match=r"port \d+ is taken"):
            other.start()


@pytest.mark.process
def test_a_missing_program_is_one_line(run: Run) -> None:
    done = run("up", "elasticsearch", also={"PATH": "/nonexistent"})
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["services: Elasticsearch needs java, which is not installed here"]


@pytest.mark.process
def test_a_wrong_port_is_one_line(run: Run) -> None:
    done = run("up", "redis", also={"SERVICES_PORT_REDIS": "many"})
    assert done.returncode == 1
    assert done.stderr.splitlines() == ["services: SERVICES_PORT_REDIS: 'many' is no port"]


def test_a_pid_that_now_belongs_to_somebody_else_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "redis.pid"
    file.write_text(f"{os.getpid()} 1\n")
    process = Detached(file)
    assert process.pid is None
    process.kill()
    process.end(signal.SIGKILL, 1)
    assert os.getpid(), "this test's process lives"


@pytest.mark.process
def test_a_kill_reaches_children_that_left_the_session(folder: Path) -> None:
    process = Detached(folder / "process.pid")
    child = folder / "child"
    script = f"setsid sleep 300 & echo $! > {child}.new; mv {child}.new {child}; wait"
    folder.chmod(0o777)
    (folder / "log").touch()
    process.start(["sh", "-c", script], {"PATH": os.environ["PATH"]}, folder, folder / "log")
    until(child.exists, 20, "the child runs")
    pid = int(child.read_text())
    assert Path(f"/proc/{pid}").exists()
    process.kill()
    assert process.pid is None
    until(lambda: not _lives(pid), 20, "the child is gone")


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_download_that_fails_leaves_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path, tmp_path)

    def half(folder: Path) -> Path:
        (folder / "half").write_text("half")
        raise ServiceError("the line is down")

    with pytest.raises(ServiceError):
        place.program("program", half)
    assert [each.name for each in tmp_path.iterdir()] == [".program.lock"]


def test_what_a_killed_download_left_is_cleared(tmp_path: Path) -> None:
    (tmp_path / ".program-abandoned").mkdir()
    place = Place(tmp_path, tmp_path)
    assert place.program("program", _made).read_text() == "whole"
    assert sorted(each.name for each in tmp_path.iterdir()) == [".program.lock", "program"]


def test_of_two_who_come_at_once_one_downloads(tmp_path: Path) -> None:
    fetched = []
    both = Barrier(2, timeout=20)

    def fetch(folder: Path) -> Path:
        fetched.append(folder)
        return _made(folder)

    def come(_: int) -> str:
        both.wait()
        return Place(tmp_path, tmp_path).program("program", fetch).read_text()

    with ThreadPoolExecutor(2) as together:
        assert list(together.map(come, range(2))) == ["whole", "whole"]
    assert len(fetched) == 1


def _made(folder: Path) -> Path:
    (folder / "made").write_text("whole")
    return folder / "made"


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone runs servers as somebody else")
def test_a_folder_that_servers_cannot_reach_is_refused(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(ServiceError, match="lets nobody but root through"):
        redis_in(closed / "services").start()


@pytest.mark.process
def test_a_child_that_ends_while_it_is_looked_at_is_reaped(monkeypatch: pytest.MonkeyPatch) -> None:
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    look = processes._status

    def look_after_its_end(pid: int) -> Any:
        child.stdin.close()
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        return look(pid)

    monkeypatch.setattr(processes, "_status", look_after_its_end)
    assert processes._all_gone([child.pid], child)
    assert child.returncode == 0
