"""The table of identifiers."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity


class RegistrationState(StrEnum):
    """The state of an identifier on its way to the registrar."""

    RESERVED = "reserved"
    REGISTERING = "registering"
    """a call to the registrar began; its outcome, or that of its batch, is not known yet"""
    REGISTERED = "registered"
    UPDATING = "updating"
    """registered, and the registrar will get new metadata"""
    FAILED = "failed"
    """`cause` says why; `next_try` is the time of the next try, None for never"""
    CONFLICT = "conflict"
    """the registrar knew it before we called; `cause` says where it leads, and a person decides"""
    WITHDRAWN = "withdrawn"
    """the registrar knows that it leads to a tombstone"""
    EXTERNAL = "external"
    """minted elsewhere before the deposit"""


class Identifier(Base):
    """`owner` is a record id (of a draft or version) or a concept id: both come from one sequence.

    Uniqueness and look-ups use `folded`. `registrar` is the registration account that minted it. `sent` is the digest
    of what the registrar is known to have; `ticket` names a batch whose outcome is open. `called_at` (column ``asked``)
    is the time of a call whose result is not recorded: only then must a round look up what the registrar knows before
    it calls again.
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
    """counts visible changes, such as its registration"""

    __table_args__ = (
        UniqueConstraint("scheme", "folded"),
        UniqueConstraint("owner", "scheme"),
        Index("ix_identifier_state_id", "state", "id"),
    )

    @property
    def external(self) -> bool:
        """Minted elsewhere before the deposit."""
        return self.state == RegistrationState.EXTERNAL
