"""The processes of a real installation, each with a log in the installation's folder, and the commands beside them.

`Server` is the web server; `Process` anything else that runs until it is ended, as ``repository worker``.  `kill` ends
all that a process has started at once, as a power cut would; `start` on the same folder goes on from what was durable.
An installation has the embedded engines of its folder unless its settings name servers.
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
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from tests.support.commands import SETTINGS, command_here

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
    """This process's environment with the embedded engines of `folder` and no other settings than `settings`.

    `settings` without their prefix, as in ``DATABASE_URL="postgresql://…"``; a server's address takes the place of the
    embedded engine, and credentials of S3 are those of this process.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    (folder / "empty.env").touch()
    chosen = {
        "ENV_FILE": f"{folder}/empty.env",
        "DATABASE_URL": f"sqlite:///{folder}/repository.db",
        "STORE_URL": f"file://{folder}/store",
        "SEARCH_URL": f"embedded:{folder}/search.db",
        "MAIL_URL": f"embedded:{folder}/mail",
        "INSPECTION": "off",
        **settings,
    }
    return inherited | {f"{SETTINGS}{name}": value for name, value in chosen.items()}


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


class Program(ABC):
    """``repository …`` in a process group of its own."""

    name: str
    folder: Path
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    @abstractmethod
    def arguments(self) -> Sequence[str]: ...

    @property
    @abstractmethod
    def environment(self) -> dict[str, str]: ...

    @property
    def log(self) -> str:
        """All that it has said since the installation began."""
        return self._log.read_text("utf-8", "replace")

    @property
    def pid(self) -> int:
        """Of the process that was started."""
        return self._started().pid

    @property
    def runs(self) -> bool:
        """It was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Begin, and do not wait for anything."""
        assert not self.runs, f"{self.name} runs already"
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "repository", *self.arguments],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """End it and its children at this very instruction."""
        process = self._started()
        with suppress(ProcessLookupError):  # it has ended by itself, and nobody is left of its group
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._process = None

    def stop(self) -> int:
        """Ask it to end; returns its exit status."""
        process = self._started()
        process.terminate()
        try:
            return process.wait(STOP_SECONDS * 2)
        finally:
            if process.poll() is None:
                self.kill()
            self._process = None

    def _started(self) -> "subprocess.Popen[bytes]":
        assert self._process is not None, f"{self.name} was not started"
        return self._process

    @property
    def _log(self) -> Path:
        return self.folder / f"{self.name}.log"


@dataclass
class Process(Program):
    """``repository worker``, ``relay`` or ``scheduler``; `name` is that word, or ``worker-2`` for one of several.

    `settings` without their prefix.
    """

    name: str
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    options: Sequence[str] = ()

    @property
    def arguments(self) -> Sequence[str]:
        return (self.name.partition("-")[0], *self.options)

    @property
    def environment(self) -> dict[str, str]:
        return environment_of(self.folder, **self.settings)


@dataclass
class Server(Program):
    """`repository serve` with its data in `folder`; `settings` without their prefix."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    name: str = "server"

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def arguments(self) -> Sequence[str]:
        return ("serve", "--host", HOST, "--port", str(self.port))

    @property
    def environment(self) -> dict[str, str]:
        return environment_of(self.folder, **{"BASE_URL": self.base_url, **self.settings})

    def start(self) -> None:
        """Returns when every engine answers."""
        super().start()
        self.await_ready()

    def await_ready(self) -> None:
        """Return when every engine answers."""
        until(self._is_ready, START_SECONDS, "the server is ready")

    def kill(self) -> None:
        """End the server and its children at this very instruction; returns when its port is free."""
        super().kill()
        until(self._is_silent, STOP_SECONDS, "the killed server is gone")

    def run(self, *arguments: str, **options: Any) -> str:
        """What a `repository` command printed; it must succeed."""
        done = command(self.environment, *arguments, **options)
        assert done.returncode == 0, f"repository {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def set_up(self, *arguments: str) -> str:
        """The same of a command that is not the matter, in this process: a process takes seconds to start."""
        done = command_here(self.environment, *arguments)
        assert done.returncode == 0, f"repository {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def client(self, token: str | None = None) -> Client:
        return Client(self.port, token)

    def depositor(self, email: str = "author@example.org") -> Client:
        """The client of a new person."""
        self.set_up("user", "create", email)
        return self.client(self.set_up("token", "create", email).strip())

    def _is_ready(self) -> bool:
        assert self.runs, f"the server ended by itself:\n{self.log}"
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
    server.set_up("migrate")
    server.start()
    try:
        yield server
    finally:
        if server.runs:
            server.stop()
