"""Upload files: begin (names), receive (bytes), stage, complete; and remove them again before publication.

Bytes are received outside any transaction and get a row only when they are whole and durable in the store.  Until
commit, the name keeps the file that was committed before.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from sqlalchemy import ColumnElement, ScalarSelect, Table, bindparam, delete, func, select, update
from sqlalchemy.orm.attributes import set_committed_value

from repository.core.database.bulk import insert_rows, update_row
from repository.core.errors import FieldError, Forbidden, Invalid
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.engines.store.port import ByteStore, FileDigests
from repository.files.facts import FileReceived, FileReleased, FileSetDiscarded
from repository.files.model import FileEntry, FileSet, SetState, StoredFile
from repository.files.name_clashes import NamedFiles, require_no_clash
from repository.files.queries import keys_below, keys_taken
from repository.files.rules import FileState, extension_of, media_type_of

# Added up by the database, so that parallel uploads of one draft never lose each other's files.
_SET = cast(Table, FileSet.__table__)


@dataclass(frozen=True, slots=True)
class Announced:
    """What a request says of its bytes: length, MD5 in hexadecimal; None for what it does not say."""

    size: int | None = None
    md5: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that are in the store and belong to no file yet."""

    object_key: str
    digests: FileDigests


def new_set(unit: UnitOfWork) -> FileSet:
    """Make an empty set."""
    files = FileSet(state=SetState.OPEN.value, count=0, total_bytes=0)
    insert_rows(unit.session, [files])
    return files


def begin(unit: UnitOfWork, files: FileSet, named: NamedFiles, limit: int) -> Sequence[FileEntry]:
    """Name the files to come; raises `Invalid`, and names none, if one name is taken."""
    require_open(files.state)
    declared = named.declared
    _require_no_clash(unit, files, named)
    if files.count + len(declared) > limit:
        raise Invalid.field("files", f"A record holds at most {limit} files.")
    entries = [
        FileEntry(
            file_set_id=files.id,
            key=file.key,
            extension=extension_of(file.key),
            pending=True,
            declared_size=file.size,
            declared_checksum=file.checksum,
            about=file.about,
            hidden=file.hidden,
            created=unit.now,
            updated=unit.now,
            file=None,
            staged=None,
        )
        for file in declared
    ]
    insert_rows(unit.session, entries)
    _count(unit, files, len(entries), 0)
    return entries


def receive(store: ByteStore, source: BinaryIO, announced: Announced, limit: int) -> Received:
    """Put bytes into the store, digesting on the way.

    Raises `TooLarge`, `Invalid` for another length or digest, and `Unavailable`; then nothing is kept.
    """
    object_key = uuid.uuid4().hex
    digests = store.write(object_key, source, limit=limit, size=announced.size)
    if announced.md5 not in (None, digests.md5):
        store.remove([object_key])
        raise Invalid.field("Content-MD5", f"Announced md5:{announced.md5}, received md5:{digests.md5}.")
    return Received(object_key, digests)


def stage(unit: UnitOfWork, entry: FileEntry, received: Received) -> None:
    """Hold received bytes, with their digests, beside the committed file."""
    if entry.staged_id is not None:
        unit.emit(FileReleased(entry.staged_id))
    file = StoredFile(
        object_key=received.object_key,
        size=received.digests.size,
        state=FileState.VERIFIED.value,
        md5=received.digests.md5,
        sha256=received.digests.sha256,
        media_type=media_type_of(entry.key),
        created=unit.now,
    )
    insert_rows(unit.session, [file])
    update_row(unit.session, entry, staged_id=file.id, pending=True, updated=unit.now)
    set_committed_value(entry, "staged", file)


def complete(unit: UnitOfWork, files: FileSet, entry: FileEntry) -> tuple[FieldError, ...]:
    """Make the staged file the committed one, if it is as declared; return what does not match.

    If anything does not match, the staged file is dropped and the name keeps the file that it had.  Committing again
    changes nothing.  Raises `Invalid` if nothing was received.
    """
    require_open(files.state)
    file = entry.staged
    if file is None:
        if entry.file_id is None:
            raise Invalid.field("content", f"No content was received for file '{entry.key}'.")
        return ()
    mismatches = _mismatches(entry, file)
    if mismatches:
        _settle(unit, entry, entry.file)
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


def _hidden(total: ColumnElement[int]) -> ScalarSelect[int]:
    hidden = FileEntry.__table__.join(StoredFile.__table__, FileEntry.file_id == StoredFile.id)
    return (
        select(total)
        .select_from(hidden)
        .where(FileEntry.file_set_id == bindparam("set"), FileEntry.hidden.is_(True))
        .scalar_subquery()
    )


_FREEZE = (
    update(_SET)
    .where(_SET.c.id == bindparam("set"))
    .values(
        state=SetState.FROZEN.value,
        hidden_count=_hidden(func.count()),
        hidden_bytes=_hidden(func.coalesce(func.sum(StoredFile.size), 0)),
    )
)


def freeze(unit: UnitOfWork, files: FileSet) -> None:
    """Freeze the set, and add up its hidden files: from now on it never changes."""
    unit.session.connection().execute(_FREEZE, {"set": files.id})
    set_committed_value(files, "state", SetState.FROZEN.value)
    unit.session.expire(files, ["hidden_count", "hidden_bytes"])


def require_open(state: str) -> None:
    """Raise `Forbidden` if this is the state of a published version's files."""
    if state != SetState.OPEN:
        raise Forbidden("The files of a published version cannot be changed: make a new version.")


def _require_no_clash(snapshot: Snapshot, files: FileSet, named: NamedFiles) -> None:
    """Raise `Invalid` for the first name that is taken, or that no disk can hold beside the others."""
    near = _names_near(snapshot, files, named) if files.count else ()
    if near:
        require_no_clash([file.key for file in named.declared], near)


def _names_near(snapshot: Snapshot, files: FileSet, named: NamedFiles) -> Sequence[str]:
    """Return the names in the set that could be in the way of those that are `named`."""
    taken = keys_taken(snapshot, files.id, named.same | named.above)
    return [*taken, *keys_below(snapshot, files.id, named.same)]


def _mismatches(entry: FileEntry, file: StoredFile) -> tuple[FieldError, ...]:
    errors = []
    if entry.declared_size not in (None, file.size):
        message = f"Declared {entry.declared_size} bytes, received {file.size}."
        errors.append(FieldError.of("size", message))
    if entry.declared_checksum:
        algorithm, _, declared = entry.declared_checksum.partition(":")
        digest = file.md5 if algorithm == "md5" else file.sha256
        if digest not in (None, declared):  # unknown while the file is received: its verification compares it
            message = f"Declared {algorithm}:{declared}, received {algorithm}:{digest}."
            errors.append(FieldError.of("checksum", message))
    return tuple(errors)


def _replace(unit: UnitOfWork, files: FileSet, entry: FileEntry, file: StoredFile) -> None:
    before = entry.file.size if entry.file else 0
    if entry.file_id is not None:
        unit.emit(FileReleased(entry.file_id))
    _settle(unit, entry, file)
    _count(unit, files, 0, file.size - before)
    unit.emit(FileReceived(file.id, entry.key, file.sha256))


def _settle(unit: UnitOfWork, entry: FileEntry, file: StoredFile | None) -> None:
    """Make `file` the committed file, with nothing staged beside it."""
    file_id, pending = (file.id, not file.is_verified) if file else (None, True)
    update_row(unit.session, entry, file_id=file_id, staged_id=None, pending=pending, updated=unit.now)
    set_committed_value(entry, "file", file)
    set_committed_value(entry, "staged", None)


_CHANGE_COUNTS = (
    update(_SET)
    .where(_SET.c.id == bindparam("set"))
    .values(count=_SET.c.count + bindparam("more"), total_bytes=_SET.c.total_bytes + bindparam("bytes"))
)


def _count(unit: UnitOfWork, files: FileSet, count: int, total_bytes: int) -> None:
    unit.session.connection().execute(_CHANGE_COUNTS, {"set": files.id, "more": count, "bytes": total_bytes})
    unit.session.expire(files, ["count", "total_bytes"])
