"""Elasticsearch: the contract, and what only a server can be asked."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from elasticsearch import Elasticsearch

from repository.core.errors import Invalid, Unavailable
from repository.engines.search.elasticsearch import (
    ElasticsearchSearch,
    elasticsearch_address,
    index_bodies,
    search_requests,
)
from repository.engines.search.elasticsearch.index_bodies import body
from repository.engines.search.elasticsearch.text_analysis import divided, stand_ins
from repository.engines.search.folding import clean
from repository.engines.search.port import FACETS, FIELDS, FREE_TEXT, DocumentKind, FieldType, Search, Sort
from repository.engines.search.query_tree import And, Everything, Node, Not, Or, Phrase, Range, Term, Wildcard
from repository.engines.search.tokenizer import index_tokens
from tests.contracts.elasticsearch_places import PARTS, client_of, engine_at, indices
from tests.contracts.search_contract import SearchContract
from tests.contracts.search_corpus import ALL, ANYONE, BOTH, ICE, LIBRARY, document, found, nested
from tests.contracts.search_files import files
from tests.contracts.together import at_once

LIVING = (
    *("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN", "HEBREW", "SYRIAC", "THAANA", "NKO", "DEVANAGARI"),
    *("GURMUKHI", "GUJARATI", "TAMIL", "THAI", "LAO", "TIBETAN", "MYANMAR", "KHMER", "CHEROKEE", "MONGOLIAN"),
    *("JAVANESE", "HANGUL", "COMBINING", "MODIFIER"),
)
"""Scripts with no letter that is younger than the server's Unicode."""

ESTABLISHED_TYPES = {
    FieldType.TEXT: "text",
    FieldType.KEYWORD: "keyword",
    FieldType.DATE: "keyword",
    FieldType.NUMBER: "long",
}


@pytest.fixture
def engine(elasticsearch_url: str) -> Iterator[ElasticsearchSearch]:
    engine = engine_at(elasticsearch_url)
    yield engine
    engine.close()


@pytest.fixture
def server(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    with client_of(elasticsearch_url) as client:
        yield client


class TestElasticsearchSearch(SearchContract):
    """Every promise of the port."""


# what indices are made with


def test_the_mapping_has_every_field_of_the_port_and_no_other() -> None:
    properties = body(PARTS, "records", frozenset())["mappings"]["properties"]
    assert {name: ESTABLISHED_TYPES[kind] for name, kind in FIELDS.items()} == {
        name: said["type"] for name, said in properties.items() if "type" in said
    }
    assert set(properties["facets"]["properties"]) == set(FACETS)
    assert set(PARTS["records-smartcn"]) <= set(FREE_TEXT)


@pytest.mark.parametrize("part", ["records", "files", "dropped"])
def test_no_index_takes_fields_that_nobody_planned(part: str) -> None:
    assert body(PARTS, part, frozenset())["mappings"]["dynamic"] == "strict"


def test_what_the_server_can_analyse_decides_whether_chinese_words_rank() -> None:
    plain, chinese = (body(PARTS, "records", frozenset(names)) for names in ((), ("analysis-smartcn",)))
    assert plain["settings"]["analysis"]["analyzer"].keys() == {"text", "asked"}
    assert chinese["settings"]["analysis"]["analyzer"].keys() == {"text", "asked", "words"}
    assert chinese["mappings"]["properties"]["title"]["fields"]["words"]["analyzer"] == "words"
    digests = {each["mappings"]["_meta"]["schema"] for each in (plain, chinese)}
    assert len(digests) == 2


def test_the_server_cuts_and_folds_every_character_as_our_own_tokenizer_does(
    elasticsearch_url: str, server: Elasticsearch, engine: ElasticsearchSearch
) -> None:
    engine.prepare()
    index = f"{elasticsearch_address(elasticsearch_url).prefix}-records"
    characters = [chr(point) for point in (*range(0x20, 0x3000), *range(0xA640, 0xA7C0), *range(0xA800, 0xAC00))]
    known = [character for character in characters if unicodedata.category(character) not in ("Cn", "Co", "Cs")]
    differing = []
    for at in range(0, len(known), 1_000):
        some = known[at : at + 1_000]
        texts = [divided(clean(f"ab{character}cd12{character}34")) for character in some]
        reply = server.indices.analyze(index=index, analyzer="text", text=[f"{text} qqq" for text in texts])
        groups = " ".join(token["token"] for token in reply["tokens"]).split(" qqq")
        for character, text, tokens in zip(some, texts, groups, strict=False):
            ours = stand_ins(" ".join(index_tokens(text))).split()
            if not set(ours) <= set(tokens.split()) and unicodedata.category(character)[0] not in "LM":
                differing.append(f"{ord(character):04X}: {ours} but {tokens}")
            if unicodedata.category(character)[0] in "LM" and unicodedata.name(character).split()[0] in LIVING:
                differing += [f"{ord(character):04X}: {ours} but {tokens}"] * (not set(ours) <= set(tokens.split()))
    assert not differing, "\n".join(differing)


def test_an_index_of_another_version_of_us_says_so_until_it_is_rebuilt(
    elasticsearch_url: str, engine: ElasticsearchSearch
) -> None:
    engine.put([ICE])
    assert "rebuild" not in engine.describe()
    changed = {**PARTS, "settings": {**PARTS["settings"], "max_result_window": 10_002}}
    newer = ElasticsearchSearch(elasticsearch_address(elasticsearch_url), changed)
    assert "repository index rebuild" in newer.describe()
    rebuild = newer.begin_rebuild()
    rebuild.put([ICE])
    rebuild.finish()
    assert "rebuild" not in newer.describe()
    assert found(newer, Term("thickness")) == {1}
    newer.close()


def test_an_index_of_a_former_release_takes_documents_with_new_fields(
    elasticsearch_url: str, engine: ElasticsearchSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    former_fields = {name: kind for name, kind in FIELDS.items() if name != "communities"}
    with monkeypatch.context() as former:
        former.setattr(index_bodies, "FIELDS", former_fields)
        engine.put([ICE])
    newer = ElasticsearchSearch(elasticsearch_address(elasticsearch_url), PARTS)
    newer.prepare()
    newer.put([document(5, keywords={"communities": ["polar"]})])
    assert found(newer, Term("polar", "communities")) == {5}
    assert "repository index rebuild" in newer.describe()
    newer.close()


def test_an_interrupted_rebuild_of_another_version_of_us_is_not_resumed(
    elasticsearch_url: str, engine: ElasticsearchSearch
) -> None:
    engine.begin_rebuild().put([document(88)], "to 88")
    engine.close()
    changed = {**PARTS, "settings": {**PARTS["settings"], "max_result_window": 10_002}}
    newer = ElasticsearchSearch(elasticsearch_address(elasticsearch_url), changed)
    rebuild = newer.begin_rebuild(resume=True)
    assert rebuild.position == ""
    rebuild.finish()
    assert list(newer.entries()) == []
    newer.close()


# a server without our indices


@pytest.mark.parametrize(
    "act",
    [
        lambda engine: engine.put([ICE]),
        lambda engine: engine.put_files(files(1, 1)),
        lambda engine: engine.drop(DocumentKind.RECORD, [1]),
        lambda engine: engine.drop_files(1),
        lambda engine: found(engine, Term("ice")),
        lambda engine: list(engine.entries()),
        lambda engine: list(engine.file_entries()),
        lambda engine: engine.describe(),
        lambda engine: engine.begin_rebuild().finish(),
    ],
    ids=["put", "files", "drop", "drop files", "find", "entries", "file entries", "describe", "rebuild"],
)
def test_every_act_is_possible_on_an_empty_server(
    engine: ElasticsearchSearch, act: Callable[[ElasticsearchSearch], object]
) -> None:
    act(engine)
    engine.put([document(7)])
    assert 7 in found(engine, Everything())


def test_several_may_prepare_at_once(elasticsearch_url: str, server: Elasticsearch) -> None:
    engines = [engine_at(elasticsearch_url) for _ in range(4)]
    at_once(*(engine.prepare for engine in engines))
    engines[0].put([ICE])
    assert [found(engine, Term("ice")) for engine in engines] == [{1}] * 4
    assert len(indices(server, elasticsearch_url)) == 2
    for engine in engines:
        engine.close()


# queries


@pytest.mark.parametrize(
    "query",
    [
        nested(50),
        And(tuple(Term("ice") for _ in range(1000))),
        Or(tuple(Term(str(i), "id") for i in range(1000))),
        And(tuple(Not(Term(f"no{i}", "title")) for i in range(660))),
        Phrase("海" * 2000),
        Phrase("ice " * 500),
        Wildcard("*a*a*a*a*a*a*a*a*a*a*b", "creator"),
        Range("title", None, None),
        Range("total_bytes", "-1" + "0" * 400, "9" * 400),
    ],
    ids=["deep", "wide", "wide fields", "wide nots", "chinese", "words", "wild field", "open", "numbers"],
)
@pytest.mark.parametrize("sort", [Sort.BEST_MATCH, Sort.NEWEST])
def test_queries_beyond_all_measure_are_answered(engine: ElasticsearchSearch, query: Node, sort: Sort) -> None:
    engine.put([*LIBRARY, document(20, keywords={"creator": ["a" * 3000]})])
    answer = engine.find(Search(query, ALL, kinds=BOTH, sort=sort, highlight=True, facets=("year",)))
    assert answer.total == len(answer.hits)


@pytest.mark.parametrize(
    "query", [Or(tuple(Term(f"word{i}") for i in range(5000))), Wildcard("*i*" * 300)], ids=["words", "wild"]
)
def test_a_query_that_is_too_much_for_the_server_is_refused_and_harms_no_other(
    engine: ElasticsearchSearch, query: Node
) -> None:
    engine.put([ICE])
    with pytest.raises(Invalid):
        engine.find(Search(query, ANYONE))
    assert found(engine, Term("ice")) == {1}


def test_a_number_is_found_by_a_pattern_of_its_digits(engine: ElasticsearchSearch) -> None:
    engine.put(LIBRARY)
    assert found(engine, Wildcard("50*0", "total_bytes")) == {1}


def test_hits_beyond_the_window_are_reached_by_cursor_only(engine: ElasticsearchSearch) -> None:
    engine.put([ICE])
    assert engine.find(Search(Everything(), ANYONE, offset=9_990, size=10)).total == 1
    with pytest.raises(Invalid):
        engine.find(Search(Everything(), ANYONE, offset=9_991, size=10))


@pytest.mark.parametrize("text", ["Ærø", "Ærø fishing", "ｶﾞｸ", "ガク", "Straße", "naïve ﬁne", "数据2020年"])
def test_letters_that_look_different_are_found_as_they_are_and_plain(engine: ElasticsearchSearch, text: str) -> None:
    engine.put(
        [document(1, {"title": ["Fishing near Ærø"]}), document(2, {"title": ["ｶﾞｸ Straße naïve ﬁne 数据2020年"]})]
    )
    assert len(found(engine, Phrase(text)) | found(engine, Term(text.split()[0]))) == 1


def test_texts_with_our_marks_in_them_are_indexed_without_them(engine: ElasticsearchSearch) -> None:
    engine.put([document(1, {"title": ["an \ue000ice\ue001 <age> \ud800"]})])
    [hit] = engine.find(Search(Term("ice"), ANYONE, highlight=True)).hits
    assert hit.highlights["title"] == ("an <em>ice</em> &lt;age&gt;",)


# what is not taken


def test_a_closed_engine_is_unavailable(engine: ElasticsearchSearch) -> None:
    engine.put([ICE])
    engine.close()
    with pytest.raises(Unavailable):
        engine.describe()


def test_a_failed_batch_changes_nothing(engine: ElasticsearchSearch) -> None:
    with pytest.raises(ValueError, match="colour"):
        engine.put([ICE, document(2, keywords={"colour": ["red"]})])
    assert list(engine.entries()) == []


def test_a_document_that_the_server_does_not_take_is_an_error_and_keeps_no_other_out(
    engine: ElasticsearchSearch, server: Elasticsearch, elasticsearch_url: str
) -> None:
    engine.put([ICE])
    prefix = elasticsearch_address(elasticsearch_url).prefix
    server.indices.put_settings(index=f"{prefix}-records", settings={"blocks.write": True})
    with pytest.raises(Exception, match="block") as refused:
        engine.put([replace(ICE, revision=2)])
    assert type(refused.value).__name__ == "RequestRefused"
    server.indices.put_settings(index=f"{prefix}-records", settings={"blocks.write": None})
    engine.put([replace(ICE, revision=2)])
    assert [entry.revision for entry in engine.entries()] == [2]


# many hits, and many who ask for the same


def test_facets_of_words_are_counted_from_the_best_hits_and_the_answer_says_so(
    engine: ElasticsearchSearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_requests, "EXAMINED", 10)
    engine.put(document(number, {"title": ["ice"]}, {"year": [f"20{number}"]}) for number in range(10, 35))
    asked = Search(Term("ice"), ANYONE, sort=Sort.BEST_MATCH, facets=["year", "subject"], facet_size=50)

    many = engine.find(asked)
    few = engine.find(replace(asked, query=And((Term("ice"), Range("year", "2012", "2014")))))
    chosen = engine.find(replace(asked, filters={"year": ["2012", "2013"]}))
    listed = engine.find(replace(asked, query=Everything()))

    assert (many.total, many.facets_of, sum(bucket.count for bucket in many.facets["year"])) == (25, 10, 10)
    assert (few.total, few.facets_of, len(few.facets["year"])) == (3, None, 3)
    assert (chosen.total, chosen.facets_of) == (2, 10), "the years are counted as if none were chosen"
    assert (listed.total, listed.facets_of, len(listed.facets["year"])) == (25, None, 25)


def test_the_first_page_is_kept_by_the_server_until_a_document_changes(
    elasticsearch_url: str, engine: ElasticsearchSearch, server: Elasticsearch
) -> None:
    def kept() -> int:
        index = f"{elasticsearch_address(elasticsearch_url).prefix}-*"
        return int(
            server.indices.stats(index=index, metric="request_cache")["_all"]["total"]["request_cache"]["hit_count"]
        )

    engine.put([ICE])
    listing = Search(Everything(), ANYONE, facets=["subject"])
    before = engine.find(listing)
    assert kept() == 0
    assert engine.find(listing) == before
    assert kept() > 0

    engine.put([document(7)])
    assert engine.find(listing).total == before.total + 1
