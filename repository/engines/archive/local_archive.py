"""The archive in a directory.

::

    root/ocfl/…        the OCFL storage root, which any OCFL tool can read
    root/incoming/…    files being received, moved out of here whole or removed

As in the local byte store, the file system's link decides between two writers, and every step is flushed before the
next one.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from repository.core.errors import Conflict, NotFound
from repository.engines.archive.port import ArchivedFile, require_path
from repository.engines.store.digests import Digesting, blocks
from repository.engines.store.local_files import as_unavailable, flush_file, flush_folder, new_file, write_all
from repository.engines.store.port import FileDigests


class LocalArchive:
    """An archive below the directory `root`, which is made if it is missing."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self._files = self.root / "ocfl"
        self._incoming = self.root / "incoming"
        self.prepare()

    def prepare(self) -> None:
        """Make the folders; `__init__` has done it."""
        with as_unavailable():
            self._files.mkdir(parents=True, exist_ok=True)
            self._incoming.mkdir(exist_ok=True)

    def write_once(self, path: str, source: BinaryIO) -> FileDigests:
        """Store all of `source` (see the port)."""
        target = self._file(path)
        if self.exists(path):  # refused again when linking; here to spare the bytes
            raise _exists(path)
        incoming = self._incoming / f"{os.getpid()}-{secrets.token_hex(12)}"
        try:
            digests = _receive(incoming, source)
            self._link(incoming, target, path)
        finally:
            with as_unavailable(), suppress(FileNotFoundError):
                incoming.unlink()
        return digests

    def open(self, path: str, start: int = 0) -> BinaryIO:
        """Return the file's bytes from `start`, empty past its end; raises `NotFound`."""
        with as_unavailable():
            try:
                file = self._file(path).open("rb")
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
                raise NotFound(f"The archive has no file {path!r}.") from error
            file.seek(start)
            return file

    def size(self, path: str) -> int | None:
        """Return the length in bytes, None if there is no such file."""
        file = self._file(path)
        with as_unavailable():
            return file.stat().st_size if file.is_file() else None

    def exists(self, path: str) -> bool:
        """Return whether there is such a file."""
        return self.size(path) is not None

    def list(self, folder: str = "") -> Iterator[ArchivedFile]:
        """Yield the files below `folder` (see the port), a folder at a time."""
        yield from self._below(self._file(folder) if folder else self._files)

    def close(self) -> None:
        """Do nothing: no file is kept open."""

    def _below(self, folder: Path) -> Iterator[ArchivedFile]:
        with as_unavailable():
            entries = list(os.scandir(folder)) if folder.is_dir() else []
        # A folder sorts by its name with the slash that follows it in the paths of its files.
        for entry in sorted(entries, key=lambda entry: os.fsencode(entry.name) + (b"/" if entry.is_dir() else b"")):
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                yield from self._below(path)
            else:
                yield ArchivedFile(path.relative_to(self._files).as_posix(), entry.stat().st_size)

    def _file(self, path: str) -> Path:
        require_path(path)
        return self._files / path

    def _link(self, incoming: Path, target: Path, path: str) -> None:
        with as_unavailable():
            self._make_durable(target.parent)
            try:
                os.link(incoming, target)
            except FileExistsError as error:
                raise _exists(path) from error
            flush_folder(target.parent)

    def _make_durable(self, folder: Path) -> None:
        """Make `folder` and those above it, and flush their entries."""
        if folder == self._files:
            return
        self._make_durable(folder.parent)
        folder.mkdir(exist_ok=True)
        flush_folder(folder.parent)


def _receive(incoming: Path, source: BinaryIO) -> FileDigests:
    with new_file(incoming) as descriptor, Digesting() as digesting:
        for block in blocks(source):
            digesting.feed(block)
            write_all(descriptor, block)
        flush_file(descriptor)  # the threads of the digests work meanwhile
        return digesting.digests()


def _exists(path: str) -> Conflict:
    return Conflict(f"The archive already has a file {path!r}.")
