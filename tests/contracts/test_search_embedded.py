"""The embedded search engine: the contract, and what only a file can be asked."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.core.errors import Unavailable
from repository.engines.search.embedded import EmbeddedSearch
from repository.engines.search.port import DocumentKind, Search, Sort
from repository.engines.search.query_tree import And, Everything, Node, Not, Or, Phrase, Range, Term, Wildcard
from repository.engines.search.tokenizer import index_tokens, like, query_tokens
from tests.contracts.search_contract import SearchContract
from tests.contracts.search_corpus import ALL, ANYONE, BOTH, ICE, LIBRARY, document, found, nested
from tests.contracts.together import at_once

pytestmark = pytest.mark.slow


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "search.db"


@pytest.fixture
def engine(path: Path) -> Iterator[EmbeddedSearch]:
    engine = EmbeddedSearch(path, patience=20)
    yield engine
    engine.close()


class TestEmbeddedSearch(SearchContract):
    """Every promise of the port."""


OTHER_PROCESS = """
import sys
from pathlib import Path
from repository.engines.search.embedded import EmbeddedSearch
from repository.engines.search.port import DocumentKind
from tests.contracts.search_corpus import document

engine = EmbeddedSearch(Path(sys.argv[1]), patience=20)
"""


FILL_THE_DISK = """
import resource
from repository.core.errors import Unavailable

engine.put([document(1)])
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))
try:
    engine.put(document(i, {"title": [f"{i}x{n}" for n in range(999)]}) for i in range(3, 200))
except Unavailable:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    engine.put([document(2)])
else:
    raise SystemExit("the disk was never full")
"""


def elsewhere(path: Path, program: str) -> subprocess.Popen[str]:
    """`program` in another process that has an `engine` on the same file."""
    return subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS + program, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def finished(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.mark.process
def test_the_index_outlives_its_process(path: Path) -> None:
    finished(elsewhere(path, "engine.put([document(1, {'title': ['Ash']})]); engine.close()"))
    engine = EmbeddedSearch(path)
    assert found(engine, Term("ash")) == {1}
    engine.close()


@pytest.mark.process
def test_changes_of_another_process_reach_a_rebuild_that_is_under_way(engine: EmbeddedSearch, path: Path) -> None:
    engine.put(LIBRARY)
    rebuild = engine.begin_rebuild()
    rebuild.put([ICE])
    finished(elsewhere(path, "engine.put([document(9, {'title': ['Ash']})]); engine.drop(DocumentKind.RECORD, [1, 2])"))
    rebuild.put(LIBRARY)
    rebuild.finish()
    assert found(engine, Everything()) == {3, 9}


@pytest.mark.process
def test_a_rebuild_killed_on_its_way_is_cleaned_up_by_the_next(engine: EmbeddedSearch, path: Path) -> None:
    engine.put(LIBRARY)
    waiting = "r = engine.begin_rebuild(); r.put([document(9)]); print('half', flush=True); sys.stdin.read()"
    with elsewhere(path, waiting) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "half\n"
        killed.kill()
    assert found(engine, Everything()) == {1, 2, 3}
    engine.put([document(10)])
    rebuild = engine.begin_rebuild()
    assert tables(path) == 2
    rebuild.put(LIBRARY)
    rebuild.finish()
    assert found(engine, Everything()) == {1, 2, 3}
    assert tables(path) == 1


def tables(path: Path) -> int:
    """How many generations have tables."""
    with closing(sqlite3.connect(path)) as file:
        return len(
            file.execute("SELECT 1 FROM sqlite_master WHERE name GLOB 'postings_*' AND type = 'table'").fetchall()
        )


@pytest.mark.process
def test_threads_and_processes_write_one_new_file_at_once_and_lose_nothing(engine: EmbeddedSearch, path: Path) -> None:
    others = [elsewhere(path, f"[engine.put([document(i)]) for i in range({n}, {n} + 40)]") for n in (1000, 2000)]

    def write(first: int) -> int:
        for number in range(first, first + 40):
            engine.put([document(number)])
            assert engine.find(Search(Term(str(number), "id"), ANYONE)).total == 1
        return first

    at_once(*(lambda first=first: write(first) for first in (3000, 4000, 5000)))
    for other in others:
        finished(other)
    assert len(found(engine, Everything())) == 200


def test_readers_never_see_half_of_a_batch_or_of_a_swap(engine: EmbeddedSearch) -> None:
    engine.put(document(i) for i in range(1, 41))

    def read() -> set[int]:
        return {engine.find(Search(Everything(), ANYONE)).total for _ in range(60)}

    def rebuild() -> set[int]:
        for revision in range(2, 6):
            new = engine.begin_rebuild()
            new.put(document(i, revision=revision) for i in range(1, 41))
            new.finish()
        return {40}

    assert at_once(read, read, rebuild) == [{40}, {40}, {40}]


@pytest.mark.parametrize("content", [b"this is not a database, but a text of some length" * 40])
def test_a_file_that_is_no_index_makes_search_unavailable(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    broken = EmbeddedSearch(path)
    for act in (broken.describe, lambda: broken.put([ICE]), lambda: found(broken, Everything())):
        with pytest.raises(Unavailable):
            act()


def test_a_damaged_index_makes_search_unavailable(engine: EmbeddedSearch, path: Path) -> None:
    engine.put(document(i, {"description": ["many words " * 200]}) for i in range(50))
    engine.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        for page in range(4096, size, 4096):
            file.seek(page)
            file.write(b"\xff" * 64)
    damaged = EmbeddedSearch(path)
    with pytest.raises(Unavailable):
        list(damaged.entries())
    damaged.close()


def test_a_place_that_cannot_be_written_makes_search_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Unavailable):
        EmbeddedSearch(tmp_path / "file" / "search.db").describe()


def test_a_change_waits_for_another_writer_only_so_long(path: Path) -> None:
    impatient = EmbeddedSearch(path, patience=0.05)
    impatient.put([ICE])
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable):
            impatient.put([replace(ICE, revision=2)])
        assert found(impatient, Term("thickness")) == {1}
        other.execute("ROLLBACK")
    impatient.put([replace(ICE, revision=3)])
    assert [entry.revision for entry in impatient.entries()] == [3]
    impatient.close()


def test_a_search_that_takes_too_long_is_given_up_and_harms_no_other(path: Path) -> None:
    hasty = EmbeddedSearch(path, longest=0)
    hasty.put([document(1, {"description": [" ".join(f"w{n}" for n in range(40_000))]})])
    with pytest.raises(Unavailable):
        found(hasty, Wildcard("*x*"))
    assert found(hasty, Term("w39")) == {1}
    hasty.close()


@pytest.mark.process
def test_a_full_disk_makes_changes_unavailable_and_loses_nothing(path: Path) -> None:
    finished(elsewhere(path, FILL_THE_DISK))
    engine = EmbeddedSearch(path)
    assert found(engine, Everything()) == {1, 2}
    engine.close()


def test_a_failed_batch_changes_nothing(engine: EmbeddedSearch) -> None:
    with pytest.raises(ValueError, match="colour"):
        engine.put([ICE, document(2, keywords={"colour": ["red"]})])
    assert list(engine.entries()) == []


def test_a_closed_engine_is_unavailable(engine: EmbeddedSearch) -> None:
    engine.put([ICE])
    engine.close()
    with pytest.raises(Unavailable):
        engine.describe()


@pytest.mark.process
def test_a_child_process_opens_connections_of_its_own(engine: EmbeddedSearch) -> None:
    engine.put([ICE])
    child = os.fork()
    if child == 0:
        engine.put([document(2)])
        os._exit(0 if found(engine, Everything()) == {1, 2} else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert found(engine, Everything()) == {1, 2}


@pytest.mark.parametrize(
    "query",
    [
        nested(50),
        And(tuple(Term("ice") for _ in range(1000))),
        Or(tuple(Term(str(i), "id") for i in range(1000))),
        And(tuple(Not(Term(f"no{i}")) for i in range(660))),
        Phrase("海" * 2000),
        Phrase("ice " * 500),
        Wildcard("*i*" * 300),
        Wildcard("*a*a*a*a*a*a*a*a*a*a*b", "creator"),
        Range("title", None, None),
        Range("total_bytes", "-1" + "0" * 400, "9" * 400),
    ],
    ids=["deep", "wide", "wide fields", "wide nots", "chinese", "words", "wild", "wild field", "open", "numbers"],
)
@pytest.mark.parametrize("sort", [Sort.BEST_MATCH, Sort.NEWEST])
def test_queries_beyond_all_measure_are_answered(engine: EmbeddedSearch, query: Node, sort: Sort) -> None:
    engine.put([*LIBRARY, document(20, keywords={"creator": ["a" * 3000]})])
    answer = engine.find(Search(query, ALL, kinds=BOTH, sort=sort, highlight=True, facets=("year",)))
    assert answer.total == len(answer.hits)


def test_a_pattern_of_many_stars_is_highlighted_in_time(engine: EmbeddedSearch) -> None:
    engine.put([document(1, {"title": ["ice " + "a" * 2000]})])
    stars = "a*" * 20
    answer = engine.find(Search(Or((Term("ice"), Wildcard(stars + "b"))), ANYONE, highlight=True))
    assert answer.hits[0].highlights["title"][0].startswith("<em>ice</em> a")
    assert engine.find(Search(Wildcard(stars), ANYONE, highlight=True)).hits[0].highlights["title"]


@given(word=st.text("ab", max_size=6), pattern=st.text("ab*?", max_size=6))
def test_a_pattern_means_what_a_regular_expression_says(word: str, pattern: str) -> None:
    expression = pattern.replace("*", ".*").replace("?", ".")
    assert like(word, pattern) == bool(re.fullmatch(expression, word))


def test_text_with_halves_of_characters_is_indexed_without_them(engine: EmbeddedSearch) -> None:
    engine.put([document(1, {"title": ["ice \ud800age"]}, {"creator": ["A\udfff"]})])
    assert found(engine, And((Term("ice"), Term("a", "creator")))) == {1}
    assert found(engine, Term("\ud800", "creator")) == set()


@given(
    before=st.text("气候变化数据", max_size=5),
    word=st.text("气候变化数据", min_size=1, max_size=5),
    after=st.text("气候变化数据", max_size=5),
)
def test_every_part_of_a_chinese_run_is_a_phrase_of_its_tokens(before: str, word: str, after: str) -> None:
    indexed, wanted = index_tokens(before + word + after), query_tokens(word)
    ends = [
        at
        for at in range(len(indexed) - len(wanted.tokens) + 1)
        if all(
            token == there or (wanted.open_end and there.startswith(token))
            for token, there in zip(wanted.tokens, indexed[at:], strict=False)
        )
    ]
    assert len(before) in ends


@given(st.text())
def test_a_text_is_found_by_itself(text: str) -> None:
    indexed, wanted = index_tokens(text), query_tokens(text)
    assert [token[: len(there)] for token, there in zip(indexed, wanted.tokens, strict=False)] == list(wanted.tokens)
    assert len(indexed) >= len(wanted.tokens)


def test_records_and_drafts_of_one_id_are_two_documents(engine: EmbeddedSearch) -> None:
    engine.put([document(1, kind=kind) for kind in DocumentKind])
    engine.drop(DocumentKind.DRAFT, [1])
    assert [entry.kind for entry in engine.entries()] == [DocumentKind.RECORD]


def test_a_chinese_word_is_marked_only_where_its_characters_touch(engine: EmbeddedSearch) -> None:
    engine.put([document(1, {"title": ["天气，候鸟，气候"]})])
    [hit] = engine.find(Search(Term("气候"), ANYONE, highlight=True)).hits
    assert hit.highlights["title"] == ("天气，候鸟，<em>气候</em>",)
