"""Redis from the system's packages, with an append-only file."""

import shutil
import socket
import ssl
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from deploy.services.place import install, require
from deploy.services.service import ANSWER_SECONDS, HOST, Service


class Redis(Service):
    """One server; the application uses database 0 unless its setting names another."""

    name = "redis"
    default_port = 63790
    variable = "REPOSITORY_QUEUE_URL"
    schemes: ClassVar[tuple[str, ...]] = ("redis", "rediss")

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"

    def fetch(self) -> None:
        """Install the distribution's Redis if there is none; raise `ServiceError`."""
        if shutil.which("redis-server") is None:
            install("redis-server", "Redis")

    def prepare(self) -> None:
        """Do nothing: Redis creates its files itself."""

    def command(self) -> list[str]:
        program = require("redis-server", "Redis")
        durable = ["--dir", str(self.folder), "--appendonly", "yes", "--save", ""]
        return [program, "--bind", HOST, "--port", str(self.port), *durable]

    @staticmethod
    def answers(url: str) -> bool:
        """Sign in if the address has a password, and return whether the server answers a ping."""
        parts = urlsplit(url)
        host = parts.hostname or HOST
        with socket.create_connection((host, parts.port or 6379), ANSWER_SECONDS) as plain:
            context = ssl.create_default_context() if parts.scheme == "rediss" else None
            connection = context.wrap_socket(plain, server_hostname=host) if context else plain
            if parts.password:
                connection.sendall(_call("AUTH", unquote(parts.username or "default"), unquote(parts.password)))
                if connection.recv(64)[:3] != b"+OK":
                    return False
            connection.sendall(_call("PING"))
            return connection.recv(64).startswith(b"+PONG")


def _call(*words: str) -> bytes:
    """Return a command in Redis's protocol (RESP)."""
    lengths = "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
    return f"*{len(words)}\r\n{lengths}".encode()
