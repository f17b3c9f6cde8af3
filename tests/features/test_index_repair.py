"""Differences between database and index are repaired in batches, and what is only late is no difference."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from repository.engines.facilities import Facilities
from repository.engines.search.port import Entry, FileDocument, Kind, SearchEngine
from repository.foundation.actor import SYSTEM
from repository.records.model import Version
from repository.search.upkeep import (
    Difference,
    Part,
    Problem,
    differences,
    index_drafts,
    index_files,
    index_records,
    repair,
    repair_index,
    repairing,
)
from repository.search.upkeep.indexing import draft_documents, record_documents
from tests.conftest import Deposits

pytestmark = pytest.mark.slow

Settle = Callable[[], None]


def file(record_id: int, position: int, revision: int) -> FileDocument:
    return FileDocument(record_id, position, f"{position}.csv", "csv", "text/csv", 1, revision)


@pytest.fixture
def settled(deposits: Deposits, settle: Settle) -> list[int]:
    """The ids of three records with a file each, all indexed."""
    ids = [int(deposits.published()["id"]) for _ in range(3)]
    settle()
    return ids


def test_every_kind_of_difference_is_named_and_repaired(
    settled: list[int], deposits: Deposits, facilities: Facilities, settle: Settle
) -> None:
    draft = int(deposits.open()["id"])
    settle()
    search, (missing, ahead, stale) = facilities.search, settled
    [ahead_document] = record_documents(facilities, [ahead])
    [draft_ahead] = draft_documents(facilities, [draft])
    search.drop(Kind.RECORD, [missing])
    search.put([replace(ahead_document, revision=90), replace(draft_ahead, revision=90), replace(draft_ahead, id=404)])
    search.put_files([file(ahead, 0, 90), file(stale, 1, 1), file(404, 0, 1)])
    with facilities.works.writing(SYSTEM) as work:
        work.session.get_one(Version, stale).change += 1

    found = list(differences(facilities))
    assert {str(each) for each in found} == {
        f"draft {draft}: ahead",
        "draft 404: ghost",
        f"record {missing}: missing",
        f"record {ahead}: ahead",
        f"record {stale}: stale",
        f"files of record {missing}: missing",
        f"files of record {ahead}: ahead",
        f"files of record {stale}: stale",
        "files of record 404: ghost",
    }
    assert [each.part for each in found] == [Part.DRAFT] * 2 + [Part.RECORD] * 3 + [Part.FILES] * 4

    # a record that is ahead is dropped with its files, which are then missing: the later pass sees it
    assert repair(facilities, differences(facilities)) == len(found)
    assert list(differences(facilities)) == []
    assert repair(facilities, found) == len(found)
    assert list(differences(facilities)) == []


@pytest.mark.parametrize("position", [0, 7])
def test_more_files_than_the_record_has_are_found_and_removed(
    settled: list[int], facilities: Facilities, position: int
) -> None:
    [held, *_] = facilities.search.file_entries()
    facilities.search.put_files([file(settled[0], position + 1, held.revision)])
    [found] = differences(facilities)
    assert (found.part, found.id, found.problem) == (Part.FILES, settled[0], Problem.AHEAD)
    assert repair(facilities, [found]) == 1
    assert list(differences(facilities)) == []


def test_repair_goes_on_in_batches(settled: list[int], facilities: Facilities, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repairing, "BATCH", 2)
    facilities.search.drop(Kind.RECORD, settled)
    assert repair(facilities, differences(facilities)) == 6
    assert list(differences(facilities)) == []


def test_the_sweep_repairs_what_stays_different_and_counts_it(settled: list[int], facilities: Facilities) -> None:
    assert repair_index(facilities, look_again=0) == (0, 0)
    facilities.search.drop(Kind.RECORD, settled[:2])
    assert repair_index(facilities, look_again=0) == (4, 4)
    assert repair_index(facilities, look_again=0) == (0, 0)
    assert list(differences(facilities)) == []


@dataclass
class LookedAtAgain:
    """A search engine between whose first and second comparison something else happens."""

    real: SearchEngine
    meanwhile: Callable[[], None]
    looks: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def entries(self) -> Iterator[Entry]:
        self.looks += 1
        if self.looks == 2:
            self.meanwhile()
        return self.real.entries()


def test_what_a_job_does_between_two_looks_is_no_difference(
    settled: list[int], deposits: Deposits, facilities: Facilities, settle: Settle
) -> None:
    late, lost = settled[0], settled[1]
    facilities.search.drop(Kind.RECORD, [late, lost])
    deposits.published()  # different at the first look only

    def jobs() -> None:
        settle()
        index_records(facilities, [late])
        index_files(facilities, [late])
        deposits.published()  # different at the second look only

    watched = LookedAtAgain(facilities.search, jobs)
    assert repair_index(replace(facilities, search=watched), look_again=0) == (2, 2)
    settle()
    assert list(differences(facilities)) == []


def test_an_index_that_has_lost_more_than_can_be_held_in_memory_is_repaired_whole(
    settled: list[int], facilities: Facilities, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repairing, "MOST", 2)
    facilities.search.drop(Kind.RECORD, settled)
    assert repair_index(facilities, look_again=0) == (6, 6)
    assert list(differences(facilities)) == []


def test_a_state_that_changed_between_two_looks_is_another_difference() -> None:
    seen = Difference(Part.RECORD, 1, Problem.STALE, (2,))
    assert replace(seen, wanted=(3,)) not in {seen}


def test_indexing_again_what_is_indexed_changes_nothing(
    settled: list[int], deposits: Deposits, facilities: Facilities, settle: Settle
) -> None:
    drafts = [int(deposits.open()["id"])]
    settle()
    before = list(facilities.search.entries()), list(facilities.search.file_entries())
    for _ in range(2):
        index_drafts(facilities, drafts)
        index_records(facilities, settled)
        index_files(facilities, settled)
    assert (list(facilities.search.entries()), list(facilities.search.file_entries())) == before
