"""The byte store in a bucket of any S3 server (see `s3_address` for its URL).

`S3Objects` writes and reads under names; this store gives each key its name and lists only names that are keys.
"""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

import structlog

from repository.core.content_disposition import content_disposition
from repository.engines.store.port import ContentDisposition, FileDigests, NewObject, SmallContent, StoredObject
from repository.engines.store.s3_address import S3Address
from repository.engines.store.s3_bucket import prepare_bucket, require_bucket
from repository.engines.store.s3_capabilities import shortcomings_of
from repository.engines.store.s3_clients import s3_clients
from repository.engines.store.s3_marks import S3Marks
from repository.engines.store.s3_objects import S3Objects
from repository.engines.store.s3_sizes import sizes_of
from repository.engines.store.s3_together import read_together, write_together
from repository.engines.store.s3_uploads import S3Uploads
from repository.engines.store.store_keys import key_of, name_of, require_key

log = structlog.get_logger()


class S3Store:
    """A byte store in the bucket that `address` names; `prepare` makes the bucket."""

    def __init__(self, address: S3Address) -> None:
        """Nothing is asked yet; raises `ValueError` when there are no credentials."""
        self.place = address
        self._clients = s3_clients(address)
        self._objects = S3Objects(self._clients, address)
        self.uploads = S3Uploads(self._objects)
        self.marks = S3Marks(self._objects)

    def write(self, key: str, source: BinaryIO, *, limit: int, size: int | None = None) -> FileDigests:
        """Store all of `source` (see the port)."""
        return self._objects.write(self._name(key), source, limit=limit, size=size)

    def write_many(self, objects: Sequence[NewObject]) -> None:
        """Store small objects (see the port), some at the same time."""
        write_together(self._objects, {self._name(new.key): new for new in objects})

    def open(self, key: str, start: int = 0) -> BinaryIO:
        """Return the object's bytes from `start` (0 or more), empty past its end; raises `NotFound`."""
        return self._objects.open(self._name(key), start)

    def read_many(self, keys: Iterable[str]) -> Iterator[SmallContent]:
        """Yield the bytes of small objects (see the port), some of them read ahead."""
        return read_together(self._objects, map(self._name, keys))

    def size(self, key: str) -> int | None:
        """Return the length in bytes, None if there is no such object."""
        return self._objects.size(self._name(key))

    def sizes(self, keys: Collection[str]) -> Mapping[str, int]:
        """Return the lengths in bytes of those of `keys` that are there."""
        names = {self._name(key): key for key in keys}
        return {names[name]: size for name, size in sizes_of(self._objects, names).items()}

    def local_path(self, key: str) -> None:
        """Return None: the bytes are on another machine."""
        require_key(key)

    def address(self, key: str, disposition: ContentDisposition, lifetime: timedelta) -> str:
        """Return a signed address (AWS signature version 4, in the query)."""
        parameters = {
            **self._objects.target(self._name(key)),
            "ResponseContentType": disposition.media_type,
            "ResponseContentDisposition": content_disposition(disposition.name, inline=disposition.inline),
        }
        seconds = int(lifetime.total_seconds())
        return str(self._clients.signer.generate_presigned_url("get_object", parameters, ExpiresIn=seconds))

    def remove(self, keys: Iterable[str]) -> None:
        """Remove those of `keys` that exist."""
        self._objects.remove([self._name(key) for key in keys])

    def objects(self) -> Iterator[StoredObject]:
        """Yield all objects, a page at a time, and pass over everything else in the bucket."""
        for page in self._objects.pages("list_objects_v2", "Contents"):
            for entry in page:
                key = key_of(entry["Key"].removeprefix(self.place.prefix))
                if key is not None:
                    yield StoredObject(key, int(entry["Size"]), entry["LastModified"].astimezone(UTC))

    def clear_abandoned(
        self, older_than: timedelta, keep: Container[str] = (), uploads_older_than: timedelta | None = None
    ) -> int:
        """Abort uploads in parts, of keys not in `keep`, that began so long ago (see the port); return how many.

        A large object is written in parts too, so a leftover of an interrupted write stays as long as an upload.
        """
        return self.uploads.clear(
            datetime.now(UTC) - (older_than if uploads_older_than is None else uploads_older_than), keep
        )

    def prepare(self) -> None:
        """Create the bucket if it is missing, try what its server lacks, and log it; raises `Unsuitable` too."""
        prepare_bucket(self._clients.patient, self.place)
        for lack in self.shortcomings():
            log.warning("the store's server lacks something", lack=lack)

    def shortcomings(self) -> Sequence[str]:
        """Return what the server lacks, found with an object that is removed again.

        Raises `Unavailable`, and `Unsuitable` if the server refuses what no store can do without.
        """
        return shortcomings_of(self._clients, self.place.bucket, self.place.prefix)

    def describe(self) -> str:
        """Return where the store is, once the bucket has answered; raises `Unavailable`."""
        require_bucket(self._clients.brief, self.place)
        return f"S3 store in {self.place}"

    def close(self) -> None:
        """Close connections."""
        self._clients.close()

    def _name(self, key: str) -> str:
        return self.place.prefix + name_of(key)
