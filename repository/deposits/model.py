"""The table of drafts."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity
from repository.core.errors import SENT
from repository.records.model import Described


class DraftKind(StrEnum):
    NEW = "new"
    NEW_VERSION = "new_version"
    EDIT = "edit"


class Draft(Described, Base):
    """A draft; its id is the one that its version has or will have.

    `errors` are those of the last save: ``[{"field": …, "messages": […]}, …]``; those of `pids`, `access` and `files`
    keep under ``sent`` what no other column can hold. `index` is that of its version.
    """

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(Identity, primary_key=True, autoincrement=False)
    concept_id: Mapped[int] = mapped_column(ForeignKey("concept.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    index: Mapped[int]
    revision: Mapped[int] = mapped_column(default=1)
    errors: Mapped[list[Any]]
    created: Mapped[datetime]
    updated: Mapped[datetime]

    def sent(self, part: str) -> dict[str, Any]:
        """Return what was sent as `pids`, `access` or `files` and is kept with its faults alone, by name."""
        kept: dict[str, Any] = {}
        for error in self.errors:
            if error["field"].partition(".")[0] == part:
                kept |= error.get(SENT) or {}
        return kept


Index(
    "ix_draft_one_new_version",
    Draft.concept_id,
    unique=True,
    sqlite_where=Draft.kind == DraftKind.NEW_VERSION.value,
    postgresql_where=Draft.kind == DraftKind.NEW_VERSION.value,
)
