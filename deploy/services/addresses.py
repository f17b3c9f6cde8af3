"""The servers that the environment names already, and the lines that name the servers started here."""

import os
import shlex
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from deploy.services.service import Service, is_answering


@cache
def is_elsewhere(server: Service) -> bool:
    """Return whether the environment names such a server that answers; checked once per command."""
    named = os.environ.get(server.variable, "")
    return urlsplit(named).scheme in server.schemes and is_answering(type(server), named)


def lines(servers: Iterable[Service]) -> list[str]:
    """Return ``NAME=value`` of each server that runs here, in the syntax of shells and environment files.

    For a server that the environment names there is only a comment, since its address may hold a password.
    """
    written: list[str] = []
    for server in servers:
        if server.pid is not None:
            written += [f"{name}={shlex.quote(value)}" for name, value in server.variables.items()]
        elif is_elsewhere(server):
            written.append(f"# {server.variable}: as it is in the environment")
    return written


def write(file: Path, servers: Iterable[Service]) -> list[str]:
    """Write the lines atomically, for a reader may come meanwhile, and return them; no file if no server runs."""
    written = lines(servers)
    if all(line.startswith("#") for line in written):
        file.unlink(missing_ok=True)
    else:
        new = file.with_suffix(".new")
        new.write_text("".join(f"{line}\n" for line in written), "utf-8")
        new.rename(file)
    return written


def unnamed(servers: Iterable[Service], written: str) -> list[str]:
    """Return the `written` lines of servers that the environment does not name; the environment wins.

    Keys go with their server: the keys of another server in the environment must not be used for ours.
    """
    hidden = {name for server in servers if os.environ.get(server.variable) for name in server.variables}
    addresses = [line for line in written.splitlines() if not line.startswith("#")]
    return [line for line in addresses if line.partition("=")[0] not in hidden]
