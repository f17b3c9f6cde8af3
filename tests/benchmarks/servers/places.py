"""Places of the run's own on the servers, and processes that use them."""

import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from config.settings import read_settings
from repository.bootstrap import open_services
from repository.cli.database_commands import migrate_to
from repository.cli.prepare import prepare_engines
from repository.engines.services import Services
from tests.benchmarks.servers.asking import Plain
from tests.engines import ELASTICSEARCH, POSTGRESQL, S3
from tests.engines.addresses import (
    answer_of,
    close_clients,
    elasticsearch_client,
    elasticsearch_server,
    on_server,
    postgresql_server,
    s3_client,
    s3_options,
    take_addresses,
)
from tests.support.web_server import HOST, environment_of, free_port, until


@dataclass(frozen=True, slots=True)
class Site:
    """An installation on servers: `settings` without their prefix; `port` is where `served` answers."""

    folder: Path
    settings: Mapping[str, str]
    services: Services
    bucket: str
    port: int

    @property
    def environment(self) -> dict[str, str]:
        return environment_of(self.folder, **self.settings)


@contextmanager
def site() -> Iterator[Site]:
    """A new installation, gone after the block."""
    take_addresses()
    silent = [engine for engine in (POSTGRESQL, S3, ELASTICSEARCH) if answer_of(engine).trouble]
    if silent:
        raise SystemExit(f"Not running: {', '.join(silent)}. Start them by `make services`.")
    name = f"benchmark-{os.getpid()}-{uuid.uuid4().hex[:6]}"
    database, bucket = name.replace("-", "_"), name
    on_server(f"CREATE DATABASE {database}")
    try:
        with tempfile.TemporaryDirectory(prefix="repository-bench-") as folder:
            yield from _site(Path(folder), name, database, bucket)
    finally:
        _remove(name, database, bucket)
        close_clients()


def _site(folder: Path, name: str, database: str, bucket: str) -> Iterator[Site]:
    port = free_port()
    settings = {
        "BASE_URL": f"http://{HOST}:{port}",
        "DATABASE_URL": postgresql_server().url.set(database=database).render_as_string(hide_password=False),
        "STORE_URL": f"s3://{bucket}?{urlencode(s3_options())}",
        "SEARCH_URL": f"{elasticsearch_server()[0]}/{name}",
        "LOG_LEVEL": "WARNING",
    }
    services = open_services(read_settings(**{key.lower(): value for key, value in settings.items()}))
    migrate_to(services.database.engine)
    prepare_engines(services)
    try:
        yield Site(folder, settings, services, bucket, port)
    finally:
        services.close()


def _remove(name: str, database: str, bucket: str) -> None:
    on_server(f"DROP DATABASE {database} WITH (FORCE)")
    client = elasticsearch_client()
    names = list(client.indices.get(index=f"{name}-*", expand_wildcards="all"))
    if names:
        client.indices.delete(index=names)
    store = s3_client()
    for page in store.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        keys = [{"Key": each["Key"]} for each in page.get("Contents", ())]
        if keys:
            store.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
    store.delete_bucket(Bucket=bucket)


def same_bytes(place: Site) -> Path:
    """The folder of what `same`'s view gives back."""
    folder = place.folder / "same"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def served(place: Site) -> Iterator[int]:
    """The web processes of the installation at `place.port`, with `same`'s view beside the others; the pid of the
    first."""
    line = [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        "python:config.gunicorn",
        "tests.benchmarks.servers.same:application",
    ]
    with (place.folder / "server.log").open("ab") as log:
        environment = place.environment | {
            "GUNICORN_CMD_ARGS": f"--bind {HOST}:{place.port}",
            "SAME_BYTES": str(same_bytes(place)),
        }
        process = subprocess.Popen(line, env=environment, stdout=log, stderr=log)
    try:
        until(lambda: _answers(place.port), 60.0, "the server answers")
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


def _answers(port: int) -> bool:
    try:
        Plain(f"http://{HOST}:{port}")("GET", "/health/live")
    except OSError:
        return False
    return True
