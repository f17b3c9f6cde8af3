"""The tables of drafts, of uploads that go on where they were cut, and of files that are fetched."""

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
    keep under ``sent`` what no other column can hold. `index` is that of its version.  `touched` is about when somebody
    last changed its files; `told_first` and `told_last` when its owner was warned that it expires (`expiry`).
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
    touched: Mapped[datetime | None]
    told_first: Mapped[datetime | None]
    told_last: Mapped[datetime | None]

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


class FetchState(StrEnum):
    WAITING = "waiting"
    FETCHING = "fetching"
    FAILED = "failed"


class FetchedFile(Base):
    """A file of a draft that a job fetches from `url`, for the person `person_id`.

    `upload_id` is the upload that takes its bytes, once they come.  `received` of `total` bytes have come, as far as
    both are known; `validator` tells whether the rest is still of the same file.  `attempts` counts those in a row that
    brought nothing; `reason` is the last trouble, or why it failed.  `begun` is the first attempt, `tried` the last
    one, `touched` the last sign of life.
    """

    __tablename__ = "file_fetch"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    file_entry_id: Mapped[int] = mapped_column(ForeignKey("file_entry.id", ondelete="CASCADE"), unique=True)
    upload_id: Mapped[int | None] = mapped_column(ForeignKey("upload.id", ondelete="SET NULL"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    url: Mapped[str] = mapped_column(String(2000))
    state: Mapped[str] = mapped_column(String(10), default=FetchState.WAITING.value)
    received: Mapped[int] = mapped_column(Identity, default=0)
    total: Mapped[int | None] = mapped_column(Identity)
    validator: Mapped[str] = mapped_column(String(300), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(String(500))
    created: Mapped[datetime]
    begun: Mapped[datetime | None]
    tried: Mapped[datetime | None]
    touched: Mapped[datetime] = mapped_column(index=True)
