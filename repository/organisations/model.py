"""Tables of organisations, the identifiers that lead to them, and the words of their names."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity, ordered_text

LIST = 1
"""the id of the one list"""


class Organisation(Base):
    """An organisation; `body` is what the API shows of it, and `digest` tells whether an entry of ROR is another."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    ror: Mapped[str] = mapped_column(ordered_text(9), unique=True)
    name: Mapped[str] = mapped_column(String(500))
    is_funder: Mapped[bool]
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[dict[str, Any]]


class OrganisationIdentifier(Base):
    """An identifier by which an organisation is looked up: its bare ROR id, or one of the Crossref Funder Registry."""

    __tablename__ = "organisation_identifier"

    identifier: Mapped[str] = mapped_column(ordered_text(40), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True, index=True
    )


_FUNDING = text("is_funder")


class OrganisationWord(Base):
    """A word of an organisation's names; the smaller the `weight`, the more of a name the word is."""

    __tablename__ = "organisation_word"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), primary_key=True)
    word: Mapped[str] = mapped_column(ordered_text(40), primary_key=True)
    weight: Mapped[int]
    is_funder: Mapped[bool]

    __table_args__ = (
        Index("ix_organisation_word_word", "word", "weight", "organisation_id"),
        Index(
            "ix_organisation_word_funder",
            "word",
            "weight",
            "organisation_id",
            sqlite_where=text("is_funder = 1"),
            postgresql_where=_FUNDING,
        ),
    )


class OrganisationList(Base):
    """The one row that tells which list of ROR was taken over last, and how many organisations it had."""

    __tablename__ = "organisation_list"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    version: Mapped[str] = mapped_column(String(100))
    organisations: Mapped[int] = mapped_column(Identity)
    funders: Mapped[int] = mapped_column(Identity)
    at: Mapped[datetime]
