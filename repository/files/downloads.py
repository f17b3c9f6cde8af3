"""Download one file, or a range of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from repository.core.errors import Conflict, NotFound, Unavailable
from repository.core.unit_of_work import Snapshot
from repository.engines.services import Services
from repository.engines.store.port import ByteStore, ContentDisposition
from repository.files.queries import entry
from repository.files.rules import FileState, UnreadyFile, reason_of

INLINE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "application/pdf")
"""Types that a browser may show in place; it saves all others, which could act in our name."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file for the web layer to send; digests are lower-case hexadecimal."""

    store: ByteStore
    signed_for: timedelta | None
    name: str
    object_key: str
    size: int
    md5: str
    sha256: str
    media_type: str
    modified: datetime

    @property
    def inline(self) -> bool:
        return self.media_type in INLINE_TYPES

    def path(self) -> Path | None:
        """Return the file on this machine, None if the store is elsewhere."""
        return self.store.local_path(self.object_key)

    def address(self, save: bool) -> str | None:
        """Return the address that gives the bytes for a while, None if they go through this process."""
        if self.signed_for is None:
            return None
        disposition = ContentDisposition(self.name, self.media_type, self.inline and not save)
        return self.store.address(self.object_key, disposition, self.signed_for)

    def open(self, start: int) -> BinaryIO:
        """Return the bytes from `start`; raises `Unavailable` if the object is missing or short."""
        if self.store.size(self.object_key) != self.size:
            raise Unavailable("The file's content cannot be read right now.")
        return self.store.open(self.object_key, start)


def download_of(
    services: Services, snapshot: Snapshot, set_id: int, key: str, record_id: int, *, hidden: bool
) -> Download:
    """Return the committed file under a name of the set.

    Raises `NotFound` if nothing is committed yet or, without `hidden`, if it is hidden; `Conflict` if the file is not
    verified: a reader must be able to check the bytes, and those of a failed file are not what the depositor declared.
    """
    named = entry(snapshot, set_id, key, record_id, hidden=hidden)
    file = named.file
    if file is None:
        raise NotFound(f"File '{named.key}' of record '{record_id}' has no content yet.")
    digests = file.digests
    if digests is None:
        raise Conflict(reason_of(UnreadyFile(named.key, FileState(file.state), file.failure, is_staged=False)))
    return Download(
        store=services.store,
        signed_for=services.signed_for,
        name=named.key.rpartition("/")[2],
        object_key=file.object_key,
        size=file.size,
        md5=digests.md5,
        sha256=digests.sha256,
        media_type=file.media_type,
        modified=file.created,
    )
