"""Tables of teams and their members."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity, ordered_text


class MemberRole(StrEnum):
    """What a person may do in a team or an institution."""

    MEMBER = "member"
    MANAGER = "manager"


class MemberStatus(StrEnum):
    """How far a membership has come; only a member has rights."""

    INVITED = "invited"
    MEMBER = "member"


class Team(Base):
    """A team; `name_key` is the folded name, and the counts are of those who accepted."""

    __tablename__ = "team"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's form

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    slug: Mapped[str | None] = mapped_column(ordered_text(100), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(ordered_text(400), index=True)
    description: Mapped[str] = mapped_column(String(2_000))
    members: Mapped[int] = mapped_column(Identity)
    managers: Mapped[int] = mapped_column(Identity)
    created_by: Mapped[int | None] = mapped_column(Identity)
    created: Mapped[datetime]


class TeamMember(Base):
    """A person in a team, or invited to it, since `at`."""

    __tablename__ = "team_member"

    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
