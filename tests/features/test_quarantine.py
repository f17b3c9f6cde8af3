"""A database that was restored from a backup: no byte that it does not know is lost."""

import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from config.settings import Settings
from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.engines.services import Services
from repository.files import store_check
from repository.files.cleanup import clear_uploads
from repository.files.model import FileEntry, Orphan, StoredFile, Upload
from repository.files.store_check import BEHIND, compare_with_store
from tests.conftest import Deposits
from tests.support.commands import command_here
from tests.support.web_server import environment_of

pytestmark = pytest.mark.slow

Settle = Callable[[], None]


@pytest.fixture(autouse=True)
def old(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything in the store counts as old."""
    monkeypatch.setattr(store_check, "ORPHAN_AGE", timedelta(minutes=-1))


def keys(services: Services) -> set[str]:
    return {stored.key for stored in services.store.objects()}


def compare(services: Services, hold: str = "") -> CheckReport:
    return compare_with_store(services.database, services.store, hold=hold)


def orphans(services: Services) -> dict[str, Orphan]:
    with services.database.snapshot(SYSTEM) as snapshot:
        return {row.key: row for row in snapshot.session.scalars(select(Orphan))}


def end_quarantine(services: Services) -> None:
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(Orphan).values(last_chance=unit.now))


def put_orphan(services: Services) -> str:
    key = uuid.uuid4().hex
    services.store.write(key, io.BytesIO(b"x"), limit=10)
    return key


def restore_older_database(services: Services, days: int) -> list[dict[str, Any]]:
    """Make the database one of `days` ago, of which only the first file is known; return the rows that are lost."""
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(StoredFile).values(created=unit.now - timedelta(days=days)))
        first = unit.session.scalar(select(StoredFile.id).order_by(StoredFile.id).limit(1))
        lost = unit.session.execute(select(StoredFile.__table__).where(StoredFile.id != first)).mappings().all()
        unit.session.execute(delete(FileEntry).where(FileEntry.file_id != first))
        unit.session.execute(delete(StoredFile).where(StoredFile.id != first))
    return [dict(row) for row in lost]


def test_an_older_database_deletes_no_byte_that_came_since_even_after_the_quarantine(
    services: Services, deposits: Deposits
) -> None:
    for number in range(8):
        deposits.published(None, **{f"{number}.csv": str(number).encode()})
    before = keys(services)
    lost = restore_older_database(services, days=3)

    first = compare(services)
    end_quarantine(services)
    second = compare(services)

    assert len(before) == 8
    assert keys(services) == before
    assert (first.faults, second.faults, second.repaired) == (7, 7, 0)
    assert first.examples[0] == second.examples[0] == BEHIND
    assert orphans(services).keys() == {row["object_key"] for row in lost}


def test_a_file_that_refers_to_an_orphan_again_takes_it_out(services: Services, deposits: Deposits) -> None:
    for number in range(3):
        deposits.published(None, **{f"{number}.csv": str(number).encode()})
    before = keys(services)
    lost = restore_older_database(services, days=3)
    compare(services)
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(StoredFile.__table__.insert(), lost)  # type: ignore[attr-defined]
    end_quarantine(services)

    assert compare(services).repaired == 0
    assert keys(services) == before
    assert orphans(services) == {}


def test_an_orphan_is_removed_after_its_last_chance_and_not_before(services: Services, deposits: Deposits) -> None:
    deposits.published()
    known = keys(services)
    key = put_orphan(services)

    compare(services)
    row = orphans(services)[key]
    compare(services)

    assert key in keys(services)
    assert row.last_chance - row.first_seen == timedelta(days=30)
    assert orphans(services)[key].first_seen == row.first_seen
    end_quarantine(services)
    assert compare(services).repaired == 1
    assert keys(services) == known
    assert orphans(services) == {}


def test_while_the_clock_is_in_doubt_no_orphan_is_noted_or_removed(services: Services, deposits: Deposits) -> None:
    deposits.published()
    key = put_orphan(services)
    compare(services)
    end_quarantine(services)
    put_orphan(services)
    before = keys(services)

    report = compare(services, hold="The clock has leapt.")

    assert report.examples == ["no orphan is removed: The clock has leapt."]
    assert keys(services) == before
    assert orphans(services).keys() == {key}


def test_uploads_in_parts_that_an_older_database_does_not_know_stay(services: Services, deposits: Deposits) -> None:
    deposits.published()
    token = services.store.uploads.begin(uuid.uuid4().hex, 4)
    services.store.uploads.put_part(token, 1, io.BytesIO(b"part"), size=4)
    now = timedelta(0)

    restore_older_database(services, days=3)
    compare(services)
    clear_uploads(services.database, services.store, unknown_for=now)

    assert [part.size for part in services.store.uploads.list_parts(token)] == [4]
    with services.database.transaction(SYSTEM) as unit:
        assert unit.session.scalars(select(Upload)).all() == []
        unit.session.execute(update(StoredFile).values(created=unit.now))
    assert clear_uploads(services.database, services.store, unknown_for=now).repaired == 1


def test_an_administrator_lists_releases_and_restores(
    services: Services, deposits: Deposits, settings: Settings, tmp_path: Path
) -> None:
    environment = environment_of(
        tmp_path,
        DATABASE_URL=settings.database_url,
        STORE_URL=settings.store_url,
        SEARCH_URL=settings.search_url,
    )
    deposits.published()
    known = keys(services)
    dropped, kept = put_orphan(services), put_orphan(services)
    compare(services)

    listed = command_here(environment, "sweeps", "quarantine").stdout
    restored = command_here(environment, "sweeps", "restore", kept).stdout
    released = command_here(environment, "sweeps", "release", "--all").stdout
    end_quarantine(services)
    report = compare(services)

    assert sorted(line.split("\t")[0] for line in listed.splitlines()) == sorted([dropped, kept])
    assert "last chance" in listed
    assert (restored, released) == ("1 objects are kept.\n", "1 objects removed.\n")
    assert keys(services) == known | {kept}
    assert (report.faults, report.repaired) == (0, 0)
    assert command_here(environment, "sweeps", "release").returncode == 2
    assert command_here(environment, "sweeps", "release", "0" * 32).returncode == 1
