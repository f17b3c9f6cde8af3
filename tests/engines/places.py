"""Places of a test's own on the servers: a part of a bucket, a family of indices, a Redis database."""

import itertools
import os
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import urlencode

import botocore.session
import pytest

from tests.engines.addresses import (
    close_clients,
    elasticsearch_client,
    elasticsearch_server,
    redis_address,
    redis_client,
    s3_client,
    s3_keys,
    s3_options,
)

RESERVED = "repository-test:reserved:"
"""Keys in Redis database 0 that say which other database a session has taken, for `RESERVED_SECONDS` from each use."""
RESERVED_SECONDS = 3600

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def servers() -> Iterator[None]:
    """Connections that places are made and removed through, closed after all places are gone.

    Clients of S3 share one reading of Amazon's description of it, which takes longer than many a test.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.session.create_loader))
        yield
    close_clients()


class Buckets:
    """A bucket of this run on each S3 server that is used."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def on(self, server: str) -> str:
        """The bucket's name; the bucket is made when it is first asked for."""
        if server not in self._names:
            name = f"repository-test-{os.getpid()}-{uuid.uuid4().hex[:8]}"
            s3_client(server).create_bucket(Bucket=name)
            self._names[server] = name
        return self._names[server]

    def close(self) -> None:
        """Empty and remove the buckets."""
        for server, name in self._names.items():
            remove_bucket(s3_client(server), name)


@pytest.fixture(scope="session")
def session_buckets(servers: None) -> Iterator[Buckets]:
    """What makes buckets."""
    buckets = Buckets()
    yield buckets
    buckets.close()


def remove_bucket(client: Any, name: str) -> None:
    for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=name):
        for upload in page.get("Uploads", ()):
            client.abort_multipart_upload(Bucket=name, Key=upload["Key"], UploadId=upload["UploadId"])
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
        keys = [{"Key": each["Key"]} for each in page.get("Contents", ())]
        if keys:
            client.delete_objects(Bucket=name, Delete={"Objects": keys, "Quiet": True})
    client.delete_bucket(Bucket=name)


@pytest.fixture
def s3_store_url(session_buckets: Buckets, s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A store's URL: the bucket of the session under a prefix of the test's own, which is not cleaned after it."""
    for name, value in s3_keys(s3_server).items():
        monkeypatch.setenv(name, value)
    return (
        f"s3://{session_buckets.on(s3_server)}?{urlencode({**s3_options(s3_server), 'prefix': f'{next(_numbers)}/'})}"
    )


class Indices:
    """Families of indices, each under a prefix; cleared beside the tests that come after.

    Making indices takes the server as long as several tests, so a family that was emptied is given again.
    """

    LIVE = 2
    """indices of a family that is not being rebuilt"""

    def __init__(self) -> None:
        self._beside = ThreadPoolExecutor(1, "indices")
        self._cleared: list[Future[None]] = []
        self._emptied: list[str] = []
        self._prefixes: list[str] = []

    def new(self) -> str:
        """A prefix without indices."""
        prefix = f"{elasticsearch_server()[1]}-{os.getpid()}-{next(_numbers)}"
        self._prefixes.append(prefix)
        return prefix

    def emptied(self) -> str:
        """A prefix without documents."""
        return self._emptied.pop() if self._emptied else self.new()

    def delete_soon(self, prefix: str) -> None:
        self._cleared.append(self._beside.submit(self._delete, prefix))

    def empty_soon(self, prefix: str) -> None:
        self._cleared.append(self._beside.submit(self._empty, prefix))

    def close(self) -> None:
        self._beside.shutdown()
        for cleared in self._cleared:
            cleared.result()
        for prefix in self._prefixes:
            self._delete(prefix)

    def _empty(self, prefix: str) -> None:
        if len(self._names(prefix)) > self.LIVE:
            self._delete(prefix)
        else:
            elasticsearch_client().delete_by_query(
                index=f"{prefix}-*", query={"match_all": {}}, conflicts="proceed", refresh=True
            )
        self._emptied.append(prefix)

    def _delete(self, prefix: str) -> None:
        names = self._names(prefix)
        if names:  # by name: servers may refuse to delete by pattern
            elasticsearch_client().indices.delete(index=names, ignore_unavailable=True)

    def _names(self, prefix: str) -> list[str]:
        return list(elasticsearch_client().indices.get(index=f"{prefix}-*", features=["aliases"]))


@pytest.fixture(scope="session")
def session_indices(servers: None) -> Iterator[Indices]:
    """What makes prefixes of indices."""
    indices = Indices()
    yield indices
    indices.close()


@pytest.fixture
def elasticsearch_url(session_indices: Indices) -> Iterator[str]:
    """A search engine's URL whose prefix is the test's own; there are no indices under it yet."""
    prefix = session_indices.new()
    yield f"{elasticsearch_server()[0]}/{prefix}"
    session_indices.delete_soon(prefix)


@pytest.fixture
def emptied_elasticsearch_url(session_indices: Indices) -> Iterator[str]:
    """The same, but the indices may be there, without a document: for a test that is not about indices."""
    prefix = session_indices.emptied()
    yield f"{elasticsearch_server()[0]}/{prefix}"
    session_indices.empty_soon(prefix)


@pytest.fixture(scope="session")
def session_redis_number(servers: None) -> Iterator[int]:
    """The number of an empty Redis database that no other session has."""
    with reserved_redis() as number:
        yield number


@contextmanager
def reserved_redis() -> Iterator[int]:
    """The number of an empty Redis database that nobody else has during the block; emptied after it."""
    with redis_client(0) as register:
        last = int(register.config_get("databases")["databases"]) - 1
        number = next(number for number in range(last, 0, -1) if _reserve(number))
        yield number
        with redis_client(number) as client:
            client.flushdb()
        register.delete(f"{RESERVED}{number}")


def _reserve(number: int) -> bool:
    """Whether the database is ours now; one with keys that no session reserved is somebody else's."""
    with redis_client(0) as register, redis_client(number) as client:
        if not register.set(f"{RESERVED}{number}", os.getpid(), nx=True, ex=RESERVED_SECONDS):
            return False
        if client.dbsize() == 0:
            return True
        register.delete(f"{RESERVED}{number}")
        return False


@pytest.fixture
def redis_url(session_redis_number: int) -> str:
    """The URL of an emptied Redis database."""
    with redis_client(0) as register, redis_client(session_redis_number) as client:
        register.expire(f"{RESERVED}{session_redis_number}", RESERVED_SECONDS)
        client.flushdb()
    return redis_address(session_redis_number)
