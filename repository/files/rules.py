"""What a file may be called, what may be declared of it, and when it can be published."""

import mimetypes
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from repository.dataset.unicode_forms import TOO_MANY_MARKS, has_invisible, is_stream_safe

MAX_KEY_BYTES = 1024
MOST_NAMED = 20
"""Files that a refusal names; a set may have thousands."""
MAX_SEGMENT_BYTES = 255
"""What every common file system can hold as one name, so that an archive can be unpacked anywhere."""
MISSING = "The object is not in the store."
_UNREADABLE = "The object cannot be read"
_DIGEST_LENGTH = {"md5": 32, "sha256": 64}
_MEDIA_TYPES = mimetypes.MimeTypes()
for _type, _suffix in (
    ("application/vnd.fdsn.mseed", ".mseed"),
    ("application/x-netcdf", ".nc"),
    ("application/vnd.apache.parquet", ".parquet"),
    ("application/geo+json", ".geojson"),
    ("application/x-hdf5", ".h5"),
    ("application/fits", ".fits"),
    ("text/markdown", ".md"),
    ("application/yaml", ".yaml"),
):
    _MEDIA_TYPES.add_type(_type, _suffix)


class FileState(StrEnum):
    """The digests of a file are unknown until its bytes were read; then they are right, or the file failed."""

    RECEIVED = "received"
    VERIFIED = "verified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class UnreadyFile:
    """A name that stops publication: `state`, `failure` and `fault` of its committed file, None if there is none."""

    key: str
    state: FileState | None
    failure: str | None
    is_staged: bool
    fault: str = ""


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file of a published version, by the record's id and its key there."""

    record_id: int
    key: str


@dataclass(frozen=True, slots=True)
class Declared:
    """A client's declaration of a file before it sends the bytes; `checksum` is ``algorithm:hex`` in lower case.

    A file that comes in parts has their number, their size in bytes, and maybe their digests, one after the other.
    """

    key: str
    size: int | None = None
    checksum: str | None = None
    about: dict[str, Any] | None = field(default=None)
    hidden: bool = False
    part_count: int | None = None
    part_size: int | None = None
    part_md5s: str | None = None
    source: FileSource | None = None
    """which file it is, for one whose bytes are here already"""
    url: str | None = field(default=None, repr=False)
    """where a job fetches it; it may hold a secret"""


def fault_of_key(key: str) -> str | None:
    """Return why `key` cannot name a file, None if it can: folders, UTF-8 and blanks are fine."""
    if not key:
        return "A file needs a name."
    if len(key.encode("utf-8", "surrogatepass")) > MAX_KEY_BYTES:
        return f"Longer than {MAX_KEY_BYTES} bytes."
    if key.startswith("/") or "\\" in key:
        return "A file name is a relative path with forward slashes."
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in key):
        return "A file name has no control characters."
    if "\ufffd" in key:  # of an address that is no UTF-8, each wrong byte becomes one: two names would be one
        return "A file name has no U+FFFD, which stands for bytes that are no text."
    if has_invisible(key):
        return "A file name has no invisible characters."
    if not is_stream_safe(key):
        return TOO_MANY_MARKS
    return _fault_of_segments(key.split("/"))


def _fault_of_segments(segments: list[str]) -> str | None:
    if any(s.strip() in ("", ".", "..") for s in segments):
        return "A file name has no empty, '.' or '..' part."
    if any(len(s.encode()) > MAX_SEGMENT_BYTES for s in segments):
        return f"A part of a file name has at most {MAX_SEGMENT_BYTES} bytes."
    return None


def normal_checksum(text: str) -> str | None:
    """Return ``md5:…`` or ``sha256:…`` in lower case (also of ``sha-256``), None if `text` is neither."""
    algorithm, _, digest = text.strip().lower().partition(":")
    algorithm = algorithm.replace("-", "")
    length = _DIGEST_LENGTH.get(algorithm)
    if length is None or not re.fullmatch(rf"[0-9a-f]{{{length}}}", digest):
        return None
    return f"{algorithm}:{digest}"


def extension_of(key: str) -> str:
    """Return the lower-case ending of the name without its dot, empty if it is no good facet."""
    stem, dot, ending = key.rpartition("/")[2].rpartition(".")
    plain = stem and dot and ending.isascii() and ending.isalnum() and len(ending) <= 20
    return ending.lower() if plain else ""


def media_type_of(key: str) -> str:
    """Return the media type that the name suggests; the bytes are not examined."""
    guess, encoding = _MEDIA_TYPES.guess_type(key.rpartition("/")[2])
    if encoding:
        return {"gzip": "application/gzip"}.get(encoding, "application/octet-stream")
    return guess or "application/octet-stream"


def reason_of(file: UnreadyFile) -> str:
    """Return why the file cannot be published (yet), as a sentence that names it."""
    if file.state is None or file.is_staged:
        return f"File '{file.key}' has not completed its transfer."
    if file.state == FileState.FAILED:
        return f"File '{file.key}' failed: {file.failure or 'its content could not be verified.'}"
    if file.fault:
        return f"File '{file.key}' is damaged: its bytes are not those that were sent. Please send it again."
    return f"File '{file.key}' is being verified."


def reasons_of(files: Sequence[UnreadyFile]) -> tuple[str, ...]:
    """Return the reasons of at most `MOST_NAMED` files, and a last sentence if there are more."""
    reasons = tuple(map(reason_of, files[:MOST_NAMED]))
    return (*reasons, "There are more.") if len(files) > MOST_NAMED else reasons


def fault_of_size(size: int | None, expected: int) -> str:
    """Return what is wrong with an object of `size` bytes (None: no object), empty if nothing is."""
    if size is None:
        return MISSING
    return "" if size == expected else f"The object has {size} bytes instead of {expected}."


def fault_of_digests(*compared: tuple[str, str, str | None]) -> str:
    """Return what is wrong with bytes, empty if nothing is: name, digest now, and digest on record, None for none."""
    faults = [
        f"The object has {name} {actual} instead of {expected}."
        for name, actual, expected in compared
        if expected not in (None, actual)
    ]
    return " ".join(faults)


def unreadable(cause: str | None) -> str:
    """Return the fault of an object whose bytes its disk cannot read."""
    return f"The object cannot be read: {cause or 'unknown cause'}."


def is_fault_of_size(fault: str) -> bool:
    """Return whether `fault` is about the size: only then can the size show that it has healed."""
    return fault == MISSING or re.fullmatch(r"The object has \d+ bytes instead of \d+\.", fault) is not None


def is_fault_of_bytes(fault: str) -> bool:
    """Return whether the object is there and of the right length, but not the bytes that were received."""
    return bool(fault) and not is_fault_of_size(fault) and not fault.startswith(_UNREADABLE)
