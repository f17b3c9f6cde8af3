"""Where the servers are, and what each says of itself."""

import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from elasticsearch import ApiError, Elasticsearch, TransportError
from redis import Redis, RedisError
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError

from tests.engines import ELASTICSEARCH, MINIO, POSTGRESQL, REDIS, S3, SQLITE

VARIABLES = {
    POSTGRESQL: ("REPOSITORY_DATABASE_URL", "postgresql"),
    S3: ("REPOSITORY_STORE_URL", "s3:"),
    MINIO: ("REPOSITORY_TEST_MINIO_URL", "http"),
    ELASTICSEARCH: ("REPOSITORY_SEARCH_URL", "http"),
    REDIS: ("REPOSITORY_QUEUE_URL", "redis"),
}
"""The variable that names an engine, and how its value begins when it does."""

CONNECT_SECONDS, ANSWER_SECONDS = 5, 60
UNHEARD = "unheard"
"""The option of a connection that makes and drops databases of other tests beside one that listens to statements."""

_addresses: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine says of itself: its version, or else why it does not run."""

    version: str = ""
    trouble: str = ""


def addresses() -> dict[str, str]:
    """What was read, for another process of the same run."""
    return dict(_addresses)


def take_addresses(read: Mapping[str, str] | None = None) -> None:
    """Read the addresses, and remove every setting from the environment: no test may meet a real installation.

    `read` is what another process of the same run has read already.
    """
    _addresses.update(read or {})
    for engine, (variable, scheme) in VARIABLES.items():
        address = os.environ.get(variable, "")
        if address.startswith(scheme):
            _addresses[engine] = address
    for name in [name for name in os.environ if name.startswith("REPOSITORY_")]:
        del os.environ[name]


@cache
def answer_of(engine: str) -> Answer:
    """Ask the engine, once a run."""
    if engine == SQLITE:
        return Answer(sqlite3.sqlite_version)
    if engine not in _addresses:
        return Answer(trouble="not running")
    try:
        return Answer(_version_of(engine))
    except (SQLAlchemyError, BotoCoreError, ClientError, ApiError, TransportError, RedisError) as error:
        return Answer(trouble=f"not running where {VARIABLES[engine][0]} says ({type(error).__name__})")


def _version_of(engine: str) -> str:
    if engine == POSTGRESQL:
        return on_server("SHOW server_version").partition(" ")[0]
    if engine in (S3, MINIO):
        headers = s3_client(engine).list_buckets()["ResponseMetadata"]["HTTPHeaders"]
        return str(headers.get("server", "")) or "of a server without a name"
    if engine == ELASTICSEARCH:
        return str(elasticsearch_client().info()["version"]["number"])
    with redis_client(0) as client:
        return str(client.info("server")["redis_version"])


@cache
def postgresql_server() -> Engine:
    """Connections to the database that is named, whose user may create others."""
    return create_engine(
        _addresses[POSTGRESQL],
        isolation_level="AUTOCOMMIT",
        pool_size=2,
        connect_args={"connect_timeout": CONNECT_SECONDS},
    )


def on_server(statement: str) -> str:
    """Carry out one statement outside any transaction; returns the first value it answers, if it answers."""
    with postgresql_server().connect().execution_options(**{UNHEARD: True}) as connection:
        answer = connection.exec_driver_sql(statement)
        return str(answer.scalar_one()) if answer.returns_rows else ""


def s3_servers() -> list[str]:
    """Those that are named."""
    return [server for server in (S3, MINIO) if server in _addresses]


@cache
def s3_client(server: str = S3) -> Any:
    """Boto3's own client of one of the S3 servers."""
    options = s3_options(server)
    config = Config(connect_timeout=CONNECT_SECONDS, read_timeout=ANSWER_SECONDS, retries={"total_max_attempts": 2})
    return boto3.client(
        "s3",
        endpoint_url=options.get("endpoint"),
        region_name=options.get("region", "us-east-1"),
        config=config,
        **{name.lower(): value for name, value in s3_keys(server).items()},
    )


def s3_options(server: str = S3) -> dict[str, str]:
    """What a store's address says behind its question mark, as in ``s3://bucket?endpoint=…&region=…``."""
    address = urlsplit(_addresses[server])
    if server == MINIO:
        return {"endpoint": address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()}
    return {name: values[-1] for name, values in parse_qs(address.query).items()}


def s3_keys(server: str) -> dict[str, str]:
    """The variables with the server's keys; none where the usual ones have them already."""
    if server != MINIO:
        return {}
    address = urlsplit(_addresses[server])
    keys = {"AWS_ACCESS_KEY_ID": address.username, "AWS_SECRET_ACCESS_KEY": address.password}
    return {name: unquote(key or "") for name, key in keys.items()}


def elasticsearch_server() -> tuple[str, str]:
    """The address without its path, and the path: the prefix that all indices of tests begin with."""
    server, _, prefix = _addresses[ELASTICSEARCH].rstrip("/").partition("://")[2].partition("/")
    return f"{urlsplit(_addresses[ELASTICSEARCH]).scheme}://{server}", prefix or "repository-test"


@cache
def elasticsearch_client() -> Elasticsearch:
    """The official client."""
    return Elasticsearch(elasticsearch_server()[0], request_timeout=ANSWER_SECONDS, max_retries=0)


def redis_client(number: int) -> Redis:
    """A client of one of the server's databases."""
    return Redis.from_url(redis_address(number), socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS)


def redis_address(number: int) -> str:
    """The server's address with another database's number."""
    return urlsplit(_addresses[REDIS])._replace(path=f"/{number}").geturl()


def close_clients() -> None:
    """Let go of the connections to servers that answered."""
    if postgresql_server.cache_info().currsize:
        postgresql_server().dispose()
    if s3_client.cache_info().currsize:
        for server in s3_servers():
            s3_client(server).close()
    if elasticsearch_client.cache_info().currsize:
        elasticsearch_client().close()
