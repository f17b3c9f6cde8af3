"""The table of identifiers."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from repository.foundation.database import Base, Identity


class State(StrEnum):
    """Where an identifier is on its way to the registrar."""

    RESERVED = "reserved"
    REGISTERED = "registered"
    FAILED = "failed"
    EXTERNAL = "external"


class Identifier(Base):
    """`owner` is a record id (of a draft or version) or a concept id: both come from one sequence.

    `folded` is what uniqueness and look-ups go by.
    """

    __tablename__ = "identifier"

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    owner: Mapped[int] = mapped_column(Identity)
    scheme: Mapped[str] = mapped_column(String(10))
    value: Mapped[str] = mapped_column(String(255))
    folded: Mapped[str] = mapped_column(String(255))
    state: Mapped[str] = mapped_column(String(20))
    registrar: Mapped[str] = mapped_column(String(40))
    reserved: Mapped[datetime]
    registered: Mapped[datetime | None]
    cause: Mapped[str] = mapped_column(String(1000), default="")
    change: Mapped[int] = mapped_column(default=1, server_default="1")
    """counts what a reader could notice, such as that it is registered now"""

    __table_args__ = (
        UniqueConstraint("scheme", "folded"),
        UniqueConstraint("owner", "scheme"),
        Index("ix_identifier_state_id", "state", "id"),
    )

    @property
    def external(self) -> bool:
        """Minted elsewhere before the deposit."""
        return self.state == State.EXTERNAL
