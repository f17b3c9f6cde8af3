"""Tables of communities and the datasets in them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity, ordered_text


class Community(Base):
    """A community; `titles` are by language, and `change` counts what a reader of its datasets can notice."""

    __tablename__ = "community"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's form

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    slug: Mapped[str] = mapped_column(ordered_text(100), unique=True)
    titles: Mapped[dict[str, Any]]
    change: Mapped[int] = mapped_column(default=1)
    created: Mapped[datetime]


class CommunityDataset(Base):
    """A dataset in a community since `at`; a concept has at most one default community."""

    __tablename__ = "community_dataset"

    concept_id: Mapped[int] = mapped_column(ForeignKey("concept.id", ondelete="CASCADE"), primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), primary_key=True, index=True)
    is_default: Mapped[bool]
    at: Mapped[datetime]


Index(
    "ix_community_dataset_one_default",
    CommunityDataset.concept_id,
    unique=True,
    sqlite_where=CommunityDataset.is_default,
    postgresql_where=CommunityDataset.is_default,
)
