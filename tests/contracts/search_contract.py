"""The promises of `repository.engines.search.port`, run on every keeper.

A keeper's test module derives from `SearchContract` and gives it a fixture `engine`, empty and new for each test.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repository.core.errors import Invalid
from repository.engines.search.port import (
    FACETS,
    Bucket,
    DocumentKind,
    Hit,
    Search,
    SearchEngine,
    Sort,
    VisibilityFilter,
)
from repository.engines.search.query_tree import (
    And,
    Everything,
    Exists,
    Node,
    Not,
    Nothing,
    Or,
    Phrase,
    Range,
    Term,
    Wildcard,
)
from tests.contracts.search_changes import ChangesContract
from tests.contracts.search_corpus import (
    ALL,
    ANYONE,
    BOTH,
    LIBRARY,
    OWN_ONLY,
    OWNER,
    TREES,
    document,
    found,
)
from tests.contracts.search_files import FilesContract, ResumingContract
from tests.contracts.search_scripts import ScriptsContract
from tests.contracts.search_visibility import VisibilityContract

_SHARED = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)
"""The engine is only read, so that examples may share it."""


class SearchContract(ChangesContract, FilesContract, ResumingContract, ScriptsContract, VisibilityContract):
    @pytest.fixture
    def library(self, engine: SearchEngine) -> SearchEngine:
        engine.put(LIBRARY)
        return engine

    # words

    @pytest.mark.parametrize(
        ("query", "ids"),
        [
            ("ice", {1, 2, 3}),
            ("experiment", {1}),
            ("measure", {1}),
            ("GLACIER", {2}),
            ("cafe", {1}),
            ("muller", {1}),
            ("气候", {2}),
            ("候变", {2}),
            ("冰", {2}),
            ("集", {2}),
            ("料", {2}),
            ("青藏高原气候变化数据集", {2}),
            ("气变", set()),
            ("变化候", set()),
            ("李伟", {2}),
            ("ice_drift-2020.csv", {1}),
            ("drift 2020", {1}),
            ("http://example.org/ice?x=1", {3}),
            ("nowhere", set()),
        ],
    )
    def test_a_word_is_found_in_all_its_forms(self, library: SearchEngine, query: str, ids: set[int]) -> None:
        assert found(library, Term(query)) == ids

    def test_a_word_is_looked_for_in_its_field_only(self, library: SearchEngine) -> None:
        assert found(library, Term("ice", "title")) == {1, 3}
        assert found(library, Term("ice", "subjects")) == {1}
        assert found(library, Term("气候", "creators")) == set()

    def test_a_phrase_keeps_the_order_of_its_words_and_stays_in_one_value(self, library: SearchEngine) -> None:
        assert found(library, Phrase("sea ice")) == {1}
        assert found(library, Phrase("ice sea")) == set()
        assert found(library, Phrase("thickness of sea")) == set()
        assert found(library, Phrase("Jürgen Smith", "creators")) == set()
        assert found(library, Phrase("气候变化数据")) == {2}

    def test_a_query_without_any_word_finds_nothing_and_beside_words_says_nothing(self, library: SearchEngine) -> None:
        assert found(library, Term("+++")) == set()
        assert found(library, And((Term("ice", "title"), Term("—")))) == {1, 3}
        assert found(library, And((Term("ice", "title"), Not(Term("!"))))) == {1, 3}

    @pytest.mark.parametrize(
        ("pattern", "field", "ids"),
        [
            ("glac*", None, {2}),
            ("experimen*", None, {1}),
            ("th?ckness", None, {1}),
            ("*sphere", "subjects", {1}),
            ("气候*", None, {2}),
            ("10.5072/*", "doi", {1, 2}),
            ("10.5072/DATA.?", "doi", {1, 2}),
            ("2021*", "publication_date", {2, 3}),
            ("*", "language", {2}),
            ("[a-z]*", "doi", set()),
        ],
    )
    def test_wildcards_stand_for_characters(
        self, library: SearchEngine, pattern: str, field: str | None, ids: set[int]
    ) -> None:
        assert found(library, Wildcard(pattern, field)) == ids

    @pytest.mark.parametrize(
        ("query", "ids"),
        [
            (Term("10.5072/DATA.1", "doi"), {1}),
            (Term("10.5072/data", "doi"), set()),
            (Term("2", "id"), {2}),
            (Term("1002", "concept_id"), {2}),
            (Term("müller, jürgen", "creator"), {1}),
            (Term("2021", "publication_date"), {2, 3}),
            (Term("202", "publication_date"), set()),
            (Range("publication_date", "2020", "2021-01"), {1, 2}),
            (Range("publication_date", "2020", "2021", include_low=False), {2, 3}),
            (Range("publication_date", None, "2021", include_high=False), {1}),
            (Range("created", "2024-01-03T10:00:00.000001Z", "2024-01-03"), {2}),
            (Range("total_bytes", "700", None), {1, 2}),
            (Range("total_bytes", "700", None, include_low=False), {1}),
            (Range("total_bytes", "lots", None), set()),
            (Range("file_count", "0", "1"), {2, 3}),
            (Term("2", "file_count"), {1}),
            (Term("two", "file_count"), set()),
            (Range("licence", "a", "d"), {1, 2}),
            (Exists("language"), {2}),
            (Exists("creators"), {1, 2}),
            (Exists("file_count"), {1, 2, 3}),
            (Everything(), {1, 2, 3}),
            (Nothing(), set()),
            (Or((Term("glacier"), Term("mit", "licence"))), {2, 3}),
            (And((Term("ice"), Not(Term("glacier")))), {1, 3}),
            (Not(Or((Term("glacier"), Term("model")))), {1}),
            (And((Term("ice"), Or((Term("arctic"), Term("冰川"))))), {1, 2}),
        ],
    )
    def test_fields_ranges_and_booleans_mean_what_they_say(
        self, library: SearchEngine, query: Node, ids: set[int]
    ) -> None:
        assert found(library, query) == ids

    def test_a_word_in_the_title_ranks_above_one_in_the_description(self, engine: SearchEngine) -> None:
        engine.put(
            [
                document(1, {"title": ["Nothing"], "description": ["a word on permafrost among many others here"]}),
                document(2, {"title": ["Permafrost"], "description": ["something else, and many words more of it"]}),
                *(document(i, {"title": ["Other"], "description": ["quite different"]}) for i in range(3, 12)),
            ]
        )
        answer = engine.find(Search(Term("permafrost"), ANYONE, sort=Sort.BEST_MATCH))
        assert [hit.id for hit in answer.hits] == [2, 1]
        scores = [hit.score or 0 for hit in answer.hits]
        assert scores[0] > scores[1] > 0

    def test_best_match_of_a_query_without_words_is_the_newest(self, library: SearchEngine) -> None:
        asked = Search(Term("dataset", "resource_type"), ANYONE, sort=Sort.BEST_MATCH)
        assert library.find(asked) == library.find(replace(asked, sort=Sort.NEWEST))

    def test_kinds_and_versions_are_chosen(self, library: SearchEngine) -> None:
        drafts = library.find(Search(Everything(), ALL, kinds=frozenset({DocumentKind.DRAFT}), sort=Sort.OLDEST))
        assert [(hit.kind, hit.id) for hit in drafts.hits] == [(DocumentKind.DRAFT, 1), (DocumentKind.DRAFT, 5)]
        assert found(library, Phrase("sea ice"), latest_only=False) == {1, 6}
        assert found(library, Everything(), ALL, kinds=frozenset()) == set()
        assert library.find(Search(Everything(), ALL, kinds=BOTH, latest_only=False)).total == len(LIBRARY)

    # facets

    def test_facets_count_what_is_found_by_value(self, library: SearchEngine) -> None:
        facets = library.find(Search(Term("ice"), ANYONE, facets=FACETS, size=1)).facets
        assert list(facets) == list(FACETS)
        assert facets["resource_type"] == [Bucket("dataset", 2), Bucket("software", 1)]
        assert facets["file_type"] == [Bucket("csv", 2), Bucket("md", 1), Bucket("zip", 1)]
        assert facets["creator"] == [Bucket("Müller, Jürgen", 1), Bucket("Smith, Ann", 1), Bucket("李伟", 1)]
        assert facets["access_status"] == [Bucket("open", 3)]

    def test_a_facets_own_filter_does_not_change_its_counts_but_those_of_others(self, library: SearchEngine) -> None:
        chosen = {"resource_type": ["dataset"], "year": ["2021"]}
        answer = library.find(Search(Everything(), ANYONE, filters=chosen, facets=("resource_type", "year", "licence")))
        assert [hit.id for hit in answer.hits] == [2]
        assert answer.facets["resource_type"] == [Bucket("dataset", 1), Bucket("software", 1)]
        assert answer.facets["year"] == [Bucket("2020", 1), Bucket("2021", 1)]
        assert answer.facets["licence"] == [Bucket("cc-by-4.0", 1)]

    def test_values_of_one_filter_are_alternatives_and_dates_are_intervals(self, library: SearchEngine) -> None:
        assert found(library, Everything(), filters={"licence": ["mit", "cc-by-4.0"]}) == {1, 2, 3}
        assert found(library, Everything(), filters={"publication_date": ["2021..2022"]}) == {2, 3}
        assert found(library, Everything(), filters={"publication_date": ["..2020-12"]}) == {1}

    def test_a_facet_has_no_more_buckets_than_asked_and_the_largest_of_them(self, engine: SearchEngine) -> None:
        engine.put(document(i, keywords={"subject": ["all", f"s{i % 3}"]}) for i in range(1, 9))
        facets = engine.find(Search(Everything(), ANYONE, facets=("subject",), facet_size=2)).facets
        assert facets["subject"] == [Bucket("all", 8), Bucket("s1", 3)]

    def test_a_facet_whose_values_form_a_hierarchy_has_all_of_them(self, engine: SearchEngine) -> None:
        engine.put(document(i, keywords={"resource_type": [f"type-{i:03}"]}) for i in range(1, 40))
        facets = engine.find(Search(Everything(), ANYONE, facets=("resource_type",), facet_size=2)).facets
        assert len(facets["resource_type"]) == 39

    # order and pages

    @pytest.mark.parametrize("sort", list(Sort))
    def test_cursors_visit_each_of_500_documents_once_in_the_sorts_order(
        self, engine: SearchEngine, sort: Sort
    ) -> None:
        engine.put(
            document(i, {"title": ["ice " * (i % 4 + 1) + "water " * (i % 7)]}, index=i % 5) for i in range(1, 501)
        )
        asked = Search(Term("ice"), ANYONE, sort=sort)
        whole = engine.find(replace(asked, size=500))
        walked = [hit for page in pages(engine, replace(asked, size=37)) for hit in page]
        assert walked == list(whole.hits)
        assert {hit.id for hit in walked} == set(range(1, 501))
        assert whole.next_after is None

    def test_sorts_order_by_their_own_time_or_version(self, engine: SearchEngine) -> None:
        engine.put(document(i, index=i * 3 % 5) for i in range(1, 5))

        def order(sort: Sort) -> list[int]:
            return [hit.id for hit in engine.find(Search(Everything(), ANYONE, sort=sort)).hits]

        assert order(Sort.NEWEST) == [4, 3, 2, 1]
        assert order(Sort.OLDEST) == [1, 2, 3, 4]
        assert order(Sort.UPDATED_DESC) == [4, 3, 2, 1]
        assert order(Sort.UPDATED_ASC) == [1, 2, 3, 4]
        assert order(Sort.VERSION) == [3, 1, 4, 2]

    def test_an_offset_skips_and_the_total_stays(self, library: SearchEngine) -> None:
        second = library.find(Search(Everything(), ANYONE, sort=Sort.OLDEST, offset=1, size=1))
        assert ([hit.id for hit in second.hits], second.total) == ([2], 3)
        assert library.find(Search(Everything(), ANYONE, size=0)).total == 3

    @pytest.mark.parametrize(
        "after", ["", "x", "é", "bnVsbA", "W10", "WyJuZXdlc3QiLCIxIiwicmVjb3JkIix0cnVlXQ", "[" * 5000]
    )
    def test_a_cursor_that_is_not_ours_is_refused(self, library: SearchEngine, after: str) -> None:
        with pytest.raises(Invalid) as refusal:
            library.find(Search(Everything(), ANYONE, after=after))
        assert [error.field for error in refusal.value.errors] == ["cursor"]

    def test_a_cursor_of_another_sort_is_refused(self, library: SearchEngine) -> None:
        after = library.find(Search(Everything(), ANYONE, size=1)).next_after
        with pytest.raises(Invalid):
            library.find(Search(Everything(), ANYONE, sort=Sort.VERSION, after=after))

    # highlights

    def test_highlights_mark_matches_in_escaped_fragments(self, library: SearchEngine) -> None:
        marks = highlights(library, Term("thickness"))
        assert marks["title"] == ("Sea ice <em>thickness</em> in the Arctic",)
        assert marks["description"][0].startswith(
            "Experiments measuring the &lt;b&gt;<em>thickness</em>&lt;/b&gt; &amp; drift"
        )
        assert set(marks) == {"title", "description"}

    def test_highlights_mark_inflections_accents_and_chinese(self, library: SearchEngine) -> None:
        assert "<em>Experiments</em> <em>measuring</em>" in str(
            highlights(library, And((Term("experiment"), Term("measured"))))
        )
        assert highlights(library, Term("muller"))["creators"] == ("<em>Müller</em>, Jürgen",)
        assert highlights(library, Term("气候"))["title"] == ("青藏高原<em>气候</em>变化数据集",)
        assert highlights(library, Term("气候"))["subjects"] == ("<em>气候</em>",)
        assert highlights(library, Wildcard("glac*")) != {}

    def test_highlights_are_of_the_fields_that_were_asked_and_never_of_what_was_excluded(
        self, library: SearchEngine
    ) -> None:
        assert set(highlights(library, Term("ice", "subjects"))) == {"subjects"}
        assert "Arctic</em>" not in str(highlights(library, And((Term("thickness"), Not(Term("glacier"))))))
        assert highlights(library, Term("dataset", "resource_type")) == {}

    def test_a_long_text_is_shown_in_at_most_three_fragments(self, engine: SearchEngine) -> None:
        long = " ".join(["needle", *["hay"] * 90] * 6)
        engine.put([document(1, {"description": [long]})])
        fragments = highlights(engine, Term("needles"))["description"]
        assert len(fragments) == 3
        assert all("<em>needle</em>" in each and len(each) <= 180 for each in fragments)

    # anything

    @_SHARED
    @given(query=TREES, sort=st.sampled_from(list(Sort)), highlight=st.booleans())
    def test_no_query_fails_and_no_hit_is_out_of_scope(
        self, library: SearchEngine, query: Node, sort: Sort, highlight: bool
    ) -> None:
        for scope in (ANYONE, OWNER, OWN_ONLY, VisibilityFilter(frozenset({"person:5"}))):
            answer = library.find(
                Search(query, scope, BOTH, latest_only=False, sort=sort, highlight=highlight, facets=("subject",))
            )
            visible = {
                (each.kind, each.id)
                for each in LIBRARY
                if each.readers & scope.readers_any_of
                and (scope.owners_any_of is None or each.owners & scope.owners_any_of)
            }
            assert {(hit.kind, hit.id) for hit in answer.hits} <= visible
            assert answer.total == len(answer.hits)

    @_SHARED
    @given(query=TREES)
    def test_a_query_and_its_negation_share_nothing(self, library: SearchEngine, query: Node) -> None:
        assert not found(library, query) & found(library, Not(query))
        assert found(library, And((query, Not(query)))) == set()


def pages(engine: SearchEngine, search: Search) -> Iterator[list[Hit]]:
    """All pages from the first on, by their cursors."""
    while True:
        answer = engine.find(search)
        yield list(answer.hits)
        if answer.next_after is None:
            return
        search = replace(search, after=answer.next_after)


def highlights(engine: SearchEngine, query: Node) -> dict[str, tuple[str, ...]]:
    """Of the first hit."""
    answer = engine.find(Search(query, ANYONE, highlight=True))
    return {field: tuple(parts) for field, parts in answer.hits[0].highlights.items()}
