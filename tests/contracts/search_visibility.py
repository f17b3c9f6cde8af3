"""The promises of `repository.engines.search.port` about readers and owners, run on every adapter."""

from dataclasses import replace

import pytest

from repository.engines.search.port import FACETS, FIELDS, Bucket, Search, SearchEngine, VisibilityFilter
from repository.engines.search.query_tree import Everything, Phrase, Term, Wildcard
from tests.contracts.search_corpus import (
    ALL,
    ANYONE,
    BOTH,
    DRAFT,
    LIBRARY,
    OWN_ONLY,
    OWNER,
    RESTRICTED,
    closed,
    document,
    found,
)


class VisibilityContract:
    @pytest.fixture
    def library(self, engine: SearchEngine) -> SearchEngine:
        engine.put(LIBRARY)
        return engine

    def test_nobody_else_sees_a_draft_or_a_restricted_record(self, library: SearchEngine) -> None:
        assert found(library, Term("ice"), ANYONE, kinds=BOTH) == {1, 2, 3}
        assert found(library, Term("secret"), ANYONE) == set()
        assert found(library, Term("secret"), VisibilityFilter(frozenset({"person:99"})), kinds=BOTH) == set()
        assert found(library, Term("ice"), VisibilityFilter(frozenset()), kinds=BOTH) == set()

    def test_owners_see_theirs_beside_what_is_public_or_alone(self, library: SearchEngine) -> None:
        assert found(library, Term("ice"), OWNER, kinds=BOTH) == {1, 2, 3, RESTRICTED.id, DRAFT.id}
        assert found(library, Term("ice"), OWN_ONLY, kinds=BOTH) == {RESTRICTED.id, DRAFT.id}
        assert found(library, Term("ice"), replace(OWNER, owners_any_of=frozenset()), kinds=BOTH) == set()
        assert found(library, Term("ice"), replace(ANYONE, owners_any_of=frozenset({"person:7"})), kinds=BOTH) == set()

    def test_what_the_index_has_not_heard_of_is_neither_found_nor_counted(self, library: SearchEngine) -> None:
        whole = library.find(Search(Term("ice"), OWNER, BOTH, facets=["year"], highlight=True))
        less = library.find(
            Search(Term("ice"), replace(OWNER, closed=frozenset({2, RESTRICTED.id})), BOTH, facets=["year"])
        )
        assert {hit.id for hit in less.hits} == {hit.id for hit in whole.hits} - {2, RESTRICTED.id}
        assert less.total == whole.total - 2
        counted = {
            facet: sum(bucket.count for bucket in of.facets["year"]) for facet, of in (("a", whole), ("b", less))
        }
        assert counted["b"] < counted["a"]
        everything = replace(ANYONE, closed=frozenset({1}))
        assert found(library, Everything(), everything) == found(library, Everything()) - {1}

    def test_one_common_token_is_enough_and_a_part_of_a_token_is_none(self, engine: SearchEngine) -> None:
        shared = frozenset({"person:7", "team:12", "institution:3", "role:curator"})
        engine.put([document(1, readers=shared), document(2, readers=frozenset({"person:77"}))])
        for tokens, ids in (
            ({"team:12"}, {1}),
            ({"person:77", "institution:3"}, {1, 2}),
            ({"team:1", "person:", "TEAM:12", "person:7*", "team:12, person:7"}, set()),
            ({f"team:{number}" for number in range(100, 2_000)} | {"team:12"}, {1}),
        ):
            assert found(engine, Everything(), VisibilityFilter(frozenset(tokens))) == ids

    def test_new_readers_take_the_place_of_the_old_ones(self, engine: SearchEngine) -> None:
        engine.put([document(1)])
        engine.put([document(1, revision=2, **closed("team:4"))])
        assert found(engine, Everything()) == set()
        team = VisibilityFilter(frozenset({"team:4"}), frozenset({"team:4"}))
        assert found(engine, Everything(), team) == {1}
        engine.put([document(1, revision=3)])
        assert found(engine, Everything()) == {1}
        assert found(engine, Everything(), team) == set()

    def test_counts_and_facets_are_of_visible_documents_only(self, engine: SearchEngine) -> None:
        engine.put(document(i, keywords={"subject": ["snow"]}, **closed(f"person:{i}")) for i in range(1, 5))
        scope = VisibilityFilter(frozenset({"person:2", "person:3"}))
        results = engine.find(Search(Everything(), scope, facets=("subject",), size=1))
        assert (results.total, results.facets["subject"]) == (2, [Bucket("snow", 2)])
        assert engine.find(Search(Everything(), ANYONE, facets=("subject",))).facets["subject"] == []

    def test_readers_and_owners_are_found_by_no_query(self, library: SearchEngine) -> None:
        assert {"readers", "owners", "owner_id"} & {*FIELDS, *FACETS} == set()
        for query in (
            Term("person"),
            Phrase("person:7"),
            Wildcard("person*"),
            Term("everybody"),
            Phrase("role:curator"),
        ):
            assert found(library, query, ALL, kinds=BOTH, latest_only=False) == set()

    def test_what_belongs_to_certain_owners_can_be_left_out(self, engine: SearchEngine) -> None:
        mine, theirs = frozenset({"person:7"}), frozenset({"person:5"})
        engine.put(
            [
                document(1, readers=mine, owners=mine),
                document(2, readers=mine | theirs, owners=theirs),
                document(3, owners=theirs),
                document(4, readers=mine, owners=mine | theirs),
            ]
        )
        assert found(engine, Everything(), VisibilityFilter(mine, owners_none_of=mine)) == {2}
        assert found(engine, Everything(), VisibilityFilter(mine, theirs, frozenset())) == {2, 4}
