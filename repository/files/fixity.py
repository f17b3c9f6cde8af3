"""Fixity: read stored bytes back and compare them with their digests (PREMIS fixity check)."""

import hashlib
from collections.abc import Sequence
from contextlib import closing
from typing import cast

import structlog
from sqlalchemy import Table, bindparam, select, update

from repository.core.actor import SYSTEM
from repository.core.database.id_list import in_list
from repository.core.errors import NotFound
from repository.core.preservation_events import (
    EventOutcome,
    EventType,
    ObjectKind,
    PreservationEvent,
    record_events,
)
from repository.core.unit_of_work import Database
from repository.engines.store.port import ByteStore
from repository.files.model import FileEntry, StoredFile
from repository.files.rules import FileState, fault_of_size

BLOCK = 1 << 20
BATCH = 200
READ_BACK = "Compared the SHA-256 and the size of the stored bytes with those taken on receipt."
_FILE = cast(Table, StoredFile.__table__)
log = structlog.get_logger()


def verify_sets(database: Database, store: ByteStore, set_ids: Sequence[int]) -> None:
    """Check each file of these sets that no check has read back yet."""
    after = 0
    while batch := _unverified(database, set_ids, after):
        faults = {file.id: fault_of(store, file) for file in batch}
        _record(database, faults)
        after = batch[-1].id


def fault_of(store: ByteStore, file: StoredFile) -> str:
    """Return what is wrong with the stored bytes, empty if they match their digests."""
    digest, size = hashlib.sha256(), 0
    try:
        with closing(store.open(file.object_key)) as source:
            while block := source.read(BLOCK):
                digest.update(block)
                size += len(block)
    except NotFound:
        return fault_of_size(None, file.size)
    if fault := fault_of_size(size, file.size):
        return fault
    if digest.hexdigest() != file.sha256:
        return f"The object has SHA-256 {digest.hexdigest()}."
    return ""


_UNVERIFIED = (
    select(StoredFile)
    .join(FileEntry, FileEntry.file_id == StoredFile.id)
    .where(
        in_list(FileEntry.file_set_id, "sets"),
        StoredFile.verified.is_(None),
        StoredFile.state == FileState.VERIFIED.value,
        StoredFile.id > bindparam("after"),
    )
    .order_by(StoredFile.id)
    .distinct()
    .limit(BATCH)
)


def _unverified(database: Database, set_ids: Sequence[int], after: int) -> list[StoredFile]:
    with database.snapshot(SYSTEM) as snapshot:
        return list(snapshot.session.scalars(_UNVERIFIED, {"sets": set_ids, "after": after}))


_SOUND = update(_FILE).where(in_list(_FILE.c.id, "ids")).values(verified=bindparam("now"), fault="")


def _record(database: Database, faults: dict[int, str]) -> None:
    sound = [file_id for file_id, fault in faults.items() if not fault]
    with database.transaction(SYSTEM) as unit:
        unit.session.connection().execute(_SOUND, {"ids": sound, "now": unit.now})
        for file_id, fault in faults.items():
            if fault:
                log.error("fixity", file=file_id, fault=fault)
                unit.session.execute(update(StoredFile).where(StoredFile.id == file_id).values(fault=fault))
        record_events(unit, [fixity_event(file_id, READ_BACK, fault) for file_id, fault in faults.items()])


def fixity_event(file_id: int, detail: str, fault: str) -> PreservationEvent:
    """Return the event of one check; `fault` is empty if the file is sound."""
    outcome = EventOutcome.FAIL if fault else EventOutcome.SUCCESS
    return PreservationEvent(EventType.FIXITY_CHECK, ObjectKind.FILE, file_id, outcome, detail, fault)
