"""Tables of institutions, of the rules by which people belong to them, and of those who belong by an act."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity, ordered_text


class Origin(StrEnum):
    """Why somebody belongs to an institution; who belongs by an address has no row."""

    ACT = "act"
    ENTITLEMENT = "entitlement"


class Institution(Base):
    """An institution by its bare ROR id; `name` is the one that ROR shows."""

    __tablename__ = "institution"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's form

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    ror: Mapped[str] = mapped_column(ordered_text(9), unique=True)
    name: Mapped[str] = mapped_column(String(400))
    created: Mapped[datetime]


class InstitutionDomain(Base):
    """A domain whose addresses belong to an institution, and to one only."""

    __tablename__ = "institution_domain"

    domain: Mapped[str] = mapped_column(ordered_text(189), primary_key=True)
    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), index=True)


class InstitutionEntitlement(Base):
    """An entitlement whose bearers belong to an institution; a star at its end stands for any rest."""

    __tablename__ = "institution_entitlement"

    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), primary_key=True)
    pattern: Mapped[str] = mapped_column(ordered_text(500), primary_key=True)


class InstitutionMember(Base):
    """A person who belongs to an institution since `at`; `origin` says why, `pattern` by which entitlement."""

    __tablename__ = "institution_member"

    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    origin: Mapped[str] = mapped_column(String(20))
    role: Mapped[str] = mapped_column(String(20))
    pattern: Mapped[str | None] = mapped_column(ordered_text(500))
    at: Mapped[datetime]
