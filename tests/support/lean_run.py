"""Let a run spend its time on tests: not on what it has read, and not on waiting for a disk.

- The tests that were read, 13,000 with the modules they import, stay until the run ends.  Python looked for cycles
  among all of them again and again, a third of the time of short tests; now it does not, and among other objects it
  looks as seldom as a server does (`config.gc_tuning`).
- Each commit of SQLite waits until a disk has the bytes: 5 ms, and hundreds of them in a module.  Where the machine
  has a folder in memory with room, folders of tests are made there.  A process that is killed leaves there what it
  leaves on a disk; what a machine leaves that loses power is shown by no test.
"""

import gc
import os
import shutil
from pathlib import Path

import pytest

from config.gc_tuning import collect_rarely

TEMPORARY = "PYTEST_DEBUG_TEMPROOT"
"""Pytest's variable for the folder in which it makes those of tests."""

IN_MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes: many times what tests that run at once hold, for each one's folder is removed when it has passed."""

_patch = pytest.MonkeyPatch()


def pytest_configure() -> None:
    gc.disable()  # while tests are read, nothing goes
    if folder := folder_in_memory():
        _patch.setenv(TEMPORARY, str(folder))


def pytest_collection_finish() -> None:
    gc.enable()
    collect_rarely()


def pytest_unconfigure() -> None:
    gc.enable()
    _patch.undo()


def folder_in_memory() -> Path | None:
    """Where folders of tests cost no waiting; None if the machine has no such place, or the caller chose another."""
    if TEMPORARY in os.environ or not os.access(IN_MEMORY, os.W_OK | os.X_OK) or not os.path.ismount(IN_MEMORY):
        return None
    return IN_MEMORY if min(shutil.disk_usage(IN_MEMORY).free, _free_memory()) >= ROOM else None


def _free_memory() -> int:
    """Bytes that processes can still have, as the kernel estimates them."""
    said = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    return int(said["MemAvailable"].removesuffix("kB")) * 1024
