"""A disk of a few megabytes, which can be filled to its last byte."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

MOUNT = shutil.which("mount")


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """Mount a disk of `size` bytes at `folder`; the test is skipped where nobody may mount one."""
    folder.mkdir(parents=True)
    mounted = MOUNT and subprocess.run(
        [MOUNT, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def leave(folder: Path, size: int) -> None:
    """Let somebody else's file grow or shrink until `size` bytes of the disk are free."""
    filler = folder / "somebody-else"
    filler.touch()
    with filler.open("r+b") as file:
        there = filler.stat().st_size
        target = max(0, there + free_bytes(folder) - size)
        if target < there:
            file.truncate(target)
        else:
            os.posix_fallocate(file.fileno(), 0, target)


def take_all(folder: Path) -> Path:
    """Take the last byte of the disk with a file that is not ours; returns the file."""
    foreign = folder / "foreign"
    with foreign.open("wb", buffering=0) as file:
        for block in (1 << 20, 4096, 1):
            with suppress(OSError):
                while True:
                    file.write(bytes(block))
    return foreign
