"""Processes that outlive the process that starts them, known by a pid file, and their descendants."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from deploy.services.place import account, as_user

PAUSE_SECONDS = 0.05
KILLED_SECONDS = 10.0
_never = threading.Event()


def until(happened: Callable[[], bool], seconds: float) -> bool:
    """Wait until `happened` returns true, at most `seconds`; return whether it did."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        _never.wait(PAUSE_SECONDS)
    return True


@dataclass
class Detached:
    """A process that lives on when this one ends; `file` holds its pid and when it was born."""

    file: Path
    _child: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def pid(self) -> int | None:
        """Return the process id while the process lives, else None.

        The time of its birth tells it from a later process with the same id.
        """
        if self._child is not None:
            self._child.poll()  # else our own child would stay a zombie
        try:
            pid, birth = self.file.read_text("ascii").split()
        except (FileNotFoundError, ValueError):
            return None
        return int(pid) if _status(int(pid)).birth == birth else None

    def start(self, command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path) -> None:
        """Start the process in `folder`, with a session of its own and as the account that servers run as."""
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **as_user(account()),
            )
        self._write(self._child.pid)

    def end(self, by: signal.Signals, seconds: float) -> None:
        """Send the signal `by` and wait until the process and its descendants end; kill them after `seconds`."""
        pid = self.pid
        if pid is None:
            return
        family = _family(pid)
        with suppress(ProcessLookupError):
            os.kill(pid, by)
        if not until(lambda: _all_gone(family, self._child), seconds):
            self.kill()

    def kill(self) -> None:
        """Kill the process and its descendants at once, as a power cut would; return when all are gone."""
        pid = self.pid
        if pid is None:
            return
        family = _family(pid)
        for member in family:
            with suppress(ProcessLookupError):
                os.kill(member, signal.SIGKILL)
        if not until(lambda: _all_gone(family, self._child), KILLED_SECONDS):
            raise TimeoutError(f"processes {sorted(family)} outlived SIGKILL")

    def _write(self, pid: int) -> None:
        """Write the pid file atomically: a reader sees the old pid or the new one."""
        new_file = self.file.with_suffix(".new")
        new_file.write_text(f"{pid} {_status(pid).birth}\n", "ascii")
        new_file.rename(self.file)


@dataclass(frozen=True, slots=True)
class _Status:
    """A process in ``/proc`` (proc(5)): `birth` in ticks since the machine started, empty if it is dead."""

    birth: str
    parent: int


def _status(pid: int) -> _Status:
    try:
        line = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        threads = len(os.listdir(f"/proc/{pid}/task"))
    except (FileNotFoundError, ProcessLookupError):
        return _Status("", 0)
    state, parent, *rest = line.rpartition(")")[2].split()
    # a process whose first thread has ended keeps its ports until its last thread ends
    is_dead = state in "ZX" and threads <= 1
    return _Status("" if is_dead else rest[17], int(parent))


def _family(pid: int) -> set[int]:
    """Return the process and its descendants, even those in another session, as PostgreSQL's are."""
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
    parents = {pid: _status(pid).parent for pid in pids}
    family, generation = {pid}, {pid}
    while generation:
        generation = {child for child, parent in parents.items() if parent in generation} - family
        family |= generation
    return family


def _all_gone(pids: Iterable[int], child: "subprocess.Popen[bytes] | None") -> bool:
    gone = not any(_status(pid).birth for pid in pids)
    if child is not None:
        child.poll()  # after the look: a child that ended before it is reaped, and never stays a zombie
    return gone
