"""PostgreSQL of the system's packages, with a superuser and a database called ``repository``."""

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
    """Everybody on this machine may sign in: it listens on loopback and holds what can be made again."""

    name = "postgresql"
    default_port = 54320
    variable = "REPOSITORY_DATABASE_URL"
    schemes: ClassVar[tuple[str, ...]] = ("postgresql", "postgresql+psycopg")
    stop_signal = signal.SIGINT
    """"fast": open connections are ended, not waited for"""

    @property
    def url(self) -> str:
        return f"postgresql://{NAME}@{HOST}:{self.port}/{NAME}"

    def fetch(self) -> None:
        """Install the distribution's PostgreSQL if there is none."""
        if _programs() is None:
            install("postgresql", f"PostgreSQL {OLDEST} or newer")
            _programs.cache_clear()
        if _programs() is None:
            raise ServiceError(f"there is no PostgreSQL {OLDEST} or newer on this machine")

    def prepare(self) -> None:
        """Lay out a cluster with the database in it, complete or not at all."""
        data = self.folder / "data"
        if data.exists():
            return
        laid_out = self.folder / "data.new"
        shutil.rmtree(laid_out, ignore_errors=True)
        in_utf8 = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=trust", f"--username={NAME}"]
        _as_owner([_program("initdb"), *in_utf8, "--no-sync", f"--pgdata={laid_out}"])
        _as_owner([_program("postgres"), "--single", "-D", str(laid_out), "postgres"], f"CREATE DATABASE {NAME};\n")
        laid_out.rename(data)

    def command(self) -> list[str]:
        """On loopback alone, without a socket in a folder: its path would be too long below some of them."""
        settings = {
            "listen_addresses": HOST,
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "log_min_messages": "warning",
        }
        chosen = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [_program("postgres"), "-D", str(self.folder / "data"), *chosen]

    @staticmethod
    def answers(url: str) -> bool:
        """Begin a session and see whether it asks to sign in ("R"), as it does when it takes connections."""
        parts = urlsplit(url)
        said = f"user\0{unquote(parts.username or NAME)}\0database\0{parts.path[1:] or NAME}\0\0".encode()
        opening = struct.pack("!II", len(said) + 8, PROTOCOL) + said
        with socket.create_connection((parts.hostname or HOST, parts.port or 5432), ANSWER_SECONDS) as connection:
            connection.sendall(opening)
            signs_in = connection.recv(1) == b"R"
            connection.sendall(b"X\0\0\0\x04")
            return signs_in


@cache
def _programs() -> Path | None:
    """The folder of the newest PostgreSQL here that is new enough."""
    found = [*Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path))
    newest = max(((_version(program), program.parent) for program in found), default=(0, Path()))
    return newest[1] if newest[0] >= OLDEST else None


def _version(program: Path) -> int:
    """As in ``postgres (PostgreSQL) 15.13``."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    match = re.search(r"\) (\d+)", said)
    return int(match[1]) if match else 0


def _program(name: str) -> str:
    folder = _programs()
    if folder is None:
        raise ServiceError(f"there is no PostgreSQL {OLDEST} or newer on this machine")
    return str(folder / name)


def _as_owner(command: list[str], said: str = "") -> None:
    carry_out(command, {"LC_ALL": "C.UTF-8"}, said, account())
