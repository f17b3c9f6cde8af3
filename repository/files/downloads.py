"""Files go out: one by one, with ranges."""

from dataclasses import dataclass
from datetime import datetime

from repository.engines.bytestore.port import ByteStore
from repository.files.model import FileEntry
from repository.foundation.errors import NotFound, Unavailable

INLINE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "application/pdf")
"""Types a browser may show in place; everything else is saved, since it could act in our name."""


@dataclass(frozen=True, slots=True)
class Download:
    """What the web layer needs to send a file; digests are lower-case hexadecimal."""

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


def download_of(entry: FileEntry, record_id: int) -> Download:
    """The committed bytes of an entry; raises `NotFound` when there are none yet."""
    if entry.file is None:
        raise NotFound(f"File '{entry.key}' of record '{record_id}' has no content yet.")
    return Download(
        name=entry.key.rpartition("/")[2],
        object_key=entry.file.object_key,
        size=entry.file.size,
        md5=entry.file.md5,
        sha256=entry.file.sha256,
        media_type=entry.file.media_type,
        modified=entry.file.created,
    )


def require_stored(store: ByteStore, download: Download) -> None:
    """Raises `Unavailable` before the first byte, rather than break off after it."""
    if store.size(download.object_key) != download.size:
        raise Unavailable("The file's content cannot be read right now.")
