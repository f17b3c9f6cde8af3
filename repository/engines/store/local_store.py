"""The byte store in a directory: of one machine, or of a shared file system with hard links.

::

    root/objects/3f/3f2a…      one file an object, read-only, named by its key ("/" written as "+")
    root/incoming/…            objects being received, moved out of here whole or removed
    root/uploads/…             uploads in parts, see `local_uploads`
    root/marks/…               marks, see `local_marks`

An object is written to ``incoming``, flushed to the disk, and only then linked under its key.  The
file system makes or refuses a link in one step and never replaces a file, and so decides
between two writers of one key.  A kill or power cut at any instruction leaves the object complete
or invisible; `LocalStore.clear_abandoned` clears what it may leave in ``incoming``.
"""

import heapq
import os
import secrets
import time
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from repository.core.errors import NotFound
from repository.core.private_files import tighten
from repository.engines.store.digests import Digesting, announced
from repository.engines.store.local_files import (
    as_unavailable,
    flush_file,
    flush_files,
    flush_folder,
    new_file,
    read_small,
    write_all,
)
from repository.engines.store.local_marks import LocalMarks
from repository.engines.store.local_objects import ObjectFolder
from repository.engines.store.local_uploads import LocalUploads
from repository.engines.store.port import (
    MOST_SMALL,
    ContentDisposition,
    FileDigests,
    NewObject,
    SmallContent,
    StoredObject,
)
from repository.engines.store.store_keys import name_of, require_key


class LocalStore:
    """A byte store below the directory `root`, which is made if it is missing; `reserve` bytes stay free.

    Only the user of the processes may read it; with `for_group` their group may read the objects too.

    Keys are those of `store_keys`; any other raises `ValueError`.  Threads, processes and hosts may share one `root`.
    """

    def __init__(self, root: Path, reserve: int = 0, *, for_group: bool = False) -> None:
        self.root = root.absolute()
        self._for_group = for_group
        self._objects = ObjectFolder(self.root / "objects", reserve, for_group=for_group)
        self._incoming = self.root / "incoming"
        self.uploads = LocalUploads(self.root / "uploads", self._objects)
        self.marks = LocalMarks(self.root / "marks", self._incoming)
        self.prepare()

    def prepare(self) -> None:
        """Make the folders; `__init__` has done it."""
        with as_unavailable():
            self.root.parent.mkdir(parents=True, exist_ok=True)
            self._objects.make_folder(self.root)
            self._objects.make_folder(self._objects.folder)
            self._incoming.mkdir(0o700, exist_ok=True)
            self.uploads.folder.mkdir(0o700, exist_ok=True)
            if self._for_group:
                self._objects.open_to_group()
        if not self._for_group:
            tighten(self.root)  # nobody passes through it to what an earlier release has left open

    def write(self, key: str, source: BinaryIO, *, limit: int, size: int | None = None) -> FileDigests:
        """Store all of `source` (see the port); durable when this returns.

        An announced `size` for which there is no room is refused before it has travelled.
        """
        self._objects.require_free(key)  # refused again when linking; here to spare the sender the bytes
        if size is not None and size <= limit:
            self._objects.require_room(size)
        incoming = self._incoming / f"{os.getpid()}-{secrets.token_hex(12)}"
        try:
            digests = _receive(incoming, self._objects.while_there_is_room(announced(source, limit=limit, size=size)))
            self._objects.put_in_place(incoming, key)
        finally:
            with as_unavailable(), suppress(FileNotFoundError):
                incoming.unlink()
        return digests

    def write_many(self, objects: Sequence[NewObject]) -> None:
        """Store small objects (see the port): every file is flushed, every shelf once."""
        if not objects:
            return
        self._objects.require_room(sum(new.digests.size for new in objects))
        name = f"{os.getpid()}-{secrets.token_hex(12)}"
        incoming = [self._incoming / f"{name}-{number}" for number in range(len(objects))]
        try:
            for path, new in zip(incoming, objects, strict=True):
                with new_file(path) as descriptor:
                    write_all(descriptor, new.read())
            flush_files(incoming)
            self._objects.put_all_in_place(zip(incoming, (new.key for new in objects), strict=True))
        finally:
            with as_unavailable():
                for path in incoming:
                    path.unlink(missing_ok=True)

    def open(self, key: str, start: int = 0) -> BinaryIO:
        """Return the object's bytes from `start` (0 or more), empty past its end; raises `NotFound`."""
        if start < 0:
            raise ValueError(f"start is {start}, which is before the object's first byte")
        with as_unavailable():
            try:
                file = open(self._objects.place(key), "rb")  # noqa: SIM115 - as `place` says; the caller's
            except FileNotFoundError as error:
                raise _missing(key) from error
            if start:
                file.seek(start)
            return file

    def read_many(self, keys: Iterable[str]) -> Iterator[SmallContent]:
        """Yield the bytes of small objects (see the port)."""
        with as_unavailable():  # what a reader does between two of them is not raised in here
            place, most = self._objects.place, MOST_SMALL + 1
            for key in keys:
                try:
                    small = SmallContent._make(read_small(place(key), most))
                except FileNotFoundError as error:
                    raise _missing(key) from error
                yield small

    def size(self, key: str) -> int | None:
        """Return the length in bytes, None if there is no such object."""
        return self._objects.size(key)

    def sizes(self, keys: Collection[str]) -> Mapping[str, int]:
        """Return the lengths in bytes of those of `keys` that are there."""
        return self._objects.sizes(keys)

    def local_path(self, key: str) -> Path | None:
        """Return the object's file, None if there is no such object."""
        path = self._objects.path(key)
        return None if self.size(key) is None else path

    def address(self, key: str, disposition: ContentDisposition, lifetime: timedelta) -> None:  # noqa: ARG002
        """Return None: a directory serves nobody."""
        require_key(key)

    def remove(self, keys: Iterable[str]) -> None:
        """Remove those of `keys` that exist, durably."""
        paths = [self._objects.path(key) for key in keys]
        with as_unavailable():
            for path in paths:
                path.unlink(missing_ok=True)
            for shelf in {path.parent for path in paths if path.parent.exists()}:
                flush_folder(shelf)

    def objects(self) -> Iterator[StoredObject]:
        """Yield all objects, shelf by shelf; of those stored or removed meanwhile, some."""
        shelves = sorted(self._shelves())
        # Keys with a mark among their first two letters share shelves; they are rare, and put in their places.
        of_marked = list(chain.from_iterable(map(self._on_shelf, (name for name in shelves if "_" in name))))
        of_others = chain.from_iterable(map(self._on_shelf, (name for name in shelves if "_" not in name)))
        yield from heapq.merge(of_others, sorted(of_marked, key=_name), key=_name)

    def describe(self) -> str:
        """Return where the store is and how much room it has; raises `Unavailable`."""
        return f"local store at {self.root}, {self._objects.room() / 2**30:.1f} GiB free"

    def shortcomings(self) -> Sequence[str]:
        """Return nothing: opening the store has tried the file system."""
        return ()

    def close(self) -> None:
        """Do nothing: no file is kept open."""

    def clear_abandoned(
        self, older_than: timedelta, keep: Container[str] = (), uploads_older_than: timedelta | None = None
    ) -> int:
        """Remove leftovers of interrupted writes, and uploads of keys not in `keep` (see the port).

        Returns the number of files and uploads removed.
        """
        before = time.time() - older_than.total_seconds()
        cleared = 0
        with as_unavailable():
            for leftover in self._incoming.iterdir():
                with suppress(FileNotFoundError):  # its writer finished, or another process clears too
                    if leftover.stat().st_mtime <= before:
                        leftover.unlink()
                        cleared += 1
        idle_since = time.time() - (older_than if uploads_older_than is None else uploads_older_than).total_seconds()
        return cleared + self.uploads.clear(idle_since, keep)

    def _shelves(self) -> list[str]:
        with as_unavailable():
            return os.listdir(self._objects.folder)

    def _on_shelf(self, shelf: str) -> list[StoredObject]:
        with as_unavailable(), os.scandir(self._objects.folder / shelf) as entries:
            return sorted(filter(None, map(_stored, entries)), key=_name)


def _receive(incoming: Path, blocks: Iterable[bytes]) -> FileDigests:
    """Write all `blocks` to the new file `incoming`, and flush it to the disk."""
    with new_file(incoming) as descriptor, Digesting() as digesting:
        for block in blocks:
            digesting.feed(block)
            write_all(descriptor, block)
        flush_file(descriptor)  # the threads of the digests work meanwhile
        return digesting.digests()


def _missing(key: str) -> NotFound:
    return NotFound(f"There is no stored object {key!r}.")


def _name(stored: StoredObject) -> str:
    return name_of(stored.key)


def _stored(entry: os.DirEntry[str]) -> StoredObject | None:
    if entry.name.startswith("."):  # what a network file system keeps of a removed open file
        return None
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # removed since its shelf was read
        return None
    modified = datetime.fromtimestamp(status.st_mtime, UTC)
    return StoredObject(entry.name.replace("+", "/"), status.st_size, modified)
