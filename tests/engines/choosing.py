"""Which tests run on which engines, and one line an engine at the end."""

import os
from collections import Counter
from typing import Any

import pytest

from tests.engines import ELASTICSEARCH, EMBEDDED, ENGINES, MINIO, POSTGRESQL, REDIS, S3, SERVERS
from tests.engines.addresses import answer_of

REQUIRE_SERVICES = "REQUIRE_SERVICES"

NEEDED_BY = {
    "elasticsearch_url": ELASTICSEARCH,
    "redis_url": REDIS,
    "session_indices": ELASTICSEARCH,
}
"""Fixtures that make no sense without an engine."""

NEEDED_ON_SERVERS = {"database": POSTGRESQL, "store_url": S3, "search_url": ELASTICSEARCH}
"""The same for those that differ between installations."""

LEFT_OUT = "left out"
"""What a process of a run that is spread over several tells the one that began it."""

_not_run = pytest.StashKey["Counter[str]"]()


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "postgresql: runs on PostgreSQL only")
    config.addinivalue_line("markers", "embedded(reason): runs on the embedded engines only")
    config.addinivalue_line("markers", "minio: runs on MinIO too, if it uses an S3 store")


@pytest.fixture
def installation(request: pytest.FixtureRequest) -> str:
    """The engines that the test runs on: `EMBEDDED` or `SERVERS`."""
    return str(request.param)


@pytest.fixture
def s3_server(request: pytest.FixtureRequest) -> str:
    """The engine that has the test's S3 store: `S3`, or `MINIO` for tests that are marked so."""
    return str(getattr(request, "param", S3))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "s3_server" in metafunc.fixturenames and metafunc.definition.get_closest_marker(MINIO):
        metafunc.parametrize("s3_server", [S3, MINIO], indirect=True)
    chosen = any("installation" in mark.args for mark in metafunc.definition.iter_markers("parametrize"))
    if "installation" not in metafunc.fixturenames or chosen:
        return
    marked = metafunc.definition.get_closest_marker
    here = [] if marked(POSTGRESQL) else [pytest.param(EMBEDDED)]
    there = [] if marked(EMBEDDED) else [pytest.param(SERVERS)]
    metafunc.parametrize("installation", [*here, *there], indirect=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what would need an engine that does not run, and count it."""
    left_out = config.stash.setdefault(_not_run, Counter())
    kept = []
    for item in items:
        missing = [engine for engine in _needs_of(item) if answer_of(engine).trouble]
        left_out.update(missing)
        if not missing:
            kept.append(item)
    items[:] = kept


def _needs_of(item: pytest.Item) -> set[str]:
    fixtures = set(getattr(item, "fixturenames", ()))  # only a test function has some
    call = getattr(item, "callspec", None)  # only a test with parameters has one
    on_servers = call is not None and call.params.get("installation") == SERVERS
    s3_server = S3 if call is None else call.params.get("s3_server", S3)
    needed = {**NEEDED_BY, "s3_store_url": s3_server, **(NEEDED_ON_SERVERS if on_servers else {})}
    return {engine for fixture, engine in needed.items() if fixture in fixtures}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Every process has seen all tests, so that one speaks for all."""
    node.config.stash[_not_run] = Counter(getattr(node, "workeroutput", {}).get(LEFT_OUT, {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """One line an engine."""
    left_out = config.stash.get(_not_run, Counter())
    for engine in ENGINES:
        answer = answer_of(engine)
        if answer.trouble:
            line = f"engine {engine}: {answer.trouble}, {left_out[engine]} tests not run on it"
        else:
            line = f"engine {engine} {answer.version}: real"
        missing = bool(answer.trouble) and _is_required()
        terminalreporter.write_line(f"{line} ({REQUIRE_SERVICES}=1)" if missing else line, red=missing)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Without an engine that is required the run fails, whatever the other tests say."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[LEFT_OUT] = dict(session.config.stash.get(_not_run, {}))
    if _is_required() and any(answer_of(engine).trouble for engine in ENGINES):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _is_required() -> bool:
    return os.environ.get(REQUIRE_SERVICES) == "1"
