"""What every byte store promises: bytes under a key, written once, never changed.

Promises (tests/contracts/bytestore_contract.py):

* `write` makes an object visible whole or not at all, and durable before it returns; an existing key is refused.
* bytes read are the bytes written, by any range.
* `remove` of what is not there is no error.
* a store that does not answer, or has no room, raises `Unavailable`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class Digests:
    """Lower-case hexadecimal digests and the length in bytes of one object."""

    size: int
    md5: str
    sha256: str


@dataclass(frozen=True, slots=True)
class StoredObject:
    key: str
    size: int


class ByteStore(Protocol):
    def write(self, key: str, source: BinaryIO, *, limit: int) -> Digests:
        """Store all of `source`, digesting on the way.

        Raises `TooLarge` past `limit` bytes, `Conflict` if the key exists; in both cases, and when `source`
        fails, nothing is kept.
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

    def remove(self, keys: Iterable[str]) -> None: ...

    def objects(self) -> Iterator[StoredObject]:
        """All objects, in any order, lazily."""
        ...

    def clear_abandoned(self, older_than: timedelta) -> int:
        """Remove what interrupted writes left behind at least `older_than` ago; returns how many leftovers."""
        ...

    def describe(self) -> str:
        """Name and free space for `doctor`; raises `Unavailable`."""
        ...
