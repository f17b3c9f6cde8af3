"""What tests of fixity checks do to stored files, and how they look at them."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from sqlalchemy import select, update

from repository.core.actor import SYSTEM
from repository.core.preservation_events import PreservationEventRow
from repository.engines.services import Services
from repository.files.fixity_cycle import DueChecks, FixityCycle
from repository.files.model import StoredFile
from repository.files.reading_pace import ReadingPace
from tests.conftest import Deposits

PERIOD = timedelta(days=90)
FILES = {f"{number}.txt": f"{number}".encode() * 3 for number in range(5)}
MANY = 1 << 40


def published_pair(deposits: Deposits, settle: Callable[[], None]) -> dict[str, Any]:
    """A published record with two small files."""
    record = deposits.published(None, **{"a.csv": b"aaa", "b.csv": b"bb"})
    settle()
    return record


def published_files(deposits: Deposits, services: Services, settle: Callable[[], None]) -> list[StoredFile]:
    """The five files of a published record, in the order of their names."""
    deposits.published(None, **FILES)
    settle()
    return stored(services)


def stored(services: Services) -> list[StoredFile]:
    with services.database.snapshot(SYSTEM) as snapshot:
        return list(snapshot.session.scalars(select(StoredFile).order_by(StoredFile.id)))


def change(services: Services, file: StoredFile, **values: Any) -> None:
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(StoredFile).where(StoredFile.id == file.id).values(**values))


def put(services: Services, file: StoredFile, content: bytes) -> None:
    services.store.remove([file.object_key])
    services.store.write(file.object_key, io.BytesIO(content), limit=len(content))


def days_ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def events(services: Services, file: StoredFile) -> list[tuple[str, str, str]]:
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = snapshot.session.scalars(
            select(PreservationEventRow)
            .where(PreservationEventRow.object_id == file.id)
            .order_by(PreservationEventRow.id)
        )
        return [(row.type, row.outcome, row.outcome_detail) for row in rows]


class WatchedStore:
    """Notes which objects are read; `act` may do something before an object is."""

    def __init__(self, services: Services, act: Callable[[str], object] = len) -> None:
        self._store, self._act = services.store, act
        self.read: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def open(self, key: str, start: int = 0) -> BinaryIO:
        self.read.append(key)
        self._act(key)
        return self._store.open(key, start)


def cycle(services: Services, store: Any = None, most: int = MANY) -> FixityCycle:
    return FixityCycle(services.database, store or services.store, ReadingPace(MANY, most))


def run_due(services: Services, store: Any = None) -> FixityCycle:
    made = cycle(services, store)
    made.run(DueChecks.by_clock(PERIOD))
    return made
