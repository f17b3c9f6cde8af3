"""Folders, locks, downloads, and the user that servers run as."""

import fcntl
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

USER = "repository-services"
"""The user that servers run as when root starts them; it owns nothing else on this machine."""
COMMAND_SECONDS = 1800


class ServiceError(Exception):
    """An error that a person can correct; the text is one line."""


def say(line: str) -> None:
    """Write a line of progress to stderr; stdout belongs to the addresses."""
    sys.stderr.write(f"services: {line}\n")
    sys.stderr.flush()


@dataclass(frozen=True, slots=True)
class Account:
    """A user and their group, by number."""

    uid: int
    gid: int


def as_user(user: Account | None) -> dict[str, Any]:
    """Return the arguments of `subprocess` that start a command as `user`, in the user's own group only."""
    return {} if user is None else {"user": user.uid, "group": user.gid, "extra_groups": []}


@cache
def account() -> Account | None:
    """Return the account that servers run as, None for the caller's own; create it for root if missing."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(USER)
    except KeyError:
        carry_out(["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", USER])
        entry = pwd.getpwnam(USER)
    return Account(entry.pw_uid, entry.pw_gid)


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one set of servers, and the folder of the programs of all sets."""

    folder: Path
    programs: Path

    def make(self) -> None:
        """Create both folders; raise `ServiceError` if servers could not use them."""
        with _readable_by_all():
            for folder in (self.folder, self.programs):
                _make_own(folder)
                _require_reachable(folder)

    def folder_of(self, name: str) -> Path:
        """Return the folder of one server, created if missing and owned by the account that servers run as."""
        folder = self.folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        owner = account()
        if owner is not None:
            os.chown(folder, owner.uid, owner.gid)
        return folder

    def program(self, name: str, fetch: Callable[[Path], Path]) -> Path:
        """Return the path of the program `name`; fetch it if it is missing.

        `fetch` works in an empty folder and returns the path of its result there, which is renamed when it is
        complete.  Of two callers at once, one fetches and the other waits.
        """
        target = self.programs / name
        with locked(self.programs / f".{name}.lock"), _readable_by_all():
            if not target.exists():
                for abandoned in self.programs.glob(f".{name}-*"):
                    shutil.rmtree(abandoned)
                with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=self.programs) as folder:
                    fetch(Path(folder)).rename(target)
        return target


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold an exclusive lock on `file` for the length of the block; the kernel unlocks it when a process dies."""
    with file.open("w") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield


def carry_out(
    command: Sequence[str], environment: dict[str, str] | None = None, stdin: str = "", user: Account | None = None
) -> None:
    """Run a command with the text `stdin` to its end; raise `ServiceError` with its last lines if it fails."""
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **(environment or {})},
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=COMMAND_SECONDS,
            check=False,
            cwd="/",
            **as_user(user),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServiceError(f"{command[0]}: {error}") from error
    if done.returncode:
        last = " / ".join(done.stdout.strip().splitlines()[-3:])
        raise ServiceError(f"{' '.join(command[:2])} failed ({done.returncode}): {last}")


def require(program: str, needed_for: str) -> str:
    """Return the path of an installed program; raise `ServiceError` that says what it is needed for."""
    path = shutil.which(program)
    if path is None:
        raise ServiceError(f"{needed_for} needs {program}, which is not installed here")
    return path


def install(package: str, needed_for: str) -> None:
    """Install a package of the system; raise `ServiceError` if the caller is not root."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise ServiceError(f"{needed_for} is not installed here; as root: apt-get install {package}")
    say(f"{needed_for}: apt-get install {package}")
    quietly = {"DEBIAN_FRONTEND": "noninteractive"}
    carry_out(["apt-get", "update", "--quiet"], quietly)
    carry_out(["apt-get", "install", "--quiet", "--yes", "--no-install-recommends", package], quietly)


@contextmanager
def _readable_by_all() -> Iterator[None]:
    """Create files in the block so that every user can read them, whatever the caller's umask."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def _make_own(folder: Path) -> None:
    """Create the folder; raise `ServiceError` if another user created it before, as anyone can below /var/tmp."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise ServiceError(f"{folder} belongs to somebody else; choose another folder by SERVICES_DIR")


def _require_reachable(folder: Path) -> None:
    if account() is None:
        return
    for passed in (folder, *folder.parents):
        if not passed.stat().st_mode & 0o001:
            raise ServiceError(f"{passed} lets nobody but root through, and servers do not run as root")
