"""The promises of `repository.engines.search.port` about changes and rebuilds, run on every keeper."""

from dataclasses import replace

import pytest

from repository.core.errors import Conflict
from repository.engines.search.port import (
    FIELDS,
    FREE_TEXT,
    DocumentKind,
    FieldType,
    IndexDocument,
    IndexEntry,
    Rebuild,
    SearchEngine,
)
from repository.engines.search.query_tree import Everything, Exists, Term
from tests.contracts.search_corpus import ALL, BOTH, CLIMATE, ICE, LIBRARY, SOFTWARE, document, found


class ChangesContract:
    def test_a_change_is_seen_by_the_next_search(self, library: SearchEngine) -> None:
        library.put([replace(ICE, revision=2, texts={"title": ["Lava"]}, keywords={"subject": ["lava"]})])
        assert found(library, Term("lava")) == {1}
        assert found(library, Term("thickness")) == set()
        assert found(library, Term("10.5072/data.1", "doi")) == set()
        library.drop(DocumentKind.RECORD, [1, 404])
        assert found(library, Term("lava"), kinds=BOTH) == set()
        assert found(library, Term("edited"), ALL, kinds=BOTH) == {1}

    @pytest.mark.parametrize("revision", [1, 2])
    def test_an_older_or_equal_revision_changes_nothing(self, engine: SearchEngine, revision: int) -> None:
        engine.put([replace(ICE, revision=2)])
        engine.put([replace(CLIMATE, id=ICE.id, revision=revision)])
        assert found(engine, Term("thickness")) == {1}
        assert list(engine.entries()) == [IndexEntry(DocumentKind.RECORD, 1, 2)]

    def test_entries_are_everything_in_order(self, engine: SearchEngine) -> None:
        engine.put(document(i, kind=kind, revision=i) for i in range(1200, 0, -1) for kind in DocumentKind)
        entries = list(engine.entries())
        assert entries == sorted(entries)
        assert len(entries) == 2400

    def test_every_field_of_the_port_can_be_indexed_and_asked(self, engine: SearchEngine) -> None:
        assert {name for name, kind in FIELDS.items() if kind is FieldType.TEXT} == set(FREE_TEXT)
        engine.put([full_document()])
        for field in FIELDS:
            assert found(engine, Exists(field)) == {1}, field

    def test_the_engine_says_what_it_is(self, engine: SearchEngine) -> None:
        assert engine.describe()

    # rebuilds

    def test_a_rebuild_changes_no_answer_until_it_is_finished(self, library: SearchEngine) -> None:
        rebuild = library.begin_rebuild()
        rebuild.put([replace(CLIMATE, revision=5)])
        assert found(library, Term("ice")) == {1, 2, 3}
        rebuild.finish()
        assert found(library, Everything(), ALL, kinds=BOTH, latest_only=False) == {2}
        assert list(library.entries()) == [IndexEntry(DocumentKind.RECORD, 2, 5)]

    def test_changes_during_a_rebuild_are_in_the_old_index_and_in_the_new(self, library: SearchEngine) -> None:
        rebuild = library.begin_rebuild()
        rebuild.put([ICE])
        library.put([replace(ICE, revision=2, texts={"title": ["Lava"]}), document(77, {"title": ["Lava too"]})])
        library.drop(DocumentKind.RECORD, [SOFTWARE.id, CLIMATE.id])
        assert found(library, Term("lava")) == {1, 77}
        rebuild.put([ICE, SOFTWARE])
        library.put([replace(CLIMATE, revision=9)])
        rebuild.put([CLIMATE])
        rebuild.finish()
        assert found(library, Everything()) == {1, 2, 77}
        assert found(library, Term("lava")) == {1, 77}
        assert IndexEntry(DocumentKind.RECORD, 2, 9) in set(library.entries())

    def test_what_was_deleted_during_one_rebuild_can_be_put_after_it(self, library: SearchEngine) -> None:
        rebuild = library.begin_rebuild()
        library.drop(DocumentKind.RECORD, [1])
        rebuild.finish()
        library.put([ICE])
        again = library.begin_rebuild()
        again.put([ICE])
        again.finish()
        assert found(library, Term("thickness")) == {1}

    def test_an_abandoned_rebuild_leaves_nothing(self, library: SearchEngine) -> None:
        rebuild = library.begin_rebuild()
        rebuild.put([document(88)])
        rebuild.abandon()
        rebuild.abandon()
        assert len(list(library.entries())) == len(LIBRARY)

    @pytest.mark.parametrize("act", ["put", "finish"])
    def test_a_rebuild_whose_place_was_taken_cannot_go_on(self, library: SearchEngine, act: str) -> None:
        interrupted = library.begin_rebuild()
        interrupted.put([document(88)])
        rebuild = library.begin_rebuild()
        rebuild.put(LIBRARY)
        with pytest.raises(Conflict):
            _go_on(interrupted, act)
        interrupted.abandon()
        rebuild.finish()
        assert {entry.id for entry in library.entries()} == {each.id for each in LIBRARY}


def _go_on(rebuild: Rebuild, act: str) -> None:
    if act == "put":
        rebuild.put([ICE])
    else:
        rebuild.finish()


def full_document() -> IndexDocument:
    """A document with a value in every field."""
    by_type = {
        wanted: {name: ["2020"] for name, kind in FIELDS.items() if kind in wanted}
        for wanted in [(FieldType.TEXT,), (FieldType.KEYWORD, FieldType.DATE)]
    }
    texts, keywords = by_type.values()
    numbers = {name: 1 for name, kind in FIELDS.items() if kind is FieldType.NUMBER}
    return document(1, texts, keywords, numbers=numbers)
