"""The common part of all servers: fetch, prepare, start, wait for an answer, end."""

import os
import signal
import socket
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from deploy.services.place import Place, ServiceError, say
from deploy.services.processes import Detached, until

HOST = "127.0.0.1"
ANSWER_SECONDS = 5.0
STOP_SECONDS = 30.0


class Service(ABC):
    """One server: its program, its data, its process."""

    name: ClassVar[str]
    default_port: ClassVar[int]
    variable: ClassVar[str]
    """the environment variable that names such a server, for the application or for tests"""
    schemes: ClassVar[tuple[str, ...]]
    start_seconds: ClassVar[float] = 60.0
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, place: Place, port: int) -> None:
        self.place = place
        self.port = port
        self._process = Detached(place.folder / f"{self.name}.pid")

    @property
    @abstractmethod
    def url(self) -> str:
        """Return the server's address in the syntax of its variable."""

    @property
    def variables(self) -> Mapping[str, str]:
        """Return the environment variables with which the server is used."""
        return {self.variable: self.url}

    @abstractmethod
    def fetch(self) -> None:
        """Download, compile or install the program if it is missing; raise `ServiceError`."""

    @abstractmethod
    def prepare(self) -> None:
        """Create configuration and empty data where they are missing."""

    @abstractmethod
    def command(self) -> list[str]:
        """Return the command that starts the server."""

    def environment(self) -> dict[str, str]:
        """Return the environment of the server's process, which has none of our variables."""
        return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder), "LANG": "C.UTF-8"}

    @staticmethod
    @abstractmethod
    def answers(url: str) -> bool:
        """Return whether a server of this kind is ready at `url`; raise `OSError` if nothing answers."""

    @property
    def folder(self) -> Path:
        return self.place.folder / self.name

    @property
    def working_folder(self) -> Path:
        """Return the folder in which the process is started."""
        return self.folder

    @property
    def log(self) -> Path:
        """Return the file with the output of the process."""
        return self.folder / "log"

    @property
    def pid(self) -> int | None:
        """Return the id of the process that was started here while it lives, else None."""
        return self._process.pid

    def healthy(self) -> bool:
        """Return whether the server answers, ready to work."""
        return is_answering(type(self), self.url)

    def start(self) -> None:
        """Fetch and start the server, and wait until it answers; raise `ServiceError`."""
        self.fetch()
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start the process unless it runs; raise `ServiceError` if the port is taken."""
        if self.pid is not None:
            return
        if _is_taken(self.port):
            raise ServiceError(f"{self.name}: port {self.port} is taken; choose by SERVICES_PORT_{self.name.upper()}")
        self.place.make()
        self.place.folder_of(self.name)
        self.prepare()
        say(f"{self.name}: starting on {HOST}:{self.port}")
        self._process.start(self.command(), self.environment(), self.working_folder, self.log)

    def wait(self) -> None:
        """Wait until the server answers; raise `ServiceError` with the end of its log."""
        ready = until(lambda: self.pid is None or self.healthy(), self.start_seconds)
        if self.pid is None:
            raise ServiceError(f"{self.name} ended by itself: {self._last_words()}")
        if not ready:
            raise ServiceError(f"{self.name} did not answer within {self.start_seconds:.0f} s: {self._last_words()}")

    def stop(self) -> None:
        """End the process if it was started here."""
        self._process.end(self.stop_signal, STOP_SECONDS)

    def kill(self) -> None:
        """Kill the process as a power cut would."""
        self._process.kill()

    def _last_words(self) -> str:
        return " / ".join(self.log.read_text("utf-8", "replace").strip().splitlines()[-3:]) + f" ({self.log})"


def is_answering(kind: type[Service], url: str) -> bool:
    """Return whether a server of this kind answers at `url`; another kind of server does not count."""
    with suppress(OSError, ValueError):
        return kind.answers(url)
    return False


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
