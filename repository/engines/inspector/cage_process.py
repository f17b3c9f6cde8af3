"""The process in the cage, as the house sees it: its start, what it is asked, how it is ended."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import repository
from repository.engines.inspector.findings import Distrusted, told_by

START_SECONDS, ANSWER_SECONDS = 120.0, 100.0
"""How long the process may take to begin, and to tell of some files: longer than its own limits."""
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "HDF5_PLUGIN_PRELOAD": "::",
    "HDF5_USE_FILE_LOCKING": "FALSE",
}
"""All that the process has: nothing of ours, and what keeps its libraries from threads and from plug-ins."""
NICENESS = 15
"""People who wait come before what looks into files: a busy machine gives it about a thirtieth of a processor."""
BEGIN = (
    f"import os, sys; os.nice({NICENESS}); sys.path.insert(0, sys.argv[1]);"  # before it imports, which takes most
    " from repository.engines.inspector.cage.zygote import main; main()"
)
HOUSE = str(Path(repository.__file__).parents[1])


class Lost(Exception):
    """The process is gone, or does not answer."""


@dataclass(slots=True)
class CageProcess:
    """A running process, the socket to it, and whether its walls stand."""

    process: subprocess.Popen[bytes]
    house: socket.socket
    is_safe: bool = False

    @classmethod
    def start(cls, begin: str = BEGIN) -> "CageProcess":
        """Start one by a line of Python; raises `Lost` if it does not begin."""
        house, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-c", begin, HOUSE],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=ENVIRONMENT,
                start_new_session=True,
            )
        begun = cls(process, house)
        house.settimeout(START_SECONDS)
        try:
            begun.is_safe = begun.answer().get("walls") is True
        except Lost:
            begun.end()
            raise
        house.settimeout(ANSWER_SECONDS)
        return begun

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def ask(self, request: Mapping[str, Any], line: socket.socket, paths: Sequence[Path]) -> None:
        """Ask for files, which are opened if they are on this machine; raises `Lost`, and `OSError` of a path."""
        opened: list[int] = []
        try:
            for path in paths:
                opened.append(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
            self._send(json.dumps(request).encode("ascii"), [line.fileno(), *opened])
        finally:
            for descriptor in opened:
                os.close(descriptor)

    def _send(self, message: bytes, descriptors: list[int]) -> None:
        try:
            socket.send_fds(self.house, [message], descriptors)
        except OSError as error:
            raise Lost from error

    def answer(self) -> Mapping[str, Any]:
        """Return what the process says of its child; raises `Lost`."""
        try:
            return told_by(self.house.recv(1 << 16))
        except (OSError, Distrusted) as error:
            raise Lost from error

    def end(self) -> None:
        """Kill the process and its child, and wait for its end."""
        self.house.close()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
