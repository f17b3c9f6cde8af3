"""Note what webhooks want to be told: a walk along the seals of facts, each webhook at its place.

A fact starts no job for webhooks: they follow the audit trail, which has every fact once and in an order that stays.
"""

import time
from collections.abc import Callable

from sqlalchemy import bindparam, func, select

from repository.audit.model import AuditSeal
from repository.core.actor import SYSTEM
from repository.core.facts import FactRow
from repository.core.unit_of_work import Database, UnitOfWork
from repository.webhooks.facts import HookDue
from repository.webhooks.model import DeliveryState, Webhook, WebhookDelivery

BATCH = 200
"""seals of one step of one webhook"""
LOOK_SECONDS = 1.0


class HookWalk:
    """What one process notes for webhooks between other work, at most once a second."""

    def __init__(self, database: Database, seconds: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._seconds = seconds
        self._look_at = float("-inf")

    def round(self) -> int:
        """Note what is new, and return how many facts; raises `Unavailable` without the database."""
        now = self._seconds()
        if now < self._look_at:
            return 0
        self._look_at = now + LOOK_SECONDS
        return note_sealed(self._database)


_HEAD = select(func.coalesce(func.max(AuditSeal.number), 0)).scalar_subquery()
_BEHIND = select(Webhook.id).where(Webhook.id > 0, Webhook.reached < _HEAD).order_by(Webhook.id)


def note_sealed(database: Database) -> int:
    """Write a delivery of each sealed fact for each webhook that wants it, once; return how many."""
    with database.connection() as connection:
        behind = connection.scalars(_BEHIND).all()
    deliveries = 0
    for webhook_id in behind:
        is_behind = True
        while is_behind:
            with database.transaction(SYSTEM) as unit:
                count, is_behind = _note_next(unit, webhook_id)
            deliveries += count
    return deliveries


_SEALS = (
    select(AuditSeal.number, FactRow.id, FactRow.kind, FactRow.subject, FactRow.at)
    .outerjoin(FactRow, FactRow.id == AuditSeal.fact_id)
    .where(AuditSeal.number > bindparam("reached"))
    .order_by(AuditSeal.number)
    .limit(bindparam("most"))
)


def _note_next(unit: UnitOfWork, webhook_id: int) -> tuple[int, bool]:
    """Take a webhook some seals further; return how many it wants, and whether there may be more."""
    webhook = unit.session.get(Webhook, webhook_id, with_for_update=True, populate_existing=True)
    if webhook is None:
        return 0, False  # it was removed meanwhile
    rows = unit.session.execute(_SEALS, {"reached": webhook.reached, "most": BATCH}).all()
    if not rows:
        return 0, False
    # a fact from before the webhook may be sealed after it
    due = [row for row in rows if row.kind in webhook.kinds and row.at >= webhook.created]
    deliveries = [
        WebhookDelivery(
            webhook_id=webhook_id,
            fact_id=row.id,
            kind=row.kind,
            subject=row.subject,
            at=row.at,
            created=unit.now,
            state=DeliveryState.WAITING.value,
        )
        for row in due
    ]
    unit.session.add_all(deliveries)
    webhook.reached = rows[-1].number
    unit.session.flush()
    for delivery in deliveries:
        unit.emit(HookDue(delivery.id, webhook_id))
    return len(deliveries), len(rows) == BATCH
