"""How the server starts, refuses what it cannot read, and ends."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from config.gc_tuning import OBJECTS
from repository.core.web.connections.http_refusals import error_response
from tests.conftest import a_dataset
from tests.support.web_server import HOST, Client, Server, environment_of, free_port, running, until

pytestmark = pytest.mark.process

CONTENT = b"0123456789abcdef" * 4096


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("serving"), WEB_PROCESSES="1") as started:
        yield started


@pytest.fixture(scope="module")
def small_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One that takes small files only."""
    with running(tmp_path_factory.mktemp("small"), WEB_PROCESSES="1", MAX_FILE_BYTES="1000") as started:
        yield started


@pytest.fixture(scope="module")
def depositing(small_server: Server) -> tuple[Client, str]:
    """Somebody, and their draft in which ``data.bin`` waits for its bytes."""
    author = small_server.depositor()
    draft = author("POST", "/api/records", a_dataset()).json["id"]
    author("POST", f"/api/records/{draft}/draft/files", [{"key": "data.bin"}])
    return author, draft


def answer_to(port: int, sent: bytes) -> HTTPResponse:
    """What the server answers to these bytes."""
    with socket.create_connection((HOST, port), 60) as connection:
        connection.sendall(sent)
        answer = HTTPResponse(connection)
        answer.begin()
        answer.msg["body"] = answer.read().decode()
        return answer


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: here\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: here\r\nCookie: " + b"a" * 20_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: here\r\n" + b"A: b\r\n" * 200 + b"\r\n", 431),
        (b"one two three four\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: here\r\nNo colon\r\n\r\n", 400),
        (b"PUT / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: secret-coding\r\n\r\n", 501),
    ],
    ids=["long line", "long header", "many headers", "no request", "no header", "unknown coding"],
)
def test_a_request_that_cannot_be_read_is_refused_in_the_api_s_shape(server: Server, sent: bytes, status: int) -> None:
    answer = answer_to(server.port, sent)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/json"
    problem = json.loads(answer.msg["body"])
    assert problem["status"] == status
    assert problem["message"]
    assert "secret" not in answer.msg["body"], "what was sent is not repeated"


@pytest.mark.parametrize("body", [b"zz\r\nabc\r\n0\r\n\r\n", b"3\r\nabcdef\r\n0\r\n\r\n", b"3\r\nabc\r\n-1\r\n\r\n"])
def test_a_body_with_a_broken_chunk_is_a_bad_request(
    small_server: Server, depositing: tuple[Client, str], body: bytes
) -> None:
    author, draft = depositing
    head = (
        f"PUT /api/records/{draft}/draft/files/data.bin/content HTTP/1.1\r\nHost: here\r\n"
        f"Authorization: Bearer {author.token}\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    answer = answer_to(small_server.port, head.encode() + body)
    assert answer.status == 400
    assert json.loads(answer.msg["body"])["status"] == 400


@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_over_the_limit_is_answered_although_its_sender_reads_only_at_its_end(
    small_server: Server, depositing: tuple[Client, str], chunked: bool
) -> None:
    author, draft = depositing
    sender = HTTPConnection(HOST, small_server.port, timeout=60)
    sender.request(
        "PUT",
        f"/api/records/{draft}/draft/files/data.bin/content",
        body=iter([b"x" * (1 << 20)] * 32) if chunked else b"x" * (32 << 20),
        headers={"Authorization": f"Bearer {author.token}", "Content-Type": "application/octet-stream"},
        encode_chunked=chunked,
    )
    answer = sender.getresponse()
    assert (answer.status, json.load(answer)["status"]) == (413, 413)
    sender.close()


def test_a_request_line_as_long_as_may_be_is_read(server: Server) -> None:
    room = 8190 - len("GET /api/records?q= HTTP/1.1")
    answer = answer_to(server.port, b"GET /api/records?q=" + b"a" * room + b" HTTP/1.1\r\nHost: here\r\n\r\n")
    assert answer.status in (200, 400), "the application was asked"
    assert "X-Request-ID" in answer.headers


def test_a_failure_of_the_server_is_no_fault_of_the_request() -> None:
    status, message = error_response(RuntimeError("with a detail"))
    assert status == 500
    assert "detail" not in message


def test_gunicorn_s_own_lines_are_json_too(server: Server) -> None:
    answer_to(server.port, b"nonsense\r\n\r\n")
    for_people = ("Science Data Repository", "Nobody has an account yet.")
    lines = [json.loads(line) for line in server.log.splitlines() if not line.startswith(for_people)]
    events = [line["event"] for line in lines]
    assert any(event.startswith("Booting worker") for event in events)
    refused = [line for line in lines if "Refused a request" in line["event"]]
    assert refused
    assert "request_id" not in refused[-1], "it has none, and not that of the request before"


def test_an_upload_under_way_is_finished_after_sigterm(tmp_path: Path) -> None:
    with running(tmp_path, WEB_PROCESSES="1") as server:
        author = server.depositor()
        draft = author("POST", "/api/records", a_dataset()).json["id"]
        author("POST", f"/api/records/{draft}/draft/files", [{"key": "data.bin"}])
        upload = HTTPConnection(HOST, server.port, timeout=60)
        upload.putrequest("PUT", f"/api/records/{draft}/draft/files/data.bin/content")
        for name, value in {
            "Authorization": f"Bearer {author.token}",
            "Content-Type": "application/octet-stream",
            "Content-Length": str(len(CONTENT)),
            "Expect": "100-continue",
        }.items():
            upload.putheader(name, value)
        upload.endheaders()
        assert upload.sock.recv(1000).startswith(b"HTTP/1.1 100"), "the server waits for the content"
        upload.send(CONTENT[: len(CONTENT) // 2])
        process = server._process
        assert process is not None
        process.send_signal(signal.SIGTERM)
        until(lambda: not _accepts(server.port), 20, "nobody is accepted any more")
        upload.send(CONTENT[len(CONTENT) // 2 :])
        answer = upload.getresponse()
        assert (answer.status, json.load(answer)["key"]) == (200, "data.bin")
        upload.close()
        assert server.stop() == 0
        server.start()
        committed = author("POST", f"/api/records/{draft}/draft/files/data.bin/commit")
        assert (committed.status, committed.json["size"]) == (200, len(CONTENT))


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def test_sigterm_ends_a_server_on_which_somebody_stays_connected(tmp_path: Path) -> None:
    with running(tmp_path, WEB_PROCESSES="1") as server, socket.create_connection((HOST, server.port), 60) as idle:
        idle.sendall(b"GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n")
        assert idle.recv(1000).startswith(b"HTTP/1.1 200")
        assert server.stop() == 0


JOB_THREADS = """
import threading
import repository.wsgi
print(sorted(thread.name for thread in threading.enumerate() if thread.name.startswith(("jobs", "schedule"))))
"""


@pytest.mark.parametrize("queue", ["embedded:", "redis://127.0.0.1:9/0"])
def test_a_server_runs_jobs_itself_only_with_the_embedded_queue(tmp_path: Path, queue: str) -> None:
    environment = environment_of(tmp_path, QUEUE_URL=queue)
    done = subprocess.run(
        [sys.executable, "-c", JOB_THREADS], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (done.stdout.strip() != "[]") == (queue == "embedded:"), done.stdout


def test_gunicorn_by_its_own_name_serves_the_same(tmp_path: Path) -> None:
    """As the container does; the folder of metrics is gone with the server."""
    port, folder = free_port(), tmp_path / "metrics"
    folder.mkdir()
    (folder / "counter_1.db").write_bytes(b"of a server before")
    environment = environment_of(tmp_path, WEB_PROCESSES="1") | {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
    subprocess.run([sys.executable, "-m", "repository", "migrate"], env=environment, check=True, capture_output=True)
    line = ["-m", "gunicorn", "--config", "python:config.gunicorn", "--bind", f"{HOST}:{port}"]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *line, "repository.wsgi:application"], env=environment, stdout=log, stderr=log
        )
    try:
        until(lambda: _accepts(port) and os.listdir(folder), 60, "the server counts")
        assert answer_to(port, b"GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n").status == 200
        assert not (folder / "counter_1.db").exists() or (folder / "counter_1.db").stat().st_size > 100
        metrics = answer_to(port, b"GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n").msg["body"]
        assert "repository_http_requests_total{" in metrics
    finally:
        process.terminate()
        assert process.wait(60) == 0


def test_a_process_that_serves_seldom_looks_for_circles_and_never_among_what_was_there(tmp_path: Path) -> None:
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            "import gc, config.gunicorn as server; server.post_worker_init(None);"
            "print(gc.get_freeze_count(), *gc.get_threshold())",
        ],
        env=environment_of(tmp_path),
        capture_output=True,
        check=True,
        timeout=60,
    )
    frozen, young, *_ = map(int, told.stdout.split())
    assert frozen > 10_000
    assert young == OBJECTS
