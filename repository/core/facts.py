"""Facts: what happened, written in the transaction in which it happened (the outbox pattern).

A fact is never changed or deleted but for `relayed_at`, which the relay sets once the jobs that follow from it are
rows of their own.  Each feature declares its facts in ``facts.py``; `workers.reactions` says what follows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to the thing with the id `subject`; `details` are small JSON for the audit trail."""

    subject: int
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return type(self).__name__


class FactRow(Base):
    """The outbox and audit trail."""

    __tablename__ = "fact"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    subject: Mapped[int] = mapped_column(Identity)
    details: Mapped[dict[str, Any]]
    actor: Mapped[str] = mapped_column(String(60))
    request_id: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[datetime]
    relayed_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_fact_waiting",
            "id",
            sqlite_where=text("relayed_at IS NULL"),
            postgresql_where=text("relayed_at IS NULL"),
        ),
        Index("ix_fact_subject_id", "subject", "id"),
        # a deleted fact's number must not be given again: the audit trail counts upwards
        {"sqlite_autoincrement": True},
    )
