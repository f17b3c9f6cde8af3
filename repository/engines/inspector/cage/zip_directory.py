"""The directory at the end of a ZIP file (APPNOTE 6.3.10, sections 4.3.12 to 4.3.16), read with bounds."""

import io
import struct
from dataclasses import dataclass, field

from repository.engines.inspector.cage.reasons import NoPreview, Reason

END, END64, END64_PLACE, ENTRY = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02"
LONGEST_END = 22 + 65535
MOST_ENTRIES = 200_000
MOST_NAMES = 500
FULL32 = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class ListedMember:
    name: str
    size: int
    packed: int
    is_encrypted: bool


@dataclass(slots=True)
class ZipDirectory:
    """How many entries there are, their bytes unpacked and packed, and the first of them."""

    count: int
    size: int = 0
    packed: int = 0
    entries: list[ListedMember] = field(default_factory=list)
    is_safe: bool = True
    """no name leads out of the folder in which the file is unpacked"""

    @property
    def names(self) -> list[str]:
        return [entry.name for entry in self.entries]


def directory_of(file: io.BufferedReader, size: int) -> ZipDirectory:
    """Return the directory; raises `NoPreview` if there is none that can be read."""
    file.seek(max(0, size - LONGEST_END))
    tail = file.read(LONGEST_END)
    place = tail.rfind(END)
    if place < 0 or len(tail) - place < 22:
        raise NoPreview(Reason.UNREADABLE)
    count, length, offset = struct.unpack_from("<HII", tail, place + 10)
    if count == 0xFFFF or FULL32 in (length, offset):
        count, length, offset = _end64(file, tail, place, (count, length, offset))
    if offset + length > size or length < 46 * count:
        raise NoPreview(Reason.UNREADABLE)
    if count > MOST_ENTRIES:
        raise NoPreview(Reason.TOO_LARGE)
    file.seek(offset)
    directory = ZipDirectory(count)
    for _ in range(count):
        _add(directory, file)
    return directory


def _end64(file: io.BufferedReader, tail: bytes, place: int, small: tuple[int, int, int]) -> tuple[int, int, int]:
    if tail[place - 20 : place - 16] != END64_PLACE:
        return small
    (at,) = struct.unpack_from("<Q", tail, place - 12)
    file.seek(at)
    record = file.read(56)
    if record[:4] != END64 or len(record) < 56:
        raise NoPreview(Reason.UNREADABLE)
    count, length, offset = struct.unpack_from("<QQQ", record, 32)
    return count, length, offset


def _add(directory: ZipDirectory, file: io.BufferedReader) -> None:
    head = file.read(46)
    if head[:4] != ENTRY or len(head) < 46:
        raise NoPreview(Reason.UNREADABLE)
    (flags,) = struct.unpack_from("<H", head, 8)
    packed, size, name_length, extra_length, comment_length = struct.unpack_from("<IIHHH", head, 20)
    raw, extra = file.read(name_length), file.read(extra_length)
    file.seek(comment_length, io.SEEK_CUR)
    size, packed = _sizes64(extra, size, packed)
    name = raw.decode("utf-8" if flags & 0x800 else _guess(raw), "replace")
    directory.size += size
    directory.packed += packed
    directory.is_safe = directory.is_safe and is_safe(name)
    if len(directory.entries) < MOST_NAMES:
        directory.entries.append(ListedMember(name, size, packed, bool(flags & 1)))


def _guess(raw: bytes) -> str:
    """Return the encoding of a name without the mark of UTF-8: that of its writer's machine."""
    for encoding in ("utf-8", "gb18030"):
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "cp437"


def _sizes64(extra: bytes, size: int, packed: int) -> tuple[int, int]:
    """Return the sizes, from the extra field of ZIP64 where they do not fit into 32 bits (section 4.5.3)."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            numbers = list(struct.unpack_from(f"<{min(length, len(extra) - at - 4) // 8}Q", extra, at + 4))
            size = numbers.pop(0) if size == FULL32 and numbers else size
            packed = numbers.pop(0) if packed == FULL32 and numbers else packed
            break
        at += 4 + length
    return size, packed


def is_safe(name: str) -> bool:
    """Return whether a name stays below the folder in which it is unpacked."""
    path = name.replace("\\", "/")
    return not path.startswith("/") and ".." not in path.split("/") and path[1:2] != ":" and "\0" not in name
