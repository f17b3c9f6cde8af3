"""Which process wrote something down, so that others of its machine can tell when it has ended.

A process is known by its machine's start, its namespace of process ids, its number, and the tick of its start
(``man 5 proc``, ``man 7 pid_namespaces``): a number that was given away again is another process.
"""

import os
from pathlib import Path

_PROC = Path("/proc")
_ENDED = ("Z", "X")
"""States of a process that has ended and that its parent has not waited for (``man 5 proc_pid_stat``)."""


def own_process() -> str:
    """Return this process as a text of at most 80 characters.

    Where there is no ``/proc``, nobody can tell its end.
    """
    number = os.getpid()
    return f"{_place()} {number} {_start(number) or 0}"


def has_ended(process: str) -> bool:
    """Return whether a process of this machine has ended; False for one of another machine."""
    place, _, rest = process.partition(" ")
    number, _, start = rest.partition(" ")
    if not place or place != _place() or not number.isdigit():
        return False
    return _start(int(number)) != start


def _place() -> str:
    """Return what numbers of processes are compared within, empty where the system does not tell."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot}/{(_PROC / 'self/ns/pid').stat().st_ino}"
    except OSError:
        return ""


def _start(number: int) -> str | None:
    """Return the tick at which a running process began, None if there is none."""
    try:
        stat = (_PROC / str(number) / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in _ENDED else fields[19]
