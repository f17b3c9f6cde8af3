"""A backup: the database first, then the objects that this copy of the database refers to.

Objects are never changed, and those of a publication are never removed.  So whatever was acknowledged before the
database's copy began is in the backup, whole.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from repository import __version__
from repository.backup.manifest import CopiedFile, Manifest, described, flush, read_manifest
from repository.backup.object_copies import (
    UNKNOWN,
    ListedObject,
    ObjectFate,
    Tally,
    carry,
    fetch,
    forget_others,
    listed_in,
    only_look,
)
from repository.core.errors import Conflict, Unavailable, Unsuitable
from repository.engines.copies.port import CopiedState, DatabaseCopies, row_counts, value_of
from repository.engines.store.port import ByteStore

OBJECTS = "SELECT object_key, size, sha256 FROM stored_file ORDER BY object_key"
_REVISION = "SELECT version_num FROM alembic_version"


@dataclass(frozen=True, slots=True)
class BackupChoice:
    """`database_only`: the store is copied by other means; `link`: local objects are linked instead of copied."""

    database_only: bool = False
    link: bool = False


@dataclass(frozen=True, slots=True)
class _CopySummary:
    schema: str
    rows: Mapping[str, int]
    count: int
    size: int


def back_up(copies: DatabaseCopies, store: ByteStore, folder: Path, choice: BackupChoice) -> tuple[Manifest, Tally]:
    """Write a backup to `folder`, in place of an earlier one there; until it is finished the earlier one holds.

    Raises `Conflict` while another backup is written there, `Unsuitable` if the copy is damaged.
    """
    begun = datetime.now(UTC)
    with _folder_of_one(folder):
        database = folder / f"database-{begun:%Y%m%dT%H%M%S%fZ}{copies.suffix}"
        objects = folder / f"objects-{begun:%Y%m%dT%H%M%S%fZ}.tsv"
        try:
            state = _copy_database(copies, database, objects)
            verified = copies.check(database, state.rows)
            tally = _copy_objects(store, objects, folder, choice)
            faults = _faults(copies, tally)
        except BaseException:
            database.unlink(missing_ok=True)
            objects.unlink(missing_ok=True)
            raise
        manifest = Manifest(
            release=__version__,
            schema=state.schema,
            kind=copies.kind,
            begun=begun.isoformat(),
            finished=datetime.now(UTC).isoformat(),
            database=described(database),
            rows=state.rows,
            objects=described(objects),
            object_count=state.count,
            object_bytes=state.size,
            included=not choice.database_only,
            verified=verified,
            faults=faults,
        )
        manifest.write(folder)
        _remove_former(folder, manifest)
    return manifest, tally


@contextmanager
def _folder_of_one(folder: Path) -> Iterator[None]:
    """Make the folder, and keep other backups from it; raises `Conflict`, `Unavailable`."""
    try:
        folder.mkdir(0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise Unavailable(f"{folder} cannot be used: {error.strerror}.") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _refuse_strange(folder)
        yield
    except BlockingIOError:
        raise Conflict(f"Another backup is being written to {folder}.") from None
    except OSError as error:
        raise Unavailable(f"The backup in {folder} is not finished: {error.strerror or error}.") from error
    finally:
        os.close(descriptor)


def _refuse_strange(folder: Path) -> None:
    """Raise `Conflict` for a folder of something else, and clear what an interrupted backup has left."""
    ours = ("manifest.json", "database-", "objects")
    if strange := sorted(path.name for path in folder.iterdir() if not path.name.startswith(ours)):
        raise Conflict(f"{folder} holds other files, such as {strange[0]}. Name an empty folder, or an earlier backup.")
    try:
        former: Manifest | None = read_manifest(folder)
    except Unsuitable:
        former = None
    _remove_all_but(folder, (former.database, former.objects) if former else ())


def _copy_database(copies: DatabaseCopies, database: Path, objects: Path) -> _CopySummary:
    with copies.copy(database) as state:
        count, size = _write_list(state, objects)
        return _CopySummary(str(value_of(state, _REVISION)), row_counts(state), count, size)


def _write_list(state: CopiedState, objects: Path) -> tuple[int, int]:
    count = total = 0
    descriptor = os.open(objects, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as lines:
        for key, size, sha256 in state.rows(OBJECTS):
            lines.write(ListedObject(key, size, sha256 or UNKNOWN).line)
            count, total = count + 1, total + size
        lines.flush()
        os.fsync(lines.fileno())
    return count, total


def _copy_objects(store: ByteStore, objects: Path, folder: Path, choice: BackupChoice) -> Tally:
    if choice.database_only:
        return carry(listed_in(objects), lambda listed: only_look(store, listed))
    tally = carry(listed_in(objects), lambda listed: fetch(store, listed, folder, link=choice.link))
    for shelf in (folder / "objects").glob("*"):
        flush(shelf)
    return tally


def _faults(copies: DatabaseCopies, tally: Tally) -> tuple[str, ...]:
    """Return what the store lacked, without the objects of drafts that were deleted while the backup was written."""
    missing = {key for key, fate in tally.bad.items() if fate is ObjectFate.MISSING}
    if missing:
        with copies.now() as state:
            missing -= {key for key, _, _ in state.rows(OBJECTS)}
    for key in missing:
        del tally.bad[key]
    return tuple(f"{key}: {fate.value}" for key, fate in tally.bad.items())


def _remove_former(folder: Path, manifest: Manifest) -> None:
    _remove_all_but(folder, (manifest.database, manifest.objects))
    if manifest.included:
        forget_others(folder, listed_in(folder / manifest.objects.name))


def _remove_all_but(folder: Path, kept: tuple[CopiedFile, ...]) -> None:
    names = {file.name for file in kept}
    for pattern in ("database-*", "objects-*"):
        for path in folder.glob(pattern):
            if path.name not in names:
                path.unlink()
