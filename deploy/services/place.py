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
"""Whom servers run as when root starts them: somebody who owns nothing else on this machine."""
COMMAND_SECONDS = 1800


class ServiceError(Exception):
    """What a person can mend, in one line."""


def say(line: str) -> None:
    """Tell a person how far it is; stdout belongs to the addresses."""
    sys.stderr.write(f"services: {line}\n")
    sys.stderr.flush()


@dataclass(frozen=True, slots=True)
class Account:
    """A user and their group, by number."""

    uid: int
    gid: int


def as_user(user: Account | None) -> dict[str, Any]:
    """What makes `subprocess` start a command as `user`, with no group but their own."""
    return {} if user is None else {"user": user.uid, "group": user.gid, "extra_groups": []}


@cache
def account() -> Account | None:
    """Whom servers run as, None for oneself; made on the first call when root starts them."""
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
    """Where one set of servers keeps its data, and where the programs of all sets are."""

    folder: Path
    programs: Path

    def make(self) -> None:
        """Create both folders; raises `ServiceError` where servers could not use them."""
        with _readable_by_all():
            for folder in (self.folder, self.programs):
                _make_own(folder)
                _require_reachable(folder)

    def folder_of(self, name: str) -> Path:
        """The folder of one server, which belongs to whom it runs as."""
        folder = self.folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        owner = account()
        if owner is not None:
            os.chown(folder, owner.uid, owner.gid)
        return folder

    def program(self, name: str, fetch: Callable[[Path], Path]) -> Path:
        """The program `name`, fetched if it is missing.

        `fetch` works in an empty folder and returns what it made there; that gets its name when it is complete.  Of
        two who come at once one fetches, the other waits.
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
    """Alone among the processes that lock `file`; the kernel unlocks it when a process dies."""
    with file.open("w") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield


def carry_out(
    command: Sequence[str], environment: dict[str, str] | None = None, said: str = "", user: Account | None = None
) -> None:
    """Run a command to its end, `said` on its stdin; raises `ServiceError` with the last words of one that fails."""
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **(environment or {})},
            input=said,
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
    """The path of an installed program; raises `ServiceError` with what it is needed for."""
    found = shutil.which(program)
    if found is None:
        raise ServiceError(f"{needed_for} needs {program}, which is not installed here")
    return found


def install(package: str, needed_for: str) -> None:
    """Install a package of the system, for root alone; raises `ServiceError`."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise ServiceError(f"{needed_for} is not installed here; as root: apt-get install {package}")
    say(f"{needed_for}: apt-get install {package}")
    quietly = {"DEBIAN_FRONTEND": "noninteractive"}
    carry_out(["apt-get", "update", "--quiet"], quietly)
    carry_out(["apt-get", "install", "--quiet", "--yes", "--no-install-recommends", package], quietly)


@contextmanager
def _readable_by_all() -> Iterator[None]:
    """What is made meanwhile can be read by whom servers run as, whatever the caller's umask."""
    before = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(before)


def _make_own(folder: Path) -> None:
    """A folder in a place where everybody may write could have been laid there by somebody else."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise ServiceError(f"{folder} belongs to somebody else; choose another folder by SERVICES_DIR")


def _require_reachable(folder: Path) -> None:
    if account() is None:
        return
    for passed in (folder, *folder.parents):
        if not passed.stat().st_mode & 0o001:
            raise ServiceError(f"{passed} lets nobody but root through, and servers do not run as root")
