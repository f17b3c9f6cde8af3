"""The table of drafts that began with a description from elsewhere."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity


class ImportState(StrEnum):
    """`LEFT`: the person goes on without what the registrar knows."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    LEFT = "left"


class DraftImport(Base):
    """What a draft began with, and what of it was not taken over.

    `form` is the form of the description, empty before it is known; `scheme` and `identifier` are those that a job
    looks up, empty for a description that was sent.  `use` says what the identifier is to the draft (`rules`).
    `not_taken` is ``[{"field": …, "value": …}, …]`` in the source's own words.  `entries` counts the things that the
    source describes.  `attempts` counts those without an answer, `reason` is why there was none.
    """

    __tablename__ = "draft_import"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    form: Mapped[str] = mapped_column(String(20), default="")
    scheme: Mapped[str] = mapped_column(String(10), default="")
    identifier: Mapped[str] = mapped_column(String(2000), default="")
    use: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(String(500))
    attempts: Mapped[int] = mapped_column(default=0)
    entries: Mapped[int] = mapped_column(default=1)
    not_taken: Mapped[list[Any]]
    created: Mapped[datetime]
    touched: Mapped[datetime] = mapped_column(index=True)
