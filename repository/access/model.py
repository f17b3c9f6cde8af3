"""The table of grants."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity


class GrantRow(Base):
    """One permission of one subject on one dataset.

    `concept_id` is a plain number, since concepts stand above this package; who removes a concept removes its grants.
    `message` is what its giver wrote to whom it was given.  The table has a longer name than its rows because GRANT is
    a reserved word of SQL.
    """

    __tablename__ = "access_grant"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    concept_id: Mapped[int] = mapped_column(Identity)
    subject_kind: Mapped[str] = mapped_column(String(12))
    subject_id: Mapped[int] = mapped_column(Identity)
    permission: Mapped[str] = mapped_column(String(10))
    created: Mapped[datetime]
    expires: Mapped[datetime | None]
    message: Mapped[str | None] = mapped_column(String(5000))

    __table_args__ = (
        UniqueConstraint("concept_id", "subject_kind", "subject_id"),
        Index(None, "subject_kind", "subject_id", "concept_id"),
        Index(
            "ix_access_grant_expires",
            "expires",
            sqlite_where=text("expires IS NOT NULL"),
            postgresql_where=text("expires IS NOT NULL"),
        ),
        # a grant's number is its name in the API: one that was given out once is never another grant's
        {"sqlite_autoincrement": True},
    )
