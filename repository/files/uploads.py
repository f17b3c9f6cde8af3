"""Upload files: begin (names), receive (bytes), stage, complete; and remove them again before publication.

Bytes are received outside any transaction and get a row only when they are whole and durable in the store.  Until
commit, the name keeps the file that was committed before.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

from sqlalchemy import ColumnElement, ScalarSelect, Table, bindparam, delete, exists, func, select, update
from sqlalchemy.orm.attributes import set_committed_value

from repository.core.database.bulk import insert_rows, update_row
from repository.core.errors import FieldError, Forbidden, Invalid
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.engines.store.port import ByteStore, FileDigests
from repository.files.declarations import mismatches_of
from repository.files.facts import FileReceived, FileReleased, FileSetDiscarded, VerificationDue
from repository.files.model import FileEntry, FileSet, SetState, StoredFile
from repository.files.name_clashes import NamedFiles, require_no_clash
from repository.files.part_uploads import FETCHED, PARTS, give_up
from repository.files.queries import keys_below, keys_of, keys_taken
from repository.files.rules import FileState, extension_of, media_type_of

SMALL_SET = 500
"""names that are compared with new ones all together, in one query"""
# Added up by the database, so that parallel uploads of one draft never lose each other's files.
_SET = cast(Table, FileSet.__table__)


@dataclass(frozen=True, slots=True)
class Announced:
    """What a request says of its bytes: length, MD5 in hexadecimal; None for what it does not say."""

    size: int | None = None
    md5: str | None = None


@dataclass(frozen=True, slots=True)
class Completed:
    """What does not match the declaration, and the bytes that the name does not hold any more."""

    mismatches: tuple[FieldError, ...]
    freed: int


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


def begin(
    unit: UnitOfWork, files: FileSet, named: NamedFiles, limit: int, neighbours: list[str] | None = None
) -> Sequence[FileEntry]:
    """Name the files to come; raises `Invalid`, and names none, if one name is taken.

    `neighbours` takes in the names beside which they stand, for whoever compares them afterwards (`case_twins`); few
    of a large set.
    """
    near = require_nameable(unit, files, named, limit)
    declared = named.declared
    if neighbours is not None:
        neighbours += near
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
            transfer=PARTS if file.part_count else FETCHED if file.url else None,
            created=unit.now,
            updated=unit.now,
            file=None,
            staged=None,
        )
        for file in declared
    ]
    insert_rows(unit.session, entries)
    add_to_counts(unit, files, len(entries), 0)
    return entries


def require_nameable(snapshot: Snapshot, files: FileSet, named: NamedFiles, limit: int) -> Sequence[str]:
    """Raise `Invalid` if the set cannot have these names beside its own, or so many; `Forbidden` if it is frozen.

    Returns the names in the set that are near.
    """
    require_open(files.state)
    near = _require_no_clash(snapshot, files, named)
    if files.count + len(named.declared) > limit:
        raise Invalid.field("files", f"A record holds at most {limit} files.")
    return near


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


def stage(unit: UnitOfWork, entry: FileEntry, received: Received) -> int:
    """Hold received bytes, with their digests, beside the committed file; return how many more the name holds now."""
    return _stage(unit, entry, received.object_key, received.digests.size, received.digests)


def stage_received(unit: UnitOfWork, entry: FileEntry, object_key: str, size: int) -> int:
    """Do as `stage` with bytes that nobody has read yet: after the commit, a job reads them (`first_reading`)."""
    return _stage(unit, entry, object_key, size, None)


def _stage(unit: UnitOfWork, entry: FileEntry, object_key: str, size: int, digests: FileDigests | None) -> int:
    before = (entry.staged.size if entry.staged else 0) + give_up(unit, entry)
    if entry.staged_id is not None:
        unit.emit(FileReleased(entry.staged_id))
    file = StoredFile(
        object_key=object_key,
        size=size,
        state=(FileState.VERIFIED if digests else FileState.RECEIVED).value,
        md5=digests and digests.md5,
        sha256=digests and digests.sha256,
        crc32=digests and digests.crc32,
        media_type=media_type_of(entry.key),
        created=unit.now,
    )
    insert_rows(unit.session, [file])
    update_row(unit.session, entry, staged_id=file.id, pending=True, updated=unit.now)
    set_committed_value(entry, "staged", file)
    return file.size - before


def complete(unit: UnitOfWork, files: FileSet, entry: FileEntry) -> Completed:
    """Make the staged file the committed one, if it is as declared; return what does not match and is freed.

    If anything does not match, the staged file is dropped and the name keeps the file that it had.  Committing again
    changes nothing.  Raises `Invalid` if nothing was received.
    """
    require_open(files.state)
    file = entry.staged
    if file is None:
        if entry.file_id is None:
            raise Invalid.field("content", f"No content was received for file '{entry.key}'.")
        return Completed((), 0)
    mismatches = mismatches_of(entry, file)
    if mismatches:
        _settle(unit, entry, entry.file)
        unit.emit(FileReleased(file.id))
        return Completed(mismatches, file.size)
    return Completed((), _replace(unit, files, entry, file))


def remove(unit: UnitOfWork, files: FileSet, entry: FileEntry) -> int:
    """Take a name out of the set, and return its own bytes; raises `Forbidden` if the set is frozen."""
    require_open(files.state)
    own, reserved = _own_bytes(unit, entry), give_up(unit, entry)
    for file_id in (entry.file_id, entry.staged_id):
        if file_id is not None:
            unit.emit(FileReleased(file_id))
    add_to_counts(unit, files, -1, -(entry.file.size if entry.file else 0), -own)
    unit.session.execute(delete(FileEntry).where(FileEntry.id == entry.id))
    return own + reserved + (entry.staged.size if entry.staged else 0)


def discard_set(unit: UnitOfWork, files: FileSet, owner_id: int) -> int:
    """Give up a whole set of the owner; its entries and bytes are removed afterwards, however many there are.

    Returns the committed bytes of its own; those that are staged are given back when they are removed.
    """
    require_open(files.state)
    files.state = SetState.DISCARDED.value
    unit.emit(FileSetDiscarded(files.id, owner_id))
    return files.own_bytes


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


def _require_no_clash(snapshot: Snapshot, files: FileSet, named: NamedFiles) -> Sequence[str]:
    """Raise `Invalid` for the first name that is taken, or that no disk can hold beside the others."""
    near = names_near(snapshot, files, named) if files.count else ()
    if near:
        require_no_clash([file.key for file in named.declared], near)
    return near


def names_near(snapshot: Snapshot, files: FileSet, named: NamedFiles) -> Sequence[str]:
    """Return the names in the set, of a large one those that could be in the way."""
    if files.count <= SMALL_SET:
        return list(keys_of(snapshot, files.id, SMALL_SET))
    taken = keys_taken(snapshot, files.id, named.same | named.above)
    return [*taken, *keys_below(snapshot, files.id, named.same)]


def _replace(unit: UnitOfWork, files: FileSet, entry: FileEntry, file: StoredFile) -> int:
    before, own = entry.file.size if entry.file else 0, _own_bytes(unit, entry)
    if entry.file_id is not None:
        unit.emit(FileReleased(entry.file_id))
    _settle(unit, entry, file)
    add_to_counts(unit, files, 0, file.size - before, file.size - own)
    unit.emit(FileReceived(file.id, entry.key, file.sha256))
    if file.state == FileState.RECEIVED:
        unit.emit(VerificationDue(file.id))
    return own


_LINKED = select(exists().where(FileEntry.file_id == bindparam("file"), FileEntry.file_set_id != bindparam("set")))


def _own_bytes(snapshot: Snapshot, entry: FileEntry) -> int:
    """Return the bytes of the committed file, 0 if another set has it too: there it is published."""
    if entry.file is None:
        return 0
    is_linked = snapshot.session.connection().scalar(_LINKED, {"file": entry.file_id, "set": entry.file_set_id})
    return 0 if is_linked else entry.file.size


def _settle(unit: UnitOfWork, entry: FileEntry, file: StoredFile | None) -> None:
    """Make `file` the committed file, with nothing staged beside it."""
    file_id, pending = (file.id, not file.is_sound) if file else (None, True)
    update_row(unit.session, entry, file_id=file_id, staged_id=None, pending=pending, updated=unit.now)
    set_committed_value(entry, "file", file)
    set_committed_value(entry, "staged", None)


_CHANGE_COUNTS = (
    update(_SET)
    .where(_SET.c.id == bindparam("set"))
    .values(
        count=_SET.c.count + bindparam("more"),
        total_bytes=_SET.c.total_bytes + bindparam("bytes"),
        own_bytes=_SET.c.own_bytes + bindparam("own"),
    )
)


def add_to_counts(unit: UnitOfWork, files: FileSet, count: int, total_bytes: int, own_bytes: int = 0) -> None:
    """Add to what the set says of its files."""
    more = {"set": files.id, "more": count, "bytes": total_bytes, "own": own_bytes}
    unit.session.connection().execute(_CHANGE_COUNTS, more)
    unit.session.expire(files, ["count", "total_bytes", "own_bytes"])
