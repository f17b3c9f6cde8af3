"""The embedded index after a change of the text analysis."""

import sqlite3
from contextlib import closing
from pathlib import Path

from repository.engines.search.embedded.embedded_search import EmbeddedSearch
from repository.engines.search.query_tree import Term
from tests.contracts.search_corpus import LIBRARY, found


def test_an_index_of_another_analysis_answers_and_says_so_until_it_is_rebuilt(
    tmp_path: Path,
) -> None:
    path = tmp_path / "search.db"
    engine = EmbeddedSearch(path)
    engine.put(LIBRARY)
    assert "rebuild" not in engine.describe()
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA application_id = 0")
    assert "repository index rebuild" in engine.describe()
    assert found(engine, Term("ice")) == {1, 2, 3}
    rebuild = engine.begin_rebuild()
    rebuild.put(LIBRARY)
    rebuild.finish()
    assert "rebuild" not in engine.describe()
    engine.close()
