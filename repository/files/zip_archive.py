"""Stream all files of a set as one ZIP: stored, not compressed, so that its length is known beforehand.

Archives of the same files are the same bytes: entries are in the order of their names, and have the times at which
their bytes were received, in UTC.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC
from typing import Any

from zipstream import ZIP_STORED, ZipStream
from zipstream.ng import ZipStreamInfo

from repository.core.errors import NotFound, Unavailable
from repository.engines.store.port import ByteStore
from repository.files.model import FileEntry, StoredFile

BLOCK = 1 << 20
CHECKED_FIRST = 16
"""Files that are looked up before the first byte: a store that is away is noticed, after few answers."""
_LAYOUT = b"1"
"""of the archives; another one for the same files has another tag"""
_READABLE = 0o100644 << 16
_Moment = tuple[int, int, int, int, int, int]


class ZipArchive(ZipStream):  # type: ignore[misc]
    """An archive that is iterated once; ``len()`` is its size in bytes, `tag` a strong entity tag."""

    def __init__(self) -> None:
        super().__init__(sized=True, compress_type=ZIP_STORED)
        self._moments: dict[str, _Moment] = {}
        self._digest = hashlib.sha256(_LAYOUT)

    @property
    def tag(self) -> str:
        """Of the bytes that it will have."""
        return f"zip-{self._digest.hexdigest()[:32]}"

    def add_file(self, key: str, file: StoredFile, blocks: Iterator[bytes]) -> None:
        """Add a file that is read when its turn comes."""
        at = file.created.astimezone(UTC)
        self._moments[key] = (at.year, at.month, at.day, at.hour, at.minute, at.second)
        self._digest.update(f"{key}\0{file.object_key}\0".encode())
        self.add(blocks, key, size=file.size)

    def _gen_file_entry(self, *, iterable: Iterator[bytes], size: int, arcname: str, **_: Any) -> Iterator[bytes]:
        """Write one entry, as the library does, but with a time of its own."""
        entry = ZipStreamInfo(arcname, self._moments[arcname])
        entry.external_attr, entry.file_size, entry.compress_type = _READABLE, size, ZIP_STORED
        entry.header_offset = self._pos
        for block in entry._file_data(iterable, force_zip64=False):
            yield self._track(block)
        self._filelist.append(entry)


def archive(store: ByteStore, entries: Iterable[FileEntry]) -> ZipArchive:
    """Return the archive of all committed `entries`.

    Raises `Unavailable` before the first byte if one of the first objects is missing, and during the iteration if a
    later one is.  Then the archive breaks off; it is never a short one that looks whole.
    """
    stream = ZipArchive()
    checked = 0
    for entry in entries:
        if entry.file is None:
            continue
        if checked < CHECKED_FIRST and store.size(entry.file.object_key) != entry.file.size:
            raise _unreadable(entry.key)
        checked += 1
        stream.add_file(entry.key, entry.file, _blocks(store, entry.file.object_key, entry.file.size, entry.key))
    return stream


def _blocks(store: ByteStore, object_key: str, left: int, key: str) -> Iterator[bytes]:
    try:
        with closing(store.open(object_key)) as source:
            while block := source.read(BLOCK):
                left -= len(block)
                yield block
    except NotFound as error:
        raise _unreadable(key) from error
    if left:
        raise _unreadable(key)


def _unreadable(key: str) -> Unavailable:
    return Unavailable(f"The content of '{key}' cannot be read right now.")
