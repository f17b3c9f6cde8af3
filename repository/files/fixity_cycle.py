"""The rolling fixity cycle: the files whose check is longest ago are read again, a few at a time.

Files are marked before they are read (`StoredFile.checked`, `StoredFile.reading`): no other reader takes them, and a
file that kills its reader is taken again after `AGAIN`, alone.  A store that is away is nobody's fault: the marks go,
and the files are the next ones when it is back.
"""

import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import cast

import structlog
from sqlalchemy import Select, Table, bindparam, or_, select, text, update

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.clock_watch import APART
from repository.core.database.id_list import in_list
from repository.core.errors import Unavailable
from repository.core.unit_of_work import Database
from repository.engines.store.port import ByteStore
from repository.files.fixity import FixityChanges, fault_of, record_findings
from repository.files.model import FAULTY, Location, StoredFile
from repository.files.reading_pace import ReadingPace
from repository.files.rules import FileState

RUN = timedelta(minutes=5)
"""what one run may read at full pace; a file that is larger is read to its end"""
AGAIN = timedelta(days=1)
"""after which a damaged file, or one whose check did not end, is read again"""
FILES_AT_ONCE = 50
BYTES_AT_ONCE = 64 << 20
LEAST_COST = 64 << 10
"""bytes that a file counts for, however small: opening it has a cost too"""
RENEWED_SECONDS = 300.0
CUT_OFF = timedelta(minutes=30)
"""A mark that was not renewed for so long is of a reader that is no more."""
_FILE = cast(Table, StoredFile.__table__)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DueChecks:
    """What is due: files checked before `before`, damaged ones `faulty_before`; what was begun before `cut` is free.

    A check that is dated after `ahead` had a wrong clock.
    """

    before: datetime
    faulty_before: datetime
    cut: datetime
    ahead: datetime

    @classmethod
    def by_clock(cls, period: timedelta) -> "DueChecks":
        """Return what is due in a cycle of this period."""
        now = clock.now()
        return cls(now - period, now - min(AGAIN, period), now - AGAIN, now + APART)

    @classmethod
    def everything(cls) -> "DueChecks":
        """Return that every file is due that nobody reads."""
        now = clock.now()
        return cls(now, now, now - CUT_OFF, now + APART)


_HERE = (StoredFile.location == Location.STAGING.value, StoredFile.state == FileState.VERIFIED.value)
_FREE = or_(StoredFile.reading.is_(None), StoredFile.reading < bindparam("cut"))
_BY_CHECK = select(StoredFile).where(*_HERE, _FREE).order_by(StoredFile.checked, StoredFile.id).limit(FILES_AT_ONCE)
_CUT = (
    select(StoredFile)
    .where(*_HERE, StoredFile.reading < bindparam("cut"))
    .order_by(StoredFile.reading, StoredFile.id)
    .limit(1)  # what kills its reader takes no other file with it
)
_DUE = (
    _CUT,
    _BY_CHECK.where(text(FAULTY), StoredFile.checked < bindparam("faulty_before")),
    _BY_CHECK.where(StoredFile.checked.is_(None)),
    _BY_CHECK.where(StoredFile.checked > bindparam("ahead")),
    _BY_CHECK.where(StoredFile.checked < bindparam("before")),
)
"""The queries of what is due; each begins at one end of an index."""

_NAMED = (
    select(StoredFile)
    .where(
        *_HERE,
        _FREE,
        in_list(StoredFile.id, "ids"),
        or_(
            StoredFile.checked.is_(None),
            StoredFile.checked < bindparam("before"),
            StoredFile.checked > bindparam("ahead"),
        ),
    )
    .order_by(StoredFile.id)
    .limit(FILES_AT_ONCE)
)
_MARK = update(_FILE).where(in_list(_FILE.c.id, "ids")).values(reading=bindparam("now"))
_MARK_CHECKED = _MARK.values(checked=bindparam("now"))
_PUT_BACK = (
    update(_FILE)
    .where(_FILE.c.id == bindparam("file"))
    .values(reading=bindparam("was_reading"), checked=bindparam("was_checked"))
)


@dataclass(slots=True)
class FixityCycle:
    """One run of checks at a pace.

    `checked` are the ids that it has read, `faults` those of them that are damaged, `changes` what nobody knew before.
    """

    database: Database
    store: ByteStore
    pace: ReadingPace
    changes: FixityChanges = field(default_factory=FixityChanges)
    checked: set[int] = field(default_factory=set)
    faults: set[int] = field(default_factory=set)
    _renewed: float = 0.0

    def run(self, due: DueChecks) -> None:
        """Check what is due, a batch of each sort in turn, until nothing is or the run has read enough."""
        queries = deque(_DUE)
        while queries and self.pace.left > 0:
            query = queries.popleft()
            if batch := self._take(query, asdict(due)):
                queries.append(query)
                self._check(batch)

    def check(self, ids: Sequence[int]) -> None:
        """Check these files now, but for those that somebody else reads."""
        due = asdict(DueChecks.everything())
        for start in range(0, len(ids), FILES_AT_ONCE):
            values = {**due, "ids": ids[start : start + FILES_AT_ONCE]}
            while batch := self._take(_NAMED, values):
                self._check(batch)

    def _take(self, query: Select[StoredFile], values: Mapping[str, object]) -> Sequence[StoredFile]:
        """Mark files that the query selects, and return them as they were before."""
        with self.database.snapshot(SYSTEM) as snapshot:
            if snapshot.session.scalars(query, values).first() is None:
                return ()  # without a writing transaction, once a minute
        with self.database.transaction(SYSTEM) as unit:
            locked = query.with_for_update(skip_locked=True)
            batch = _not_too_large(unit.session.scalars(locked, values).all())
            # Of a check that did not end, `checked` tells when it began first.
            mark = _MARK if query is _CUT else _MARK_CHECKED
            unit.session.connection().execute(mark, {"ids": [file.id for file in batch], "now": unit.now})
        return batch

    def _check(self, batch: Sequence[StoredFile]) -> None:
        begun, findings, waiting = clock.now(), dict[int, str](), deque(batch)
        try:
            while waiting:
                fault = self._fault_of(waiting[0])
                file = waiting.popleft()
                if fault is not None:
                    findings[file.id] = fault
        except Unavailable:
            self._put_back(waiting)
            raise
        finally:
            if findings:
                changes = record_findings(self.database, findings, begun)
                self.checked |= findings.keys()
                self.faults |= {file_id for file_id, fault in findings.items() if fault}
                self.changes.faulty |= changes.faulty
                self.changes.healed += changes.healed

    def _fault_of(self, file: StoredFile) -> str | None:
        """Return what is wrong with a file, empty if nothing; None if a store that answers does not give it."""
        self.pace.spend(LEAST_COST)
        self._renewed = time.monotonic()
        try:
            return fault_of(self.store, file, lambda count: self._go_on(file, count))
        except Unavailable as error:
            self.store.describe()  # raises it too if the store is away
            log.warning("a stored file cannot be read now", file=file.id, reason=error.reason)
            return None

    def _go_on(self, file: StoredFile, count: int) -> None:
        """Count bytes that were read of a file, and renew its mark."""
        self.pace.spend(count)
        if time.monotonic() - self._renewed > RENEWED_SECONDS:
            self._renewed = time.monotonic()
            with self.database.transaction(SYSTEM) as unit:
                unit.session.connection().execute(_MARK, {"ids": [file.id], "now": unit.now})

    def _put_back(self, files: Iterable[StoredFile]) -> None:
        """Take the marks of files off that were not read."""
        rows = [{"file": file.id, "was_reading": file.reading, "was_checked": file.checked} for file in files]
        with self.database.transaction(SYSTEM) as unit:
            unit.session.connection().execute(_PUT_BACK, rows)


def _not_too_large(files: Sequence[StoredFile]) -> Sequence[StoredFile]:
    """Return the first files that have at most `BYTES_AT_ONCE` together, or the first alone."""
    total = 0
    for position, file in enumerate(files):
        total += file.size
        if position and total > BYTES_AT_ONCE:
            return files[:position]
    return files
