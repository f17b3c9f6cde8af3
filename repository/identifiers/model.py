"""The table of identifiers."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity


class RegistrationState(StrEnum):
    """Where an identifier is on its way to the registrar."""

    RESERVED = "reserved"
    REGISTERING = "registering"
    """the registrar was asked; its answer, or that of its batch, is not known yet"""
    REGISTERED = "registered"
    UPDATING = "updating"
    """registered, and the registrar is to be told something new"""
    FAILED = "failed"
    """`cause` says why, `next_try` when it is tried again, never if it is None"""
    WITHDRAWN = "withdrawn"
    """the registrar knows that it leads to a tombstone"""
    EXTERNAL = "external"
    """minted elsewhere before the deposit"""


class Identifier(Base):
    """`owner` is a record id (of a draft or version) or a concept id: both come from one sequence.

    `folded` is what uniqueness and look-ups go by; `registrar` is the node that minted it.  `sent` is the digest of
    what the registrar is known to have, `ticket` names a batch whose outcome it owes us.  `asked` is when a call began
    whose answer was not noted: only then must the registrar be asked what it knows before it is asked again.
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
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    next_try: Mapped[datetime | None]
    called_at: Mapped[datetime | None] = mapped_column("asked")
    ticket: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))
    sent: Mapped[str] = mapped_column(String(64), default="", server_default=text("''"))
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
        return self.state == RegistrationState.EXTERNAL
