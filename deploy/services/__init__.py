"""PostgreSQL, Redis, Elasticsearch and two S3 servers on loopback, without a container engine: ``make services``.

It needs Python's standard library only, for it runs before anything is installed.  Everything lies below one folder::

    programs/        downloads, each complete or absent; every set of servers shares them
    postgresql/ …    one folder per server: its data, its log, its pid file
    env              the ``REPOSITORY_*`` lines of the servers that were started here

``SERVICES_DIR`` is the folder (default ``/var/tmp/repository-services``: PostgreSQL and Elasticsearch refuse to run as
root, so the user they run as must reach it), ``SERVICES_PORT_POSTGRESQL`` and so on are the ports.

`place` folders, locks and the user · `processes` start and end processes · `service` the common part of all ·
`go_program` what Go compiles · `replies` what a server says · `postgresql`, `redis`, `elasticsearch`, `s3` the servers
of an installation · `minio` the second S3 server, which only tests use (``REPOSITORY_TEST_MINIO_URL``) · `addresses`
the lines for the environment · `__main__` the command.

All are started unless some are named: ``python3 -m deploy.services up postgresql s3``.

A test that kills servers runs a private set with the same programs::

    with running(folder, {"redis": 20001, "s3": 20002}) as servers:
        servers["redis"].kill()
        servers["redis"].start()
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.services.elasticsearch import Elasticsearch
from deploy.services.minio import MinIO
from deploy.services.place import Place, ServiceError
from deploy.services.postgresql import PostgreSQL
from deploy.services.redis import Redis
from deploy.services.s3 import S3
from deploy.services.service import Service

__all__ = ["SERVERS", "Service", "ServiceError", "default_folder", "default_ports", "running", "servers_in", "start"]

SERVERS: Mapping[str, type[Service]] = {server.name: server for server in (PostgreSQL, Redis, Elasticsearch, S3, MinIO)}


def default_folder() -> Path:
    """Return the folder of `make services`: ``SERVICES_DIR`` or its default."""
    return Path(os.environ.get("SERVICES_DIR") or "/var/tmp/repository-services").absolute()


def default_ports() -> dict[str, int]:
    """Return the ports of `make services` by server; raise `ServiceError` on a value that is no port."""
    return {name: _port_of(name, server.default_port) for name, server in SERVERS.items()}


def _port_of(name: str, default: int) -> int:
    variable = f"SERVICES_PORT_{name.upper()}"
    port = os.environ.get(variable) or str(default)
    if not port.isdecimal() or not 0 < int(port) < 65_536:
        raise ServiceError(f"{variable}: {port!r} is no port")
    return int(port)


def servers_in(folder: Path, ports: Mapping[str, int], programs: Path | None = None) -> dict[str, Service]:
    """Return the servers that `ports` names, with their data in `folder`; start none."""
    place = Place(folder, programs or default_folder() / "programs")
    return {name: SERVERS[name](place, port) for name, port in ports.items()}


def start(servers: Iterable[Service]) -> None:
    """Start the servers that do not run, all at once, and wait until each answers; raise `ServiceError`."""
    together = list(servers)
    for server in together:
        server.fetch()
    for server in together:
        server.launch()
    for server in together:
        server.wait()


@contextmanager
def running(folder: Path, ports: Mapping[str, int], programs: Path | None = None) -> Iterator[dict[str, Service]]:
    """Run a set of servers for the length of the block; the data stay in `folder`."""
    servers = servers_in(folder, ports, programs)
    try:
        start(servers.values())
        yield servers
    finally:
        for server in servers.values():
            server.stop()
