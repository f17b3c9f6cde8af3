"""The parts of a ZIP whose entries are stored, not compressed: every byte has a computable place.

An entry whose CRC-32 is known tells it in front of its bytes, as readers of streams want it.  One whose CRC-32 is not
known tells it behind them, in a data descriptor.  Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 to 4.5; Info-ZIP's
``extrafld.txt`` for the extended timestamp, for the time of DOS has no zone and counts two seconds.
"""

import struct
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

LARGE, MANY = 0xFFFFFFFF, 0xFFFF
"""Sizes and numbers from which on an archive tells them as ZIP64."""
_PLAIN, _ZIP64 = 20, 45
_BY_UNIX = 3
_READABLE = 0o100644 << 16
_TIME_BYTES = 9
_HEAD, _LISTED = struct.Struct("<4s5H3L2H"), struct.Struct("<4s2B5H3L5H2L")
_CRC_FOLLOWS, _UTF8 = 0x0008, 0x0800
_FIRST, _LAST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
"""what both notations of time can say"""


class ZipMember(NamedTuple):
    """A file in an archive: `name` is a relative path, `crc32` None if it is not known beforehand."""

    name: str
    size: int
    modified: datetime
    crc32: int | None

    @property
    def head(self) -> bytes:
        """What stands in front of the bytes."""
        name, is_large = self.name.encode(), self.size >= LARGE
        (time, day), extra = _times_of(self.modified)
        flags = 0 if len(name) == len(self.name) else _UTF8
        version, crc32, size = _PLAIN, self.crc32, self.size
        if crc32 is None:
            flags, crc32, size = flags | _CRC_FOLLOWS, 0, 0
        field_size = size
        if is_large:
            version, field_size = _ZIP64, LARGE
            extra = struct.pack("<HHQQ", 1, 16, size, size) + extra
        sizes = (field_size, field_size, len(name), len(extra))
        return _HEAD.pack(b"PK\3\4", version, flags, 0, time, day, crc32, *sizes) + name + extra

    def tail(self, crc32: int) -> bytes:
        """Return what stands behind the bytes."""
        if self.crc32 is not None:
            return b""
        return struct.pack("<4sLQQ" if self.size >= LARGE else "<4sLLL", b"PK\7\x08", crc32, self.size, self.size)

    def listed(self, crc32: int, offset: int) -> bytes:
        """Return the entry of the central directory; the head is at `offset`."""
        name, size = self.name.encode(), self.size
        (time, day), extra = _times_of(self.modified)
        flags = (0 if len(name) == len(self.name) else _UTF8) | (_CRC_FOLLOWS if self.crc32 is None else 0)
        version = _PLAIN
        if size >= LARGE or offset >= LARGE:
            large = ([size, size] if size >= LARGE else []) + ([offset] if offset >= LARGE else [])
            extra = struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) + extra
            version, size, offset = _ZIP64, min(size, LARGE), min(offset, LARGE)
        lengths = (size, size, len(name), len(extra), 0, 0, 0, _READABLE, offset)
        fields = (version, _BY_UNIX, version, flags, 0, time, day, crc32, *lengths)
        return _LISTED.pack(b"PK\1\2", *fields) + name + extra

    @property
    def length(self) -> int:
        """The bytes from the begin of the head to the end of the tail."""
        is_large = self.size >= LARGE
        tail = 0 if self.crc32 is not None else 24 if is_large else 16
        return 30 + len(self.name.encode()) + (20 if is_large else 0) + _TIME_BYTES + self.size + tail

    def listed_length(self, offset: int) -> int:
        """Return the bytes of the entry of the central directory."""
        large = (2 if self.size >= LARGE else 0) + (1 if offset >= LARGE else 0)
        return 46 + len(self.name.encode()) + (4 + 8 * large if large else 0) + _TIME_BYTES


@lru_cache(maxsize=256)
def _times_of(modified: datetime) -> tuple[tuple[int, int], bytes]:
    """Return a time as DOS has it, and as the extended timestamp; files that came together have one."""
    at = min(max(modified.astimezone(UTC), _FIRST), _LAST)
    of_day = at.hour << 11 | at.minute << 5 | at.second // 2
    day = (at.year - 1980) << 9 | at.month << 5 | at.day
    return (of_day, day), struct.pack("<HHBl", 0x5455, 5, 1, int(at.timestamp()))


def ending(count: int, length: int, offset: int) -> bytes:
    """Return the end of an archive of `count` entries, whose directory has `length` bytes and begins at `offset`."""
    last = struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, min(count, MANY), min(count, MANY), min(length, LARGE), min(offset, LARGE), 0
    )
    if count < MANY and length < LARGE and offset < LARGE:
        return last
    places = (count, count, length, offset)
    whole = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, _BY_UNIX << 8 | _ZIP64, _ZIP64, 0, 0, *places)
    return whole + struct.pack("<4sLQL", b"PK\6\7", 0, offset + length, 1) + last
