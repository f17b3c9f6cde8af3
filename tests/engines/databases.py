"""A database for every test, on SQLite or on a PostgreSQL server."""

import itertools
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from repository.cli.database_commands import migrate_to
from repository.core.database.engine import open_database
from tests.engines import EMBEDDED, POSTGRESQL, SQLITE
from tests.engines.addresses import on_server, postgresql_server


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
            migrate(f"sqlite:///{self._template}")
        shutil.copy(self._template, folder / "repository.db")
        with self.empty(folder) as url:
            yield url

    def close(self) -> None:
        self._template.unlink(missing_ok=True)


class PostgresqlDatabases:
    """Databases of one server; a migrated one is cloned from the first that was migrated.

    A clone copies the template's files: a fifth of the work of the server's usual way, which logs each page, and the
    checkpoint that it asks for is cheap where nothing is synced (`deploy.services`).  The next is made while the test
    before it runs, and nothing waits until one is dropped.
    """

    EMPTY = "template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
    """in no order that SQLite has: what depends on it is found out"""

    def __init__(self) -> None:
        self._names = (f"repository_test_{os.getpid()}_{number}" for number in itertools.count(1))
        self._beside = ThreadPoolExecutor(1, "databases")
        self._behind = ThreadPoolExecutor(1, "dropping")
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
            migrate(_url_of(self._template))
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
        self._behind.shutdown()

    @contextmanager
    def _dropped_after(self, name: str) -> Iterator[str]:
        try:
            yield _url_of(name)
        finally:
            self._dropped.append(self._behind.submit(self._drop, name))

    def _create(self, template: str) -> str:
        name = next(self._names)
        on_server(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def _drop(self, name: str) -> None:
        on_server(f"DROP DATABASE {name} WITH (FORCE)")


def _url_of(database: str) -> str:
    return postgresql_server().url.set(database=database).render_as_string(hide_password=False)


def migrate(url: str) -> None:
    """Bring a database to the newest schema."""
    engine = open_database(url)
    migrate_to(engine)
    engine.dispose()


@pytest.fixture(scope="session")
def databases_of(servers: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Databases]]:
    """Makers of databases by engine."""
    makers: dict[str, Databases] = {
        SQLITE: SqliteDatabases(tmp_path_factory.mktemp("template")),
        POSTGRESQL: PostgresqlDatabases(),
    }
    yield makers
    for maker in makers.values():
        maker.close()


@pytest.fixture
def database(installation: str) -> str:
    """The engine of the test's database."""
    return SQLITE if installation == EMBEDDED else POSTGRESQL


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
