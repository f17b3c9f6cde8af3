"""Read the members of a TAR archive strictly.

What two programs could read in two ways is refused as a whole: a wrong checksum, a number in another notation, a link
with bytes, two names for one member, bytes behind the end.  What is a member by itself and cannot be a file has its
`fault`.  Source: POSIX.1-2017, ``pax``, sections "ustar Interchange Format" and "pax Interchange Format"; the long
names of GNU tar (``L``), which its users send without knowing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from repository.core.errors import Invalid

SHA256_KEYWORD = "REPOSITORY.sha256"
"""of the extended header that tells the SHA-256 of a member, in hexadecimal"""
BLOCK = 512
MOST_HEADER_BYTES = 1 << 16
"""of an extended header, or a long name"""
_ZEROS = bytes(BLOCK)
_POSIX = b"ustar\x0000"
_KINDS = {
    b"1": "Links are not taken, only files.",
    b"2": "Links are not taken, only files.",
    b"3": "Devices and pipes are not taken, only files.",
    b"4": "Devices and pipes are not taken, only files.",
    b"6": "Devices and pipes are not taken, only files.",
}
_SPARSE = "Sparse files are not taken: send all bytes."
_FILES, _FOLDER = (b"0", b"\0", b"7"), b"5"
_OF_ONE = ("path", "size", SHA256_KEYWORD)
"""keywords that can be said of one member only"""


@dataclass(frozen=True, slots=True)
class TarMember:
    """A member that is no folder: where its bytes are, and its `fault` if it cannot be taken.

    `sha256` is the digest that its sender tells, in hexadecimal.
    """

    key: str
    offset: int
    size: int
    sha256: str | None = None
    fault: str = ""


@dataclass(slots=True)
class _Extended:
    """What headers before a member say of it."""

    name: str | None = None
    name_fault: str = ""
    records: dict[str, str] = field(default_factory=dict)
    is_there: bool = False


def tar_members(source: BinaryIO) -> Iterator[TarMember]:
    """Yield the members of an archive that can be sought; raise `Invalid` for what is no whole TAR."""
    return _TarReader(source).members()


class _TarReader:
    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._size = source.seek(0, 2)
        self._at = 0

    def members(self) -> Iterator[TarMember]:
        about = _Extended()
        while (header := self._block()) != _ZEROS:
            kind = self._checked_kind(header)
            if kind in (b"x", b"g", b"L", b"K"):
                self._extend(about, kind, header)
                continue
            member = self._member(about, kind, header)
            if kind != _FOLDER:
                yield member
            about = _Extended()
        if about.is_there:
            raise self._broken("A header is not followed by its member.")
        self._require_end()

    def _member(self, about: _Extended, kind: bytes, header: bytes) -> TarMember:
        size = self._length(about.records.get("size"), header)
        if kind not in _FILES and size and (kind in _KINDS or kind == _FOLDER):
            raise self._broken("A member has bytes that is no file.")
        offset = self._skip(size)
        name, fault = _text(_name_in(header))
        if about.name is not None:
            name, fault = about.name, about.name_fault
        name = about.records.get("path", name).removeprefix("./")
        if "path" in about.records:
            fault = ""
        sha256 = about.records.get(SHA256_KEYWORD)
        fault = _fault_of_kind(kind, about) or fault or _fault_of_digest(sha256)
        return TarMember(name, offset, size, sha256.lower() if sha256 else None, fault)

    def _extend(self, about: _Extended, kind: bytes, header: bytes) -> None:
        content = self._header_content(header)
        if kind == b"g":
            if any(word in _OF_ONE or word.startswith("GNU.sparse") for word in self._records(content)):
                raise self._broken("A header of all members says what can be said of one only.")
            return
        if kind == b"x":
            if about.records:
                raise self._broken("A member has two extended headers.")
            about.records = self._records(content)
        elif kind == b"L":
            if about.name is not None:
                raise self._broken("A member has two names.")
            about.name, about.name_fault = _text(content.rstrip(b"\0"))
        about.is_there = True
        if about.name is not None and "path" in about.records:
            raise self._broken("A member has two names.")

    def _header_content(self, header: bytes) -> bytes:
        size = self._length(None, header)
        if size > MOST_HEADER_BYTES:
            raise self._broken(f"A header has more than {MOST_HEADER_BYTES} bytes.")
        offset = self._skip(size)
        self._source.seek(offset)
        return self._source.read(size)

    def _records(self, content: bytes) -> dict[str, str]:
        """Return the records of an extended header: ``length keyword=value``, each with a line's end."""
        records: dict[str, str] = {}
        while content:
            digits, blank, _ = content.partition(b" ")
            length = int(digits) if re.fullmatch(rb"[1-9][0-9]{0,5}", digits) else 0
            record = content[len(digits) + 1 : length]
            keyword, equals, value = record[:-1].partition(b"=")
            if not (blank and equals and keyword and record.endswith(b"\n") and length <= len(content)):
                raise self._broken("An extended header cannot be read.")
            content = content[length:]
            try:
                word, text = keyword.decode(), value.decode()
            except UnicodeDecodeError:
                raise self._broken("An extended header is no UTF-8.") from None
            if word in records and word in _OF_ONE:
                raise self._broken(f"An extended header says {word} twice.")
            records[word] = text
        return records

    def _block(self) -> bytes:
        self._source.seek(self._at)
        block = self._source.read(BLOCK)
        if len(block) < BLOCK:
            raise self._broken("It is cut short.")
        self._at += BLOCK
        return block

    def _skip(self, size: int) -> int:
        """Pass the bytes of a member, with those that fill up its last block; return where they are."""
        offset = self._at
        self._at += (size + BLOCK - 1) // BLOCK * BLOCK
        if self._at > self._size:
            raise self._broken("It is cut short.")
        return offset

    def _require_end(self) -> None:
        """Raise `Invalid` unless a second block of zeros follows the first one, and then only zeros."""
        if self._block() != _ZEROS:
            raise self._broken("One block of zeros is no end.")
        while block := self._source.read(1 << 20):
            if block.count(0) != len(block):
                raise self._broken("Bytes follow its end.")

    def _checked_kind(self, header: bytes) -> bytes:
        checksum = _octal(header[148:156])
        zeroed = header[:148] + b" " * 8 + header[156:]
        signed = sum(zeroed) - 256 * sum(byte > 127 for byte in zeroed)
        if checksum is None or checksum not in (sum(zeroed), signed):
            raise self._broken("A header has a wrong checksum.")
        return header[156:157]

    def _length(self, record: str | None, header: bytes) -> int:
        if record is not None:
            size = int(record) if re.fullmatch(r"[0-9]{1,15}", record) else None
        else:
            size = _octal(header[124:136])
        if size is None:
            raise self._broken("A length cannot be read.")
        return size

    def _broken(self, reason: str) -> Invalid:
        return Invalid(f"This is no TAR that can be taken (byte {self._at}): {reason}")


def _octal(digits: bytes) -> int | None:
    """Return a number as headers have it, None for any other notation."""
    text = digits.strip(b" \0")
    return int(text, 8) if re.fullmatch(rb"[0-7]+", text) else None


def _name_in(header: bytes) -> bytes:
    name, prefix = header[:100].partition(b"\0")[0], header[345:500].partition(b"\0")[0]
    return prefix + b"/" + name if prefix and header[257:265] == _POSIX else name


def _text(name: bytes) -> tuple[str, str]:
    """Return a name, and why it is none."""
    try:
        return name.decode(), ""
    except UnicodeDecodeError:
        return name.decode(errors="replace"), "The file's name is no UTF-8."


def _fault_of_kind(kind: bytes, about: _Extended) -> str:
    if kind == b"S" or any(word.startswith("GNU.sparse") for word in about.records):
        return _SPARSE
    return "" if kind in _FILES else _KINDS.get(kind, "Members of this kind are not taken, only files.")


def _fault_of_digest(sha256: str | None) -> str:
    if sha256 is None or re.fullmatch("[0-9a-fA-F]{64}", sha256):
        return ""
    return f"Write {SHA256_KEYWORD} in 64 hexadecimal digits."
