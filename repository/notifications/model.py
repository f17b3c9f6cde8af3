"""Tables of notices: what people were told, what they want by mail, and addresses that take none."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity

GUEST = 0
"""The person of a notice to somebody without an account."""


class MailState(StrEnum):
    """What becomes of a notice as mail."""

    NONE = "none"
    """it is only in the list"""
    WAITING = "waiting"
    DAILY = "daily"
    """it waits for the day's collection"""
    GATHERED = "gathered"
    """the collection that has it is on its way"""
    SENT = "sent"
    BOUNCED = "bounced"
    REFUSED = "refused"
    VOID = "void"
    """nothing was sent: the person may not know of it any more, or it came too late"""


IS_WAITING = text("state IN ('waiting', 'gathered')")
IS_DAILY = text("state = 'daily'")
"""In the words of the indices: with a parameter in it, no index would be used."""


class Notice(Base):
    """Something that one person is told once: a kind, and what it is about.

    `subject` is the id of what the fact `fact_id` is about, `concept_id` that of the dataset.  `details` are small
    values of the fact and hold no secret, name or address: titles are read anew whenever the notice is shown.
    `person_id` is `GUEST` for somebody without an account, whose address the kind finds.
    """

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    person_id: Mapped[int] = mapped_column(Identity)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[int] = mapped_column(Identity)
    concept_id: Mapped[int | None] = mapped_column(Identity)
    fact_id: Mapped[int] = mapped_column(Identity)
    details: Mapped[dict[str, Any]]
    created: Mapped[datetime]
    read_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(10))
    mailed: Mapped[datetime | None]
    mail_after: Mapped[datetime | None]
    """the earliest moment of the day's collection"""
    reference: Mapped[str] = mapped_column(String(80), default="")
    """of the mail it was sent in"""
    answer: Mapped[str] = mapped_column(String(300), default="")

    __table_args__ = (
        UniqueConstraint("fact_id", "kind", "person_id", "subject"),
        Index("ix_notice_person_id_id", "person_id", "id"),
        Index(
            "ix_notice_unread",
            "person_id",
            "id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
        Index(
            "ix_notice_waiting",
            "created",
            sqlite_where=IS_WAITING,
            postgresql_where=IS_WAITING,
        ),
        Index(
            "ix_notice_daily",
            "mail_after",
            "person_id",
            sqlite_where=IS_DAILY,
            postgresql_where=IS_DAILY,
        ),
        {"sqlite_autoincrement": True},
    )


class NoticePreference(Base):
    """What a person wants of one kind, or of all if `kind` is empty; no row is the default."""

    __tablename__ = "notice_preference"

    person_id: Mapped[int] = mapped_column(Identity, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    mode: Mapped[str] = mapped_column(String(10))


class BouncedAddress(Base):
    """An address that a mail server refused for good; it gets no more mail.

    Kept as a digest: who changes the address, or has it no more, leaves nothing here that names them.
    """

    __tablename__ = "bounced_address"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(300))
