"""The programs of PostgreSQL that dump and restore, run without a password in their arguments.

A program is taken from PATH, or from the usual folders of a server's programs, if it is as new as the server: older
ones refuse to dump a newer server (PostgreSQL, "pg_dump", Notes).
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from sqlalchemy.engine import URL

from repository.core.errors import Unavailable

_FOLDERS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "usr/local/pgsql/bin", "opt/homebrew/opt/postgresql*/bin")
LONGEST_SECONDS = 24 * 3600
"""of one program; a server that falls silent ends it much sooner"""
_WATCHED = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}


class PostgresqlPrograms:
    """Programs for the database at `url`, on a server of the major version `major`."""

    def __init__(self, url: URL, major: int) -> None:
        self._url = url
        self._major = major

    def run(self, name: str, *arguments: str, database: str | None = None) -> str:
        """Return what the program printed; raises `Unavailable` with what it said on failure."""
        try:
            done = subprocess.run(
                self._line(name, arguments, database),
                env=self.environment(),
                capture_output=True,
                text=True,
                errors="replace",
                timeout=LONGEST_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Unavailable(f"{name} could not be run to its end: {error}.") from error
        if done.returncode:
            raise Unavailable(f"{name} failed: {last_words(done.stderr)}")
        return done.stdout

    def start(self, name: str, *arguments: str, connected: bool, **pipes: "int | IO[bytes]") -> subprocess.Popen[bytes]:
        """Start a program with pipes; it speaks to the database if it is `connected`."""
        line = self._line(name, arguments, None, connected)
        started: subprocess.Popen[bytes] = subprocess.Popen(line, env=self.environment(), **pipes)  # type: ignore[call-overload]
        return started

    def _line(self, name: str, arguments: Sequence[str], database: str | None, connected: bool = True) -> Sequence[str]:
        # pg_restore without a database lists or writes a script
        where = [f"--dbname={self.address(database)}"] if connected and "--list" not in arguments else []
        return [self._program(name), *where, *arguments]

    def address(self, database: str | None = None) -> str:
        """Return the address without the password, which the environment has."""
        bare = URL.create(
            "postgresql",
            username=self._url.username,
            host=self._url.host,
            port=self._url.port,
            database=database or self._url.database,
            query={**_WATCHED, **self._url.query},
        )
        return bare.render_as_string(hide_password=False)

    def environment(self) -> Mapping[str, str]:
        """Return the environment of a program, with the password."""
        password = self._url.password
        secret = {} if password is None else {"PGPASSWORD": str(password)}
        return {**os.environ, **secret, "PGAPPNAME": "repository-backup", "LC_MESSAGES": "C"}

    def _program(self, name: str) -> str:
        for path in _places(name):
            version = _major_version(path)
            if version is not None and version >= self._major:
                return path
        raise Unavailable(
            f"There is no program {name} of PostgreSQL {self._major} or newer on PATH or in {_FOLDERS[0]!r}: install "
            f"the package postgresql-client-{self._major}."
        )


def last_words(text: str) -> str:
    """Return the last lines that a program printed, as one."""
    return " ".join(text.split("\n")[-6:]).strip() or "it said nothing."


def _places(name: str) -> Iterator[str]:
    on_path = shutil.which(name)
    if on_path is not None:
        yield on_path
    for folder in _FOLDERS:
        yield from (str(path) for path in sorted(Path("/").glob(f"{folder}/{name}"), reverse=True))


def _major_version(program: str) -> int | None:
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    number = re.search(r"\) (\d+)", done.stdout)
    return int(number[1]) if number else None
