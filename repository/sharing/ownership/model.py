"""Tables of offers of ownership, and of datasets without an owner."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity


class OfferState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class OwnershipOffer(Base):
    """A dataset that somebody is to own: from the owner at the time of the offer to the receiver.

    The kinds and ids of both are those of subjects of grants; a dataset that has lost its owner has an empty
    `owner_kind`.  `stays_manager` says that the owner keeps managing it.  `due` is when an open offer expires.
    """

    __tablename__ = "ownership_offer"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    concept_id: Mapped[int] = mapped_column(ForeignKey("concept.id", ondelete="CASCADE"))
    offered_by: Mapped[int] = mapped_column(Identity)
    owner_kind: Mapped[str] = mapped_column(String(12))
    owner_id: Mapped[int] = mapped_column(Identity)
    receiver_kind: Mapped[str] = mapped_column(String(12))
    receiver_id: Mapped[int] = mapped_column(Identity)
    message: Mapped[str] = mapped_column(Text)
    stays_manager: Mapped[bool]
    state: Mapped[str] = mapped_column(String(12))
    created: Mapped[datetime]
    due: Mapped[datetime | None]
    decided: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(Identity)

    __table_args__ = (
        Index("ix_ownership_offer_receiver", "receiver_kind", "receiver_id", "id"),
        Index("ix_ownership_offer_offered_by", "offered_by", "id"),
        Index("ix_ownership_offer_concept_id", "concept_id", "id"),
        Index(
            "ix_ownership_offer_one_open",
            "concept_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_ownership_offer_due",
            "due",
            sqlite_where=text("due IS NOT NULL"),
            postgresql_where=text("due IS NOT NULL"),
        ),
        {"sqlite_autoincrement": True},
    )


class OwnerlessDataset(Base):
    """A dataset for which nobody is responsible, as the last walk over all of them found it."""

    __tablename__ = "ownerless_dataset"

    concept_id: Mapped[int] = mapped_column(Identity, primary_key=True, autoincrement=False)
    since: Mapped[datetime]
