"""Bundles: many small files of one set that come in one body, a TAR.

`received` puts the body on the disk and reads what is in it; `plan` says of each file whether it is to be stored, is
there already, or why it is refused; `store` and `keep` do what is planned, in one transaction whatever the number.
"""

import hashlib
import os
import uuid
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from itertools import islice
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from sqlalchemy import select

from repository.core.database.bulk import insert_named, insert_values, update_rows
from repository.core.database.id_list import in_list
from repository.core.errors import Invalid
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.engines.store.digests import announced
from repository.engines.store.port import ByteStore, FileDigests, NewObject
from repository.files.declarations import mismatches_of
from repository.files.facts import FileReceived, FileReleased
from repository.files.model import FileEntry, FileSet, StoredFile, Upload, UploadState
from repository.files.name_clashes import Names, names_apart
from repository.files.queries import entries_named
from repository.files.rules import Declared, FileState, extension_of, fault_of_key, media_type_of
from repository.files.tar_members import TarMember, tar_members
from repository.files.uploads import add_to_counts, names_near, require_open

MOST_FILES = 256
MOST_BYTES = 16 << 20
"""of the whole body"""


class BundleOutcome(StrEnum):
    STORED = "stored"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class BundledFile:
    """A file of a bundle, whose bytes `read` returns.

    `fault` says why it cannot be taken, whatever the set holds.
    """

    key: str
    digests: FileDigests
    read: Callable[[], bytes]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """What becomes of a file: `reason` says why it is refused, `entry_id` names what waits for it."""

    file: BundledFile
    outcome: BundleOutcome
    reason: str = ""
    entry_id: int | None = None


@dataclass(frozen=True, slots=True)
class BundlePlan:
    """What becomes of all files, in their order; `near` are names of the set beside which they stand."""

    files: Sequence[PlannedFile]
    near: Sequence[str] = ()
    waiting: Mapping[int, FileEntry] = field(default_factory=dict)
    """entries that have no file yet, by their ids"""

    @property
    def chosen(self) -> Sequence[PlannedFile]:
        """Those to be stored."""
        return [planned for planned in self.files if planned.outcome is BundleOutcome.STORED]

    @property
    def size(self) -> int:
        """Bytes to be stored."""
        return sum(planned.file.digests.size for planned in self.chosen)

    def is_as(self, other: "BundlePlan") -> bool:
        """Return whether the other one says the same of every file."""
        return list(self.files) == list(other.files)


@contextmanager
def received(source: BinaryIO, size: int | None) -> Iterator[Sequence[BundledFile]]:
    """Put a body of `size` bytes (None: unknown) on the disk; return the files in it, which are read there.

    Raises `TooLarge`, `Invalid` for what is no whole TAR or has too many files, and what is wrong with `source`.
    """
    with TemporaryFile() as file:
        for block in announced(source, limit=MOST_BYTES, size=size):
            file.write(block)
        file.flush()
        members = list(islice(tar_members(cast(BinaryIO, file)), MOST_FILES + 1))
        if len(members) > MOST_FILES:
            raise Invalid(f"A bundle has at most {MOST_FILES} files.")
        times = Counter(member.key for member in members)
        yield [_bundled(file.fileno(), member, times[member.key]) for member in members]


def _bundled(descriptor: int, member: TarMember, times: int) -> BundledFile:
    read = partial(os.pread, descriptor, member.size, member.offset)
    digests = _digests(read())
    fault = member.fault or fault_of_key(member.key) or ""
    if not fault and times > 1:
        fault = "The bundle has several files of this name: none is taken."
    if not fault and member.sha256 not in (None, digests.sha256):
        fault = f"Declared sha256:{member.sha256}, received sha256:{digests.sha256}."
    return BundledFile(member.key, digests, read, fault)


def _digests(content: bytes) -> FileDigests:
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return FileDigests(len(content), md5, hashlib.sha256(content).hexdigest(), zlib.crc32(content))


def plan(
    snapshot: Snapshot, files: FileSet, bundle: Sequence[BundledFile], most_files: int, most_bytes: int
) -> BundlePlan:
    """Say what becomes of each file; `most_files` are those of the set, `most_bytes` those of a file.

    Raises `Invalid` if the set cannot hold so many, and `Forbidden` if it is frozen.
    """
    require_open(files.state)
    sound = [file for file in bundle if not file.fault]
    named = names_apart(Declared(file.key, file.digests.size) for file in sound)
    entries = {entry.key: entry for entry in entries_named(snapshot, files.id, [file.key for file in sound])}
    busy = _busy(snapshot, [entry.id for entry in entries.values() if entry.file_id is None])
    near = names_near(snapshot, files, named) if files.count and named.declared else ()
    names = Names(near)
    planned = [_planned(file, entries.get(file.key), busy, names, most_bytes) for file in bundle]
    new = sum(file.outcome is BundleOutcome.STORED and file.entry_id is None for file in planned)
    if files.count + new > most_files:
        raise Invalid.field("files", f"A record holds at most {most_files} files.")
    return BundlePlan(planned, near, {entry.id: entry for entry in entries.values() if entry.file_id is None})


def _planned(
    file: BundledFile, entry: FileEntry | None, busy: frozenset[int], names: Names, most_bytes: int
) -> PlannedFile:
    reason = file.fault
    if not reason and file.digests.size > most_bytes:
        reason = f"A file has at most {most_bytes} bytes."
    if not reason and entry is None:
        reason = names.clash(file.key) or ""
    if reason:
        return PlannedFile(file, BundleOutcome.REFUSED, reason)
    names.add(file.key)
    if entry is None:
        return PlannedFile(file, BundleOutcome.STORED)
    if _is_same(entry, file.digests):
        return PlannedFile(file, BundleOutcome.SAME)
    if reason := _obstacle(entry, file, busy):
        return PlannedFile(file, BundleOutcome.REFUSED, reason)
    return PlannedFile(file, BundleOutcome.STORED, entry_id=entry.id)


def _is_same(entry: FileEntry, digests: FileDigests) -> bool:
    return entry.file is not None and entry.staged_id is None and entry.file.is_sound and entry.file.digests == digests


def _obstacle(entry: FileEntry, file: BundledFile, busy: frozenset[int]) -> str:
    """Return why a name of the set cannot get these bytes, empty if it can."""
    if entry.file is not None:
        return "The draft has another file of this name: remove or rename it first."
    if entry.transfer is not None or entry.id in busy:
        return "Another upload of this file is under way."
    mismatches = mismatches_of(entry, StoredFile(**_columns(file)))
    return " ".join(message for fault in mismatches for message in fault.messages[:1])


_BUSY = select(Upload.file_entry_id).where(
    in_list(Upload.file_entry_id, "entries"), Upload.state == UploadState.OPEN.value
)


def _busy(snapshot: Snapshot, entry_ids: Sequence[int]) -> frozenset[int]:
    """Return those of the names for which an upload is under way."""
    if not entry_ids:
        return frozenset()
    return frozenset(filter(None, snapshot.session.scalars(_BUSY, {"entries": entry_ids})))


def store(keeper: ByteStore, chosen: Sequence[PlannedFile]) -> Sequence[str]:
    """Store the bytes of files, and return the keys of their objects; raises `Unavailable`, and then none is kept."""
    shelf = uuid.uuid4().hex[:2]  # of all of them: a folder is flushed once
    objects = [NewObject(shelf + uuid.uuid4().hex[2:], planned.file.digests, planned.file.read) for planned in chosen]
    keeper.write_many(objects)
    return [new.key for new in objects]


def keep(unit: UnitOfWork, files: FileSet, plan: BundlePlan, object_keys: Sequence[str]) -> int:
    """Make stored bytes the committed files of their names; return how many bytes the set holds more.

    `files` is locked, and the plan was made in this transaction.
    """
    chosen = plan.chosen
    rows = [
        _columns(planned.file, object_key) | {"created": unit.now}
        for planned, object_key in zip(chosen, object_keys, strict=True)
    ]
    ids = insert_named(unit.session, StoredFile, "object_key", rows)
    pairs = [(planned, ids[object_key]) for planned, object_key in zip(chosen, object_keys, strict=True)]
    new = [_entry(unit, files, planned.file.key, file_id) for planned, file_id in pairs if planned.entry_id is None]
    insert_values(unit.session, FileEntry, new)
    released = _complete(unit, plan, [(p.entry_id, file_id) for p, file_id in pairs if p.entry_id is not None])
    add_to_counts(unit, files, len(new), plan.size, plan.size)
    unit.emit_all([FileReceived(file_id, p.file.key, p.file.digests.sha256) for p, file_id in pairs])
    return plan.size - released


def _complete(unit: UnitOfWork, plan: BundlePlan, pairs: Sequence[tuple[int, int]]) -> int:
    """Give names that wait their files; return the bytes that were staged for them, and are released."""
    entries = [plan.waiting[entry_id] for entry_id, _ in pairs]
    changes = [{"file_id": file_id, "staged_id": None, "pending": False, "updated": unit.now} for _, file_id in pairs]
    staged = [entry.staged for entry in entries if entry.staged is not None]
    update_rows(unit.session, entries, changes)
    unit.emit_all([FileReleased(file.id) for file in staged])
    return sum(file.size for file in staged)


def _columns(file: BundledFile, object_key: str = "") -> dict[str, Any]:
    digests = file.digests
    return {
        "object_key": object_key,
        "size": digests.size,
        "state": FileState.VERIFIED.value,
        "md5": digests.md5,
        "sha256": digests.sha256,
        "crc32": digests.crc32,
        "media_type": media_type_of(file.key),
    }


def _entry(unit: UnitOfWork, files: FileSet, key: str, file_id: int) -> dict[str, Any]:
    extension = extension_of(key)
    same = {"file_set_id": files.id, "pending": False, "created": unit.now, "updated": unit.now}
    return {**same, "key": key, "extension": extension, "file_id": file_id}
