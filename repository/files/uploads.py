"""Files come in: begin (names), receive (bytes), stage, complete; and go again before publication.

Bytes are received outside any transaction and get a row only when they are whole and durable in the store.  Until
commit, what was committed under the name before stays what the name means.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from sqlalchemy import Table, bindparam, delete, update
from sqlalchemy.orm.attributes import set_committed_value

from repository.core.database.bulk import insert_rows, update_row
from repository.core.errors import FieldError, Forbidden, Invalid
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.engines.store.port import ByteStore, FileDigests
from repository.files.facts import FileReceived, FileReleased, FileSetDiscarded
from repository.files.model import FileEntry, FileSet, SetState, StoredFile
from repository.files.queries import keys_taken
from repository.files.rules import Declared, extension_of, fault_of_key, media_type_of

# Added up by the database, so that parallel uploads of one draft never lose each other's files.
_SET = cast(Table, FileSet.__table__)
_CHANGE_COUNTS = (
    update(_SET)
    .where(_SET.c.id == bindparam("set"))
    .values(count=_SET.c.count + bindparam("more"), total_bytes=_SET.c.total_bytes + bindparam("bytes"))
)


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that are in the store and belong to nothing yet."""

    object_key: str
    digests: FileDigests


def new_set(unit: UnitOfWork) -> FileSet:
    """An empty set."""
    made = FileSet(state=SetState.OPEN.value, count=0, total_bytes=0)
    insert_rows(unit.session, [made])
    return made


def begin(unit: UnitOfWork, files: FileSet, wanted: Sequence[Declared], limit: int) -> Sequence[FileEntry]:
    """Name the files to come; raises `Invalid` and names none if any name cannot stand."""
    require_open(files.state)
    _require_names(unit, files, wanted, limit)
    entries = [
        FileEntry(
            file_set_id=files.id,
            key=each.key,
            extension=extension_of(each.key),
            pending=True,
            declared_size=each.size,
            declared_checksum=each.checksum,
            about=each.about,
            hidden=each.hidden,
            created=unit.now,
            updated=unit.now,
            file=None,
            staged=None,
        )
        for each in wanted
    ]
    insert_rows(unit.session, entries)
    _count(unit, files, len(entries), 0)
    return entries


def receive(store: ByteStore, source: BinaryIO, size: int | None, limit: int) -> Received:
    """Put bytes into the store, digesting on the way; `size` in bytes is what was announced of them, if anything was.

    Raises `TooLarge`, `Invalid` for another size, `Unavailable`, and keeps nothing then.
    """
    object_key = uuid.uuid4().hex
    return Received(object_key, store.write(object_key, source, limit=limit, size=size))


def stage(unit: UnitOfWork, entry: FileEntry, received: Received) -> None:
    """Hold received bytes beside what is committed under the name."""
    if entry.staged_id is not None:
        unit.emit(FileReleased(entry.staged_id))
    file = StoredFile(
        object_key=received.object_key,
        size=received.digests.size,
        md5=received.digests.md5,
        sha256=received.digests.sha256,
        media_type=media_type_of(entry.key),
        created=unit.now,
    )
    insert_rows(unit.session, [file])
    update_row(unit.session, entry, staged_id=file.id, pending=True, updated=unit.now)
    set_committed_value(entry, "staged", file)


def complete(unit: UnitOfWork, files: FileSet, entry: FileEntry) -> tuple[FieldError, ...]:
    """Make the staged bytes what the name means, if they are what was declared.

    Returns what does not match, in which case the staged bytes are dropped and the name means what it meant before.
    Committing again changes nothing.  Raises `Invalid` when nothing was received.
    """
    require_open(files.state)
    file = entry.staged
    if file is None:
        if entry.file_id is None:
            raise Invalid.field("content", f"No content was received for file '{entry.key}'.")
        return ()
    mismatches = _mismatches(entry, file)
    if mismatches:
        _settle(unit, entry, entry.file, pending=entry.file is None)
        unit.emit(FileReleased(file.id))
        return mismatches
    _replace(unit, files, entry, file)
    return ()


def remove(unit: UnitOfWork, files: FileSet, entry: FileEntry) -> None:
    """Take a name out of the set; raises `Forbidden` if the set is frozen."""
    require_open(files.state)
    for file_id in (entry.file_id, entry.staged_id):
        if file_id is not None:
            unit.emit(FileReleased(file_id))
    _count(unit, files, -1, -(entry.file.size if entry.file else 0))
    unit.session.execute(delete(FileEntry).where(FileEntry.id == entry.id))


def discard_set(unit: UnitOfWork, files: FileSet) -> None:
    """Give up a whole set; its entries and bytes are removed afterwards, however many there are."""
    require_open(files.state)
    files.state = SetState.DISCARDED.value
    unit.emit(FileSetDiscarded(files.id))


def freeze(unit: UnitOfWork, files: FileSet) -> None:
    """From now on the set never changes."""
    update_row(unit.session, files, state=SetState.FROZEN.value)


def require_open(state: str) -> None:
    """Raises `Forbidden` for a file set in this state if it is that of a published version."""
    if state != SetState.OPEN:
        raise Forbidden("The files of a published version cannot be changed: make a new version.")


def _require_names(snapshot: Snapshot, files: FileSet, wanted: Sequence[Declared], limit: int) -> None:
    errors = [
        FieldError.of(f"{index}.key", fault) for index, each in enumerate(wanted) if (fault := fault_of_key(each.key))
    ]
    if errors:
        raise Invalid(errors=errors)
    taken = keys_taken(snapshot, files.id, [each.key for each in wanted])
    for index, each in enumerate(wanted):
        if each.key in taken:
            raise Invalid(
                f"File with key {each.key} already exists.",
                [FieldError.of(f"{index}.key", f"File with key {each.key} already exists.")],
            )
        taken.add(each.key)
    if files.count + len(wanted) > limit:
        raise Invalid.field("files", f"A record holds at most {limit} files.")


def _mismatches(entry: FileEntry, file: StoredFile) -> tuple[FieldError, ...]:
    errors = []
    if entry.declared_size not in (None, file.size):
        message = f"Declared {entry.declared_size} bytes, received {file.size}."
        errors.append(FieldError.of("size", message))
    if entry.declared_checksum:
        algorithm, _, declared = entry.declared_checksum.partition(":")
        found = file.md5 if algorithm == "md5" else file.sha256
        if found != declared:
            message = f"Declared {algorithm}:{declared}, received {algorithm}:{found}."
            errors.append(FieldError.of("checksum", message))
    return tuple(errors)


def _replace(unit: UnitOfWork, files: FileSet, entry: FileEntry, file: StoredFile) -> None:
    before = entry.file.size if entry.file else 0
    if entry.file_id is not None:
        unit.emit(FileReleased(entry.file_id))
    _settle(unit, entry, file, pending=False)
    _count(unit, files, 0, file.size - before)
    unit.emit(FileReceived(file.id, entry.key, file.sha256))


def _settle(unit: UnitOfWork, entry: FileEntry, file: StoredFile | None, *, pending: bool) -> None:
    """Let the name mean `file`, with nothing beside it."""
    file_id = file.id if file else None
    update_row(unit.session, entry, file_id=file_id, staged_id=None, pending=pending, updated=unit.now)
    set_committed_value(entry, "file", file)
    set_committed_value(entry, "staged", None)


def _count(unit: UnitOfWork, files: FileSet, count: int, total_bytes: int) -> None:
    unit.session.connection().execute(_CHANGE_COUNTS, {"set": files.id, "more": count, "bytes": total_bytes})
    unit.session.expire(files, ["count", "total_bytes"])
