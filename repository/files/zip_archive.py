"""Stream all files of a set as one ZIP: stored, not compressed, so that its length is known beforehand."""

from collections.abc import Iterable, Iterator
from contextlib import closing

from zipstream import ZIP_STORED, ZipStream

from repository.core.errors import NotFound, Unavailable
from repository.engines.store.port import ByteStore
from repository.files.model import FileEntry

BLOCK = 1 << 20
CHECKED_FIRST = 16
"""Files that are looked up before the first byte: a store that is away is noticed, after few answers."""


def archive(store: ByteStore, entries: Iterable[FileEntry]) -> ZipStream:
    """Return the archive of all committed `entries`, to be iterated; ``len()`` is its size in bytes.

    Raises `Unavailable` before the first byte if one of the first objects is missing, and during the iteration if a
    later one is.  Then the archive breaks off; it is never a short one that looks whole.
    """
    stream = ZipStream(sized=True, compress_type=ZIP_STORED)
    checked = 0
    for entry in entries:
        if entry.file is None:
            continue
        if checked < CHECKED_FIRST and store.size(entry.file.object_key) != entry.file.size:
            raise _unreadable(entry.key)
        checked += 1
        stream.add(_blocks(store, entry.file.object_key, entry.file.size, entry.key), entry.key, size=entry.file.size)
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
