"""Database against store: what is missing is told, what is orphaned goes, and nothing else is touched."""

import io
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from repository.engines.bytestore.port import StoredObject
from repository.engines.facilities import Facilities
from repository.files import comparing
from repository.files.comparing import compare_with_store
from repository.files.model import FileEntry, StoredFile
from repository.foundation.actor import SYSTEM
from repository.foundation.findings import Findings
from tests.conftest import Deposits

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
FILES = {f"{number}.txt": str(number).encode() for number in range(7)}


@pytest.fixture(autouse=True)
def old(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything in the store counts as old, and nothing is read in one go."""
    monkeypatch.setattr(comparing, "ORPHAN_AGE", timedelta(minutes=-1))
    monkeypatch.setattr(comparing, "BATCH", 2)


@pytest.fixture
def files(deposits: Deposits, facilities: Facilities, settle: Settle) -> list[StoredFile]:
    """Seven files of a published record, in the order of their objects' keys."""
    deposits.published(None, **FILES)
    settle()
    return sorted(stored(facilities), key=lambda file: file.object_key)


def stored(facilities: Facilities) -> list[StoredFile]:
    with facilities.works.reading(SYSTEM) as work:
        return list(work.session.scalars(select(StoredFile).order_by(StoredFile.id)))


def faults(facilities: Facilities) -> dict[int, str]:
    return {file.id: file.fault for file in stored(facilities) if file.fault}


def compare(facilities: Facilities) -> Findings:
    return compare_with_store(facilities.works, facilities.store)


def keys(facilities: Facilities) -> set[str]:
    return {held.key for held in facilities.store.objects()}


def put(facilities: Facilities, *names: str) -> None:
    for name in names:
        facilities.store.write(name, io.BytesIO(b"x"), limit=10)


def orphan() -> str:
    return uuid.uuid4().hex


def test_where_all_is_well_nothing_is_found(facilities: Facilities, files: list[StoredFile]) -> None:
    assert compare(facilities) == Findings()
    assert keys(facilities) == {file.object_key for file in files}


@pytest.mark.parametrize("position", [0, 3, 6])
def test_a_missing_object_is_its_file_s_fault_until_it_is_there_again(
    position: int, facilities: Facilities, files: list[StoredFile]
) -> None:
    lost = files[position]
    with facilities.store.open(lost.object_key) as source:
        content = source.read()
    facilities.store.remove([lost.object_key])

    assert (compare(facilities).found, compare(facilities).repaired) == (1, 0)
    assert faults(facilities) == {lost.id: "The object is not in the store."}

    facilities.store.write(lost.object_key, io.BytesIO(content), limit=10)
    healed = compare(facilities)
    assert (healed.found, healed.repaired) == (1, 1)
    assert faults(facilities) == {}
    assert next(file for file in stored(facilities) if file.id == lost.id).verified is None
    assert len(stored(facilities)) == len(FILES)


def test_an_object_of_another_length_is_its_file_s_fault(facilities: Facilities, files: list[StoredFile]) -> None:
    with facilities.works.writing(SYSTEM) as work:
        work.session.execute(update(StoredFile).where(StoredFile.id == files[2].id).values(size=99))

    assert compare(facilities).examples == [f"file {files[2].id}: The object has 1 bytes instead of 99."]
    assert faults(facilities) == {files[2].id: "The object has 1 bytes instead of 99."}
    assert len(keys(facilities)) == len(FILES)


def test_a_fault_that_sizes_cannot_show_stays(facilities: Facilities, files: list[StoredFile]) -> None:
    with facilities.works.writing(SYSTEM) as work:
        values = {"fault": "The object has SHA-256 abc."}
        work.session.execute(update(StoredFile).where(StoredFile.id == files[0].id).values(**values))

    assert compare(facilities).found == 0
    assert faults(facilities) == {files[0].id: "The object has SHA-256 abc."}


def test_a_file_on_its_way_out_is_no_fault(facilities: Facilities, files: list[StoredFile]) -> None:
    with facilities.works.writing(SYSTEM) as work:
        work.session.execute(delete(FileEntry).where(FileEntry.file_id == files[1].id))
    facilities.store.remove([files[1].object_key])

    assert compare(facilities).found == 0
    assert faults(facilities) == {}


def test_orphans_go_and_nothing_else_does(facilities: Facilities, files: list[StoredFile]) -> None:
    orphans = [orphan() for _ in range(5)]
    put(facilities, *orphans, "somebody-elses.txt")

    findings = compare(facilities)

    assert (findings.found, findings.repaired) == (5, 5)
    assert keys(facilities) == {*(file.object_key for file in files), "somebody-elses.txt"}
    assert faults(facilities) == {}


def test_a_young_orphan_stays_since_its_row_may_be_on_its_way(
    facilities: Facilities, files: list[StoredFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "ORPHAN_AGE", timedelta(days=1))
    young = orphan()
    put(facilities, young)

    assert compare(facilities).found == 0
    assert young in keys(facilities)


def test_an_object_that_gets_its_row_meanwhile_stays(facilities: Facilities, files: list[StoredFile]) -> None:
    late = orphan()
    put(facilities, late)

    class Busy:
        """Another process adds the row after the comparison has read the place where it belongs."""

        def __getattr__(self, name: str) -> Any:
            return getattr(facilities.store, name)

        def objects(self) -> Iterator[StoredObject]:
            yield from facilities.store.objects()
            with facilities.works.writing(SYSTEM) as work:
                same = {"size": 1, "md5": "", "sha256": "", "media_type": "text/plain", "created": work.now}
                work.session.add(StoredFile(object_key=late, **same))

    compare_with_store(facilities.works, Busy())  # type: ignore[arg-type]

    assert late in keys(facilities)


def test_so_many_orphans_that_the_database_must_be_wrong_are_left(
    facilities: Facilities, files: list[StoredFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "FEW_ORPHANS", 3)
    put(facilities, *(orphan() for _ in range(4)))

    findings = compare(facilities)

    assert (findings.found, findings.repaired) == (4, 0)
    assert "right database" in findings.examples[0]
    assert len(keys(facilities)) == len(FILES) + 4


def test_more_orphans_than_one_comparison_removes_go_with_the_next(
    facilities: Facilities, files: list[StoredFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "MOST_REMOVED", 3)
    put(facilities, *(orphan() for _ in range(5)))

    assert [(each.found, each.repaired) for each in (compare(facilities), compare(facilities))] == [(5, 3), (2, 2)]
    assert len(keys(facilities)) == len(FILES)


def test_files_are_read_in_the_order_in_which_stores_list_objects(facilities: Facilities) -> None:
    names = ["b-2", "B-1", "a_1", "a-1", "A-1", "_a", "0a", "aa"]
    with facilities.works.writing(SYSTEM) as work:
        same = {"size": 1, "md5": "", "sha256": "", "media_type": "text/plain", "created": work.now}
        work.session.add_all(StoredFile(object_key=name, **same) for name in names)

    read = [row.object_key for row in comparing._files(facilities.works)]

    assert read == sorted(names, key=str.encode)


def test_an_object_that_the_listing_left_out_is_no_fault(facilities: Facilities, files: list[StoredFile]) -> None:
    class Empty:
        def __getattr__(self, name: str) -> Any:
            return getattr(facilities.store, name)

        def objects(self) -> Iterator[StoredObject]:
            return iter(())

    findings = compare(replace(facilities, store=Empty()))  # type: ignore[arg-type]

    # the listing was wrong: what is asked for by its key is there
    assert findings.found == 0
    assert faults(facilities) == {}
