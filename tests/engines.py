"""Which databases the tests run on: SQLite always, PostgreSQL where a server is named and answers.

A test that uses `database` (as all do that use `facilities`) runs once on each; one marked ``postgresql`` only there.
``REPOSITORY_TEST_POSTGRESQL_URL`` names a database whose user may create others, as in
``postgresql://postgres@127.0.0.1:5432/postgres``.  With ``REQUIRE_SERVICES=1`` a run without it fails.
`tests.conftest` registers this module as a plugin.
"""

import itertools
import os
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import SQLAlchemyError

from repository.cli.database import migrate_to
from repository.foundation.database import open_database

SQLITE, POSTGRESQL = "sqlite", "postgresql"
ENGINES = (SQLITE, POSTGRESQL)
POSTGRESQL_URL = "REPOSITORY_TEST_POSTGRESQL_URL"
REQUIRE_SERVICES = "REQUIRE_SERVICES"

_not_run = pytest.StashKey[dict[str, int]]()


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine says of itself: its version, or else why it does not run."""

    version: str = ""
    trouble: str = ""


@cache
def answer_of(engine: str) -> Answer:
    """Ask the engine, once a run."""
    if engine == SQLITE:
        return Answer(sqlite3.sqlite_version)
    if not os.environ.get(POSTGRESQL_URL):
        return Answer(trouble="not running")
    try:
        return Answer(_on_server("SHOW server_version").partition(" ")[0])
    except SQLAlchemyError as error:
        return Answer(trouble=f"not running where {POSTGRESQL_URL} says ({type(error).__name__})")


class Databases(Protocol):
    """Makes databases of one kind, by their URLs; each is gone after its block."""

    def empty(self, folder: Path) -> AbstractContextManager[str]:
        """A database without tables; a database that is a file is kept in `folder`."""

    def migrated(self, folder: Path) -> AbstractContextManager[str]:
        """A database without rows at the newest schema."""

    def close(self) -> None:
        """Remove what copies were made of."""


class SqliteDatabases:
    """Files; a migrated one is a copy of the first that was migrated."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"

    @contextmanager
    def empty(self, folder: Path) -> Iterator[str]:
        yield f"sqlite:///{folder}/repository.db"

    @contextmanager
    def migrated(self, folder: Path) -> Iterator[str]:
        if not self._template.exists():
            _migrate(f"sqlite:///{self._template}")
        shutil.copy(self._template, folder / "repository.db")
        with self.empty(folder) as url:
            yield url

    def close(self) -> None:
        self._template.unlink(missing_ok=True)


class PostgresqlDatabases:
    """Databases of one server; a migrated one is cloned from the first that was migrated.

    A clone takes the server as long as a short test, so the next is made while the test before it runs.
    """

    EMPTY = "template0"

    def __init__(self) -> None:
        self._names = (f"repository_test_{os.getpid()}_{number}" for number in itertools.count(1))
        self._beside = ThreadPoolExecutor(1, "databases")
        self._template = ""
        self._next: Future[str] | None = None
        self._dropped: list[Future[None]] = []

    @contextmanager
    def empty(self, folder: Path) -> Iterator[str]:
        with self._dropped_after(self._create(self.EMPTY)) as url:
            yield url

    @contextmanager
    def migrated(self, folder: Path) -> Iterator[str]:
        if not self._template:
            self._template = self._create(self.EMPTY)
            _migrate(_url_of(self._template))
        name = self._next.result() if self._next else self._create(self._template)
        self._next = self._beside.submit(self._create, self._template)
        with self._dropped_after(name) as url:
            yield url

    def close(self) -> None:
        if self._next:
            self._drop(self._next.result())
        if self._template:
            self._drop(self._template)
        for dropped in self._dropped:
            dropped.result()
        self._beside.shutdown()

    @contextmanager
    def _dropped_after(self, name: str) -> Iterator[str]:
        try:
            yield _url_of(name)
        finally:
            self._dropped.append(self._beside.submit(self._drop, name))

    def _create(self, template: str) -> str:
        name = next(self._names)
        _on_server(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _drop(self, name: str) -> None:
        _on_server(f"DROP DATABASE {name} WITH (FORCE)")


@cache
def _server() -> Engine:
    """Connections to the database that is named, one for each thread that makes others."""
    return create_engine(
        os.environ[POSTGRESQL_URL], isolation_level="AUTOCOMMIT", pool_size=2, connect_args={"connect_timeout": 5}
    )


def _url_of(database: str) -> str:
    return _server().url.set(database=database).render_as_string(hide_password=False)


def _on_server(statement: str) -> str:
    """Carry out one statement outside any transaction; returns the first value it answers, if it answers."""
    with _server().connect() as connection:
        answer = connection.exec_driver_sql(statement)
        return str(answer.scalar_one()) if answer.returns_rows else ""


def _migrate(url: str) -> None:
    engine = open_database(url)
    migrate_to(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def databases_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Databases]]:
    """Makers of databases by engine."""
    makers: dict[str, Databases] = {
        SQLITE: SqliteDatabases(tmp_path_factory.mktemp("template")),
        POSTGRESQL: PostgresqlDatabases(),
    }
    yield makers
    for maker in makers.values():
        maker.close()
    if answer_of(POSTGRESQL).version:
        _server().dispose()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str:
    """The engine that the test runs on."""
    return str(request.param)


@pytest.fixture
def database_url(database: str, databases_of: dict[str, Databases], tmp_path: Path) -> Iterator[str]:
    """A database of the test's own, at the newest schema."""
    with databases_of[database].migrated(tmp_path) as url:
        yield url


@pytest.fixture
def empty_database_url(database: str, databases_of: dict[str, Databases], tmp_path: Path) -> Iterator[str]:
    """A database of the test's own, without tables."""
    with databases_of[database].empty(tmp_path) as url:
        yield url


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    chosen = any("database" in mark.args for mark in metafunc.definition.iter_markers("parametrize"))
    if "database" not in metafunc.fixturenames or chosen:
        return
    only = metafunc.definition.get_closest_marker(POSTGRESQL)
    here = [] if only else [pytest.param(SQLITE)]
    metafunc.parametrize("database", [*here, pytest.param(POSTGRESQL, marks=pytest.mark.postgresql)], indirect=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what would need an engine that does not run, and count it."""
    left_out = config.stash.setdefault(_not_run, dict.fromkeys(ENGINES, 0))
    kept = []
    for item in items:
        engine = _engine_of(item)
        if engine is not None and answer_of(engine).trouble:
            left_out[engine] += 1
        else:
            kept.append(item)
    items[:] = kept


def _engine_of(item: pytest.Item) -> str | None:
    call = getattr(item, "callspec", None)  # only a test with parameters has one
    return None if call is None else call.params.get("database")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """One line an engine."""
    left_out = config.stash.get(_not_run, {})
    for engine in ENGINES:
        answer = answer_of(engine)
        if answer.trouble:
            line = f"engine {engine}: {answer.trouble}, {left_out.get(engine, 0)} tests not run on it"
        else:
            line = f"engine {engine} {answer.version}: real"
        missing = bool(answer.trouble) and _is_required()
        terminalreporter.write_line(f"{line} ({REQUIRE_SERVICES}=1)" if missing else line, red=missing)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Without an engine that is required the run fails, whatever the other tests say."""
    if _is_required() and any(answer_of(engine).trouble for engine in ENGINES):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _is_required() -> bool:
    return os.environ.get(REQUIRE_SERVICES) == "1"
