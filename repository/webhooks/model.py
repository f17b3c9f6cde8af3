"""Tables of webhooks."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base, Identity


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    """given up"""


class Webhook(Base):
    """An address that is told of facts of some kinds; those up to the seal `reached` are noted for it."""

    __tablename__ = "webhook"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's form

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    url: Mapped[str] = mapped_column(String(2000))
    kinds: Mapped[list[Any]]
    created: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(Identity)
    reached: Mapped[int] = mapped_column(Identity, server_default="0")


class WebhookSecret(Base):
    """The key that signs what a webhook is told."""

    __tablename__ = "webhook_secret"

    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(80))


class WebhookDelivery(Base):
    """One fact for one webhook, and what was answered last."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "fact_id"),
        Index("ix_webhook_delivery_webhook_id_id", "webhook_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Identity, primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    fact_id: Mapped[int] = mapped_column(Identity)
    kind: Mapped[str] = mapped_column(String(60))
    subject: Mapped[int] = mapped_column(Identity)
    at: Mapped[datetime]
    """of the fact"""
    created: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    tried: Mapped[datetime | None]
    status: Mapped[int | None]
    answer: Mapped[str] = mapped_column(String(300), default="")
