"""The byte store in a directory: of one machine, or of a shared file system with hard links.

::

    root/objects/3f/3f2a…      one file an object, read-only, named by its key ("/" written as "+")
    root/incoming/…            objects being received, moved out of here whole or removed

An object is written to ``incoming``, flushed to the disk, and only then linked under its key.  The
file system makes or refuses a link in one step and never replaces what is there, and so decides
between two writers of one key.  A kill or power cut at any instruction leaves the object complete
or invisible; what it may leave in ``incoming`` is cleared by `LocalStore.clear_abandoned`.
"""

import errno
import heapq
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from repository.core.errors import Conflict, NotFound, Unavailable
from repository.engines.store.digests import Digesting, announced
from repository.engines.store.port import ContentDisposition, FileDigests, StoredObject
from repository.engines.store.store_keys import name_of, require_key

_NO_ROOM = "The store has no room left."
_NO_ANSWER = "The store does not answer."
_REASONS = {
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: _NO_ROOM,
    errno.EFBIG: _NO_ROOM,
    errno.EROFS: "The store is read-only.",
    errno.EACCES: "The store refuses access.",
    errno.EPERM: "The store refuses access.",
    errno.EOPNOTSUPP: "The store's file system cannot link files.",
    errno.EMLINK: _NO_ANSWER,
    errno.EIO: _NO_ANSWER,
    errno.ENOENT: _NO_ANSWER,  # the root is gone; a missing object is dealt with before
    errno.ENODEV: _NO_ANSWER,
    errno.ENXIO: _NO_ANSWER,
    errno.ENOTCONN: _NO_ANSWER,
    errno.ESTALE: _NO_ANSWER,
    errno.ETIMEDOUT: _NO_ANSWER,
    errno.EHOSTDOWN: _NO_ANSWER,
    errno.EMFILE: _NO_ANSWER,
    errno.ENFILE: _NO_ANSWER,
    errno.ENOMEM: _NO_ANSWER,
}


class LocalStore:
    """A byte store below the directory `root`, which is made if it is missing.

    Keys are as `keys` has it; any other raises `ValueError`.  Threads, processes and hosts may share one `root`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self._objects = self.root / "objects"
        self._incoming = self.root / "incoming"
        self._durable: set[str] = set()
        self.prepare()

    def prepare(self) -> None:
        """Make the folders; `__init__` has done it."""
        with _as_unavailable():
            self._objects.mkdir(parents=True, exist_ok=True)
            self._incoming.mkdir(exist_ok=True)

    def write(self, key: str, source: BinaryIO, *, limit: int, size: int | None = None) -> FileDigests:
        """Store all of `source` (see the port); durable when this returns.

        What is announced to be more than there is room for is refused before it has travelled.
        """
        path = self._path(key)
        if self.size(key) is not None:  # refused again when linking; here to spare the sender the bytes
            raise _exists(key)
        if size is not None and self._room() < size <= limit:
            raise Unavailable(_NO_ROOM)
        incoming = self._incoming / f"{os.getpid()}-{secrets.token_hex(12)}"
        try:
            digests = self._receive(incoming, announced(source, limit=limit, size=size))
            self._put_in_place(incoming, path, key)
        finally:
            with _as_unavailable(), suppress(FileNotFoundError):
                incoming.unlink()
        return digests

    def open(self, key: str, start: int = 0) -> BinaryIO:
        """The object's bytes from `start` (0 or more), empty past its end; raises `NotFound`."""
        if start < 0:
            raise ValueError(f"start is {start}, which is before the object's first byte")
        with _as_unavailable():
            try:
                file = self._path(key).open("rb")
            except FileNotFoundError as error:
                raise NotFound(f"There is no stored object {key!r}.") from error
            file.seek(start)
            return file

    def size(self, key: str) -> int | None:
        """Length in bytes, None if there is no such object."""
        with _as_unavailable():
            try:
                return self._path(key).stat().st_size
            except FileNotFoundError:
                return None

    def local_path(self, key: str) -> Path | None:
        """The object's file, None if there is no such object."""
        path = self._path(key)
        return None if self.size(key) is None else path

    def address(self, key: str, shown: ContentDisposition, lifetime: timedelta) -> None:  # noqa: ARG002
        """None: a directory serves nobody."""
        require_key(key)

    def remove(self, keys: Iterable[str]) -> None:
        """Remove what is there of `keys`, for good when this returns."""
        paths = [self._path(key) for key in keys]
        with _as_unavailable():
            for path in paths:
                path.unlink(missing_ok=True)
            for shelf in {path.parent for path in paths if path.parent.exists()}:
                _flush(shelf)

    def objects(self) -> Iterator[StoredObject]:
        """All objects, shelf by shelf; of those stored or removed meanwhile, some."""
        shelves = sorted(self._shelves())
        # Keys with a mark among their first two letters share shelves; they are rare, and put in their places.
        of_marked = list(chain.from_iterable(map(self._on_shelf, (name for name in shelves if "_" in name))))
        of_others = chain.from_iterable(map(self._on_shelf, (name for name in shelves if "_" not in name)))
        yield from heapq.merge(of_others, sorted(of_marked, key=_name), key=_name)

    def _shelves(self) -> list[str]:
        with _as_unavailable():
            return os.listdir(self._objects)

    def _on_shelf(self, shelf: str) -> list[StoredObject]:
        with _as_unavailable(), os.scandir(self._objects / shelf) as entries:
            return sorted(filter(None, map(_stored, entries)), key=_name)

    def describe(self) -> str:
        """Where the store is and how much room it has; raises `Unavailable`."""
        return f"local store at {self.root}, {self._room() / 2**30:.1f} GiB free"

    def shortcomings(self) -> Sequence[str]:
        """None: what it needs of the file system was tried when it was opened."""
        return ()

    def close(self) -> None:
        """Nothing is kept open."""

    def clear_abandoned(self, older_than: timedelta) -> int:
        """Remove what interrupted writes left and nobody wrote to for `older_than`.

        Returns the number of files removed.
        """
        before = time.time() - older_than.total_seconds()
        cleared = 0
        with _as_unavailable():
            for left in self._incoming.iterdir():
                with suppress(FileNotFoundError):  # its writer finished, or another process clears too
                    if left.stat().st_mtime <= before:
                        left.unlink()
                        cleared += 1
        return cleared

    def _path(self, key: str) -> Path:
        name = name_of(key)
        # Few shelves, soon all there: making one costs more flushes than storing the object.
        shelf = re.sub("[^a-z0-9]", "_", key[:2]).ljust(2, "_")
        return self._objects / shelf / name

    def _room(self) -> int:
        """Free bytes."""
        with _as_unavailable():
            return shutil.disk_usage(self._objects).free

    def _receive(self, incoming: Path, blocks: Iterable[bytes]) -> FileDigests:
        """Write all `blocks` to the new file `incoming`, and flush it to the disk."""
        with _as_unavailable():
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            descriptor = os.open(incoming, flags, 0o444)
        try:
            with Digesting() as digesting:
                for block in blocks:
                    digesting.feed(block)
                    _write_all(descriptor, block)
                with _as_unavailable():
                    os.fsync(descriptor)
                return digesting.digests()
        finally:
            os.close(descriptor)

    def _put_in_place(self, incoming: Path, path: Path, key: str) -> None:
        with _as_unavailable():
            self._make_durable(path.parent)
            try:
                os.link(incoming, path)
            except FileExistsError as error:
                raise _exists(key) from error
            try:
                _flush(path.parent)
            except OSError:
                path.unlink()  # nobody was told of it, and it may be gone after a power cut
                raise

    def _make_durable(self, folder: Path) -> None:
        """Make `folder` if missing and flush its entry, as whoever made it may not have yet."""
        folder.mkdir(exist_ok=True)
        if str(folder) not in self._durable:
            _flush(folder.parent)
            self._durable.add(str(folder))


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


def _exists(key: str) -> Conflict:
    return Conflict(f"There is already a stored object {key!r}.")


def _write_all(descriptor: int, block: bytes) -> None:
    with _as_unavailable(), memoryview(block) as rest:
        written = 0
        while written < len(block):
            written += os.write(descriptor, rest[written:])


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _as_unavailable() -> Iterator[None]:
    """Tell of a failing disk in the house's words; never around `source`, whose errors pass."""
    try:
        yield
    except OSError as error:
        reason = _REASONS.get(error.errno or 0)
        if reason is None:
            raise
        raise Unavailable(reason) from error
