"""The parts of a ZIP whose entries are stored, not compressed: every byte has a computable place.

An entry whose CRC-32 is known tells it in front of its bytes, as readers of streams want it.  One whose CRC-32 is not
known tells it behind them, in a data descriptor.  Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 to 4.5; Info-ZIP's
``extrafld.txt`` for the extended timestamp, for the time of DOS has no zone and counts two seconds.
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

LARGE, MANY = 0xFFFFFFFF, 0xFFFF
"""Sizes and numbers from which on an archive tells them as ZIP64."""
_PLAIN, _ZIP64 = 20, 45
_BY_UNIX = 3
_READABLE = 0o100644 << 16
_TIME_BYTES = 9
_CRC_FOLLOWS, _UTF8 = 0x0008, 0x0800
_FIRST, _LAST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
"""what both notations of time can say"""


@dataclass(frozen=True, slots=True)
class ZipMember:
    """A file in an archive: `name` is a relative path, `crc32` None if it is not known beforehand."""

    name: str
    size: int
    modified: datetime
    crc32: int | None

    @property
    def head(self) -> bytes:
        """What stands in front of the bytes."""
        name, is_large = self.name.encode(), self.size >= LARGE
        size = 0 if self.crc32 is None else self.size
        extra = (struct.pack("<HHQQ", 1, 16, size, size) if is_large else b"") + self._time_in_utc
        field_size = LARGE if is_large else size
        fields = (
            self._version,
            self._flags,
            0,
            *self._dos_time,
            self.crc32 or 0,
            field_size,
            field_size,
            len(name),
            len(extra),
        )
        return struct.pack("<4s5H3L2H", b"PK\3\4", *fields) + name + extra

    def tail(self, crc32: int) -> bytes:
        """Return what stands behind the bytes."""
        if self.crc32 is not None:
            return b""
        return struct.pack("<4sLQQ" if self.size >= LARGE else "<4sLLL", b"PK\7\x08", crc32, self.size, self.size)

    def listed(self, crc32: int, offset: int) -> bytes:
        """Return the entry of the central directory; the head is at `offset`."""
        name = self.name.encode()
        large = [self.size, self.size] if self.size >= LARGE else []
        large += [offset] if offset >= LARGE else []
        extra = (struct.pack(f"<HH{len(large)}Q", 1, 8 * len(large), *large) if large else b"") + self._time_in_utc
        field_size, version = min(self.size, LARGE), _ZIP64 if large else self._version
        fields = (version, _BY_UNIX, version, self._flags, 0, *self._dos_time, crc32, field_size, field_size)
        lengths = (len(name), len(extra), 0, 0, 0, _READABLE, min(offset, LARGE))
        return struct.pack("<4s2B5H3L5H2L", b"PK\1\2", *fields, *lengths) + name + extra

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

    @property
    def _version(self) -> int:
        return _ZIP64 if self.size >= LARGE else _PLAIN

    @property
    def _flags(self) -> int:
        return (0 if self.name.isascii() else _UTF8) | (_CRC_FOLLOWS if self.crc32 is None else 0)

    @property
    def _dos_time(self) -> tuple[int, int]:
        return _times_of(self.modified)[0]

    @property
    def _time_in_utc(self) -> bytes:
        return _times_of(self.modified)[1]


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
