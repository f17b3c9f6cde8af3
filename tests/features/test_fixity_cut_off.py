"""Fixity checks that break off: killed readers, stores that are away, and disks that cannot read."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import BinaryIO

import pytest

from repository.core.actor import SYSTEM
from repository.core.errors import Unavailable
from repository.engines.services import Services
from repository.files.known_faults import unended_checks
from repository.files.model import StoredFile
from tests.conftest import Deposits
from tests.features.damage import WatchedStore, change, days_ago, published_files, run_due, stored

pytestmark = pytest.mark.slow

Settle = Callable[[], None]


@pytest.fixture
def files(deposits: Deposits, services: Services, settle: Settle) -> list[StoredFile]:
    return published_files(deposits, services, settle)


class Killed(BaseException):
    """The process ends here."""


def test_a_file_that_kills_its_reader_is_left_for_a_day_and_then_taken_alone(
    services: Services, files: list[StoredFile]
) -> None:
    for file in files[:3]:
        change(services, file, checked=days_ago(100))

    def kill(key: str) -> None:
        if key == files[0].object_key:
            raise Killed

    store = WatchedStore(services, kill)
    with pytest.raises(Killed):
        run_due(services, store)
    assert run_due(services, store).checked == set()

    with services.database.snapshot(SYSTEM) as snapshot:
        assert [file.id for file in unended_checks(snapshot, datetime.now(UTC), 10)] == [f.id for f in files[:3]]
    for file in files[:3]:
        change(services, file, reading=days_ago(1.1), checked=days_ago(1.1))
    with pytest.raises(Killed):
        run_due(services, store)
    assert run_due(services, store).checked == {files[1].id, files[2].id}
    assert stored(services)[0].reading is not None
    with services.database.snapshot(SYSTEM) as snapshot:
        assert [file.id for file in unended_checks(snapshot, days_ago(1), 10)] == [files[0].id]


def test_a_store_that_is_away_is_no_fault_and_its_files_are_the_next(
    services: Services, files: list[StoredFile]
) -> None:
    before = days_ago(100)
    for file in files[:2]:
        change(services, file, checked=before)

    def away(*_: object) -> None:
        raise Unavailable

    store = WatchedStore(services, away)
    store.describe = away  # type: ignore[attr-defined]
    with pytest.raises(Unavailable):
        run_due(services, store)

    assert [(file.checked, file.reading, file.fault) for file in stored(services)[:2]] == [(before, None, "")] * 2
    assert run_due(services).checked == {files[0].id, files[1].id}


def test_a_store_of_another_site_is_no_fault_of_any_file(services: Services, files: list[StoredFile]) -> None:
    change(services, files[0], checked=days_ago(100))
    kept = services.store.marks.read("store-id")
    services.store.remove([files[0].object_key])
    services.store.marks.remove("store-id")

    with pytest.raises(Unavailable):
        run_due(services)

    assert kept
    assert stored(services)[0].fault == ""
    services.store.marks.write("store-id", kept)
    assert run_due(services).changes.faulty == {files[0].id: "The object is not in the store."}


def test_one_object_that_the_store_does_not_give_stops_no_other(services: Services, files: list[StoredFile]) -> None:
    for file in files[:3]:
        change(services, file, checked=days_ago(100))

    def refuse(key: str) -> None:
        if key == files[1].object_key:
            raise Unavailable

    assert run_due(services, WatchedStore(services, refuse)).checked == {files[0].id, files[2].id}
    refused = stored(services)[1]
    assert (refused.fault, refused.reading is not None) == ("", True)


def test_a_disk_that_cannot_read_a_file_is_its_fault(services: Services, files: list[StoredFile]) -> None:
    change(services, files[0], checked=days_ago(100))

    def break_down(_key: str) -> None:
        raise OSError(5, "Input/output error")

    assert list(run_due(services, WatchedStore(services, break_down)).changes.faulty.values()) == [
        "The object cannot be read: Input/output error."
    ]


def test_a_check_goes_on_where_the_store_broke_off(services: Services, files: list[StoredFile]) -> None:
    change(services, files[0], checked=days_ago(100))
    starts: list[int] = []

    class Breaking(io.BytesIO):
        """Gives one byte, and breaks off."""

        def read(self, _size: int | None = -1) -> bytes:
            if self.tell():
                raise Unavailable
            return super().read(1)

    class BreakingStore(WatchedStore):
        def open(self, key: str, start: int = 0) -> BinaryIO:
            starts.append(start)
            source = super().open(key, start)
            if len(starts) > 2:
                return source
            with source:
                return Breaking(source.read())

    assert run_due(services, BreakingStore(services)).checked == {files[0].id}
    assert starts == [0, 1, 2]
    assert stored(services)[0].fault == ""
