"""What every byte store promises: bytes under a key, written once, never changed.

Promises (tests/contracts/bytestore_contract.py):

* `write` makes an object visible whole or not at all, and durable before it returns; an existing key is refused, and
  so is a source of another length than was announced.
* bytes read are the bytes written, by any range.
* `remove` of what is not there is no error.
* a store that does not answer in time, or has no room, raises `Unavailable`.
* an address, where a store gives one, yields the bytes until it expires, under the name and type it was made for.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class FileDigests:
    """Lower-case hexadecimal digests and the length in bytes of one object."""

    size: int
    md5: str
    sha256: str


@dataclass(frozen=True, slots=True)
class StoredObject:
    key: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class ContentDisposition:
    """What a reader of a signed address is told about the bytes."""

    name: str
    media_type: str
    inline: bool


class ByteStore(Protocol):
    def write(self, key: str, source: BinaryIO, *, limit: int, size: int | None = None) -> FileDigests:
        """Store all of `source`, digesting on the way; `size` in bytes is what was announced of it, None if nothing.

        Raises `TooLarge` past `limit` bytes, before the first is read if so many are announced; `Invalid` if others
        come than were announced; `Conflict` if the key exists.  Then, and when `source` fails, nothing is kept.
        """
        ...

    def open(self, key: str, start: int = 0) -> BinaryIO:
        """The object's bytes from `start`; raises `NotFound`."""
        ...

    def size(self, key: str) -> int | None:
        """Length in bytes, None if there is no such object."""
        ...

    def local_path(self, key: str) -> Path | None:
        """Where a server on this machine can send the object from, None for remote stores."""
        ...

    def address(self, key: str, shown: ContentDisposition, lifetime: timedelta) -> str | None:
        """A URL under which anyone can read the object (with ranges) for `lifetime`, None for stores without one.

        Made without asking the store: it may be the address of nothing.
        """
        ...

    def remove(self, keys: Iterable[str]) -> None: ...

    def objects(self) -> Iterator[StoredObject]:
        """All objects, lazily, in the order of their keys by characters, where "/" counts as "+"."""
        ...

    def clear_abandoned(self, older_than: timedelta) -> int:
        """Remove what interrupted writes left behind at least `older_than` ago; returns how many leftovers."""
        ...

    def prepare(self) -> None:
        """Create what the store needs before its first object (folders, a bucket); may run again."""
        ...

    def shortcomings(self) -> Sequence[str]:
        """What `doctor` should say that this store's server lacks, found by trying; raises `Unavailable`."""
        ...

    def describe(self) -> str:
        """Name and free space for `doctor`, without writing anything; raises `Unavailable`."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
