"""Which servers the environment names already, and the lines that name those started here."""

import os
import shlex
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from deploy.services.service import Service, is_answering


@cache
def is_elsewhere(server: Service) -> bool:
    """Whether the environment names such a server that answers; asked once a command, so that all of it agrees."""
    named = os.environ.get(server.variable, "")
    return urlsplit(named).scheme in server.schemes and is_answering(type(server), named)


def lines(servers: Iterable[Service]) -> list[str]:
    """``NAME=value`` of each server that runs here, as a shell and an environment file understand it.

    A remark stands for a server that the environment names, whose address may hold a password.
    """
    written: list[str] = []
    for server in servers:
        if server.pid is not None:
            written += [f"{name}={shlex.quote(value)}" for name, value in server.variables.items()]
        elif is_elsewhere(server):
            written.append(f"# {server.variable}: as it is in the environment")
    return written


def write(file: Path, servers: Iterable[Service]) -> list[str]:
    """Write the lines, all at once, for somebody may be reading them; no file when none runs."""
    written = lines(servers)
    if all(line.startswith("#") for line in written):
        file.unlink(missing_ok=True)
    else:
        new = file.with_suffix(".new")
        new.write_text("".join(f"{line}\n" for line in written), "utf-8")
        new.rename(file)
    return written


def unnamed(servers: Iterable[Service], written: str) -> list[str]:
    """Those of the `written` lines whose server the environment does not name: what it names wins.

    Keys go with their server: those of another one in the environment must not open ours.
    """
    hidden = {name for each in servers if os.environ.get(each.variable) for name in each.variables}
    addresses = [line for line in written.splitlines() if not line.startswith("#")]
    return [line for line in addresses if line.partition("=")[0] not in hidden]
