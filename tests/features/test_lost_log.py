"""A log that cannot be written changes no answer, no job and no exit status; its lost lines are counted."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import httpx2
import pytest
import structlog

from config import logging as logs
from config.log_outlet import OUTLET, LogOutlet
from config.logging import configure_logging
from tests.conftest import Caller, Deposits, a_dataset
from tests.support.web_server import Server, environment_of, free_port, until

pytestmark = pytest.mark.slow


LOST = "repository_log_lines_lost_total"


class Broken:
    """A stream whose disk is full."""

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


@pytest.fixture
def loud() -> Iterator[None]:
    configure_logging("DEBUG")
    yield
    configure_logging("ERROR")


def test_every_request_and_job_goes_on_and_each_lost_line_is_counted(
    loud: None, deposits: Deposits, settle: Callable[[], None], anyone: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = OUTLET.lost
    monkeypatch.setattr(sys, "stderr", Broken())

    record = deposits.published()
    settle()

    assert anyone.get(record["links"]["self"]).status_code == 200
    assert anyone.get("/api/records?q=penguins").get_json()["hits"]["total"] == 1
    for number in range(6):  # loggers of other tests keep the level of theirs
        structlog.get_logger().error("lost", number=number)
    assert OUTLET.lost > before + 5
    assert OUTLET.seconds_since_loss is not None


def test_a_redaction_that_fails_loses_the_line_and_shows_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], loud: None
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError

    before = OUTLET.lost
    monkeypatch.setattr(logs, "_WRITE", (fail,))

    structlog.get_logger().info("signed in", password="secret")

    line = json.loads(capsys.readouterr().err)
    assert line["cause"] == "ZeroDivisionError"
    assert "secret" not in str(line)
    assert OUTLET.lost == before + 1


def test_lines_are_written_again_when_the_stream_works_again_and_begin_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    outlet, path = LogOutlet(), tmp_path / "log"
    with path.open("wb", buffering=0) as file, Path("/dev/full").open("wb", buffering=0) as full:
        _write_to(file, outlet, monkeypatch, "one\n")
        _write_to(full, outlet, monkeypatch, "two\n")
        _write_to(file, outlet, monkeypatch, "three\n")

    assert path.read_text() == "one\nthree\n"
    assert outlet.lost == 1


def _write_to(file: BinaryIO, outlet: LogOutlet, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stderr", file)
    monkeypatch.setattr(sys, "__stderr__", file)
    assert outlet.write(text) == len(text)


def test_a_pipe_that_nobody_reads_does_not_hold_the_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    outlet = LogOutlet()
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb", buffering=0) as pipe, os.fdopen(reading, "rb"):
        for _ in range(100):
            _write_to(pipe, outlet, monkeypatch, "x" * 4_000 + "\n")

    assert outlet.lost > 50


def test_listeners_learn_of_lines_that_were_lost_before(monkeypatch: pytest.MonkeyPatch) -> None:
    outlet, heard = LogOutlet(), list[int]()
    outlet.lose()
    outlet.when_lost(lambda: heard.append(1))
    outlet.lose()

    assert heard == [1, 1]


@dataclass
class Unheard(Server):
    """A server whose log nobody can write: `stream` opens what it writes to."""

    stream: str = "/dev/full"

    def start(self) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as closed, Path("/dev/full").open("wb") as full:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "repository", *self.arguments],
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=full if self.stream == "/dev/full" else closed,
                start_new_session=True,
            )
        self.await_ready()


@pytest.mark.process
@pytest.mark.parametrize("stream", ["/dev/full", "a closed pipe"])
def test_a_server_that_cannot_log_starts_publishes_and_ends_as_any_other(stream: str, tmp_path: Path) -> None:
    server = Unheard(tmp_path, stream=stream, settings={"LOG_LEVEL": "DEBUG"})
    environment = server.environment
    server.start()
    try:
        token = _command(environment, "user", "create", "a@example.org") and _command(
            environment, "token", "create", "a@example.org"
        )
        with httpx2.Client(base_url=server.base_url, headers={"Authorization": f"Bearer {token}"}) as client:
            statuses = list(_publication(client))
            metrics = client.get("/metrics").text
    finally:
        status = server.stop()

    assert statuses == [201, 201, 200, 200, 202, 404]
    assert status == 0
    lost = next(line for line in metrics.splitlines() if line.startswith(LOST))
    assert float(lost.split()[1]) > 5


def _publication(client: Any) -> Iterator[int]:
    reply = client.post("/api/records", json=a_dataset())
    yield reply.status_code
    base = reply.json()["links"]["self"]
    yield client.post(f"{base}/files", json=[{"key": "a.csv"}]).status_code
    yield client.put(f"{base}/files/a.csv/content", content=b"1").status_code
    yield client.post(f"{base}/files/a.csv/commit").status_code
    yield client.post(f"{base}/actions/publish").status_code
    yield client.get("/api/records/999999999").status_code


def _command(environment: Mapping[str, str], *arguments: str) -> str:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "repository", *arguments],
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=full,
            check=True,
            text=True,
        )
    return done.stdout.strip() or "done"


@pytest.mark.process
@pytest.mark.parametrize("command", ["relay"])
def test_other_processes_start_and_end_without_a_log(command: str, tmp_path: Path) -> None:
    environment = environment_of(tmp_path, LOG_LEVEL="DEBUG", QUEUE_URL="redis://127.0.0.1:1/0")
    _command(environment, "migrate")
    with Path("/dev/full").open("wb") as full:
        port = free_port()
        process = subprocess.Popen(
            [sys.executable, "-m", "repository", command, "--metrics-port", str(port)], env=environment, stderr=full
        )
    try:
        until(lambda: _has_lost_lines(port), 60, f"the {command} has lost lines")
    finally:
        process.terminate()

    assert process.wait(60) == 0


def _has_lost_lines(port: int) -> bool:
    try:
        metrics = httpx2.get(f"http://127.0.0.1:{port}/metrics").text
    except httpx2.TransportError:
        return False
    return any(float(line.split()[1]) > 0 for line in metrics.splitlines() if line.startswith(LOST))
