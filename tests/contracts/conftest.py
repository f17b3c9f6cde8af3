"""How patient and how choosy the S3 store is, for tests that ask for it."""

import pytest

from repository.engines.bytestore import s3_clients, s3_writing


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A silent server is given up soon."""
    monkeypatch.setattr(s3_clients, "ANSWER_SECONDS", 0.5)


@pytest.fixture
def at_any_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy this machine is, what is announced counts as coming fast."""
    monkeypatch.setattr(s3_writing, "QUICK", 0)
