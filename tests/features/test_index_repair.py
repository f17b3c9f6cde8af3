"""Differences between database and index are repaired in batches, and what is only late is no difference."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from repository.core.actor import SYSTEM
from repository.engines.search.port import DocumentKind, FileDocument, IndexEntry, SearchEngine
from repository.engines.services import Services
from repository.records.model import Version
from repository.search.index import (
    Difference,
    IndexPart,
    Problem,
    differences,
    index_drafts,
    index_files,
    index_records,
    index_repair,
    repair,
    repair_index,
)
from repository.search.index.indexing import draft_documents, record_documents
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
    settled: list[int], deposits: Deposits, services: Services, settle: Settle
) -> None:
    draft = int(deposits.open()["id"])
    settle()
    search, (missing, ahead, stale) = services.search, settled
    [ahead_document] = record_documents(services, [ahead])
    [draft_ahead] = draft_documents(services, [draft])
    search.drop(DocumentKind.RECORD, [missing])
    search.put([replace(ahead_document, revision=90), replace(draft_ahead, revision=90), replace(draft_ahead, id=404)])
    search.put_files([file(ahead, 0, 90), file(stale, 1, 1), file(404, 0, 1)])
    with services.database.transaction(SYSTEM) as unit:
        unit.session.get_one(Version, stale).cache_version += 1

    found = list(differences(services))
    assert {str(each) for each in found} == {
        f"draft {draft}: ahead",
        "draft 404: ghost",
        f"record {missing}: missing",
        f"record {ahead}: ahead",
        f"record {stale}: stale",
        f"files of record {missing}: missing",
        f"files of record {ahead}: ahead",
        f"files of record {stale}: ahead",
        "files of record 404: ghost",
    }
    assert [each.part for each in found] == [IndexPart.DRAFT] * 2 + [IndexPart.RECORD] * 3 + [IndexPart.FILES] * 4

    # a record that is ahead is dropped with its files, which are then missing: the later pass sees it
    assert repair(services, differences(services)) == len(found)
    assert list(differences(services)) == []
    assert repair(services, found) == len(found)
    assert list(differences(services)) == []


@pytest.mark.parametrize("position", [0, 7])
def test_more_files_than_the_record_has_are_found_and_removed(
    settled: list[int], services: Services, position: int
) -> None:
    [held, *_] = services.search.file_entries()
    services.search.put_files([file(settled[0], position + 1, held.revision)])
    [found] = differences(services)
    assert (found.part, found.id, found.problem) == (IndexPart.FILES, settled[0], Problem.AHEAD)
    assert repair(services, [found]) == 1
    assert list(differences(services)) == []


def test_repair_goes_on_in_batches(settled: list[int], services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_repair, "BATCH", 2)
    services.search.drop(DocumentKind.RECORD, settled)
    assert repair(services, differences(services)) == 6
    assert list(differences(services)) == []


def test_the_sweep_repairs_what_stays_different_and_counts_it(settled: list[int], services: Services) -> None:
    assert repair_index(services, look_again=0) == (0, 0)
    services.search.drop(DocumentKind.RECORD, settled[:2])
    assert repair_index(services, look_again=0) == (4, 4)
    assert repair_index(services, look_again=0) == (0, 0)
    assert list(differences(services)) == []


@dataclass
class LookedAtAgain:
    """A search engine between whose first and second comparison something else happens."""

    real: SearchEngine
    meanwhile: Callable[[], None]
    looks: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def entries(self) -> Iterator[IndexEntry]:
        self.looks += 1
        if self.looks == 2:
            self.meanwhile()
        return self.real.entries()


def test_what_a_job_does_between_two_looks_is_no_difference(
    settled: list[int], deposits: Deposits, services: Services, settle: Settle
) -> None:
    late, lost = settled[0], settled[1]
    services.search.drop(DocumentKind.RECORD, [late, lost])
    deposits.published()  # different at the first look only

    def jobs() -> None:
        settle()
        index_records(services, [late])
        index_files(services, [late])
        deposits.published()  # different at the second look only

    watched = LookedAtAgain(services.search, jobs)
    assert repair_index(replace(services, search=watched), look_again=0) == (2, 2)
    settle()
    assert list(differences(services)) == []


def test_an_index_that_has_lost_more_than_can_be_held_in_memory_is_repaired_whole(
    settled: list[int], services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_repair, "MOST", 2)
    services.search.drop(DocumentKind.RECORD, settled)
    assert repair_index(services, look_again=0) == (6, 6)
    assert list(differences(services)) == []


def test_a_state_that_changed_between_two_looks_is_another_difference() -> None:
    seen = Difference(IndexPart.RECORD, 1, Problem.STALE, (2,))
    assert replace(seen, expected=(3,)) not in {seen}


def test_indexing_again_what_is_indexed_changes_nothing(
    settled: list[int], deposits: Deposits, services: Services, settle: Settle
) -> None:
    drafts = [int(deposits.open()["id"])]
    settle()
    before = list(services.search.entries()), list(services.search.file_entries())
    for _ in range(2):
        index_drafts(services, drafts)
        index_records(services, settled)
        index_files(services, settled)
    assert (list(services.search.entries()), list(services.search.file_entries())) == before
