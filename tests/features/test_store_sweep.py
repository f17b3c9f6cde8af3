"""Database against store: what is missing is told, what is orphaned goes, and nothing else is touched."""

import io
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.engines.services import Services
from repository.engines.store.port import StoredObject
from repository.files import store_check
from repository.files.model import FileEntry, Orphan, StoredFile
from repository.files.store_check import compare_with_store
from tests.conftest import Deposits

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
FILES = {f"{number}.txt": str(number).encode() for number in range(7)}


@pytest.fixture(autouse=True)
def old(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything in the store counts as old, and nothing is read in one go."""
    monkeypatch.setattr(store_check, "ORPHAN_AGE", timedelta(minutes=-1))
    monkeypatch.setattr(store_check, "BATCH", 2)


@pytest.fixture
def files(deposits: Deposits, services: Services, settle: Settle) -> list[StoredFile]:
    """Seven files of a published record, in the order of their objects' keys."""
    deposits.published(None, **FILES)
    settle()
    return sorted(stored(services), key=lambda file: file.object_key)


def stored(services: Services) -> list[StoredFile]:
    with services.database.snapshot(SYSTEM) as unit:
        return list(unit.session.scalars(select(StoredFile).order_by(StoredFile.id)))


def faults(services: Services) -> dict[int, str]:
    return {file.id: file.fault for file in stored(services) if file.fault}


def compare(services: Services) -> CheckReport:
    return compare_with_store(services.database, services.store)


def keys(services: Services) -> set[str]:
    return {held.key for held in services.store.objects()}


def put(services: Services, *names: str) -> None:
    for name in names:
        services.store.write(name, io.BytesIO(b"x"), limit=10)


def let_quarantine_end(services: Services) -> None:
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(Orphan).values(last_chance=unit.now))


def orphan() -> str:
    return uuid.uuid4().hex


def test_where_all_is_well_nothing_is_found(services: Services, files: list[StoredFile]) -> None:
    assert compare(services) == CheckReport()
    assert keys(services) == {file.object_key for file in files}


@pytest.mark.parametrize("position", [0, 3, 6])
def test_a_missing_object_is_its_file_s_fault_until_it_is_there_again(
    position: int, services: Services, files: list[StoredFile]
) -> None:
    lost = files[position]
    with services.store.open(lost.object_key) as source:
        content = source.read()
    services.store.remove([lost.object_key])

    assert (compare(services).faults, compare(services).repaired) == (1, 0)
    assert faults(services) == {lost.id: "The object is not in the store."}

    services.store.write(lost.object_key, io.BytesIO(content), limit=10)
    healed = compare(services)
    assert (healed.faults, healed.repaired) == (1, 1)
    assert faults(services) == {}
    assert next(file for file in stored(services) if file.id == lost.id).verified is None
    assert len(stored(services)) == len(FILES)


def test_an_object_of_another_length_is_its_file_s_fault(services: Services, files: list[StoredFile]) -> None:
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(StoredFile).where(StoredFile.id == files[2].id).values(size=99))

    assert compare(services).examples == [f"file {files[2].id}: The object has 1 bytes instead of 99."]
    assert faults(services) == {files[2].id: "The object has 1 bytes instead of 99."}
    assert len(keys(services)) == len(FILES)


def test_a_fault_that_sizes_cannot_show_stays(services: Services, files: list[StoredFile]) -> None:
    with services.database.transaction(SYSTEM) as unit:
        values = {"fault": "The object has SHA-256 abc."}
        unit.session.execute(update(StoredFile).where(StoredFile.id == files[0].id).values(**values))

    assert compare(services).faults == 0
    assert faults(services) == {files[0].id: "The object has SHA-256 abc."}


def test_a_file_on_its_way_out_is_no_fault(services: Services, files: list[StoredFile]) -> None:
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(delete(FileEntry).where(FileEntry.file_id == files[1].id))
    services.store.remove([files[1].object_key])

    assert compare(services).faults == 0
    assert faults(services) == {}


def test_orphans_go_after_their_quarantine_and_nothing_else_does(services: Services, files: list[StoredFile]) -> None:
    orphans = [orphan() for _ in range(5)]
    put(services, *orphans, "somebody-elses.txt")

    first = compare(services)
    assert (first.faults, first.repaired) == (5, 0)
    assert keys(services) == {*(file.object_key for file in files), *orphans, "somebody-elses.txt"}
    let_quarantine_end(services)
    findings = compare(services)

    assert (findings.faults, findings.repaired) == (5, 5)
    assert keys(services) == {*(file.object_key for file in files), "somebody-elses.txt"}
    assert faults(services) == {}


def test_a_young_orphan_stays_since_its_row_may_be_on_its_way(
    services: Services, files: list[StoredFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_check, "ORPHAN_AGE", timedelta(days=1))
    young = orphan()
    put(services, young)

    assert compare(services).faults == 0
    assert young in keys(services)


def test_an_object_that_gets_its_row_meanwhile_stays(services: Services, files: list[StoredFile]) -> None:
    late = orphan()
    put(services, late)

    class Busy:
        """Another process adds the row after the comparison has read the place where it belongs."""

        def __getattr__(self, name: str) -> Any:
            return getattr(services.store, name)

        def objects(self) -> Iterator[StoredObject]:
            yield from services.store.objects()
            with services.database.transaction(SYSTEM) as unit:
                same = {"size": 1, "md5": "", "sha256": "", "media_type": "text/plain", "created": unit.now}
                unit.session.add(StoredFile(object_key=late, **same))

    compare_with_store(services.database, Busy())  # type: ignore[arg-type]

    assert late in keys(services)


def test_so_many_orphans_that_the_database_must_be_wrong_are_left(
    services: Services, files: list[StoredFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_check, "FEW_ORPHANS", 3)
    put(services, *(orphan() for _ in range(4)))

    findings = compare(services)

    assert (findings.faults, findings.repaired) == (4, 0)
    assert "right database" in findings.examples[0]
    assert len(keys(services)) == len(FILES) + 4


def test_more_orphans_than_one_comparison_removes_go_with_the_next(
    services: Services, files: list[StoredFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_check, "MOST_REMOVED", 3)
    put(services, *(orphan() for _ in range(5)))

    compare(services)
    let_quarantine_end(services)

    assert [(each.faults, each.repaired) for each in (compare(services), compare(services))] == [(5, 3), (2, 2)]
    assert len(keys(services)) == len(FILES)


def test_files_are_read_in_the_order_in_which_stores_list_objects(services: Services) -> None:
    names = ["b-2", "B-1", "a_1", "a-1", "A-1", "_a", "0a", "aa"]
    with services.database.transaction(SYSTEM) as unit:
        same = {"size": 1, "md5": "", "sha256": "", "media_type": "text/plain", "created": unit.now}
        unit.session.add_all(StoredFile(object_key=name, **same) for name in names)

    read = [row.object_key for row in store_check._files(services.database)]

    assert read == sorted(names, key=str.encode)


def test_an_object_that_the_listing_left_out_is_no_fault(services: Services, files: list[StoredFile]) -> None:
    class Empty:
        def __getattr__(self, name: str) -> Any:
            return getattr(services.store, name)

        def objects(self) -> Iterator[StoredObject]:
            return iter(())

    findings = compare(replace(services, store=Empty()))  # type: ignore[arg-type]

    # the listing was wrong: what is asked for by its key is there
    assert findings.faults == 0
    assert faults(services) == {}
