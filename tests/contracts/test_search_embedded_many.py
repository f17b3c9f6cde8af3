"""The embedded search engine with more hits than it ranks and counts."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from repository.engines.search.embedded import EmbeddedSearch, sql_search, sqlite_connections
from repository.engines.search.port import Bucket, DocumentKind, Search, SearchResults, Sort
from repository.engines.search.query_tree import And, Everything, Node, Term
from tests.contracts.search_contract import pages
from tests.contracts.search_corpus import ANYONE, OWN_ONLY, document

EXAMINED, THERE = 10, 25
YEARS = ["2020", "2021", "2022"]
BY_WORD = Search(Term("ice"), ANYONE, sort=Sort.BEST_MATCH, facets=["year", "creator"], facet_size=3)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedSearch]:
    """An engine that examines few hits and holds more."""
    monkeypatch.setattr(sql_search, "EXAMINED", EXAMINED)
    engine = EmbeddedSearch(tmp_path / "search.db")
    engine.put(
        document(
            number,
            {"title": ["ice" if number % 2 else "ice and snow"]},
            {"year": [YEARS[number % 3]], "creator": [f"person {number:02}"]},
            latest=number != 7,
        )
        for number in range(1, THERE + 1)
    )
    yield engine
    engine.close()


def counts(answer: SearchResults, facet: str) -> dict[str, int]:
    return {bucket.key: bucket.count for bucket in answer.facets[facet]}


@pytest.mark.parametrize("query", [Term("ice"), Everything()])
def test_the_total_is_exact_and_facets_say_of_how_many_hits_they_are(engine: EmbeddedSearch, query: Node) -> None:
    answer = engine.find(replace(BY_WORD, query=query))

    assert answer.total == THERE - 1
    assert answer.facets_of == EXAMINED
    assert sum(counts(answer, "year").values()) == EXAMINED
    assert counts(answer, "year") == {"2020": 3, "2021": 4, "2022": 3}, "of the newest"


def test_facets_of_few_hits_are_counted_from_all(engine: EmbeddedSearch) -> None:
    few = engine.find(replace(BY_WORD, query=And((Term("ice"), Term("person 04", "creator")))))
    assert (few.total, few.facets_of) == (1, None)
    exactly = engine.find(replace(BY_WORD, filters={"creator": [f"person {number:02}" for number in range(8, 18)]}))
    assert (exactly.total, counts(exactly, "year")) == (EXAMINED, {"2020": 3, "2021": 3, "2022": 4})
    assert exactly.facets_of == EXAMINED, "the creators are counted as if none were chosen"


def test_equal_counts_are_in_the_order_of_their_values(engine: EmbeddedSearch) -> None:
    answer = engine.find(BY_WORD)
    assert answer.facets["creator"] == [Bucket(f"person {number}", 1) for number in (16, 17, 18)]


@pytest.mark.parametrize("sort", [Sort.BEST_MATCH, Sort.NEWEST])
def test_pages_and_cursors_reach_every_hit_once(engine: EmbeddedSearch, sort: Sort) -> None:
    everything = set(range(1, THERE + 1)) - {7}
    asked = replace(BY_WORD, sort=sort, size=4)
    by_cursor = [hit.id for page in pages(engine, asked) for hit in page]
    by_number = [hit.id for at in range(0, THERE, 4) for hit in engine.find(replace(asked, offset=at)).hits]

    assert sorted(by_cursor) == sorted(everything)
    assert by_number == by_cursor


def test_the_newest_hits_are_ranked_and_the_others_follow(engine: EmbeddedSearch) -> None:
    answer = engine.find(replace(BY_WORD, size=THERE))
    ranked, unranked = answer.hits[:EXAMINED], answer.hits[EXAMINED:]

    assert {hit.id for hit in ranked} == set(range(THERE - EXAMINED + 1, THERE + 1))
    assert [hit.id % 2 for hit in ranked] == [1] * 5 + [0] * 5, "shorter titles match better"
    assert all(hit.score for hit in ranked)
    assert {hit.score for hit in unranked} == {0.0}


def test_totals_and_facets_are_those_of_the_index_as_it_is(engine: EmbeddedSearch, tmp_path: Path) -> None:
    """They are kept, and renewed by every change, that of another process too."""
    engine.find(BY_WORD)
    other = EmbeddedSearch(tmp_path / "search.db")
    other.put([document(30, {"title": ["ice"]}, {"year": ["1999"]})])
    other.close()
    assert engine.find(BY_WORD).total == THERE
    assert counts(engine.find(replace(BY_WORD, facet_size=9)), "year")["1999"] == 1

    engine.drop(DocumentKind.RECORD, [30])
    assert engine.find(BY_WORD).total == THERE - 1
    assert engine.find(replace(BY_WORD, scope=OWN_ONLY)).total == 0, "for each reader their own"


def test_a_rebuilt_index_has_totals_and_facets_of_its_own(engine: EmbeddedSearch) -> None:
    engine.find(BY_WORD)
    rebuilt = engine.begin_rebuild()
    rebuilt.put([document(1, {"title": ["ice"]}, {"subject": ["new"], "year": ["1970"]})])
    rebuilt.finish()

    answer = engine.find(BY_WORD)
    assert (answer.total, answer.facets_of, counts(answer, "year")) == (1, None, {"1970": 1})


def test_the_total_of_all_records_is_counted_in_an_index(engine: EmbeddedSearch, tmp_path: Path) -> None:
    seen: list[str] = []
    with engine._connections.reading() as connection:
        connection.set_trace_callback(seen.append)
    engine.find(replace(BY_WORD, query=Everything()))
    [counting] = [text for text in seen if "count(*)" in text]
    with engine._connections.reading() as connection:
        connection.set_trace_callback(None)
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {counting}")]
    assert any("USING COVERING INDEX docs_1_listed (kind=? AND latest=? AND readers=?)" in line for line in plan), plan


def test_a_page_of_a_frequent_value_costs_no_more_in_a_large_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in steps of SQLite's machine, with the total kept."""
    steps = [0]

    @contextmanager
    def counted(connection: sqlite3.Connection, _longest: float) -> Iterator[None]:
        connection.set_progress_handler(lambda: steps.__setitem__(0, steps[0] + 1), 1)
        yield
        connection.set_progress_handler(None, 0)

    def cost(records: int) -> int:
        engine = EmbeddedSearch(tmp_path / f"{records}.db")
        engine.put(document(number, {}, {"year": [YEARS[number % 3]]}) for number in range(1, records + 1))
        page = Search(Everything(), ANYONE, filters={"year": ["2020"]}, facets=["year"], sort=Sort.NEWEST)
        assert engine.find(page).total == records // 3
        steps[0] = 0
        with monkeypatch.context() as patched:
            patched.setattr(sqlite_connections, "_deadline", counted)
            assert engine.find(page).hits
        engine.close()
        return steps[0]

    small, large = cost(300), cost(3_000)
    assert 0 < large < 1.3 * small
