"""The tables of drafts, and of uploads that go on where they were cut."""

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


class ResumableUpload(Base):
    """What an upload by tus 1.0 has beside its row in ``upload``: `name` is its address, `person_id` whose it is.

    `about` is the client's own description of it, as it came.  `names_file` says that the upload gave its file the
    name.  `holder` is the request that sends bytes right now (`upload_leases`), until `held_until`; empty for none.
    `is_awaited` says that another request waits for it.
    """

    __tablename__ = "resumable_upload"

    upload_id: Mapped[int] = mapped_column(
        Identity, ForeignKey("upload.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    name: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    about: Mapped[str] = mapped_column(String(8200))
    names_file: Mapped[bool]
    holder: Mapped[str] = mapped_column(String(160), default="")
    held_until: Mapped[datetime | None]
    is_awaited: Mapped[bool] = mapped_column(default=False)
