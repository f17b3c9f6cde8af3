"""Elasticsearch: several processes change, search and rebuild at once."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from repository.core.errors import Conflict
from repository.engines.search.elasticsearch import ElasticsearchSearch, rebuild_protocol
from repository.engines.search.elasticsearch.index_names import IndexNames
from repository.engines.search.port import Search
from repository.engines.search.query_tree import Everything, Term
from tests.contracts.elasticsearch_places import client_of, engine_at, indices
from tests.contracts.search_corpus import ANYONE, ICE, LIBRARY, document, found
from tests.contracts.together import at_once


@pytest.fixture
def engine(elasticsearch_url: str) -> Iterator[ElasticsearchSearch]:
    engine = engine_at(elasticsearch_url)
    yield engine
    engine.close()


@pytest.fixture
def server(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    with client_of(elasticsearch_url) as client:
        yield client


OTHER_PROCESS = """
import sys
from config import search as index_parts
from repository.engines.search.elasticsearch import ElasticsearchSearch, elasticsearch_address
from repository.engines.search.port import DocumentKind
from tests.contracts.search_corpus import document

engine = ElasticsearchSearch(elasticsearch_address(sys.argv[1]), index_parts.read())
"""


def elsewhere(url: str, program: str) -> subprocess.Popen[str]:
    """`program` in another process that has an `engine` on the same indices."""
    return subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS + program, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


@pytest.mark.process
def test_changes_of_another_process_reach_a_rebuild_that_is_under_way(
    engine: ElasticsearchSearch, elasticsearch_url: str
) -> None:
    engine.put(LIBRARY)
    rebuild = engine.begin_rebuild()
    rebuild.put([ICE])
    program = "engine.put([document(9, {'title': ['Ash']})]); engine.drop(DocumentKind.RECORD, [1, 2])"
    with elsewhere(elasticsearch_url, program) as other:
        other.communicate(timeout=60)
    assert other.returncode == 0
    rebuild.put(LIBRARY)
    rebuild.finish()
    assert found(engine, Everything()) == {3, 9}


@pytest.mark.process
def test_a_rebuild_killed_on_its_way_is_resumed_or_cleaned_up_by_the_next(
    engine: ElasticsearchSearch, elasticsearch_url: str, server: Elasticsearch
) -> None:
    engine.put(LIBRARY)
    waiting = (
        "engine.begin_rebuild().put([document(9)], 'to 9'); r = engine.begin_rebuild(resume=True);"
        "r.put([document(10)], 'to 10'); print('half', flush=True); sys.stdin.read()"
    )
    with elsewhere(elasticsearch_url, waiting) as killed:
        assert killed.stdout is not None
        assert killed.stdout.readline() == "half\n"
        killed.kill()
    engine.put([document(11)])
    resumed = engine.begin_rebuild(resume=True)
    assert resumed.position in ("to 9", "to 10")
    resumed.put([document(10)])
    assert {entry.id for entry in engine.entries()} == {each.id for each in LIBRARY} | {11}
    resumed.finish()
    assert found(engine, Everything()) == {9, 10, 11}
    assert len(indices(server, elasticsearch_url)) == 2


def test_rebuilds_that_begin_at_once_end_in_one(
    engine: ElasticsearchSearch, elasticsearch_url: str, server: Elasticsearch
) -> None:
    engine.put(LIBRARY)

    def rebuild() -> bool:
        own = engine_at(elasticsearch_url)
        try:
            new = own.begin_rebuild()
            new.put(LIBRARY)
            new.finish()
        except Conflict:
            return False
        finally:
            own.close()
        return True

    assert any(at_once(rebuild, rebuild))
    assert len(list(engine.entries())) == len(LIBRARY)
    last = engine.begin_rebuild()
    last.put(LIBRARY)
    last.finish()
    assert len(indices(server, elasticsearch_url)) == 2


def test_of_two_rebuilds_that_swap_at_once_the_later_is_refused(
    engine: ElasticsearchSearch, elasticsearch_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.put(LIBRARY)
    monkeypatch.setattr(IndexNames, "building", lambda _: [])  # neither saw the other when it began
    other = engine_at(elasticsearch_url)
    first, second = other.begin_rebuild(), engine.begin_rebuild()
    first.put(LIBRARY)
    second.put(LIBRARY)
    change = rebuild_protocol._change_aliases

    def beaten(places: IndexNames, actions: Sequence[Any]) -> None:
        """The second knows which indices to replace; now the first replaces them, and has not deleted them yet."""
        monkeypatch.setattr(rebuild_protocol, "_change_aliases", change)
        with monkeypatch.context() as still_there:
            still_there.setattr(IndexNames, "remove", lambda *_: None)
            first.finish()
        change(places, actions)

    monkeypatch.setattr(rebuild_protocol, "_change_aliases", beaten)
    with pytest.raises(Conflict):
        second.finish()
    other.close()
    assert len(list(engine.entries())) == len(LIBRARY)


def test_searches_and_changes_go_on_while_indices_are_swapped(engine: ElasticsearchSearch) -> None:
    engine.put(document(i) for i in range(1, 41))
    over = threading.Event()
    put: list[int] = []

    def read() -> set[int]:
        seen = set()
        while not over.is_set():
            seen.add(engine.find(Search(Term("40", "id"), ANYONE)).total)
        return seen

    def write() -> set[int]:
        while not over.is_set():
            number = 1000 + len(put)
            put.append(number)  # the database knows of a change before the index is told
            engine.put([document(number)])
        return set()

    def rebuild() -> set[int]:
        try:
            for revision in range(2, 7):
                new = engine.begin_rebuild()
                known = list(put)
                new.put(document(i, revision=revision) for i in range(1, 41))
                new.put(document(i) for i in known)
                new.finish()
        finally:
            over.set()
        return set()

    assert at_once(read, write, rebuild)[0] == {1}
    assert {entry.id for entry in engine.entries()} == {*range(1, 41), *put}


@pytest.mark.process
def test_a_child_process_opens_connections_of_its_own(engine: ElasticsearchSearch) -> None:
    engine.put([ICE])
    child = os.fork()
    if child == 0:
        engine.put([document(2)])
        os._exit(0 if found(engine, Everything()) == {1, 2} else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert found(engine, Everything()) == {1, 2}
