"""An S3 store for tests that ask for one, and how patient and how choosy it is."""

from collections.abc import Iterator

import pytest

from repository.engines.store import s3_clients, s3_writes
from repository.engines.store.s3_store import S3Store
from tests.contracts.s3_stores import opened


@pytest.fixture
def store(s3_store_url: str) -> Iterator[S3Store]:
    store = opened(s3_store_url)
    yield store
    store.close()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A silent server is given up soon."""
    monkeypatch.setattr(s3_clients, "ANSWER_SECONDS", 0.5)


@pytest.fixture
def at_any_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy this machine is, what is announced counts as coming fast."""
    monkeypatch.setattr(s3_writes, "QUICK", 0)
