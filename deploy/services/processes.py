"""Processes that outlive the one that starts them, known by a pid file, with all that they start themselves."""

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
    """Ask until `happened` or `seconds` are over; whether it happened."""
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
        """Its number while it lives.  The birth tells it from a later process that was given the same number."""
        if self._child is not None:
            self._child.poll()  # else one that we started would stay behind as a zombie
        try:
            pid, birth = self.file.read_text("ascii").split()
        except (FileNotFoundError, ValueError):
            return None
        return int(pid) if _status(int(pid)).birth == birth else None

    def start(self, command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path) -> None:
        """Start it in `folder`; it keeps nothing of this process, neither user nor terminal."""
        with log.open("ab") as said:
            self._child = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **as_user(account()),
            )
        self._write(self._child.pid)

    def end(self, by: signal.Signals, seconds: float) -> None:
        """Ask it to end by a signal, and make it after `seconds`."""
        pid = self.pid
        if pid is None:
            return
        family = _family(pid)
        with suppress(ProcessLookupError):
            os.kill(pid, by)
        if not until(lambda: _all_gone(family, self._child), seconds):
            self.kill()

    def kill(self) -> None:
        """End it and all it started at this very instruction, as a power cut would; returns when all are gone."""
        pid = self.pid
        if pid is None:
            return
        family = _family(pid)
        for each in family:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        if not until(lambda: _all_gone(family, self._child), KILLED_SECONDS):
            raise TimeoutError(f"processes {sorted(family)} outlived SIGKILL")

    def _write(self, pid: int) -> None:
        """All at once: a reader sees the old pid or the new one."""
        written = self.file.with_suffix(".new")
        written.write_text(f"{pid} {_status(pid).birth}\n", "ascii")
        written.rename(self.file)


@dataclass(frozen=True, slots=True)
class _Status:
    """What the kernel says of a process (proc(5)): `birth` in ticks since the machine started, empty for a dead one."""

    birth: str
    parent: int


def _status(pid: int) -> _Status:
    try:
        line = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
        threads = len(os.listdir(f"/proc/{pid}/task"))
    except (FileNotFoundError, ProcessLookupError):
        return _Status("", 0)
    state, parent, *rest = line.rpartition(")")[2].split()
    # one whose first thread has ended holds its ports until the last one has
    is_dead = state in "ZX" and threads <= 1
    return _Status("" if is_dead else rest[17], int(parent))


def _family(pid: int) -> set[int]:
    """The process and its descendants, even those that left its session as PostgreSQL's do."""
    parents = {
        int(each.name): _status(int(each.name)).parent for each in Path("/proc").iterdir() if each.name.isdecimal()
    }
    family, found = {pid}, {pid}
    while found:
        found = {child for child, parent in parents.items() if parent in found} - family
        family |= found
    return family


def _all_gone(pids: Iterable[int], child: "subprocess.Popen[bytes] | None") -> bool:
    if child is not None:
        child.poll()
    return not any(_status(pid).birth for pid in pids)
