"""The table of share links."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity


class ShareLink(Base):
    """A link by which anybody who has its secret takes part in a dataset; the secret itself is stored nowhere.

    What it permits while it is in force is a grant whose subject is the link.  A `blinded` one is for referees: it
    names nobody, until it was `released`.  `uses` counts answers, and nobody's name.
    """

    __tablename__ = "share_link"
    # a number that was given out once is never another link's
    __table_args__ = (Index("ix_share_link_concept_id", "concept_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    concept_id: Mapped[int] = mapped_column(ForeignKey("concept.id", ondelete="CASCADE"))
    permission: Mapped[str] = mapped_column(String(10))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    description: Mapped[str] = mapped_column(String(1000))
    blinded: Mapped[bool]
    released: Mapped[datetime | None]
    created: Mapped[datetime]
    expires: Mapped[datetime | None]
    uses: Mapped[int] = mapped_column(Identity, default=0, server_default="0")
    last_used: Mapped[datetime | None]
