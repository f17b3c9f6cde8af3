"""Files go out: one by one, with ranges."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from repository.core.errors import NotFound, Unavailable
from repository.core.unit_of_work import Snapshot
from repository.engines.services import Services
from repository.engines.store.port import ByteStore, ContentDisposition
from repository.files.queries import entry

INLINE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "application/pdf")
"""Types a browser may show in place; everything else is saved, since it could act in our name."""


@dataclass(frozen=True, slots=True)
class Download:
    """What the web layer needs to send a file; digests are lower-case hexadecimal."""

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
        """Where this machine has the bytes, None if it has not."""
        return self.store.local_path(self.object_key)

    def address(self, save: bool) -> str | None:
        """Where a reader can fetch the bytes for a while, None if they go through this process."""
        if self.signed_for is None:
            return None
        shown = ContentDisposition(self.name, self.media_type, self.inline and not save)
        return self.store.address(self.object_key, shown, self.signed_for)

    def open(self, start: int) -> BinaryIO:
        """The bytes from `start`; raises `Unavailable` if they are not all there."""
        if self.store.size(self.object_key) != self.size:
            raise Unavailable("The file's content cannot be read right now.")
        return self.store.open(self.object_key, start)


def download_of(services: Services, snapshot: Snapshot, set_id: int, key: str, record_id: int) -> Download:
    """The committed bytes under a name of the set; raises `NotFound` where there are none (yet)."""
    found = entry(snapshot, set_id, key, record_id)
    if found.file is None:
        raise NotFound(f"File '{found.key}' of record '{record_id}' has no content yet.")
    return Download(
        store=services.store,
        signed_for=services.signed_for,
        name=found.key.rpartition("/")[2],
        object_key=found.file.object_key,
        size=found.file.size,
        md5=found.file.md5,
        sha256=found.file.sha256,
        media_type=found.file.media_type,
        modified=found.file.created,
    )
