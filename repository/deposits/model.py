"""The table of drafts."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity
from repository.records.model import Described


class DraftKind(StrEnum):
    NEW = "new"
    NEW_VERSION = "new_version"
    EDIT = "edit"


class Draft(Described, Base):
    """A draft; its id is the one that its version has or will have.

    `errors` are those of the last save: ``[{"field": …, "messages": […]}, …]``; `index` is that of its version.
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


Index(
    "ix_draft_one_new_version",
    Draft.concept_id,
    unique=True,
    sqlite_where=Draft.kind == DraftKind.NEW_VERSION.value,
    postgresql_where=Draft.kind == DraftKind.NEW_VERSION.value,
)
