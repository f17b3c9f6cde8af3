"""PostgreSQL from the system's packages, with a superuser and a database called ``repository``."""

import re
import shutil
import signal
import socket
import struct
import subprocess
from functools import cache
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from deploy.services.place import ServiceError, account, carry_out, install
from deploy.services.service import ANSWER_SECONDS, HOST, Service

NAME = "repository"
OLDEST = 15
PROTOCOL = 3 << 16


class PostgreSQL(Service):
    """A server without passwords: it listens on loopback, and its data can be made again."""

    name = "postgresql"
    default_port = 54320
    variable = "REPOSITORY_DATABASE_URL"
    schemes: ClassVar[tuple[str, ...]] = ("postgresql", "postgresql+psycopg")
    stop_signal = signal.SIGINT
    """"fast" shutdown: it ends open connections instead of waiting for them"""

    @property
    def url(self) -> str:
        return f"postgresql://{NAME}@{HOST}:{self.port}/{NAME}"

    def fetch(self) -> None:
        """Install the distribution's PostgreSQL if there is none; raise `ServiceError`."""
        if _programs() is None:
            install("postgresql", f"PostgreSQL {OLDEST} or newer")
            _programs.cache_clear()
        if _programs() is None:
            raise ServiceError(f"there is no PostgreSQL {OLDEST} or newer on this machine")

    def prepare(self) -> None:
        """Create a cluster with the database in it, complete or not at all."""
        data = self.folder / "data"
        if data.exists():
            return
        new_data = self.folder / "data.new"
        shutil.rmtree(new_data, ignore_errors=True)
        in_utf8 = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", f"--username={NAME}"]
        _as_owner([_program("initdb"), *in_utf8, "--no-sync", f"--pgdata={new_data}"])
        _as_owner([_program("postgres"), "--single", "-D", str(new_data), "postgres"], f"CREATE DATABASE {NAME};\n")
        new_data.rename(data)

    def command(self) -> list[str]:
        """Return the command: on loopback only, without a Unix socket, whose path would be too long in some folders."""
        settings = {
            "listen_addresses": HOST,
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "log_min_messages": "warning",
            # to drop a database waits for all that is to be written, which takes most of the time of the tests; what a
            # killed server has acknowledged is there still, only a machine that loses power loses something
            "fsync": "off",
            "full_page_writes": "off",
        }
        chosen = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [_program("postgres"), "-D", str(self.folder / "data"), *chosen]

    @staticmethod
    def answers(url: str) -> bool:
        """Begin a session and return whether the server asks to sign in ("R"): then it takes connections."""
        parts = urlsplit(url)
        parameters = f"user\0{unquote(parts.username or NAME)}\0database\0{parts.path[1:] or NAME}\0\0".encode()
        opening = struct.pack("!II", len(parameters) + 8, PROTOCOL) + parameters
        with socket.create_connection((parts.hostname or HOST, parts.port or 5432), ANSWER_SECONDS) as connection:
            connection.sendall(opening)
            signs_in = connection.recv(1) == b"R"
            connection.sendall(b"X\0\0\0\x04")
            return signs_in


@cache
def _programs() -> Path | None:
    """Return the folder of the newest PostgreSQL of this machine, None if there is none or it is too old."""
    programs = [*Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if on_path := shutil.which("postgres"):
        programs.append(Path(on_path))
    newest = max(((_version(program), program.parent) for program in programs), default=(0, Path()))
    return newest[1] if newest[0] >= OLDEST else None


def _version(program: Path) -> int:
    """Return the major version, 15 for ``postgres (PostgreSQL) 15.13``, 0 if the output has none."""
    output = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    match = re.search(r"\) (\d+)", output)
    return int(match[1]) if match else 0


def _program(name: str) -> str:
    folder = _programs()
    if folder is None:
        raise ServiceError(f"there is no PostgreSQL {OLDEST} or newer on this machine")
    return str(folder / name)


def _as_owner(command: list[str], stdin: str = "") -> None:
    carry_out(command, {"LC_ALL": "C.UTF-8"}, stdin, account())
