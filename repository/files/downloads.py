"""Download one file, or a range of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from repository.core.errors import Conflict, Damaged, NotFound, Unavailable
from repository.core.unit_of_work import Database, Snapshot
from repository.engines.services import Services
from repository.engines.store.port import ByteStore, ContentDisposition
from repository.files.doubts import doubt
from repository.files.queries import entry
from repository.files.rules import FileState, UnreadyFile, fault_of_size, reason_of

INLINE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "application/pdf")
"""Types that a browser may show in place; it saves all others, which could act in our name."""

RESTRICTED_FOR = timedelta(seconds=60)
"""The longest that an address of a file is good which not everybody may have: nobody can take it back."""
UNREADABLE = "The file's content cannot be read right now."
CHANGED = "changed after the last check"


@dataclass(frozen=True, slots=True)
class Download:
    """A file for the web layer to send; digests are lower-case hexadecimal.

    `known` is when the bytes were last seen to be those of the digests; a check of `doubted` ones is on its way.
    """

    database: Database
    store: ByteStore
    signed_for: timedelta | None
    file_id: int
    known: datetime
    doubted: bool
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
        """Return the bytes from `start`; raises `Unavailable` if the object is missing or of another length."""
        self.require_bytes()
        return self.store.open(self.object_key, start)

    def require_bytes(self) -> None:
        """Ask the store for the object's length; raises `Unavailable` if it is missing or of another length."""
        if fault := fault_of_size(self.store.size(self.object_key), self.size):
            self.doubt(fault)
            raise Unavailable(UNREADABLE)

    def is_trusted(self, changed: float) -> bool:
        """Return whether bytes of this machine are as known: `changed` is their last change, in seconds since 1970."""
        if changed <= self.known.timestamp():
            return True
        self.doubt(CHANGED)
        return False

    def doubt(self, reason: str) -> None:
        """Have the stored bytes checked soon: a reader found something wrong."""
        if not self.doubted:
            doubt(self.database, self.file_id, reason)


def download_of(
    services: Services,
    snapshot: Snapshot,
    set_id: int,
    key: str,
    record_id: int,
    *,
    hidden: bool,
    public: bool = False,
) -> Download:
    """Return the committed file under a name of the set; `public` says that everybody may have it.

    Raises `NotFound` if nothing is committed yet or, without `hidden`, if it is hidden; `Conflict` if the file is not
    verified: a reader must be able to check the bytes, and those of a failed file are not what the depositor declared;
    `Damaged` if a check has found that the bytes are no longer those of the digests.
    """
    named = entry(snapshot, set_id, key, record_id, hidden=hidden)
    file = named.file
    if file is None:
        raise NotFound(f"File '{named.key}' of record '{record_id}' has no content yet.")
    digests = file.digests
    if digests is None:
        raise Conflict(reason_of(UnreadyFile(named.key, FileState(file.state), file.failure, is_staged=False)))
    require_sound(file.fault, named.key)
    return Download(
        database=services.database,
        store=services.store,
        signed_for=_signed_for(services, public=public),
        file_id=file.id,
        known=max(file.created, file.verified or file.created),
        doubted=file.reading is not None,
        name=named.key.rpartition("/")[2],
        object_key=file.object_key,
        size=file.size,
        md5=digests.md5,
        sha256=digests.sha256,
        media_type=file.media_type,
        modified=file.created,
    )


def _signed_for(services: Services, *, public: bool) -> timedelta | None:
    return services.signed_for if public or services.signed_for is None else min(services.signed_for, RESTRICTED_FOR)


def require_sound(fault: str, key: str) -> None:
    """Raise `Damaged` if a check has found the bytes damaged: nobody may take them for those of the digests."""
    if fault:
        raise Damaged(
            f"The file '{key}' is damaged: its bytes are not those that were deposited. The curators know it."
        )
