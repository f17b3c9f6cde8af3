"""A real server process on a data folder of its own, and the commands beside it.

`Server.kill` ends every process of the server at once, as a power cut would; `Server.start` on the same folder goes on
from what was durable.
"""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
PORTS = range(20_000, 30_000)
"""Below the range that outgoing connections take theirs from: nobody can hold a port while its server is away."""
START_SECONDS = 60.0
STOP_SECONDS = 20.0
PAUSE_SECONDS = 0.05

_never = threading.Event()


class Cut(Exception):
    """The connection broke: whether the request was carried out is not known."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Client:
    """Requests to a server, each on a connection of its own."""

    port: int
    token: str | None = None

    def __call__(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Reply:
        """Bytes are sent as they are, anything else as JSON; raises `Cut`."""
        path = path.removeprefix(f"http://{HOST}:{self.port}")
        sent = dict(headers or {})
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            sent.setdefault(
                "Content-Type", "application/octet-stream" if isinstance(body, bytes) else "application/json"
            )
        content = json.dumps(body).encode() if body is not None and not isinstance(body, bytes) else body
        connection = HTTPConnection(HOST, self.port, timeout=60)
        try:
            connection.request(method, path, content, sent)
            answer = connection.getresponse()
            return Reply(answer.status, dict(answer.getheaders()), answer.read())
        except (OSError, HTTPException) as error:
            raise Cut(f"{method} {path}: {error!r}") from error
        finally:
            connection.close()


def free_port() -> int:
    """A port that nothing listens on and that no outgoing connection will take."""
    own = random.Random(os.urandom(8))
    while True:
        port = own.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port


def environment_of(folder: Path, **settings: str) -> dict[str, str]:
    """This process's environment with the embedded engines of `folder` and no other settings than `settings`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("REPOSITORY_")}
    (folder / "empty.env").touch()
    chosen = {
        "ENV_FILE": f"{folder}/empty.env",
        "DATABASE_URL": f"sqlite:///{folder}/repository.db",
        "STORE_URL": f"file://{folder}/store",
        "SEARCH_URL": f"embedded:{folder}/search.db",
        "SECRET_KEY": "a secret of sixteen letters or more",
        **settings,
    }
    return inherited | {f"REPOSITORY_{name}": value for name, value in chosen.items()}


def command(environment: Mapping[str, str], *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """What `repository …` did."""
    line = [sys.executable, "-m", "repository", *arguments]
    return subprocess.run(line, env=environment, capture_output=True, text=True, check=False, **options)


def until(happened: Callable[[], object], seconds: float, what: str) -> None:
    """Ask until `happened`; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} seconds"
        _never.wait(PAUSE_SECONDS)


@dataclass
class Server:
    """`repository serve` with its data in `folder`; `settings` without their prefix."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return environment_of(self.folder, **{"BASE_URL": self.base_url, **self.settings})

    @property
    def log(self) -> str:
        return (self.folder / "server.log").read_text("utf-8", "replace")

    def start(self) -> None:
        """Returns when every engine answers."""
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "repository", "serve", "--host", HOST, "--port", str(self.port)],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until(self._is_ready, START_SECONDS, "the server is ready")

    def kill(self) -> None:
        """End the server and its children at this very instruction."""
        process = self._process
        assert process is not None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        until(self._is_silent, STOP_SECONDS, "the killed server is gone")
        self._process = None

    def stop(self) -> int:
        """Ask the server to end; returns its exit status."""
        process = self._process
        assert process is not None
        process.terminate()
        try:
            return process.wait(STOP_SECONDS * 2)
        finally:
            if process.poll() is None:
                self.kill()
            self._process = None

    def run(self, *arguments: str, **options: Any) -> str:
        """What a `repository` command printed; it must succeed."""
        done = command(self.environment, *arguments, **options)
        assert done.returncode == 0, f"repository {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def client(self, token: str | None = None) -> Client:
        return Client(self.port, token)

    def depositor(self, email: str = "author@example.org") -> Client:
        """The client of a new person."""
        self.run("user", "create", email)
        return self.client(self.run("token", "create", email).strip())

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the server ended by itself:\n{self.log}"
        with suppress(Cut):
            return self.client()("GET", "/health/ready").status == 200
        return False

    def _is_silent(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) != 0


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Server]:
    """A server that is gone after the block, however the block ends."""
    server = Server(folder, settings)
    server.run("migrate")
    server.start()
    try:
        yield server
    finally:
        if server._process is not None:
            server.stop()
