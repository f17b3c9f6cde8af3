"""The rolling fixity cycle: every file is read again in time, once, at a bounded pace, and what it finds is kept."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select, update

from repository.core.actor import SYSTEM
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.files import fixity_cycle
from repository.files.fixity_cycle import DueChecks, FixityCycle
from repository.files.known_faults import known_faults
from repository.files.model import FileEntry, StoredFile
from repository.files.reading_pace import ReadingPace
from tests.conftest import Deposits
from tests.features.damage import (
    MANY,
    PERIOD,
    WatchedStore,
    change,
    cycle,
    days_ago,
    events,
    published_files,
    put,
    run_due,
    stored,
)
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow

Settle = Callable[[], None]


@pytest.fixture
def files(deposits: Deposits, services: Services, settle: Settle) -> list[StoredFile]:
    return published_files(deposits, services, settle)


def test_what_was_checked_within_the_period_is_not_read(services: Services, files: list[StoredFile]) -> None:
    store = WatchedStore(services)

    assert run_due(services, store).checked == set()
    assert store.read == []


def test_never_checked_files_are_read_first_then_the_oldest(services: Services, files: list[StoredFile]) -> None:
    change(services, files[0], checked=days_ago(100))
    change(services, files[1], checked=days_ago(300))
    change(services, files[2], checked=None)
    change(services, files[3], checked=days_ago(89))
    store = WatchedStore(services)

    assert run_due(services, store).checked == {file.id for file in files[:3]}
    assert store.read == [files[n].object_key for n in (2, 1, 0)]
    assert all(file.checked and file.checked > days_ago(90) and file.reading is None for file in stored(services))
    assert run_due(services).checked == set()


def test_a_date_of_a_wrong_clock_puts_no_check_off(services: Services, files: list[StoredFile]) -> None:
    change(services, files[4], checked=days_ago(-365))

    assert run_due(services).checked == {files[4].id}
    checked = stored(services)[4].checked
    assert checked
    assert checked < days_ago(-1)


def test_a_sound_file_moves_its_dates_and_adds_no_event(services: Services, files: list[StoredFile]) -> None:
    before = events(services, files[0])
    change(services, files[0], checked=days_ago(100), verified=days_ago(100))

    run_due(services)

    assert (stored(services)[0].verified or days_ago(50)) > days_ago(1)
    assert events(services, files[0]) == before == [("fixity check", "success", "")]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"0O0", "The object has SHA-256"),
        (b"00", "The object has 2 bytes instead of 3."),
        (b"0000", "The object has 4 bytes instead of 3."),
        (None, "The object is not in the store."),
    ],
)
def test_damage_is_a_fault_with_events_until_the_bytes_are_back(
    content: bytes | None, fault: str, services: Services, files: list[StoredFile]
) -> None:
    damaged = files[0]
    services.store.remove([damaged.object_key])
    if content is not None:
        put(services, damaged, content)
    change(services, damaged, checked=days_ago(100))

    assert run_due(services).changes.faulty.keys() == {damaged.id}
    assert stored(services)[0].fault.startswith(fault)
    with services.database.snapshot(SYSTEM) as snapshot:
        (known,) = known_faults(snapshot, 10)
        kinds = snapshot.session.scalars(select(FactRow.kind).where(FactRow.subject == damaged.id)).all()
    assert (known.file.id, [key for _, key in known.names]) == (damaged.id, ["0.txt"])
    assert known.since
    assert known.since > days_ago(1)
    assert "FaultFound" in kinds

    for _ in range(2):  # a day later it is looked at again, and nothing new is told
        change(services, damaged, checked=days_ago(1.1))
        assert run_due(services).changes.faulty == {}
    put(services, damaged, b"000")
    change(services, damaged, checked=days_ago(1.1))
    assert run_due(services).changes.healed == [damaged.id]

    assert stored(services)[0].fault == ""
    assert [outcome for _, outcome, _ in events(services, damaged)] == ["success", "fail", "success"]


def test_the_md5_is_compared_as_well(services: Services, files: list[StoredFile]) -> None:
    change(services, files[0], checked=None, md5="0" * 32)

    assert list(run_due(services).changes.faulty.values()) == [
        "The object has MD5 c6f057b86584942e415435ffb1fa93d4 instead of 00000000000000000000000000000000."
    ]


def test_a_file_is_marked_before_it_is_read_so_that_a_second_reader_leaves_it(
    services: Services, files: list[StoredFile]
) -> None:
    change(services, files[0], checked=days_ago(100))
    second: list[set[int]] = []

    def meanwhile(_key: str) -> None:
        assert (stored(services)[0].checked or days_ago(100)) > days_ago(1)
        second.append(run_due(services).checked)
        by_hand = cycle(services)
        by_hand.check([files[0].id])
        second.append(by_hand.checked)

    assert run_due(services, WatchedStore(services, meanwhile)).checked == {files[0].id}
    assert second == [set(), set()]


def test_a_run_reads_no_more_than_it_may(services: Services, files: list[StoredFile]) -> None:
    for file in files:
        change(services, file, checked=days_ago(100))
    small = FixityCycle(services.database, services.store, ReadingPace(MANY, most=1))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fixity_cycle, "BYTES_AT_ONCE", 6)
        small.run(DueChecks.by_clock(PERIOD))

    assert small.checked == {files[0].id, files[1].id}


def test_bytes_are_read_at_a_bounded_pace() -> None:
    now, waited = [100.0], []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        now[0] += seconds

    pace = ReadingPace(10, 1000, lambda: now[0], wait)
    pace.spend(20)
    now[0] += 5  # the bytes came slowly
    pace.spend(10)
    pace.spend(10)

    assert waited == [2.0, 1.0, 1.0]
    assert pace.left == 960


def test_the_mark_of_a_long_check_is_renewed(
    services: Services, files: list[StoredFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fixity_cycle, "RENEWED_SECONDS", -1.0)
    change(services, files[0], checked=days_ago(100))
    marks: list[datetime | None] = []
    reading = cycle(services)
    go_on = reading._go_on

    def note(file: StoredFile, count: int) -> None:
        change(services, file, reading=days_ago(2))
        go_on(file, count)
        marks.append(stored(services)[0].reading)

    monkeypatch.setattr(FixityCycle, "_go_on", lambda _self, file, count: note(file, count))
    reading.run(DueChecks.by_clock(PERIOD))

    assert [mark is not None and mark > days_ago(1) for mark in marks] == [True]


def test_a_file_that_is_being_removed_is_no_fault(services: Services, files: list[StoredFile]) -> None:
    change(services, files[0], checked=days_ago(100))
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(FileEntry).where(FileEntry.file_id == files[0].id).values(file_id=None))
    services.store.remove([files[0].object_key])

    assert run_due(services).changes.faulty == {}
    assert stored(services)[0].fault == ""


def test_the_sweep_by_hand_reads_what_is_not_due_and_reports_every_known_fault(
    services: Services, files: list[StoredFile]
) -> None:
    put(services, files[2], b"2x2")

    report = run_now(services, "fixity")

    assert (report.faults, report.repaired) == (1, 0)
    assert report.examples[0].startswith(f"file {files[2].id}: The object has SHA-256")
    put(services, files[2], b"222")
    healed = run_now(services, "fixity")
    assert (healed.faults, healed.repaired) == (1, 1)
    assert run_now(services, "fixity").faults == 0
