"""Servers and tokens that `repository login` keeps, in a file that only its owner can read.

A token is kept for one server and never used at another one.  The place follows the XDG Base Directory Specification.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from repository.client.client_errors import UsageFault

SERVER, TOKEN = "REPOSITORY_SERVER", "REPOSITORY_TOKEN"
NAME = "client.json"


@dataclass
class KeptCredentials:
    """What the file says: tokens by server, and the server that is meant without another word."""

    path: Path
    server: str | None = None
    tokens: dict[str, str] = field(default_factory=dict, repr=False)

    def keep(self, server: str, token: str) -> None:
        """Keep a token, and take this server from now on."""
        self.server, self.tokens[server] = server, token
        self._write()

    def forget(self, server: str) -> bool:
        """Forget a server and its token; tell whether there was one."""
        token = self.tokens.pop(server, None)
        if self.server == server:
            self.server = next(iter(self.tokens), None)
        self._write()
        return token is not None

    def _write(self) -> None:
        content = json.dumps({"server": self.server, "tokens": self.tokens}, indent=2)
        new = self.path.with_name(f"{NAME}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
                stream.write(content)
            new.chmod(0o600)  # another umask, or a file that was there
            new.replace(self.path)
        except OSError as error:
            raise UsageFault(f"{self.path} cannot be written: {error.strerror}") from error


def place_of(environment: Mapping[str, str]) -> Path:
    """Return where the file is; a relative ``XDG_CONFIG_HOME`` does not count, as the specification says."""
    chosen = Path(environment.get("XDG_CONFIG_HOME", ""))
    base = chosen if chosen.is_absolute() else Path.home() / ".config"
    return base / "repository" / NAME


def kept_credentials(environment: Mapping[str, str]) -> KeptCredentials:
    """Read the file; raise `UsageFault` for one that is not ours."""
    path = place_of(environment)
    try:
        content: Any = json.loads(path.read_text("utf-8"))
        return KeptCredentials(path, content["server"], dict(content["tokens"]))
    except FileNotFoundError:
        return KeptCredentials(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageFault(f"{path} cannot be read; repository login writes it anew once it is removed.") from error


def server_and_token(environment: Mapping[str, str], server: str | None, token: str | None) -> tuple[str, str | None]:
    """Return which server is meant and the token for it: of the command, else the environment, else the file.

    Raises `UsageFault` if no server is named anywhere.
    """
    kept = kept_credentials(environment)
    address = server or environment.get(SERVER) or kept.server
    if not address:
        raise UsageFault(f"No server is named: use --server, {SERVER}, or repository login.")
    address = plain_address(address)
    return address, token or environment.get(TOKEN) or kept.tokens.get(address)


def plain_address(server: str) -> str:
    """Return a server's address in one form: with a scheme, without ``/api`` and without a slash at its end."""
    text = server.strip()
    text = text if "://" in text else f"https://{text}"
    parts = urlsplit(text)
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise UsageFault(f"{server!r} is no address of a server, such as https://data.example.org.")
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path.rstrip('/').removesuffix('/api')}"
