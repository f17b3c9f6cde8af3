"""Logs: lines of JSON with the ids that belong together, and without any secret."""

import base64
import json
import logging
import re
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy.engine import make_url

from config.logging import configure_logging
from config.redaction import TOKEN_PREFIX, redacted
from repository.core.actor import GRANTABLE
from repository.people.access_tokens import PREFIX
from tests.conftest import a_dataset
from tests.support.web_server import Client, Process, Program, Server, command, until

SECRET = "S3cretValue12"
PASSWORD = "a password of the database"
SIGNED = "X-Amz-Signature"
OPERATIONAL = {"/health/live", "/health/ready", "/metrics"}


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """What was logged since it was last asked, parsed; at INFO, as a server does."""
    configure_logging("INFO")
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    configure_logging("ERROR")


@pytest.mark.parametrize(
    "told",
    [
        {"Authorization": f"Bearer {SECRET}"},
        {"headers": {"authorization": f"Basic {SECRET}=="}},
        {"headers": repr({"Proxy-Authorization": f"Basic {SECRET}=="})},
        {"sent": f"Authorization: AWS4-HMAC-SHA256 Credential={SECRET}/us, SignedHeaders=host, Signature={SECRET}"},
        {"url": f"http://s3/b?X-Amz-Credential={SECRET}%2F2026&X-Amz-Security-Token={SECRET}&{SIGNED}={SECRET} end"},
        {"url": f"http://s3/b?x=1&{SIGNED.lower()}%3D{SECRET}"},
        {"url": f"postgresql+psycopg://user:{SECRET}@host/db"},
        {"url": f"redis://:a/b{SECRET}@host/0"},
        {"url": f"http://elastic:{SECRET}@host:9200/"},
        {"password": f'a long "{SECRET}'},
        {"password": ["a", SECRET]},
        {"account": {"secret_key": {"value": SECRET}}},
        {"text": f"REPOSITORY_SECRET_KEY={SECRET} and more"},
        {"text": repr({"password": f"it's {SECRET}"})},
        {"text": json.dumps({"password": f'a " {SECRET} b'})},
        {"text": f"it was {TOKEN_PREFIX}{SECRET}-_x."},
        {"text": f"/api/records?access_token={SECRET}&q=1"},
        {"text": f"Credentials(access_key='x', secret_key='{SECRET}')"},
        {"text": f"aws_secret_access_key: {SECRET}"},
        {"text": f"host=h password='{SECRET} x' user=y"},
        {"error": ValueError(f"password={SECRET}")},
        {"deep": [{"in": (f"redis://x:{SECRET}@h",)}]},
    ],
    ids=lambda told: f"{next(iter(told))}: {str(told)[:40]}",
)
def test_what_looks_like_a_secret_is_blotted_out(told: dict[str, Any], lines: Any) -> None:
    structlog.get_logger().info("something", **told)

    (line,) = lines()
    assert SECRET not in json.dumps(line)
    assert line["event"] == "something"
    assert "***" in json.dumps(line)


@pytest.mark.parametrize(
    "innocent",
    [
        "https://example.org/a?q=passage&page=2",
        "a file called basics.txt",
        "10.5072/data.12",
        "status=200 bytes=12",
        "",
    ],
)
def test_what_is_none_stays(innocent: str) -> None:
    assert redacted(innocent) == innocent


def test_our_tokens_begin_as_the_redaction_believes() -> None:
    assert PREFIX == TOKEN_PREFIX


def test_an_error_is_one_line_and_its_text_is_redacted(lines: Any) -> None:
    try:
        raise RuntimeError(f"cannot open\npostgresql://me:{SECRET}@host/x")
    except RuntimeError as error:
        structlog.get_logger().error("failed", exc_info=error)

    (line,) = lines()
    assert line["exception"].endswith("RuntimeError: cannot open\npostgresql://me:***@host/x")
    assert line["level"] == "error"


@pytest.mark.parametrize(
    "library", ["gunicorn.error", "elastic_transport.transport", "botocore", "rq.worker", "alembic"]
)
def test_what_libraries_log_takes_the_same_form(library: str, lines: Any) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1", job_ids=[7]):
        logging.getLogger(library).warning("retrying %s", f"http://u:{SECRET}@host")
        logging.getLogger(library).info("GET http://host/ [status:200]")

    (line,) = lines()
    assert line["event"] == "retrying http://u:***@host"
    assert (line["level"], line["logger"]) == ("warning", library)
    assert (line["request_id"], line["job_ids"]) == ("r-1", [7])


def test_libraries_are_not_heard_at_debug(lines: Any) -> None:
    configure_logging("DEBUG")
    logging.getLogger("botocore.auth").debug("CanonicalRequest: ...")
    structlog.get_logger().debug("ours")

    assert [line["event"] for line in lines()] == ["ours"]


def test_warnings_of_python_are_lines_too(lines: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = logging._showwarning  # type: ignore[attr-defined]
        warnings.warn("this is old", DeprecationWarning, stacklevel=1)

    (line,) = lines()
    assert "this is old" in line["event"]
    assert line["logger"] == "py.warnings"


def test_lines_of_many_threads_do_not_mix(lines: Any) -> None:
    log = structlog.get_logger()
    threads = [
        threading.Thread(target=lambda n=n: [log.info("line", thread=n, text="x" * 3000) for _ in range(50)])
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(line["thread"] for line in lines()) == sorted([0, 1, 2, 3] * 50)


@pytest.mark.process
def test_an_error_that_nobody_caught_in_a_process_is_a_line(tmp_path: Path) -> None:
    program = f"""
import threading
from config.logging import configure_logging
configure_logging("INFO")
def fail(): raise ValueError("redis://:{SECRET}@host")
thread = threading.Thread(target=fail, name="failing"); thread.start(); thread.join()
fail()
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    told = [json.loads(line) for line in ended.stderr.splitlines()]

    assert ended.returncode == 1
    assert [line["event"] for line in told] == ["uncaught error"] * 2
    assert told[0]["thread"] == "failing"
    assert all("redis://:***@host" in line["exception"] for line in told)


@contextmanager
def started(*programs: Program) -> Iterator[None]:
    with ExitStack() as ends:
        for program in programs:
            program.start()
            ends.callback(program.stop)
        yield


def events(program: Program) -> list[dict[str, Any]]:
    """What a process logged: nothing but JSON, after the sentences for people that `serve` begins with."""
    found = []
    for line in program.log.splitlines():
        if " listens on http" not in line and not line.startswith("Nobody has an account yet."):
            found.append(json.loads(line))
    return found


def basic(email: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{email}:{password}".encode()).decode()}


@pytest.mark.process
@pytest.mark.parametrize("installation", ["servers"], indirect=True)
def test_no_secret_reaches_a_log_and_every_line_has_its_ids(
    installation: str, database_url: str, store_url: str, redis_url: str, tmp_path: Path
) -> None:
    settings = {
        "DATABASE_URL": make_url(database_url).set(password=PASSWORD).render_as_string(hide_password=False),
        "STORE_URL": store_url,
        "QUEUE_URL": redis_url,
    }
    away = {
        "DATABASE_URL": f"postgresql://somebody:{SECRET}@127.0.0.1:1/nowhere",
        "QUEUE_URL": f"redis://:{SECRET}@127.0.0.1:1/0",
    }
    server = Server(folder=tmp_path, settings=settings)
    server.set_up("migrate")
    worker, relay, scheduler, blind = (
        Process(name=name, folder=tmp_path, settings=chosen)
        for name, chosen in (("worker", settings), ("relay", settings), ("scheduler", settings), ("relay-2", away))
    )
    secrets = [SECRET, PASSWORD, PASSWORD.replace(" ", "%20"), PASSWORD.replace(" ", "+")]
    with started(server, worker, relay, scheduler, blind):
        record, told = _live(server)
        until(lambda: '"job done"' in worker.log and "verify_files" in worker.log, 60, "the jobs are done")
        until(lambda: "failed" in blind.log, 60, "the blind relay says so")
        doctor = command(server.environment | {f"REPOSITORY_{k}": v for k, v in away.items()}, "doctor")
    said = [doctor.stdout, doctor.stderr, *(each.log for each in (server, worker, relay, scheduler, blind))]

    for secret in [*secrets, *told]:
        assert not [text for text in said if secret in text], secret
    _expect_requests_with_ids(events(server), record)
    done = [line for line in events(worker) if line["event"] == "job done"]
    assert {"register", "verify_files", "index_records"} <= {line["job"] for line in done}
    assert all(line["job_ids"] and line["subjects"] and line["request_ids"] for line in done)
    asked = {line["request_id"] for line in events(server) if "request_id" in line}
    assert {request for line in done for request in line["request_ids"]} <= asked
    for each in (relay, scheduler, blind):
        assert events(each)


def _live(server: Server) -> tuple[str, list[str]]:
    """Sign in, rightly and wrongly, deposit, publish and download; returns the record and the secrets that came up."""
    email, password = "author@example.org", "a password of a person"
    done = command(server.environment, "user", "create", email, "--password-stdin", input=password)
    assert done.returncode == 0
    signed_in, failing = basic(email, password), basic(email, "a wrong " + SECRET)
    client = server.client()
    wanted = {"name": "n", "scopes": [scope.value for scope in GRANTABLE]}
    made = client("POST", "/api/user/tokens", wanted, signed_in)
    assert made.status == 201, made.text
    token = made.json["token"]
    assert client("GET", "/api/user/tokens", headers=failing).status == 401
    assert client("GET", f"/api/user/records?access_token={PREFIX}wrong{SECRET}").status == 401
    assert client("GET", f"/api/user/records?access_token={token}").status == 200
    record = _published(Client(server.port, token))
    sent = client("GET", f"/api/records/{record}/files/data.csv/content")
    assert sent.status == 302, sent.text
    address = next(value for name, value in sent.headers.items() if name.lower() == "location")
    signature = re.search(rf"{SIGNED}=([0-9a-f]+)", address)
    assert signature
    headers = [each["Authorization"].partition(" ")[2] for each in (signed_in, failing)]
    return record, [token, password, signature[1], *headers]


def _published(author: Client) -> str:
    draft = author("POST", "/api/records", a_dataset()).json
    base = f"/api/records/{draft['id']}/draft"
    assert author("POST", f"{base}/files", [{"key": "data.csv"}]).status == 201
    assert author("PUT", f"{base}/files/data.csv/content", b"a,b\n").status == 200
    assert author("POST", f"{base}/files/data.csv/commit").status == 200
    published = author("POST", f"{base}/actions/publish")
    assert published.status == 202, published.text
    return str(published.json["id"])


def _expect_requests_with_ids(lines: list[dict[str, Any]], record: str) -> None:
    requests = [line for line in lines if line["event"] == "request"]
    keys = {"request_id", "user", "method", "rule", "status", "seconds", "bytes", "level", "timestamp"}
    assert all(keys <= line.keys() for line in requests if line["status"] != 401)
    assert not [line for line in requests if line["rule"] in OPERATIONAL]
    assert len({line["request_id"] for line in requests}) == len(requests)
    publication = next(line for line in requests if line["rule"].endswith("/actions/publish"))
    assert (publication["record"], publication["user"], publication["status"]) == (int(record), 1, 202)
    download = next(line for line in requests if line["status"] == 302)
    assert (download["record"], download["user"]) == (int(record), None)
    assert not [line for line in requests if record in line["rule"]]
