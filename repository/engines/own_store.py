"""The store of this site, which changes nothing in a store of another one.

An unmounted folder takes bytes as well as the store that belongs there; they would be lost below the mount point.  A
sweep over the bucket of another site would find nothing but orphans.  So whatever writes, removes or lists all compares
the store's id with the database's first (`StoreIdentity`).
"""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from repository.engines.store.port import (
    ByteStore,
    ContentDisposition,
    FileDigests,
    NewObject,
    PartUploads,
    SmallContent,
    StoredObject,
    StoredPart,
    StoreMarks,
    UploadToken,
)
from repository.engines.store_identity import StoreIdentity


class OwnUploads:
    """Uploads in parts into the store of this site."""

    def __init__(self, uploads: PartUploads, identity: StoreIdentity) -> None:
        self._uploads = uploads
        self._identity = identity
        self.origin = uploads.origin
        self.sign_part = uploads.sign_part
        self.list_parts = uploads.list_parts
        self.appended_size = uploads.appended_size
        self.arrived_md5 = uploads.arrived_md5

    def begin(self, key: str, size: int) -> UploadToken:
        """Begin an upload (see the port)."""
        require_own(self._identity)
        return self._uploads.begin(key, size)

    def put_part(
        self, token: UploadToken, number: int, source: BinaryIO, *, size: int, md5: str | None = None
    ) -> StoredPart:
        """Store a part (see the port)."""
        self._identity.require()
        return self._uploads.put_part(token, number, source, size=size, md5=md5)

    def complete(self, token: UploadToken, parts: Sequence[StoredPart]) -> int:
        """Make the object (see the port)."""
        self._identity.require()
        return self._uploads.complete(token, parts)

    def discard(self, token: UploadToken) -> None:
        """Remove the upload (see the port)."""
        self._identity.require()
        self._uploads.discard(token)

    def append(self, token: UploadToken, offset: int, source: BinaryIO) -> int:
        """Add bytes (see the port)."""
        self._identity.require()
        return self._uploads.append(token, offset, source)


class OwnStore:
    """The `store` of the site whose database `identity` compares it with."""

    def __init__(self, store: ByteStore, identity: StoreIdentity) -> None:
        self._store = store
        self.identity = identity
        self.marks: StoreMarks = store.marks
        self.uploads: PartUploads = OwnUploads(store.uploads, identity)

    @property
    def unguarded(self) -> ByteStore:
        """The store while its database is away, for a restore."""
        return self._store

    def write(self, key: str, source: BinaryIO, *, limit: int, size: int | None = None) -> FileDigests:
        """Store all of `source` (see the port)."""
        require_own(self.identity)
        return self._store.write(key, source, limit=limit, size=size)

    def write_many(self, objects: Sequence[NewObject]) -> None:
        """Store small objects (see the port)."""
        require_own(self.identity)
        self._store.write_many(objects)

    def open(self, key: str, start: int = 0) -> BinaryIO:
        """Return the object's bytes (see the port)."""
        return self._store.open(key, start)

    def read_many(self, keys: Iterable[str]) -> Iterator[SmallContent]:
        """Yield the bytes of small objects (see the port)."""
        return self._store.read_many(keys)

    def size(self, key: str) -> int | None:
        """Return the length in bytes (see the port)."""
        return self._store.size(key)

    def sizes(self, keys: Collection[str]) -> Mapping[str, int]:
        """Return the lengths in bytes (see the port)."""
        return self._store.sizes(keys)

    def local_path(self, key: str) -> Path | None:
        """Return the object's file (see the port)."""
        return self._store.local_path(key)

    def address(self, key: str, disposition: ContentDisposition, lifetime: timedelta) -> str | None:
        """Return a signed address (see the port)."""
        return self._store.address(key, disposition, lifetime)

    def remove(self, keys: Iterable[str]) -> None:
        """Remove those of `keys` that exist."""
        self.identity.require()
        self._store.remove(keys)

    def objects(self) -> Iterator[StoredObject]:
        """Yield all objects (see the port)."""
        self.identity.require()
        yield from self._store.objects()

    def clear_abandoned(
        self, older_than: timedelta, keep: Container[str] = (), uploads_older_than: timedelta | None = None
    ) -> int:
        """Remove leftovers (see the port)."""
        self.identity.require()
        return self._store.clear_abandoned(older_than, keep, uploads_older_than)

    def prepare(self) -> None:
        """Create what the store needs, and its id; raises `Unsuitable` if it is the store of another site."""
        self._store.prepare()
        self.identity.bind()

    def shortcomings(self) -> Sequence[str]:
        """Return what the store's server lacks (see the port)."""
        return self._store.shortcomings()

    def describe(self) -> str:
        """Return name and free space; raises `Unavailable`, also if it is the store of another site."""
        description = self._store.describe()
        self.identity.check()
        return description

    def close(self) -> None:
        """Close connections."""
        self._store.close()


def require_own(identity: StoreIdentity) -> None:
    """Raise `Unavailable` if the store is not that of this database; give both an id if neither has one."""
    identity.require()
    if not identity.is_known:
        identity.bind()
