"""The promises of `repository.engines.search.port` about file documents, run on every keeper."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from repository.core.errors import Conflict
from repository.engines.search.port import (
    NAMES_IN_RECORD,
    DocumentKind,
    FileDocument,
    FileEntries,
    IndexDocument,
    SearchEngine,
)
from repository.engines.search.query_tree import And, Node, Not, Or, Phrase, Term, Wildcard
from tests.contracts.search_corpus import ALL, ANYONE, BOTH, ICE, OWNER, closed, document, found

MANY = NAMES_IN_RECORD + 3
BEYOND = ("zone/Aurora-borealis.CSV", "zone/极光数据.nc", "zone/café naïve.txt")
"""The names of the last three of `MANY` files."""


def name_of(position: int) -> str:
    return BEYOND[position - NAMES_IN_RECORD] if position >= NAMES_IN_RECORD else f"part-{position:05d}.dat"


def files(record_id: int, count: int, revision: int = 1, first: int = 0) -> Iterator[FileDocument]:
    for position in range(first, count):
        key = name_of(position)
        yield FileDocument(record_id, position, key, key.rpartition(".")[2].lower(), "text/csv", 7, revision)


def record(record_id: int, revision: int = 1, count: int = MANY, **changes: object) -> IndexDocument:
    """A record of `count` files, whose document holds the first names only."""
    names = [name_of(position) for position in range(min(count, NAMES_IN_RECORD))]
    return document(record_id, {"title": ["Sky"], "filenames": names}, revision=revision, **changes)


def named(text: str) -> Term:
    return Term(text, "filenames")


class FilesContract:
    @pytest.fixture
    def full(self, engine: SearchEngine) -> SearchEngine:
        """One record of more files than its document holds."""
        engine.put([record(30), ICE])
        engine.put_files(files(30, MANY))
        return engine

    @pytest.mark.parametrize(
        "query",
        [
            named("part-00007.dat"),
            named("aurora"),
            named("Aurora-borealis.csv"),
            named("极光"),
            named("光数"),
            named("cafe"),
            Phrase("aurora borealis", "filenames"),
            Wildcard("auror*", "filenames"),
            Wildcard("b?realis", "filenames"),
            And((named("aurora"), named("极光"))),
            And((named("part"), named("aurora"), Term("sky"))),
            And((Term("30", "id"), Not(named("nowhere")))),
            Or((named("nowhere"), named("aurora"))),
        ],
    )
    def test_a_record_is_found_by_the_name_of_any_of_its_files(self, full: SearchEngine, query: Node) -> None:
        assert found(full, query) == {30}

    @pytest.mark.parametrize(
        "query",
        [
            named("nowhere"),
            named("极数"),
            Phrase("borealis aurora", "filenames"),
            Phrase("csv zone", "filenames"),
            Wildcard("aurori*", "filenames"),
            And((named("aurora"), Term("thickness"))),
            And((Term("sky"), Not(named("aurora")))),
        ],
    )
    def test_names_are_matched_as_other_text_is(self, full: SearchEngine, query: Node) -> None:
        assert found(full, query) == set()

    def test_names_beyond_the_first_are_found_only_by_who_names_the_field(self, full: SearchEngine) -> None:
        for query in (
            Term("borealis"),
            Wildcard("boreal*"),
            Phrase("aurora borealis"),
            Term("borealis", "title"),
        ):
            assert found(full, query) == set()

    def test_a_file_never_shows_a_record_that_must_not_be_seen(self, engine: SearchEngine) -> None:
        engine.put([record(30, **closed("person:7")), record(31, kind=DocumentKind.DRAFT, **closed("person:7"))])
        engine.put_files([*files(30, MANY, first=NAMES_IN_RECORD), *files(31, MANY, first=NAMES_IN_RECORD)])
        assert found(engine, named("aurora"), ANYONE, kinds=BOTH) == set()
        assert found(engine, named("aurora"), OWNER, kinds=BOTH) == {30}
        assert found(engine, named("aurora"), ALL, kinds=frozenset({DocumentKind.DRAFT})) == set()

    def test_files_without_a_record_find_nothing_until_it_is_there(self, engine: SearchEngine) -> None:
        engine.put_files(files(30, MANY))
        assert found(engine, named("aurora")) == set()
        engine.put([record(30)])
        assert found(engine, named("aurora")) == {30}

    # changes

    def test_file_entries_count_by_record_and_revision_in_order(self, engine: SearchEngine) -> None:
        for number in (9, 3, 1200):
            engine.put_files(files(number, 4))
        engine.put_files(files(3, 2, revision=5))
        assert list(engine.file_entries()) == [
            FileEntries(3, 1, 2),
            FileEntries(3, 5, 2),
            FileEntries(9, 1, 4),
            FileEntries(1200, 1, 4),
        ]

    def test_file_entries_of_many_records_are_all_of_them(self, engine: SearchEngine) -> None:
        engine.put_files(file for number in range(2500, 0, -1) for file in files(number, 1 + number % 2))
        assert list(engine.file_entries()) == [FileEntries(number, 1, 1 + number % 2) for number in range(1, 2501)]

    def test_a_file_of_an_older_or_equal_revision_changes_nothing(self, engine: SearchEngine) -> None:
        engine.put([record(30)])
        engine.put_files(files(30, MANY, revision=3, first=NAMES_IN_RECORD))
        other = replace(next(files(30, MANY, first=NAMES_IN_RECORD)), key="zone/other.csv")
        engine.put_files([replace(other, revision=revision) for revision in (2, 3)])
        assert found(engine, named("other")) == set()
        assert found(engine, named("aurora")) == {30}
        assert list(engine.file_entries()) == [FileEntries(30, 3, 3)]
        engine.put_files([replace(other, revision=4)])
        assert found(engine, named("other")) == {30}
        assert found(engine, named("aurora")) == set()

    def test_files_are_dropped_altogether_or_those_of_the_past(self, full: SearchEngine) -> None:
        full.put_files(files(30, NAMES_IN_RECORD + 1, revision=2))
        full.drop_files(30, before=2)
        assert list(full.file_entries()) == [FileEntries(30, 2, NAMES_IN_RECORD + 1)]
        assert found(full, named("aurora")) == {30}
        assert found(full, named("极光")) == set()
        full.drop_files(30)
        full.drop_files(404)
        assert list(full.file_entries()) == []
        assert found(full, named("aurora")) == set()

    def test_dropping_a_record_drops_its_files_and_no_others(self, engine: SearchEngine) -> None:
        engine.put(document(number, kind=kind) for number in (1, 2) for kind in DocumentKind)
        engine.put_files([*files(1, 2), *files(2, 2)])
        engine.drop(DocumentKind.DRAFT, [1, 2])
        engine.drop(DocumentKind.RECORD, [1])
        assert list(engine.file_entries()) == [FileEntries(2, 1, 2)]

    def test_what_was_dropped_can_be_put_again_whatever_its_revision(self, engine: SearchEngine) -> None:
        engine.put([replace(ICE, revision=4)])
        engine.put_files(files(ICE.id, 2, revision=4))
        engine.drop(DocumentKind.RECORD, [ICE.id])
        engine.put([ICE])
        engine.put_files(files(ICE.id, 2))
        assert [entry.revision for entry in engine.entries()] == [1]
        assert list(engine.file_entries()) == [FileEntries(ICE.id, 1, 2)]

    # rebuilds

    def test_a_rebuild_has_files_of_its_own(self, full: SearchEngine) -> None:
        rebuild = full.begin_rebuild()
        rebuild.put([record(40)])
        rebuild.put_files(files(40, MANY))
        assert found(full, named("aurora")) == {30}
        rebuild.finish()
        assert found(full, named("aurora")) == {40}
        assert list(full.file_entries()) == [FileEntries(40, 1, MANY)]

    def test_an_abandoned_rebuild_leaves_no_files(self, full: SearchEngine) -> None:
        rebuild = full.begin_rebuild()
        rebuild.put_files(files(40, 2))
        rebuild.abandon()
        assert [entry.record_id for entry in full.file_entries()] == [30]

    def test_files_that_change_during_a_rebuild_are_right_after_it(self, engine: SearchEngine) -> None:
        numbers = range(1, 6)
        engine.put(document(number) for number in numbers)
        engine.put_files(file for number in numbers for file in files(number, 3))
        rebuild = engine.begin_rebuild()
        rebuild.put_files([*files(1, 3), *files(2, 3)])
        engine.put_files([*files(1, 3, revision=2), *files(3, 3, revision=2)])
        engine.drop_files(2)
        engine.drop_files(4)
        engine.drop(DocumentKind.RECORD, [5])
        rebuild.put(document(number) for number in (1, 2, 3, 4))
        rebuild.put_files(file for number in numbers for file in files(number, 3))
        rebuild.finish()
        assert list(engine.file_entries()) == [FileEntries(1, 2, 3), FileEntries(3, 2, 3)]

    def test_files_put_after_a_drop_during_a_rebuild_stay_and_older_ones_do_not_come_back(
        self, engine: SearchEngine
    ) -> None:
        engine.put_files(files(1, 3))
        rebuild = engine.begin_rebuild()
        engine.drop_files(1)
        engine.put_files(files(1, 2, revision=3))
        rebuild.put_files(files(1, 3))
        rebuild.finish()
        assert list(engine.file_entries()) == [FileEntries(1, 3, 2)]
        again = engine.begin_rebuild()
        again.put_files(files(1, 3))
        again.finish()
        assert list(engine.file_entries()) == [FileEntries(1, 1, 3)]

    def test_files_of_the_past_dropped_during_a_rebuild_do_not_come_back(self, engine: SearchEngine) -> None:
        engine.put_files(files(1, 3))
        rebuild = engine.begin_rebuild()
        engine.put_files(files(1, 2, revision=2))
        engine.drop_files(1, before=2)
        rebuild.put_files(files(1, 3))
        rebuild.finish()
        assert list(engine.file_entries()) == [FileEntries(1, 2, 2)]


class ResumingContract:
    def test_a_rebuild_is_resumed_where_it_was(self, engine: SearchEngine) -> None:
        engine.put([ICE])
        interrupted = engine.begin_rebuild()
        assert interrupted.position == ""
        interrupted.put([document(1), document(2)], "records to 2")
        interrupted.put_files(files(2, 2), "files of 2")
        resumed = engine.begin_rebuild(resume=True)
        assert resumed.position == "files of 2"
        resumed.put([document(3)])
        resumed.finish()
        assert [entry.id for entry in engine.entries()] == [1, 2, 3]
        assert list(engine.file_entries()) == [FileEntries(2, 1, 2)]

    def test_a_batch_without_documents_or_without_position_moves_the_position_as_it_says(
        self, engine: SearchEngine
    ) -> None:
        engine.begin_rebuild().put([], "here")
        resumed = engine.begin_rebuild(resume=True)
        resumed.put([document(1)])
        resumed.put_files([])
        assert engine.begin_rebuild(resume=True).position == "here"

    def test_a_rebuild_that_nothing_interrupted_begins_anew(self, engine: SearchEngine) -> None:
        rebuild = engine.begin_rebuild(resume=True)
        assert rebuild.position == ""
        rebuild.put([document(1)], "to 1")
        rebuild.finish()
        assert engine.begin_rebuild(resume=True).position == ""

    def test_an_interrupted_rebuild_is_forgotten_when_nobody_resumes_it(self, engine: SearchEngine) -> None:
        engine.begin_rebuild().put([document(88)], "to 88")
        rebuild = engine.begin_rebuild()
        assert rebuild.position == ""
        rebuild.finish()
        assert list(engine.entries()) == []

    def test_an_abandoned_rebuild_cannot_be_resumed(self, engine: SearchEngine) -> None:
        rebuild = engine.begin_rebuild()
        rebuild.put([document(88)], "to 88")
        rebuild.abandon()
        resumed = engine.begin_rebuild(resume=True)
        assert resumed.position == ""
        resumed.finish()
        assert list(engine.entries()) == []

    def test_changes_between_an_interruption_and_its_resumption_are_kept(self, engine: SearchEngine) -> None:
        engine.put([document(number) for number in (1, 2, 3)])
        interrupted = engine.begin_rebuild()
        interrupted.put([document(1), document(2)], "to 2")
        interrupted.put_files(files(2, 2))
        engine.put([document(1, revision=2), document(4)])
        engine.drop(DocumentKind.RECORD, [2, 3])
        resumed = engine.begin_rebuild(resume=True)
        resumed.put([document(3), document(4)])
        resumed.finish()
        assert [(entry.id, entry.revision) for entry in engine.entries()] == [(1, 2), (4, 1)]
        assert list(engine.file_entries()) == []

    @pytest.mark.parametrize("resume", [True, False])
    @pytest.mark.parametrize("act", ["put", "put_files", "finish"])
    def test_who_began_a_rebuild_cannot_go_on_after_another_took_it_over(
        self, engine: SearchEngine, resume: bool, act: str
    ) -> None:
        first = engine.begin_rebuild()
        first.put([document(1)], "to 1")
        second = engine.begin_rebuild(resume=resume)
        acts = {
            "put": lambda: first.put([document(88)]),
            "put_files": lambda: first.put_files(files(88, 1)),
            "finish": first.finish,
        }
        with pytest.raises(Conflict):
            acts[act]()
        first.abandon()
        second.put([document(2)])
        second.finish()
        wanted: Sequence[int] = [1, 2] if resume else [2]
        assert [entry.id for entry in engine.entries()] == wanted
        assert list(engine.file_entries()) == []

    def test_an_engine_is_prepared_as_often_as_one_likes(self, engine: SearchEngine) -> None:
        engine.prepare()
        engine.put([ICE])
        engine.prepare()
        assert [entry.id for entry in engine.entries()] == [ICE.id]
