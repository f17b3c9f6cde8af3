"""Exports of everything that is kept of a person: asked for, kept for a few days, and removed.

The object has a key that no file can have: `files.store_check` knows those of files by their form, and leaves others
alone.  Its person alone reads it.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import BinaryIO

from sqlalchemy import bindparam, select

from repository.access.policy import Action, Resource, must
from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.errors import NotFound
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.engines.store.port import ByteStore
from repository.people.facts import ExportRequested
from repository.people.model import PersonExport

PREFIX = "export-"
KEPT = timedelta(days=7)
MOST_BYTES = 1 << 34
BATCH = 100
NOT_THERE = "There is no export. Ask for one."


def request_export(unit: UnitOfWork) -> PersonExport:
    """Return the export of the actor: that of the last day, or a new one that a job makes.

    Raises `Forbidden`.
    """
    must(unit.actor, Action.READ_ME, Resource())
    assert unit.actor.person_id is not None
    export = unit.session.get(PersonExport, unit.actor.person_id, with_for_update=True)
    if export is not None and unit.now < export.requested + timedelta(days=1) and unit.now < export.expires:
        return export
    if export is None:
        export = PersonExport(person_id=unit.actor.person_id, object_key=None, size=0)
        unit.session.add(export)
    export.requested, export.expires, export.made = unit.now, unit.now + KEPT, None
    export.size = 0
    unit.session.flush()
    unit.emit(ExportRequested(unit.actor.person_id))
    return export


def own_export(snapshot: Snapshot) -> PersonExport:
    """Return the actor's export, made or not; raise `Forbidden`, `NotFound` if it was not asked for or has expired."""
    must(snapshot.actor, Action.READ_ME, Resource())
    export = snapshot.session.get(PersonExport, snapshot.actor.person_id)
    if export is None or export.expires <= snapshot.now:
        raise NotFound(NOT_THERE)
    return export


def open_export(snapshot: Snapshot, store: ByteStore) -> tuple[BinaryIO, int]:
    """Return the bytes of the actor's export and their number; raise `Forbidden`, `NotFound`."""
    export = own_export(snapshot)
    if export.made is None or export.object_key is None:
        raise NotFound(NOT_THERE)
    return store.open(export.object_key), export.size


def keep_export(database: Database, store: ByteStore, person_id: int, source: BinaryIO) -> None:
    """Keep the bytes as the export that a person asked for, unless nobody waits for one any more."""
    key = f"{PREFIX}{secrets.token_hex(16)}"
    digests = store.write(key, source, limit=MOST_BYTES)
    with database.transaction(SYSTEM) as unit:
        export = unit.session.get(PersonExport, person_id, with_for_update=True)
        unwanted = key
        if export is not None and export.made is None:
            unwanted = export.object_key or ""
            export.object_key, export.size, export.made = key, digests.size, unit.now
    store.remove([unwanted] if unwanted else [])


def remove_exports(database: Database, store: ByteStore, kept: timedelta = KEPT) -> CheckReport:
    """Remove exports that have expired, and objects older than `kept` without an export; raises `Unavailable`."""
    report = CheckReport()
    while keys := _forget_expired(database):
        store.remove(key for key in keys if key)
        for key in keys:
            report.note(f"export {key}: it has expired", repaired=True)
    for key in _unknown(database, store, kept):
        store.remove([key])
        report.note(f"export {key}: nobody can read it", repaired=True)
    return report


_EXPIRED = (
    select(PersonExport)
    .where(PersonExport.expires <= bindparam("at"))
    .order_by(PersonExport.expires)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
)


def _forget_expired(database: Database) -> Sequence[str]:
    with database.transaction(SYSTEM) as unit:
        expired = unit.session.scalars(_EXPIRED, {"at": unit.now}).all()
        for export in expired:
            unit.session.delete(export)
        return [export.object_key or "" for export in expired]


_KNOWN = select(PersonExport.object_key).where(PersonExport.expires > bindparam("at"))


def _unknown(database: Database, store: ByteStore, kept: timedelta) -> list[str]:
    """Return the keys of old exports without a row, as of people who were erased."""
    oldest = clock.now() - kept
    keys = {stored.key for stored in store.objects() if stored.key.startswith(PREFIX) and stored.modified < oldest}
    if not keys:
        return []
    with database.snapshot(SYSTEM) as snapshot:
        known = set(snapshot.session.scalars(_KNOWN, {"at": snapshot.now}))
    return sorted(keys - known)


def discard_export(database: Database, store: ByteStore, person_id: int) -> None:
    """Remove the export of a person who erases their account."""
    with database.transaction(SYSTEM) as unit:
        export = unit.session.get(PersonExport, person_id, with_for_update=True)
        key = export.object_key if export else None
        if export is not None:
            unit.session.delete(export)
    store.remove([key] if key else [])
