"""Fixity: stored bytes are read back and compared with the digests taken on receipt (PREMIS fixity check)."""

import hashlib
from contextlib import closing

import structlog
from sqlalchemy import select

from repository.engines.bytestore.port import ByteStore
from repository.files.model import FileEntry, StoredFile
from repository.foundation.actor import SYSTEM
from repository.foundation.errors import NotFound
from repository.foundation.work import Works

BLOCK = 1 << 20
BATCH = 200
log = structlog.get_logger()


def verify_set(works: Works, store: ByteStore, set_id: int) -> None:
    """Verify each file of a set that was never read back since it was received."""
    after = 0
    while batch := _unverified(works, set_id, after):
        faults = {file.id: fault_of(store, file) for file in batch}
        _note(works, faults)
        after = batch[-1].id


def fault_of(store: ByteStore, file: StoredFile) -> str:
    """What is wrong with the stored bytes; empty if they are what was received."""
    digest, size = hashlib.sha256(), 0
    try:
        with closing(store.open(file.object_key)) as source:
            while block := source.read(BLOCK):
                digest.update(block)
                size += len(block)
    except NotFound:
        return "The object is not in the store."
    if size != file.size:
        return f"The object has {size} bytes instead of {file.size}."
    if digest.hexdigest() != file.sha256:
        return f"The object has SHA-256 {digest.hexdigest()}."
    return ""


def _unverified(works: Works, set_id: int, after: int) -> list[StoredFile]:
    with works.reading(SYSTEM) as work:
        return list(
            work.session.scalars(
                select(StoredFile)
                .join(FileEntry, FileEntry.file_id == StoredFile.id)
                .where(
                    FileEntry.file_set_id == set_id,
                    StoredFile.verified.is_(None),
                    StoredFile.id > after,
                )
                .order_by(StoredFile.id)
                .limit(BATCH)
            )
        )


def _note(works: Works, faults: dict[int, str]) -> None:
    with works.writing(SYSTEM) as work:
        for file in work.session.scalars(select(StoredFile).where(StoredFile.id.in_(faults))):
            file.fault = faults[file.id]
            file.verified = None if file.fault else work.now
            if file.fault:
                log.error("fixity", file=file.id, object=file.object_key, fault=file.fault)
