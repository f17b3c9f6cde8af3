"""What a file may be called, and what may be declared of it."""

import mimetypes
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

MAX_KEY_BYTES = 1024
MAX_SEGMENT_BYTES = 255
"""What every common file system can hold as one name, so that an archive can be unpacked anywhere."""
_MISSING = "The object is not in the store."
_BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
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


@dataclass(frozen=True, slots=True)
class Declared:
    """What a client says of a file before it sends it; `checksum` is ``algorithm:hex`` in lower case."""

    key: str
    size: int | None = None
    checksum: str | None = None
    about: dict[str, Any] | None = field(default=None)
    hidden: bool = False


def fault_of_key(key: str) -> str | None:
    """Why `key` cannot name a file, None if it can: folders, UTF-8 and blanks are fine."""
    if not key:
        return "A file needs a name."
    if len(key.encode("utf-8", "surrogatepass")) > MAX_KEY_BYTES:
        return f"Longer than {MAX_KEY_BYTES} bytes."
    if key.startswith("/") or "\\" in key:
        return "A file name is a relative path with forward slashes."
    if any(unicodedata.category(c) in ("Cc", "Cs") or c in _BIDI for c in key):
        return "A file name has no control characters."
    return _fault_of_segments(key.split("/"))


def _fault_of_segments(segments: list[str]) -> str | None:
    if any(s.strip() in ("", ".", "..") for s in segments):
        return "A file name has no empty, '.' or '..' part."
    if any(len(s.encode()) > MAX_SEGMENT_BYTES for s in segments):
        return f"A part of a file name has at most {MAX_SEGMENT_BYTES} bytes."
    return None


def normal_checksum(text: str) -> str | None:
    """``md5:…`` or ``sha256:…`` in lower case (also ``sha-256``), None if it is neither."""
    algorithm, _, digest = text.strip().lower().partition(":")
    algorithm = algorithm.replace("-", "")
    length = _DIGEST_LENGTH.get(algorithm)
    if length is None or not re.fullmatch(rf"[0-9a-f]{{{length}}}", digest):
        return None
    return f"{algorithm}:{digest}"


def extension_of(key: str) -> str:
    """The lower-case ending of the name without its dot, empty if it has none worth a facet."""
    stem, dot, ending = key.rpartition("/")[2].rpartition(".")
    plain = stem and dot and ending.isascii() and ending.isalnum() and len(ending) <= 20
    return ending.lower() if plain else ""


def media_type_of(key: str) -> str:
    """The media type that the name suggests; the bytes are examined later, in a cage."""
    guess, encoding = _MEDIA_TYPES.guess_type(key.rpartition("/")[2])
    if encoding:
        return {"gzip": "application/gzip"}.get(encoding, "application/octet-stream")
    return guess or "application/octet-stream"


def fault_of_size(found: int | None, expected: int) -> str:
    """What is wrong with stored bytes of which `found` are there (None: no object); empty if nothing is."""
    if found is None:
        return _MISSING
    return "" if found == expected else f"The object has {found} bytes instead of {expected}."


def is_fault_of_size(fault: str) -> bool:
    """Whether `fault` is one that looking at the size finds, and so can also find healed."""
    return fault == _MISSING or re.fullmatch(r"The object has \d+ bytes instead of \d+\.", fault) is not None
