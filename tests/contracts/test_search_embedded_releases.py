"""The embedded search engine meets files that another release of it made."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from repository.engines.search.embedded import EmbeddedSearch
from repository.engines.search.query_tree import Everything, Term
from tests.contracts.search_corpus import LIBRARY, document, found
from tests.contracts.test_search_embedded import tables


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "search.db"


@pytest.fixture
def engine(path: Path) -> Iterator[EmbeddedSearch]:
    engine = EmbeddedSearch(path, patience=20)
    yield engine
    engine.close()


def test_an_index_of_another_version_is_emptied(engine: EmbeddedSearch, path: Path) -> None:
    engine.put(LIBRARY)
    engine.begin_rebuild()
    engine.close()
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA user_version = 99")
    renewed = EmbeddedSearch(path)
    assert list(renewed.entries()) == []
    renewed.put(LIBRARY)
    assert found(renewed, Term("ice")) == {1, 2, 3}
    assert tables(path) == 1
    renewed.close()


def test_an_index_of_release_0_2_0_is_completed_and_goes_on(path: Path) -> None:
    with closing(EmbeddedSearch(path)) as former:
        former.put(LIBRARY)
    with closing(sqlite3.connect(path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE name LIKE '%_listed'").fetchall():
            connection.execute(f"DROP INDEX {name}")
        connection.execute("ALTER TABLE generations DROP COLUMN changes")
        connection.commit()
    with closing(EmbeddedSearch(path)) as engine:
        assert len(list(engine.entries())) == len(LIBRARY)
        assert found(engine, Everything()) != set()
        engine.put([document(90)])
        assert 90 in found(engine, Everything())
