"""Tables of the sets that an administrator defined by a search."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity


class DefinedSet(Base):
    """All hits of `query` among the versions that everybody may read.

    `filled` is the time when a job had looked at every version; before, harvesters cannot list the set.
    """

    __tablename__ = "oai_set"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's form

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    spec: Mapped[str] = mapped_column(String(100), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(2000))
    query: Mapped[str] = mapped_column(String(2000))
    created: Mapped[datetime]
    updated: Mapped[datetime]
    filled: Mapped[datetime | None]


class SetMember(Base):
    """A version that a defined set found when the version, or the set, last changed."""

    __tablename__ = "oai_set_member"

    set_id: Mapped[int] = mapped_column(ForeignKey("oai_set.id", ondelete="CASCADE"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True, index=True)
