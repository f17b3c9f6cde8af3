"""The table of seals."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity


class AuditSeal(Base):
    """One fact as it was when it was sealed, and a link to the seal before it.

    `number` counts from 1 without gaps.  `fact_id` refers to no row: those of `forgettable` facts may go.  `digest` and
    `hash` are explained in `repository.audit.rules`.
    """

    __tablename__ = "audit_seal"

    number: Mapped[int] = mapped_column(Identity, primary_key=True, autoincrement=False)
    fact_id: Mapped[int] = mapped_column(Identity, unique=True)
    forgettable: Mapped[bool]
    at: Mapped[datetime]
    digest: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
