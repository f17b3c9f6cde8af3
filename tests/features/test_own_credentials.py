"""Each part of an installation signs in with credentials of its own, and with no more rights than it needs."""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError
from redis import Redis
from redis.exceptions import NoPermissionError
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from config.settings import Settings
from deploy.services import default_folder
from deploy.services.s3 import PROGRAM as VERSITYGW
from deploy.services.s3 import S3
from deploy.services.service import is_answering
from repository.app import create_app
from repository.audit.audit_keeper import AuditKeeper
from repository.bootstrap import open_services
from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.engines.store.s3_address import s3_address
from repository.engines.store.s3_store import S3Store
from repository.feature import Queue
from repository.people.access_tokens import issue_token
from repository.people.accounts import register_person
from tests.conftest import Caller, Deposits
from tests.contracts.queue_contract import notes
from tests.contracts.queue_jobs import NOTED, Notes, add_jobs
from tests.features.test_deploy import DEPLOY, OURS, SERVICES, VARIABLE
from tests.support.web_server import free_port, until
from workers import rq_worker
from workers.dispatch import RelayLoop
from workers.relay import relay
from workers.rq_queue import RqQueue
from workers.runner import run_next
from workers.sweeps.schedule import run_due

__all__ = ["notes"]
pytestmark = [pytest.mark.slow, pytest.mark.process]

PARTS = {name: service for name, service in OURS.items() if name != "store-rights"}
SIGNED_IN = {"prepare": "", "web": "_web", "worker": "_worker", "worker-soon": "_worker", "relay": "_relay"} | {
    "scheduler": "_scheduler"
}
PASSWORDS = {f"{part}_PASSWORD": "x" for part in ("WEB", "WORKER", "RELAY", "SCHEDULER")}


def secrets_of(name: str) -> set[str]:
    """The variables with secrets that a container is given."""
    return {found[1] for value in SERVICES[name]["environment"].values() for found in VARIABLE.finditer(value)} & {
        found[1] for found in VARIABLE.finditer((DEPLOY / "compose.yaml").read_text("utf-8")) if found[2] == "?"
    }


def test_every_part_has_its_own_user_of_the_database() -> None:
    urls = {name: str(service["environment"]["REPOSITORY_DATABASE_URL"]) for name, service in PARTS.items()}
    users = {name: url.removeprefix("postgresql://").partition(":")[0] for name, url in urls.items()}
    assert users == {name: f"repository{suffix}" for name, suffix in SIGNED_IN.items()}


def test_no_part_is_given_the_secrets_of_another() -> None:
    worker = {f"{engine}_WORKER_PASSWORD" for engine in ("POSTGRES", "REDIS", "ELASTIC", "STORE")}
    assert {name: secrets_of(name) for name in OURS} == {
        "store-rights": {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"},
        "prepare": {"POSTGRES_PASSWORD", "ELASTIC_WORKER_PASSWORD", "STORE_WORKER_PASSWORD"},
        "web": {f"{engine}_WEB_PASSWORD" for engine in ("POSTGRES", "REDIS", "ELASTIC", "STORE")},
        "worker": worker,
        "worker-soon": worker,
        "relay": {"POSTGRES_RELAY_PASSWORD", "REDIS_RELAY_PASSWORD"},
        "scheduler": {f"{engine}_SCHEDULER_PASSWORD" for engine in ("POSTGRES", "ELASTIC", "STORE")},
    }
    assert not SERVICES["proxy"].get("environment")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[str]:
    """The endpoint of an S3 server that knows users, and whose root has the key ``root`` and the secret ``x``."""
    program = default_folder() / "programs" / VERSITYGW.name
    if not program.exists():
        pytest.skip("`make services` never ran")
    (tmp_path / "versitygw").symlink_to(program)
    endpoint = f"127.0.0.1:{free_port()}"
    for name in ("users", "versions", "data"):
        (tmp_path / name).mkdir()
    options = ["--port", endpoint, "--region", "us-east-1", "--quiet", "--iam-dir", str(tmp_path / "users"), "posix"]
    command = [str(program), *options, "--versioning-dir", str(tmp_path / "versions"), str(tmp_path / "data")]
    with subprocess.Popen(command, env={"ROOT_ACCESS_KEY": "root", "ROOT_SECRET_KEY": "x"}) as server:
        try:
            until(lambda: is_answering(S3, f"s3://b?endpoint=http://{endpoint}"), 20, "the store answers")
            yield f"http://{endpoint}"
        finally:
            server.terminate()


def test_the_parts_use_the_store_but_only_its_root_rules_it(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = {"AWS_ACCESS_KEY_ID": "root", "AWS_SECRET_ACCESS_KEY": "x", "STORE_ENDPOINT": store}
    admin = {"ADMIN_ENDPOINT_URL": store, "ADMIN_ACCESS_KEY": "root", "ADMIN_SECRET_KEY": "x"}
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    for secret in ("before", "now"):  # a second run gives new secrets
        own = {f"{part}_SECRET": f"{part}-{secret}" for part in ("WEB", "WORKER", "SCHEDULER")}
        subprocess.run(["sh", str(DEPLOY / "store-users.sh")], env={**admin, **own, **path}, check=True)
        subprocess.run([sys.executable, str(DEPLOY / "store_rights.py")], env={**root, **path}, check=True)

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "repository-web")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "WEB-now")
    with closing(S3Store(s3_address(f"s3://repository?endpoint={store}&region=us-east-1"))) as used:
        used.prepare()
        assert not used.shortcomings()
        used.write("a", BytesIO(b"bytes"), limit=5)
        assert used.open("a").read() == b"bytes"
        upload = used.uploads.begin("b", 3)
        used.uploads.complete(upload, [used.uploads.put_part(upload, 1, BytesIO(b"abc"), size=3)])
        assert [each.key for each in used.objects()] == ["a", "b"]
        used.marks.write("mark", b"1")
        used.remove(["a", "b"])
        assert not list(used.objects())
    with closing(boto3.Session().client("s3", endpoint_url=store, region_name="us-east-1")) as web:
        for act in (
            lambda: web.delete_bucket(Bucket="repository"),
            lambda: web.put_bucket_policy(Bucket="repository", Policy="{}"),
            lambda: web.create_bucket(Bucket="another"),
        ):
            with pytest.raises(ClientError, match="AccessDenied"):
                act()


def connected(url: str) -> closing[Connection]:
    return closing(create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect())


@pytest.fixture
def prefix(database_url: str) -> Iterator[str]:
    """The beginning of the names of roles of this test, which the script has made in the test's database."""
    chosen = f"part_{secrets.token_hex(4)}"
    yield chosen
    with connected(database_url) as connection:
        roles = connection.scalars(
            text("SELECT rolname FROM pg_roles WHERE rolname LIKE :like"), {"like": f"{chosen}%"}
        )
        for role in roles.all():
            connection.execute(text(f"DROP OWNED BY {role}"))
            connection.execute(text(f"DROP ROLE {role}"))


def run_script(database_url: str, prefix: str) -> None:
    psql = shutil.which("psql") or next(iter(map(str, Path("/usr/lib/postgresql").glob("*/bin/psql"))))
    url = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    script = str(DEPLOY / "postgresql-roles.sql")
    done = subprocess.run(
        [
            psql,
            "--no-psqlrc",
            "--quiet",
            "--set",
            "ON_ERROR_STOP=1",
            "--set",
            f"prefix={prefix}",
            "--file",
            script,
            url,
        ],
        env=os.environ | PASSWORDS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def as_part(database_url: str, prefix: str, part: str) -> str:
    return make_url(database_url).set(username=f"{prefix}_{part}").render_as_string(hide_password=False)


def open_as(settings: Settings, prefix: str, part: str) -> Services:
    return open_services(settings.model_copy(update={"database_url": as_part(settings.database_url, prefix, part)}))


@pytest.mark.postgresql
def test_a_site_runs_on_roles_that_change_no_table(
    services: Services, settings: Settings, database_url: str, prefix: str
) -> None:
    run_script(database_url, prefix)
    run_script(database_url, prefix)
    with (
        closing(open_as(settings, prefix, "web")) as web,
        closing(open_as(settings, prefix, "relay")) as relaying,
        closing(open_as(settings, prefix, "worker")) as worker,
        closing(open_as(settings, prefix, "scheduler")) as scheduler,
    ):
        with web.database.transaction(SYSTEM) as unit:
            _, secret = issue_token(unit, register_person(unit, "author@example.org"))
        author = Caller(create_app(web).test_client(), secret)
        record = Deposits(author).published()
        while relay(relaying.database) or sum(run_next(worker, queue) for queue in Queue):
            pass
        assert author.get("/api/records").get_json()["hits"]["total"] == 1
        assert author.get(f"{record['links']['files']}/data.csv/content").status_code == 200
        assert AuditKeeper(relaying).round() > 3
        run_due(scheduler)


@pytest.mark.postgresql
@pytest.mark.parametrize("part", ["web", "worker", "relay", "scheduler"])
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (x int)",
        "CREATE TEMPORARY TABLE mine (x int)",
        "DROP TABLE version",
        "ALTER TABLE version ADD COLUMN x int",
        "TRUNCATE version CASCADE",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "COPY version TO PROGRAM 'true'",
    ],
)
def test_no_part_can_change_a_table_or_the_server(
    services: Services, database_url: str, prefix: str, part: str, statement: str
) -> None:
    run_script(database_url, prefix)
    with (
        connected(as_part(database_url, prefix, part)) as connection,
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner|superuser"),
    ):
        connection.execute(text(statement))


@pytest.mark.postgresql
def test_no_part_can_change_what_was_told_and_sealed(services: Services, database_url: str, prefix: str) -> None:
    run_script(database_url, prefix)
    refused = ["UPDATE fact SET actor = ''", "UPDATE audit_seal SET hash = ''", "DELETE FROM audit_seal"]
    for part in ("web", "worker", "relay", "scheduler"):
        with connected(as_part(database_url, prefix, part)) as connection:
            for statement in (*refused, *(["DELETE FROM fact"] if part != "web" else [])):
                with pytest.raises(ProgrammingError, match="permission denied"):
                    connection.execute(text(statement))


def users() -> dict[str, str]:
    """The rights of each user of Redis, as compose gives them."""
    words = SERVICES["redis"]["command"]
    ends = [at for at, word in enumerate(words) if word.startswith("--")] + [len(words)]
    told = [words[at + 1 : end] for at, end in pairwise(ends) if words[at] == "--user"]
    return {name: " ".join(rights) for name, *rights in told}


@pytest.fixture
def signed_in(redis_url: str) -> Iterator[dict[str, str]]:
    """The addresses of users of Redis with the rights of compose, under names of this test."""
    names = {name: f"{name}-{secrets.token_hex(4)}" for name in users()}
    server = urlsplit(redis_url)
    with Redis.from_url(redis_url) as redis:
        for name, rights in users().items():
            redis.execute_command("ACL", "SETUSER", names[name], *VARIABLE.sub("hush", rights).split())
        yield {
            name: server._replace(
                netloc=f"{chosen}:hush@{server.hostname}:{server.port}",
                path="" if name == "default" else server.path,  # it may not even choose a database
            ).geturl()
            for name, chosen in names.items()
        }
        redis.execute_command("ACL", "DELUSER", *names.values())


def test_relay_and_worker_have_rights_enough(services: Services, signed_in: dict[str, str], notes: Notes) -> None:
    add_jobs(services, NOTED, [1, 2])
    with closing(RqQueue(signed_in["relay"])) as calls:
        RelayLoop(services.database, calls).round()
        assert calls.waiting(Queue.SOON) == 1
    rq_worker.work_off(services, signed_in["worker"], list(Queue), burst=True)
    assert notes.runs == [[1, 2]]


@pytest.mark.parametrize("name", ["relay", "worker", "web", "default"])
@pytest.mark.parametrize(
    "words",
    [
        "FLUSHALL",
        "CONFIG GET *",
        "KEYS *",
        "SET other 1",
        "ACL LIST",
        "SHUTDOWN NOSAVE",
        "MODULE LIST",
    ],
)
def test_no_user_of_redis_can_do_more(signed_in: dict[str, str], name: str, words: str) -> None:
    with Redis.from_url(signed_in[name]) as redis:
        assert redis.ping()
        with pytest.raises(NoPermissionError):
            redis.execute_command(*words.split())


def test_nobody_without_a_name_reads_the_calls(signed_in: dict[str, str]) -> None:
    with Redis.from_url(signed_in["default"]) as redis, pytest.raises(NoPermissionError):
        redis.get("rq:queues")
