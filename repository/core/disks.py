"""The disks that this process writes to, and how much room they have."""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_LOG = Path("/proc/self/fd/2")
"""what the log is written to (``man 5 proc_pid_fd``)"""


@dataclass(frozen=True, slots=True)
class DiskRoom:
    """The room of one disk for what is not the superuser's, in bytes, and files that can be made.

    `files` is None where the file system has no limit of its own.
    """

    names: Sequence[str]
    free: int
    size: int
    files: int | None


@dataclass(frozen=True, slots=True)
class Disks:
    """`places` are files and folders by what they are for; `reserve` bytes are not for uploads."""

    reserve: int = 0
    places: Mapping[str, Path] = field(default_factory=dict)

    def rooms(self) -> list[DiskRoom]:
        """Return the room of each disk; raises `OSError` for a place that is gone."""
        places: dict[int, list[tuple[str, Path]]] = {}
        for name, path in (*self.places.items(), *_log_file()):
            place = _there(path)
            places.setdefault(place.stat().st_dev, []).append((name, place))
        return [_room([name for name, _ in of_disk], of_disk[0][1]) for of_disk in places.values()]


def _room(names: Sequence[str], place: Path) -> DiskRoom:
    status = os.statvfs(place)
    # what is the superuser's alone counts neither as free nor as size
    size = (status.f_blocks - status.f_bfree + status.f_bavail) * status.f_frsize
    files = status.f_favail if status.f_files else None
    return DiskRoom(names, status.f_bavail * status.f_frsize, size, files)


def _there(path: Path) -> Path:
    """Return the path, or its folder if the file is yet to be made."""
    return path if path.exists() else path.parent


def _log_file() -> Iterator[tuple[str, Path]]:
    """Yield the log if it is a file; a journal or a pipe has its room elsewhere."""
    if _LOG.exists() and stat.S_ISREG(_LOG.stat().st_mode):
        yield "log", _LOG
