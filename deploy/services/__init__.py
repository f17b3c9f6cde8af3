"""PostgreSQL, Redis, Elasticsearch and an S3 server on loopback, without a container engine: ``make services``.

Plain Python and its standard library, for it runs before anything is installed.  Everything lies below one folder::

    programs/        what was downloaded; complete or absent, shared by every set of servers
    postgresql/ …    one folder a server: its data, its log, its pid file
    env              the ``REPOSITORY_*`` lines of the servers that were started here

``SERVICES_DIR`` is the folder (default ``/var/tmp/repository-services``: PostgreSQL and Elasticsearch refuse to run as
root, so the user they run as must reach it), ``SERVICES_PORT_POSTGRESQL`` and so on are the ports.

`place` knows folders, locks and the user · `processes` starts and ends · `service` is what the four have in common ·
`postgresql`, `redis`, `elasticsearch`, `s3` are the servers · `addresses` writes the lines · `__main__` is the command.

A test that needs servers of its own, to kill them, takes a private set with the same programs::

    with running(folder, {"redis": 20001, "s3": 20002}) as servers:
        servers["redis"].kill()
        servers["redis"].start()
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.services.elasticsearch import Elasticsearch
from deploy.services.place import Place, ServiceError
from deploy.services.postgresql import PostgreSQL
from deploy.services.redis import Redis
from deploy.services.s3 import S3
from deploy.services.service import Service

__all__ = ["SERVERS", "Service", "ServiceError", "default_folder", "default_ports", "running", "servers_in", "start"]

SERVERS: Mapping[str, type[Service]] = {each.name: each for each in (PostgreSQL, Redis, Elasticsearch, S3)}


def default_folder() -> Path:
    """Where `make services` keeps everything."""
    return Path(os.environ.get("SERVICES_DIR") or "/var/tmp/repository-services").absolute()


def default_ports() -> dict[str, int]:
    """The ports of `make services` by name of the server; raises `ServiceError` on a port that is no number."""
    return {name: _port_of(name, server.default_port) for name, server in SERVERS.items()}


def _port_of(name: str, default: int) -> int:
    variable = f"SERVICES_PORT_{name.upper()}"
    given = os.environ.get(variable) or str(default)
    if not given.isdecimal() or not 0 < int(given) < 65_536:
        raise ServiceError(f"{variable}: {given!r} is no port")
    return int(given)


def servers_in(folder: Path, ports: Mapping[str, int], programs: Path | None = None) -> dict[str, Service]:
    """The servers that `ports` names, with their data in `folder`; nothing is started."""
    place = Place(folder, programs or default_folder() / "programs")
    return {name: SERVERS[name](place, port) for name, port in ports.items()}


def start(servers: Iterable[Service]) -> None:
    """Start those that do not run, all at once, and wait until each answers; raises `ServiceError`."""
    together = list(servers)
    for server in together:
        server.fetch()
    for server in together:
        server.launch()
    for server in together:
        server.wait()


@contextmanager
def running(folder: Path, ports: Mapping[str, int], programs: Path | None = None) -> Iterator[dict[str, Service]]:
    """A set of servers that has ended after the block; the data stay in `folder`."""
    servers = servers_in(folder, ports, programs)
    try:
        start(servers.values())
        yield servers
    finally:
        for server in servers.values():
            server.stop()
