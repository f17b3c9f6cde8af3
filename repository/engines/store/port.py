"""What every byte store promises: bytes under a key, written once, never changed.

Promises of `ByteStore` (tests/contracts/bytestore_contract.py):

* `write` makes an object visible whole or not at all, and durable before it returns.  It refuses an existing key, and
  a source whose length is not the announced one.
* `write_many` does so with small objects, all or none of them, for less than a `write` of each.
* bytes read are the bytes written, by any range.
* `remove` of a missing object is no error.
* a store that does not answer in time, or has no room, raises `Unavailable`.
* an address, where a store gives one, yields the bytes until it expires, under the name and type it was made for.

Promises of `StoreMarks` (tests/contracts/bytestore_marks.py):

* a mark is a tiny document of the store itself: `objects` does not list it, and nothing but `remove` removes it.
* `write` and `create` are durable before they return, and a reader sees the old content or the new one.
* of two that `create` one mark, one gets `Conflict`.

Promises of `PartUploads` (tests/contracts/bytestore_uploads.py):

* parts arrive in any order, at the same time, and from several processes; a part that arrives twice counts once, as
  the last of its bytes.
* a part is durable once `put_part` has returned or the signed address has answered; `list_parts` then has it, also
  when that answer was lost.
* the object is invisible until `complete`, and is then the parts in the order of their numbers.
* `complete` refuses a part that is missing, is not the listed one, or is too small; the upload goes on after that.
* `complete` again, after a lost answer or a kill, gives the same result.  Of two uploads of one key one becomes the
  object, and the other one gets `Conflict`.
* `discard` leaves no byte of the upload and no error if there is none; it never touches a completed object.
* `append` returns the durable size.  After a kill `appended_size` tells where to go on; no byte before it is lost, and
  at most `MOST_UNFLUSHED` bytes that had arrived are.
"""

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

MIN_PART_BYTES = 5 << 20
"""Every part but the last has at least so many bytes (Amazon S3 User Guide, "Multipart upload limits")."""
MAX_PART_BYTES = 5 << 30
MAX_PARTS = 10_000
MOST_SMALL = 1 << 18
"""Bytes of a small object, as `read_many` reads them."""
MOST_UNFLUSHED = 128 << 20
"""Bytes that `append` has read and not yet made durable, at most."""


@dataclass(frozen=True, slots=True)
class FileDigests:
    """Lower-case hexadecimal digests and the length in bytes of one object.

    The CRC-32 (of ZIP and zlib) is there when the bytes have just been read; it identifies nothing.
    """

    size: int
    md5: str
    sha256: str
    crc32: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class NewObject:
    """A small object to write: `read` returns all its bytes, which have these digests, whenever it is called."""

    key: str
    digests: FileDigests
    read: Callable[[], bytes]


class SmallContent(NamedTuple):
    """All bytes of an object; `modified`, in seconds of the epoch, is told by a store on this machine only."""

    content: bytes
    modified: float | None = None


@dataclass(frozen=True, slots=True)
class StoredObject:
    key: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class ContentDisposition:
    """Name and media type that a signed address shows to its reader."""

    name: str
    media_type: str
    inline: bool


@dataclass(frozen=True, slots=True)
class UploadToken:
    """An upload in parts: the key that its object gets, and the store's own id of the upload."""

    key: str
    upload_id: str


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part that has arrived: number from 1, size in bytes, and the store's own tag of its bytes."""

    number: int
    size: int
    tag: str


class PartUploads(Protocol):
    """Uploads that survive a broken connection: in numbered parts, or by appending; never both for one upload.

    Every method raises `Unavailable`; those with a token raise `NotFound` if the upload was discarded or never began.
    """

    def begin(self, key: str, size: int) -> UploadToken:
        """Begin an upload of `size` bytes; raises `Conflict` if the key exists, `TooLarge` past the store's limit."""

    @property
    def origin(self) -> str | None:
        """The scheme, host and port of all addresses that `sign_part` returns; None if the store has none."""

    def sign_part(self, token: UploadToken, number: int, lifetime: timedelta, md5: str | None = None) -> str | None:
        """Return an address that takes the part by PUT for `lifetime`, None if the store has no addresses.

        With `md5` (hexadecimal) the client must send it as ``Content-MD5``, and the store refuses other bytes; without
        it, some servers list a part of full length when its sender was cut off.  The store is not asked: the upload
        may be gone.
        """

    def put_part(
        self, token: UploadToken, number: int, source: BinaryIO, *, size: int, md5: str | None = None
    ) -> StoredPart:
        """Store `size` bytes of `source` as a part, in place of an earlier one.

        Raises `Invalid` for a number or size out of range, for another length than `size`, and for bytes that do not
        have the digest `md5` (hexadecimal); then the part is as it was before.
        """

    def list_parts(self, token: UploadToken) -> Sequence[StoredPart]:
        """Return the parts that have arrived, in the order of their numbers."""

    def complete(self, token: UploadToken, parts: Sequence[StoredPart]) -> int:
        """Make the object out of `parts`; return its size in bytes.

        Raises `Invalid` naming the parts that are in the way, `Conflict` if another upload has taken the key.
        """

    def arrived_md5(self, token: UploadToken, parts: Sequence[StoredPart]) -> str | None:
        """Return the MD5 of the MD5s of all parts as they arrived, None if the store tells none.

        The upload is completed, of `parts`, whose tags may be empty.  Some servers keep a part of full length whose
        sender was cut off, and fill it up: its MD5 is that of the bytes that came (`files.first_reading` compares).
        """

    def discard(self, token: UploadToken) -> None:
        """Remove the upload and its parts, if it is there and not completed."""

    def append(self, token: UploadToken, offset: int, source: BinaryIO) -> int:
        """Add all of `source` behind the first `offset` bytes; return the durable size in bytes.

        Raises `Conflict` unless `offset` is the durable size.  Errors of `source` pass; the bytes before them are
        kept.  The caller lets only one append of an upload run at a time.
        """

    def appended_size(self, token: UploadToken) -> int:
        """Return how many bytes are durable."""


class StoreMarks(Protocol):
    """What the store remembers of itself, outside of its objects: its id, and what was minted.

    Names are like keys of objects.  Every method raises `Unavailable`.
    """

    def read(self, name: str) -> bytes | None:
        """Return the content, None if there is no such mark."""

    def write(self, name: str, content: bytes) -> None:
        """Set the content, whatever it was."""

    def create(self, name: str, content: bytes) -> None:
        """Make a mark; raises `Conflict` if it is there."""

    def names(self, prefix: str = "") -> Sequence[str]:
        """Return the names that begin with `prefix`, in their order."""

    def remove(self, name: str) -> None:
        """Remove a mark, if it is there."""


class ByteStore(Protocol):
    @property
    def marks(self) -> StoreMarks:
        """The marks of this store."""

    @property
    def uploads(self) -> PartUploads:
        """Uploads in parts into this store."""

    def write(self, key: str, source: BinaryIO, *, limit: int, size: int | None = None) -> FileDigests:
        """Store all of `source` and return its digests; `size` is its announced length in bytes, None if unknown.

        Raises `TooLarge` past `limit` bytes, before reading if `size` is larger; `Invalid` if the length is not
        `size`; `Conflict` if the key exists.  Then, and when `source` fails, nothing is kept.
        """

    def write_many(self, objects: Sequence[NewObject]) -> None:
        """Store small objects; those whose keys begin with the same two letters cost least.

        Raises `Conflict` if a key exists, and `Unavailable`; then none is kept, unless the store has just gone away.
        """

    def open(self, key: str, start: int = 0) -> BinaryIO:
        """Return the object's bytes from `start`; raises `NotFound`."""

    def read_many(self, keys: Iterable[str]) -> Iterator[SmallContent]:
        """Yield the bytes of small objects in the order of `keys`; a store that is far away reads some ahead.

        `keys` are taken while the contents are, in the reader's own thread.

        Of an object that is longer than `MOST_SMALL` a byte more than that is yielded.  Raises `NotFound`, in its turn.
        """

    def size(self, key: str) -> int | None:
        """Return the length in bytes, None if there is no such object."""

    def sizes(self, keys: Collection[str]) -> Mapping[str, int]:
        """Return the lengths in bytes of those of `keys` that are there; asks the store seldom for many."""

    def local_path(self, key: str) -> Path | None:
        """Return the file that a server on this machine can send, None for remote stores."""

    def address(self, key: str, disposition: ContentDisposition, lifetime: timedelta) -> str | None:
        """Return a URL that gives anyone the object, with ranges, for `lifetime`; None if the store has no addresses.

        The store is not asked: the object may be missing.
        """

    def remove(self, keys: Iterable[str]) -> None: ...

    def objects(self) -> Iterator[StoredObject]:
        """Yield all objects in the order of their keys by characters, where "/" counts as "+"."""

    def clear_abandoned(
        self, older_than: timedelta, keep: Container[str] = (), uploads_older_than: timedelta | None = None
    ) -> int:
        """Remove leftovers of interrupted writes and uploads at least `older_than` old; return how many.

        Uploads in parts of the keys in `keep` stay: somebody may go on with them.  All other uploads in parts stay for
        `uploads_older_than`, if it is given: a database that knows nothing of them may be the wrong one.
        """

    def prepare(self) -> None:
        """Create what the store needs before its first object (folders, a bucket); may run again.

        Raises `Unavailable`, and `Unsuitable` if the server refuses what a store cannot do without.
        """

    def shortcomings(self) -> Sequence[str]:
        """Return what the store's server lacks, found by trying, a sentence each; raises as `prepare`."""

    def describe(self) -> str:
        """Return name and free space, without writing anything; raises `Unavailable`."""

    def close(self) -> None:
        """Close connections."""
