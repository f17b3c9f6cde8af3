"""Objects of the store without a file: they wait for a long time, where they are, before they are removed.

A database that was restored from a backup does not know what was uploaded since.  So an orphan is only noted, and its
first sight and last chance are told; a file that refers to it takes it out again.  Nothing is removed while the store
has newer objects than the database has files by more than an upload could be.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, delete, func, insert, select, update

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.errors import NotFound
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.engines.store.port import ByteStore, StoredObject
from repository.files.model import Location, Orphan, StoreComparison, StoredFile

BATCH = 500
MOST_ORPHANS = 100_000
UPLOAD_TAKES = timedelta(days=1)
"""An upload puts its object into the store first, and its row into the database moments later."""
_NEWEST = 100
"""files among which the newest one of the past is looked for"""
_ONLY = 1
_ORPHAN = cast(Table, Orphan.__table__)
_COMPARISON = cast(Table, StoreComparison.__table__)


@dataclass(frozen=True, slots=True)
class QuarantineState:
    """How many objects wait for their removal, their bytes, and the last chance of the first of them.

    They are counted to `MOST_ORPHANS`.
    """

    waiting: int
    size: int
    last_chance: datetime | None


_WAITING = (
    select(Orphan.size, Orphan.last_chance)
    .where(~Orphan.kept)
    .order_by(Orphan.last_chance, Orphan.key)
    .limit(MOST_ORPHANS)
    .subquery()
)
_QUARANTINE = select(
    func.count(), func.coalesce(func.sum(_WAITING.c.size), 0), func.min(_WAITING.c.last_chance)
).select_from(_WAITING)


def quarantine_state(snapshot: Snapshot) -> QuarantineState:
    """Return the state of what will be removed; what a person keeps is not counted."""
    waiting, size, last_chance = snapshot.session.execute(_QUARANTINE).one()
    return QuarantineState(waiting, int(size), last_chance)


def orphans(snapshot: Snapshot, most: int | None = None) -> Sequence[Orphan]:
    """Return orphans, every one or so many, the one that is removed first at the head."""
    return snapshot.session.scalars(select(Orphan).order_by(Orphan.last_chance, Orphan.key).limit(most)).all()


def note_orphans(database: Database, objects: Sequence[StoredObject], period: timedelta) -> set[str]:
    """Put orphans into the quarantine for `period`, or say that they are still there; return the keys that wait.

    What has a file by now, and what a person keeps, is not among the keys.
    """
    sizes = {stored.key: stored.size for stored in objects}
    with database.transaction(SYSTEM) as unit:
        orphaned = sizes.keys() - _referred(unit, list(sizes))
        known = {row.key: row.kept for row in unit.session.scalars(select(Orphan).where(Orphan.key.in_(orphaned)))}
        connection = unit.session.connection()
        connection.execute(update(_ORPHAN).where(_ORPHAN.c.key.in_(known)).values(last_seen=unit.now))
        moments = {"first_seen": unit.now, "last_seen": unit.now, "last_chance": unit.now + period}
        rows = [{"key": key, "size": sizes[key], "kept": False, **moments} for key in orphaned - known.keys()]
        if rows:
            connection.execute(insert(_ORPHAN), rows)
    return {key for key in orphaned if not known.get(key, False)}


def forget_others(database: Database, since: datetime) -> None:
    """Forget orphans that a whole comparison, begun at `since`, has not seen: they have a file, or are gone."""
    after = ""
    while batch := _seen_after(database, after):
        gone = [key for key, last_seen in batch if last_seen < since]
        if gone:
            with database.transaction(SYSTEM) as unit:
                unit.session.execute(delete(Orphan).where(Orphan.key.in_(gone), Orphan.last_seen < since))
        after = batch[-1][0]


def keep_comparison(database: Database, objects: int, size: int, orphaned: int, newest: datetime | None) -> None:
    """Keep what a whole comparison has seen of the store."""
    with database.transaction(SYSTEM) as unit:
        values = {"at": unit.now, "newest_object": newest, "objects": objects, "bytes": size, "orphans": orphaned}
        connection = unit.session.connection()
        if not connection.execute(update(_COMPARISON).where(_COMPARISON.c.id == _ONLY).values(**values)).rowcount:
            connection.execute(insert(_COMPARISON), {"id": _ONLY, **values})


def last_comparison(snapshot: Snapshot) -> StoreComparison | None:
    """Return what the last whole comparison has seen, None before there was one."""
    return snapshot.session.get(StoreComparison, _ONLY)


def is_behind(snapshot: Snapshot) -> bool:
    """Return whether the last comparison saw an object that is newer than every file, or there was none yet."""
    row = last_comparison(snapshot)
    if row is None:
        return True
    newest = _newest_file(snapshot)
    return row.newest_object is not None and (newest is None or row.newest_object > newest + UPLOAD_TAKES)


def remove_overdue(database: Database, store: ByteStore, most: int) -> list[str]:
    """Remove at most `most` objects whose last chance is over; return their keys."""
    overdue = select(Orphan.key).where(~Orphan.kept, Orphan.last_chance <= clock.now())
    with database.snapshot(SYSTEM) as snapshot:
        keys = snapshot.session.scalars(overdue.order_by(Orphan.last_chance, Orphan.key).limit(most)).all()
    return release(database, store, keys)


def release(database: Database, store: ByteStore, keys: Sequence[str]) -> list[str]:
    """Remove these orphans from the store now; return the keys, without those that have a file."""
    released = []
    for start in range(0, len(keys), BATCH):
        batch = list(keys[start : start + BATCH])
        with database.snapshot(SYSTEM) as snapshot:
            removable = [key for key in _waiting(snapshot, batch) if key not in _referred(snapshot, batch)]
        store.remove(removable)
        with database.transaction(SYSTEM) as unit:
            unit.session.execute(delete(Orphan).where(Orphan.key.in_(batch)))
        released += removable
    return released


def keep(unit: UnitOfWork, keys: Sequence[str]) -> int:
    """Take orphans out of the quarantine: no sweep removes them; return how many."""
    count = 0
    for start in range(0, len(keys), BATCH):
        chosen = update(_ORPHAN).where(_ORPHAN.c.key.in_(keys[start : start + BATCH]))
        count += unit.session.connection().execute(chosen.values(kept=True)).rowcount
    return count


def require_orphan(snapshot: Snapshot, key: str) -> str:
    """Return the key; raises `NotFound` if it is no orphan's."""
    if snapshot.session.get(Orphan, key) is None:
        raise NotFound(f"There is no object {key!r} in quarantine.")
    return key


def keys_of(snapshot: Snapshot) -> Iterator[str]:
    """Yield the keys of all orphans that nobody keeps."""
    return iter(snapshot.session.scalars(select(Orphan.key).where(~Orphan.kept).order_by(Orphan.last_chance)).all())


def _waiting(snapshot: Snapshot, keys: Sequence[str]) -> Sequence[str]:
    return snapshot.session.scalars(select(Orphan.key).where(Orphan.key.in_(keys))).all()


def _referred(snapshot: Snapshot, keys: Sequence[str]) -> set[str]:
    in_store = StoredFile.location == Location.STAGING.value
    return set(snapshot.session.scalars(select(StoredFile.object_key).where(StoredFile.object_key.in_(keys), in_store)))


def _seen_after(database: Database, after: str) -> list[tuple[str, datetime]]:
    with database.snapshot(SYSTEM) as snapshot:
        query = select(Orphan.key, Orphan.last_seen).where(Orphan.key > after).order_by(Orphan.key).limit(BATCH)
        return [(row.key, row.last_seen) for row in snapshot.session.execute(query)]


def _newest_file(snapshot: Snapshot) -> datetime | None:
    """Return when the newest file came; a date still to come, from a wrong clock, says nothing."""
    newest = snapshot.session.scalars(select(StoredFile.created).order_by(StoredFile.id.desc()).limit(_NEWEST))
    return max((created for created in newest if created <= snapshot.now), default=None)
