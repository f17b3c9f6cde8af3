"""What every archive promises: files under the paths of an OCFL storage root, written once, never changed or removed.

Promises (tests/contracts/archive_contract.py):

* `write_once` makes a file visible whole or not at all, and durable before it returns.  It never overwrites: a taken
  path raises `Conflict`, and of two writers of one path one wins.
* a path is any relative path that OCFL needs (``0=ocfl_1.1``, ``inventory.json``, ``v1/content/数据.csv``); two paths
  with different bytes are different files, also if one is the other's Unicode normal form.
* bytes read are the bytes written, by any range.
* `list` yields the files below a folder in the order of their paths' UTF-8 bytes.
* an archive that does not answer in time, or has no room, raises `Unavailable`.

A caller never uses the path of a file as a folder: OCFL does not, and only some archives would refuse it.

Source: Oxford Common File Layout Specification 1.1, sections 3 (OCFL Object) and 4 (OCFL Storage Root).
"""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from repository.engines.store.port import FileDigests

MAX_PATH_BYTES = 900
"""With a prefix of the bucket an S3 name may have 1,024 bytes (Amazon S3 User Guide, "Naming objects")."""
MAX_SEGMENT_BYTES = 255
"""The longest name of the usual file systems."""
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A file of the archive; `size` in bytes."""

    path: str
    size: int


class Archive(Protocol):
    """Every method raises `ValueError` for a path that no archive can have (see `require_path`)."""

    def prepare(self) -> None:
        """Create what the archive needs before its first file (folders, a bucket); may run again."""

    def write_once(self, path: str, source: BinaryIO) -> FileDigests:
        """Store all of `source` and return its digests; raises `Conflict` if the path is taken.

        Errors of `source` pass, and nothing is kept then.
        """

    def open(self, path: str, start: int = 0) -> BinaryIO:
        """Return the file's bytes from `start`; raises `NotFound`."""

    def size(self, path: str) -> int | None:
        """Return the length in bytes, None if there is no such file."""

    def exists(self, path: str) -> bool: ...

    def list(self, folder: str = "") -> Iterator[ArchivedFile]:
        """Yield the files below `folder`, or all of them."""

    def close(self) -> None:
        """Close connections."""


def require_path(path: str) -> None:
    """Raise `ValueError` unless `path` is relative, has no empty, "." or ".." segment and no control character."""
    segments = path.encode().split(b"/")
    has_control = any(ord(character) < 32 or ord(character) == 127 for character in path)
    is_short = len(path.encode()) <= MAX_PATH_BYTES and max(map(len, segments)) <= MAX_SEGMENT_BYTES
    if has_control or not is_short or {b"", b".", b".."} & set(segments):
        raise ValueError(f"{path!r} is no path of an archived file")


def fixity_of(archive: Archive, path: str, algorithm: str = "sha512") -> str:
    """Return the digest of a file as it is now, in hexadecimal; raises `NotFound`.

    OCFL inventories use SHA-512 or SHA-256 (section 3.4).
    """
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with closing(archive.open(path)) as stored:
        while block := stored.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
