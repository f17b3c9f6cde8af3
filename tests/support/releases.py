"""The code of another release: named in ``releases.toml``, taken from git, and run in a process of its own."""

import io
import json
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PACKAGES = ("repository", "workers", "config", "migrations")


@dataclass(frozen=True, slots=True)
class Release:
    """A version that was given away, and its commit."""

    version: str
    commit: str


def releases(text: str) -> Sequence[Release]:
    """Read the releases, oldest first."""
    return [Release(**entry) for entry in tomllib.loads(text).get("release", ())]


def newest_release() -> Release | None:
    """Return the newest release that the file names and that this clone has, if there is one."""
    known = releases((HERE / "releases.toml").read_text("utf-8"))
    return next((release for release in reversed(known) if has_commit(release.commit)), None)


def has_commit(commit: str) -> bool:
    """Whether this clone has the commit; a shallow one may lack it."""
    return _git("cat-file", "-e", f"{commit}^{{commit}}").returncode == 0


def _git(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(["git", "-c", "safe.directory=*", *arguments], cwd=ROOT, capture_output=True, check=False)


@dataclass(frozen=True, slots=True)
class ReleasedCode:
    """The source of a commit in `folder`; its processes have the packages of this one beside it."""

    folder: Path

    @classmethod
    def of(cls, commit: str, folder: Path) -> "ReleasedCode":
        """Take the source of `commit` from git."""
        archived = _git("archive", "--format=tar", commit, "--", *PACKAGES)
        assert archived.returncode == 0, archived.stderr.decode()
        with tarfile.open(fileobj=io.BytesIO(archived.stdout)) as archive:
            archive.extractall(folder, filter="data")
        return cls(folder)

    def run(self, environment: Mapping[str, str], *arguments: str) -> str:
        """Run ``python …`` with this source; it must succeed.  Returns what it printed."""
        settings = {**environment, "PYTHONPATH": str(self.folder)}
        done = subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, env=settings, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
        return done.stdout

    def live(self, environment: Mapping[str, str], token: str, *record_ids: str) -> Any:
        """Let this source live with what another release wrote (``release_life.py``); returns what it did."""
        return json.loads(self.run(environment, str(HERE / "release_life.py"), token, *record_ids).splitlines()[-1])

    def obstacles(self, environment: Mapping[str, str], url: str) -> list[str]:
        """Return why the schema at `url` does not serve this source."""
        faults: list[str] = json.loads(self.run(environment, str(HERE / "release_schema.py"), url).splitlines()[-1])
        return faults
