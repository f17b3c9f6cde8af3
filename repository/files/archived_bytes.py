"""Read stored files for a reply that carries many: looked for beforehand, compared on the way."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice, tee

from repository.core.errors import NotFound, Unavailable
from repository.core.unit_of_work import Database
from repository.engines.store.digests import BLOCK, CheckedLane
from repository.engines.store.port import ByteStore, SmallContent
from repository.files.archived_files import SelectedFile
from repository.files.doubts import doubt
from repository.files.downloads import CHANGED
from repository.files.rules import MISSING, fault_of_size

LOOKED_FOR_AT_ONCE = 5_000


class ArchivedBytes:
    """The bytes of the files of one reply."""

    def __init__(self, database: Database, store: ByteStore) -> None:
        self._database = database
        self._store = store

    def require(self, files: Iterable[SelectedFile]) -> None:
        """Raise `Unavailable`, which names it, for a file whose object is missing or of another length."""
        rest = iter(files)
        while some := list(islice(rest, LOOKED_FOR_AT_ONCE)):
            sizes = self._store.sizes([file.object_key for file in some])
            for file in some:
                size = sizes.get(file.object_key)
                if size != file.size:
                    raise self._unreadable(file, fault_of_size(size, file.size))

    def part(self, file: SelectedFile, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` up to, and without, `stop`; a part has no digest to compare."""
        left = stop - start
        try:
            with closing(self._store.open(file.object_key, start)) as source:
                while left and (block := source.read(min(BLOCK, left))):
                    left -= len(block)
                    yield block
        except NotFound as error:
            raise self._unreadable(file, MISSING) from error
        if left:
            raise self._unreadable(file, f"sent {left} bytes too few")

    def small(self, files: Iterable[SelectedFile]) -> Iterator[tuple[bytes, int]]:
        """Yield all bytes of files of at most `MOST_SMALL` bytes, in their order, each with its CRC-32.

        Of `files` some more are taken than yielded, where the store reads ahead.
        """
        files, ahead = tee(files)
        contents = self._store.read_many(file.object_key for file in ahead)
        for file in files:
            try:
                read = next(contents)
            except NotFound as error:
                raise self._unreadable(file, MISSING) from error
            yield read.content, self._checked_crc32(file, read)

    def _checked_crc32(self, file: SelectedFile, read: SmallContent) -> int:
        """Return the CRC-32; raise `Unavailable` for other bytes than the file's, as far as they must be compared."""
        if file.crc32 is not None and read.modified is not None and len(read.content) == file.size:
            if read.modified <= file.known.timestamp():
                return file.crc32
            self._doubt(file, CHANGED)
        self.require_digest(file, hashlib.sha256(read.content).hexdigest(), len(read.content))
        return zlib.crc32(read.content) if file.crc32 is None else file.crc32

    def whole(self, file: SelectedFile) -> "CheckedFile":
        """Return all bytes of the file, to be read once."""
        return CheckedFile(self, file)

    def crc32(self, file: SelectedFile) -> int:
        """Return the CRC-32 of the file, which is read."""
        reading = self.whole(file)
        for _ in reading:
            pass
        return reading.crc32

    def is_trusted(self, file: SelectedFile) -> bool:
        """Return whether the bytes are on this machine, and nobody has changed them since they were last compared."""
        path = self._store.local_path(file.object_key)
        if path is None or file.crc32 is None:
            return False
        if path.stat().st_mtime <= file.known.timestamp():
            return True
        self._doubt(file, CHANGED)
        return False

    def require_digest(self, file: SelectedFile, sha256: str, length: int) -> None:
        """Raise `Unavailable` for other bytes than those of the file."""
        if length != file.size or sha256 != file.sha256:
            raise self._unreadable(file, f"sent with SHA-256 {sha256}")

    def _unreadable(self, file: SelectedFile, reason: str) -> Unavailable:
        self._doubt(file, reason)
        return Unavailable(f"The content of '{file.key}' cannot be read right now.")

    def _doubt(self, file: SelectedFile, reason: str) -> None:
        if file.reading is None:
            doubt(self._database, file.file_id, reason)


class CheckedFile:
    """All bytes of one file; those of another length or digest end in `Unavailable`.

    What this machine can trust is not compared again.  `crc32` is known after the last block.
    """

    def __init__(self, source: ArchivedBytes, file: SelectedFile) -> None:
        self._source = source
        self._file = file
        self.crc32 = file.crc32 or 0

    def __iter__(self) -> Iterator[bytes]:
        blocks = self._source.part(self._file, 0, self._file.size)
        return blocks if self._source.is_trusted(self._file) else self._compared(blocks)

    def _compared(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        lane, length = CheckedLane("sha256"), 0
        if self._file.size > BLOCK:
            lane.start()
        try:
            for block in blocks:
                lane.feed(block)
                length += len(block)
                yield block
            self._source.require_digest(self._file, lane.digest(), length)
            self.crc32 = lane.crc32
        finally:
            lane.stop()
