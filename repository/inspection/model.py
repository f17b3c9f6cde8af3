"""The table of what was found in stored files."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity


class FilePreview(Base):
    """What an inspector of this version found in a stored file; version 0 if another may find more.

    `format` is a key of `engines.inspector.cage.formats`, empty for a format that is not known; it decides the media
    type.  `kind` and `body` are the preview; without one, `reason` is a word that says why (`cage.reasons`).
    """

    __tablename__ = "file_preview"

    stored_file_id: Mapped[int] = mapped_column(
        Identity, ForeignKey("stored_file.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    inspector: Mapped[int]
    format: Mapped[str] = mapped_column(String(30))
    kind: Mapped[str | None] = mapped_column(String(20))
    body: Mapped[dict[str, Any] | None]
    reason: Mapped[str | None] = mapped_column(String(40))
    inspected: Mapped[datetime]

    __table_args__ = (Index("ix_file_preview_inspector", "inspector", "stored_file_id"),)
