"""Tables of file sets, their entries, and stored files."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from repository.core.database.engine import Base, Identity, ordered_text
from repository.files.rules import MAX_KEY_BYTES


class SetState(StrEnum):
    OPEN = "open"
    FROZEN = "frozen"
    DISCARDED = "discarded"


class FileSet(Base):
    """`count` and `total_bytes` are kept with every change, so that nobody has to add up entries."""

    __tablename__ = "file_set"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default=SetState.OPEN.value)
    count: Mapped[int] = mapped_column(default=0)
    total_bytes: Mapped[int] = mapped_column(Identity, default=0)


class StoredFile(Base):
    """Bytes in the store; `verified` is when they were last read back and matched their digests.

    `fault` says what the last reading found wrong, empty if nothing.
    """

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    object_key: Mapped[str] = mapped_column(ordered_text(200), unique=True)
    size: Mapped[int] = mapped_column(Identity)
    md5: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(127))
    created: Mapped[datetime]
    verified: Mapped[datetime | None]
    fault: Mapped[str] = mapped_column(String(500), default="")


class FileEntry(Base):
    """A name in a file set.

    `file` is what is committed under the name, `staged` what was received and awaits commit.  `pending` holds while
    there is nothing committed or something staged, and stops publication.
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
    created: Mapped[datetime]
    updated: Mapped[datetime]

    file: Mapped[StoredFile | None] = relationship(foreign_keys=[file_id], lazy="raise")
    staged: Mapped[StoredFile | None] = relationship(foreign_keys=[staged_id], lazy="raise")

    __table_args__ = (
        UniqueConstraint("file_set_id", "key"),
        Index("ix_file_entry_file_set_id_pending", "file_set_id", "pending"),
        Index("ix_file_entry_file_set_id_extension", "file_set_id", "extension"),
    )
