"""All files of a set as one ZIP, streamed: stored, not compressed, so that its length is known beforehand."""

from collections.abc import Iterable, Iterator
from contextlib import closing

from zipstream import ZIP_STORED, ZipStream

from repository.engines.bytestore.port import ByteStore
from repository.files.model import FileEntry
from repository.foundation.errors import Unavailable

BLOCK = 1 << 20


def archive(store: ByteStore, entries: Iterable[FileEntry]) -> ZipStream:
    """The archive of all committed `entries`, ready to be iterated; ``len()`` is its size in bytes.

    Raises `Unavailable` before the first byte if any object is missing: never a short archive.
    """
    stream = ZipStream(sized=True, compress_type=ZIP_STORED)
    for entry in entries:
        file = entry.file
        if file is None:
            continue
        if store.size(file.object_key) != file.size:
            raise Unavailable(f"The content of '{entry.key}' cannot be read right now.")
        stream.add(_blocks(store, file.object_key), entry.key, size=file.size)
    return stream


def _blocks(store: ByteStore, object_key: str) -> Iterator[bytes]:
    with closing(store.open(object_key)) as source:
        while block := source.read(BLOCK):
            yield block
