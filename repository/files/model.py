"""Tables of file sets, their entries, and stored files."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from repository.core.database.engine import Base, Identity, ordered_text
from repository.engines.store.port import FileDigests
from repository.files.rules import MAX_KEY_BYTES, FileState

FAULTY = "fault <> ''"
"""of a stored file; literal, as the condition of partial indexes"""
RECEIVED = "state = 'received'"
"""of a stored file, likewise"""


class SetState(StrEnum):
    OPEN = "open"
    FROZEN = "frozen"
    DISCARDED = "discarded"


class Location(StrEnum):
    """Where the bytes of a stored file are: in the byte store, or in the archive."""

    STAGING = "staging"
    ARCHIVE = "archive"


class UploadState(StrEnum):
    """An upload takes parts while it is open; a discarded one waits for its parts to be removed."""

    OPEN = "open"
    COMPLETED = "completed"
    DISCARDED = "discarded"


class FileSet(Base):
    """A set of files; every change updates `count` and `total_bytes`, so that nobody has to add up entries.

    `hidden_count` and `hidden_bytes` are the part of them that readers do not learn of; they are 0 in an open set.
    `own_bytes` are those of committed files that no other set has: linked files cost their owner nothing.
    `preview_changes` counts what was found in files, also of a frozen set.
    """

    __tablename__ = "file_set"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default=SetState.OPEN.value)
    count: Mapped[int] = mapped_column(default=0)
    total_bytes: Mapped[int] = mapped_column(Identity, default=0)
    hidden_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    hidden_bytes: Mapped[int] = mapped_column(Identity, default=0, server_default=text("0"))
    own_bytes: Mapped[int] = mapped_column(Identity, default=0, server_default=text("0"))
    preview_changes: Mapped[int] = mapped_column(Identity, default=0, server_default=text("0"))

    def totals(self, *, hidden: bool) -> tuple[int, int]:
        """Return the number of files and their bytes, those of hidden files only with `hidden`."""
        if hidden:
            return self.count, self.total_bytes
        return self.count - self.hidden_count, self.total_bytes - self.hidden_bytes


def _as_created(context: Any) -> datetime:
    moment: datetime = context.get_current_parameters()["created"]
    return moment


class StoredFile(Base):
    """Bytes in the store or the archive.

    `state` says whether their digests are known: they are unknown while the file is `received`, and may be unknown
    when it `failed`; `failure` says why it failed.  A published file is always `verified`.

    `crc32` is that of ZIP, for archives that are resumed; None for what an earlier release received.

    `verified` is the last time at which a fixity check matched the bytes with their digests.  `fault` says what the
    last check found wrong; it is empty if nothing was.  `checked` is when the last check began, or the bytes came; None
    for what an earlier release received, and for bytes that are there again.  `reading` is set while a check reads the
    bytes, and moved on as long as it does: one of yesterday is of a check that did not end.  `previewed` says that
    there is a preview of it.
    """

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    object_key: Mapped[str] = mapped_column(ordered_text(200), unique=True)
    size: Mapped[int] = mapped_column(Identity)
    # Server defaults: the release before this one writes its rows without these columns, verified and in the store.
    state: Mapped[str] = mapped_column(String(10), default=FileState.VERIFIED.value, server_default=text("'verified'"))
    failure: Mapped[str | None] = mapped_column(String(500))
    location: Mapped[str] = mapped_column(String(10), default=Location.STAGING.value, server_default=text("'staging'"))
    md5: Mapped[str | None] = mapped_column(String(32))
    sha256: Mapped[str | None] = mapped_column(String(64))
    crc32: Mapped[int | None] = mapped_column(Identity)
    media_type: Mapped[str] = mapped_column(String(127))
    created: Mapped[datetime]
    verified: Mapped[datetime | None]
    fault: Mapped[str] = mapped_column(String(500), default="")
    checked: Mapped[datetime | None] = mapped_column(default=_as_created)
    reading: Mapped[datetime | None]
    previewed: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = (
        Index("ix_stored_file_checked_id", "checked", "id"),
        Index("ix_stored_file_faulty", "id", sqlite_where=text(FAULTY), postgresql_where=text(FAULTY)),
        Index(
            "ix_stored_file_fault_checked", "checked", "id", sqlite_where=text(FAULTY), postgresql_where=text(FAULTY)
        ),
        Index(
            "ix_stored_file_reading",
            "reading",
            "id",
            sqlite_where=text("reading IS NOT NULL"),
            postgresql_where=text("reading IS NOT NULL"),
        ),
        Index("ix_stored_file_received", "id", sqlite_where=text(RECEIVED), postgresql_where=text(RECEIVED)),
    )

    @property
    def is_verified(self) -> bool:
        return self.state == FileState.VERIFIED

    @property
    def is_sound(self) -> bool:
        """Whether its digests are known, and the last check of its bytes found nothing wrong."""
        return self.is_verified and not self.fault

    @property
    def digests(self) -> FileDigests | None:
        """The digests of a verified file; None if they are unknown or not what was declared."""
        if not self.is_verified or self.md5 is None or self.sha256 is None:
            return None
        return FileDigests(self.size, self.md5, self.sha256, self.crc32)


class Orphan(Base):
    """An object of the store that no stored file has as its bytes.

    It stays where it is.  A comparison with the store that no longer finds it an orphan, since a file has it or it is
    gone, removes the row.  After `last_chance` the object is removed too, unless it is `kept`.
    """

    __tablename__ = "orphan"

    key: Mapped[str] = mapped_column(ordered_text(200), primary_key=True)
    size: Mapped[int] = mapped_column(Identity)
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    last_chance: Mapped[datetime]
    kept: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        Index(
            "ix_orphan_last_chance",
            "last_chance",
            "key",
            sqlite_where=text("kept = 0"),
            postgresql_where=text("NOT kept"),
        ),
    )


class StoreComparison(Base):
    """What the last whole comparison with the store has seen; a date still to come is left out."""

    __tablename__ = "store_comparison"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    newest_object: Mapped[datetime | None]
    objects: Mapped[int] = mapped_column(Identity)
    orphans: Mapped[int] = mapped_column(Identity)
    size: Mapped[int | None] = mapped_column("bytes", Identity)
    """of all its objects; None from a release that did not count them"""


class FileEntry(Base):
    """A name in a file set.

    `file` is the committed file, `staged` the received one that awaits its commit.  `pending` stops publication:
    nothing is committed, or something is staged, or the committed file is not verified, or is damaged.  `transfer` is
    the contract's letter for the way of bytes that are to come, None if they are sent whole.
    """

    __tablename__ = "file_entry"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    file_set_id: Mapped[int] = mapped_column(ForeignKey("file_set.id"))
    key: Mapped[str] = mapped_column(ordered_text(MAX_KEY_BYTES))
    extension: Mapped[str] = mapped_column(ordered_text(20), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    staged_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), index=True)
    pending: Mapped[bool] = mapped_column(default=True)
    declared_size: Mapped[int | None] = mapped_column(Identity)
    declared_checksum: Mapped[str | None] = mapped_column(String(80))
    about: Mapped[dict[str, Any] | None]
    hidden: Mapped[bool] = mapped_column(default=False)
    transfer: Mapped[str | None] = mapped_column(String(1))
    created: Mapped[datetime]
    updated: Mapped[datetime]

    file: Mapped[StoredFile | None] = relationship(foreign_keys=[file_id], lazy="raise")
    staged: Mapped[StoredFile | None] = relationship(foreign_keys=[staged_id], lazy="raise")

    __table_args__ = (
        UniqueConstraint("file_set_id", "key"),
        Index("ix_file_entry_file_set_id_pending", "file_set_id", "pending"),
        Index("ix_file_entry_file_set_id_extension", "file_set_id", "extension"),
        Index(
            "ix_file_entry_committed",
            "file_set_id",
            "key",
            sqlite_where=text("file_id IS NOT NULL"),
            postgresql_where=text("file_id IS NOT NULL"),
        ),
        Index(
            "ix_file_entry_unready",
            "file_set_id",
            "file_id",
            sqlite_where=text("pending IS 1 AND file_id IS NOT NULL"),
            postgresql_where=text("pending IS TRUE AND file_id IS NOT NULL"),
        ),
        Index(
            "ix_file_entry_hidden",
            "file_set_id",
            sqlite_where=text("hidden IS 1"),
            postgresql_where=text("hidden IS TRUE"),
        ),
    )


class Upload(Base):
    """An upload in parts, or by appending, of the bytes for one name.

    `object_key` and `store_upload_id` are the store's token of it.  The client declares `size` (bytes) and may declare
    digests of the whole file (hexadecimal); `part_size` (bytes) and `part_count` are None for an upload by appending.
    `part_md5s` are the digests of all parts, one after the other, if the client declares them.
    `arrived_md5` is the MD5 of the MD5s of the parts that the store has received, if it tells that of a completed one.
    `file_entry_id` becomes NULL when the name is removed.  After `expires`, the sweep discards the upload.
    """

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    file_entry_id: Mapped[int | None] = mapped_column(ForeignKey("file_entry.id", ondelete="SET NULL"), index=True)
    object_key: Mapped[str] = mapped_column(ordered_text(200), unique=True)
    store_upload_id: Mapped[str] = mapped_column(String(1100))
    size: Mapped[int] = mapped_column(Identity)
    part_size: Mapped[int | None] = mapped_column(Identity)
    part_count: Mapped[int | None]
    declared_md5: Mapped[str | None] = mapped_column(String(32))
    declared_sha256: Mapped[str | None] = mapped_column(String(64))
    part_md5s: Mapped[str | None] = mapped_column(Text)
    arrived_md5: Mapped[str | None] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(10), default=UploadState.OPEN.value)
    created: Mapped[datetime]
    expires: Mapped[datetime] = mapped_column(index=True)


class UploadPart(Base):
    """A part that has arrived: `tag` is the store's own, `checksum` (``algorithm:hex``) the sender's if it told one."""

    __tablename__ = "upload_part"

    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(Identity)
    tag: Mapped[str] = mapped_column(String(100))
    checksum: Mapped[str | None] = mapped_column(String(80))
    received: Mapped[datetime]
