"""The contents of archives, by name and size; nothing is unpacked."""

import bz2
import gzip
import io
import lzma
import tarfile
from collections.abc import Mapping
from typing import Any, BinaryIO, cast

from repository.engines.inspector.cage.lines import as_bytes
from repository.engines.inspector.cage.open_file import OpenFile
from repository.engines.inspector.cage.reasons import NoPreview, Reason
from repository.engines.inspector.cage.text_sniffing import plain
from repository.engines.inspector.cage.zip_directory import directory_of, is_safe

BOMB_SIZE, BOMB_RATIO = 64 << 20, 100
"""An archive was made to harm if it unpacks to so many bytes and so many times its own size."""
MOST_SHOWN, LONGEST_NAME = 300, 300
MOST_UNPACKED = 32 << 20
"""bytes of a packed TAR that are looked through"""
ROOM = 48 << 10
PACKINGS: Mapping[str, Any] = {"gzip": gzip.open, "bzip2": bz2.open, "xz": lzma.open}


def zip_listing(opened: OpenFile) -> dict[str, Any]:
    """Return the first entries of a ZIP, with the number of all and their bytes."""
    directory = opened.sniffed.directory or directory_of(opened.file, opened.size)
    is_impossible = directory.packed > opened.size  # entries that lie upon each other
    if is_impossible or _is_bomb(directory.size, opened.size):
        raise NoPreview(Reason.BOMB)
    if not directory.is_safe:
        raise NoPreview(Reason.UNSAFE_NAMES)
    entries = [(entry.name, entry.size) for entry in directory.entries]
    is_encrypted = any(entry.is_encrypted for entry in directory.entries)
    listing = _listing(entries, directory.count)
    return {**listing, "count": directory.count, "size": directory.size, "encrypted": is_encrypted}


def _is_bomb(unpacked: int, packed: int) -> bool:
    return unpacked > BOMB_SIZE and unpacked > BOMB_RATIO * packed


def _listing(entries: list[tuple[str, int]], count: int) -> dict[str, Any]:
    shown: list[dict[str, Any]] = []
    room = ROOM
    for name, size in entries[:MOST_SHOWN]:
        shown.append({"name": plain(name, LONGEST_NAME), "size": size})
        room -= len(as_bytes(shown[-1])) + 1
        if room < 0:
            shown.pop()
            break
    return {"entries": shown, "whole": len(shown) == count}


def tar_listing(opened: OpenFile) -> dict[str, Any]:
    """Return the first members of a TAR (POSIX.1-2017, pax), packed or not; count and size are of those seen."""
    opened.file.seek(0)
    packing = PACKINGS.get(opened.sniffed.key)
    if packing is None:
        return _members(tarfile.open(fileobj=opened.file, mode="r:"), opened)
    stream = _Bounded(cast(BinaryIO, packing(opened.file, "rb")))
    first = stream.read(512)
    if first[257:262] != b"ustar":
        raise NoPreview(Reason.NO_READER)
    return _members(tarfile.open(fileobj=_Rejoined(first, stream), mode="r|"), opened, stream)


class _Bounded:
    """A stream that ends early: after `MOST_UNPACKED` bytes, which `is_cut` tells."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._left = MOST_UNPACKED
        self.is_cut = False

    def read(self, size: int) -> bytes:
        data = self._source.read(min(size, self._left))
        self._left -= len(data)
        self.is_cut = self.is_cut or not self._left
        return data


class _Rejoined(io.RawIOBase):
    """A stream with its first bytes put back."""

    def __init__(self, first: bytes, rest: _Bounded) -> None:
        self._first = first
        self._rest = rest

    def read(self, size: int = -1) -> bytes:
        if self._first:
            data, self._first = self._first[:size], self._first[size:]
            return data
        return self._rest.read(size)


def _members(archive: tarfile.TarFile, opened: OpenFile, stream: _Bounded | None = None) -> dict[str, Any]:
    entries: list[tuple[str, int]] = []
    count = size = 0
    is_whole = True
    try:
        for member in archive:
            count, size = count + 1, size + member.size
            link = member.linkname if member.islnk() or member.issym() else ""
            if not is_safe(member.name) or not is_safe(link):
                raise NoPreview(Reason.UNSAFE_NAMES)
            if _is_bomb(size, opened.size):
                raise NoPreview(Reason.BOMB)
            if count <= MOST_SHOWN:
                entries.append((member.name, member.size))
            if count >= 5_000:
                is_whole = False
                break
    except (tarfile.ReadError, EOFError):
        if stream is None or not stream.is_cut:
            raise
    is_whole = is_whole and not (stream and stream.is_cut)
    listing = _listing(entries, count)
    return {**listing, "whole": listing["whole"] and is_whole, "count": count, "size": size, "encrypted": False}
