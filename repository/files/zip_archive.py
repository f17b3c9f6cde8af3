"""Stream files of a set as one ZIP: stored, not compressed, so that every byte has a computable place.

Archives of the same files are the same bytes: entries are in the order of their names, and have the times at which
their bytes were received.  So an archive has a length and a strong tag before it is made, and any range of it can be
made by itself.  An archive of at most `MOST_KEPT` files is planned once, and sent as planned.  Of a larger one nine
bytes a file are kept, whatever its name, and the names are read again while it is sent.

An archive never leaves a file out: every object that a reply carries bytes of is looked for before the first byte.  If
one fails later, or a draft with more files changes meanwhile, the reply breaks off.
"""

import hashlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import groupby, islice, tee
from typing import NamedTuple

from repository.core.errors import Conflict
from repository.core.unit_of_work import Database
from repository.engines.store.port import MOST_SMALL, ByteStore
from repository.files.archived_bytes import ArchivedBytes
from repository.files.archived_files import FileSelection, SelectedFile, archived_files
from repository.files.zip_layout import ZipMember, ending

PIECE = 1 << 16
"""Bytes of small pieces that are sent as one.  Much larger ones cost more: their memory is new every time."""
MARKED = 500
"""Entries between two places from which an archive can be read on."""
MOST_KEPT = 20_000
"""Files that are kept from the plan until they are sent: 16 MB."""
MOST_LISTED = 4 << 20
"""Bytes of a directory that is kept while files are sent; a longer one reads the names again."""
_LAYOUT = b"2"
"""of the archives; another one for the same files has another tag"""


class _Mark(NamedTuple):
    """A place in the archive, the name of the file before it, and how many there are before it."""

    position: int
    after: str
    number: int


class _Placed(NamedTuple):
    """A file, and where its head is in the archive."""

    number: int
    file: SelectedFile
    entry: ZipMember
    position: int
    stop: int


class ZipArchive:
    """The archive of a selection: `size` in bytes, `tag` a strong entity tag, and the bytes of any range.

    Making it reads the names, and raises `Conflict` and `Damaged` for a file that nobody may have.
    """

    def __init__(self, database: Database, store: ByteStore, selection: FileSelection) -> None:
        self._database = database
        self._selection = selection
        self._bytes = ArchivedBytes(database, store)
        self._marks: list[_Mark] = []
        self._prints = array("q")
        self._tells_crc32 = bytearray()
        self._learned: dict[int, int] = {}
        self._files: list[SelectedFile] | None = []
        self._plan()

    def require_objects(self, start: int, stop: int) -> None:
        """Raise `Unavailable` unless the objects of which the range has bytes are all there."""
        if self._files is not None and (start, stop) == (0, self.size):
            self._bytes.require(self._files)
            return
        self._bytes.require(
            placed.file for placed in self._placed(start, stop) if placed.stop > start and placed.position < stop
        )

    def blocks(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` up to, and without, `stop`; raises `Unavailable` and `Conflict` in between."""
        return _gathered(_cut(self._pieces(start, stop), start, stop))

    def _plan(self) -> None:
        digest, position, listed, number, after = hashlib.sha256(_LAYOUT), 0, 0, 0, ""
        for number, file in enumerate(archived_files(self._database, self._selection), 1):
            file.require_whole()
            if len(self._prints) % MARKED == 0:
                self._marks.append(_Mark(position, after, number - 1))
            entry = ZipMember(file.key, file.size, file.created, file.crc32)
            self._prints.append(_print(file))
            if self._files is not None:
                self._files.append(file)
            if number > MOST_KEPT:
                self._files = None
            self._tells_crc32.append(file.crc32 is not None)
            digest.update(f"{file.key}\0{file.object_key}\0{file.crc32 is None}\0".encode())
            listed += entry.listed_length(position)
            position, after = position + entry.length, file.key
        self._directory, self._listed = position, listed
        self.size = position + listed + len(ending(number, listed, position))
        self.tag = f"zip-{digest.hexdigest()[:32]}"

    def _placed(self, start: int, stop: int) -> Iterator[_Placed]:
        """Yield the files from the one at `start` on, or a few before it, up to `stop`; raises `Conflict`."""
        at = bisect_right(self._marks, start, key=lambda mark: mark.position) - 1
        if at < 0:
            return
        position, after, number = self._marks[at]
        for file in self._files_from(number, after):
            if position >= stop:
                return
            entry = ZipMember(file.key, file.size, file.created, file.crc32 if self._tells_crc32[number] else None)
            end = position + entry.length
            if end > start:
                yield _Placed(number, file, entry, position, end)
            position, number = end, number + 1

    def _files_from(self, number: int, after: str) -> Iterator[SelectedFile]:
        """Yield the files of the plan from one on, which follows the name `after`; raises `Conflict`."""
        if self._files is not None:
            yield from islice(self._files, number, None)
            return
        for file in archived_files(self._database, self._selection, after):
            if number >= len(self._prints) or self._prints[number] != _print(file):
                raise _changed()
            yield file
            number += 1
        if number != len(self._prints):
            raise _changed()

    def _pieces(self, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        """Yield positions and bytes that cover the range."""
        is_whole = start == 0 and stop == self.size and self._listed <= MOST_LISTED
        listed: list[bytes] = []

        def is_read_together(placed: _Placed) -> bool:
            return placed.file.size <= MOST_SMALL and start <= placed.position and placed.stop <= stop

        for are_small, group in groupby(self._placed(start, min(stop, self._directory)), is_read_together):
            if are_small:
                yield from self._small_pieces(group, listed if is_whole else None)
                continue
            for placed in group:
                yield from self._pieces_of(placed, start, stop)
                if is_whole:
                    listed.append(placed.entry.listed(self._crc32(placed.number, placed.file), placed.position))
        if is_whole:
            yield self._directory, b"".join(listed)
            yield self._directory + self._listed, ending(len(self._prints), self._listed, self._directory)
        elif stop > self._directory:
            yield from self._directory_pieces(start)

    def _small_pieces(self, group: Iterable[_Placed], listed: list[bytes] | None) -> Iterator[tuple[int, bytes]]:
        """Yield whole entries of small files, some in a piece; note what the directory says of each in `listed`."""
        all_placed, files = tee(group)
        joined: list[bytes] = []
        length = 0
        for placed, (content, crc32) in zip(all_placed, self._bytes.small(of.file for of in files), strict=True):
            number, file, entry, position, stop = placed
            joined += (entry.head, content, entry.tail(crc32))
            length += stop - position
            if file.crc32 is None:
                self._learned[number] = crc32
            if listed is not None:
                listed.append(entry.listed(crc32, position))
            if length >= PIECE:
                yield stop - length, b"".join(joined)
                joined, length = [], 0
        if joined:
            yield stop - length, b"".join(joined)

    def _pieces_of(self, placed: _Placed, start: int, stop: int) -> Iterator[tuple[int, bytes]]:
        number, file, entry, position, _ = placed
        head = entry.head
        yield position, head
        at = position + len(head)
        end = at + file.size
        first, last = max(start - at, 0), min(stop - at, file.size)
        tells_behind = entry.crc32 is None and stop > end
        if (first, last) == (0, file.size) or (tells_behind and file.crc32 is None):
            reading = self._bytes.whole(file)
            yield from _positioned(at, reading)
            if file.crc32 is None:
                self._learned[number] = reading.crc32
        elif first < last:
            yield from _positioned(at + first, self._bytes.part(file, first, last))
        if tells_behind:
            yield end, entry.tail(self._crc32(number, file))

    def _directory_pieces(self, start: int) -> Iterator[tuple[int, bytes]]:
        position = self._directory
        for number, file, entry, offset, _ in self._placed(0, self._directory):
            length = entry.listed_length(offset)
            if position + length > start:
                yield position, entry.listed(self._crc32(number, file), offset)
            position += length
        yield position, ending(len(self._prints), self._listed, self._directory)

    def _crc32(self, number: int, file: SelectedFile) -> int:
        """Return the CRC-32 of the file; one that nobody knows is computed, by reading the file."""
        if file.crc32 is not None:
            return file.crc32
        if number not in self._learned:
            self._learned[number] = self._bytes.crc32(file)
        return self._learned[number]


def _print(file: SelectedFile) -> int:
    return hash((file.key, file.object_key))


def _changed() -> Conflict:
    return Conflict("The files have changed while they were sent.")


def _positioned(at: int, blocks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for block in blocks:
        yield at, block
        at += len(block)


def _cut(pieces: Iterable[tuple[int, bytes]], start: int, stop: int) -> Iterator[bytes]:
    """Yield what of each piece lies in the range."""
    for position, piece in pieces:
        if start <= position and position + len(piece) <= stop:
            yield piece
        else:
            yield piece[max(start - position, 0) : max(stop - position, 0)]


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield small pieces joined: each that is sent by itself costs as much as a large one."""
    small: list[bytes] = []
    length = 0
    for piece in pieces:
        small.append(piece)
        length += len(piece)
        if length >= PIECE:
            yield b"".join(small) if len(small) > 1 else piece
            small, length = [], 0
    if length:
        yield b"".join(small)
