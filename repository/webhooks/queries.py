"""Read webhooks and what they were told, without their secrets."""

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from repository.access.policy import Action, Resource, must
from repository.core.errors import NotFound
from repository.core.unit_of_work import Snapshot
from repository.webhooks.model import Webhook, WebhookDelivery

NEWEST = (1 << 63) - 1
_LAST = aliased(WebhookDelivery)
_ALL = select(Webhook).where(Webhook.id > 0).order_by(Webhook.id)
_LAST_OF_EACH = select(Webhook.id, WebhookDelivery).join(
    WebhookDelivery,
    WebhookDelivery.id
    == select(_LAST.id)
    .where(_LAST.webhook_id == Webhook.id)
    .order_by(_LAST.id.desc())
    .limit(1)
    .correlate(Webhook)
    .scalar_subquery(),
)


def all_webhooks(snapshot: Snapshot) -> tuple[Sequence[Webhook], Mapping[int, WebhookDelivery]]:
    """Return the webhooks, of which there are few, and by id what each was told last; raise `Forbidden`."""
    must(snapshot.actor, Action.READ_WEBHOOKS, Resource())
    webhooks = snapshot.session.scalars(_ALL).all()
    return webhooks, {row[0]: row[1] for row in snapshot.session.execute(_LAST_OF_EACH.where(Webhook.id > 0))}


_OF_ONE = (
    select(WebhookDelivery)
    .where(WebhookDelivery.webhook_id == bindparam("webhook_id"), WebhookDelivery.id < bindparam("before"))
    .order_by(WebhookDelivery.id.desc())
    .limit(bindparam("size"))
)


def deliveries_of(
    snapshot: Snapshot, webhook_id: int, *, before: int = NEWEST, size: int = 25
) -> Sequence[WebhookDelivery]:
    """Return what a webhook was told, newest first; raise `NotFound`, `Forbidden`."""
    must(snapshot.actor, Action.READ_WEBHOOKS, Resource())
    if snapshot.session.get(Webhook, webhook_id) is None:
        raise NotFound
    values = {"webhook_id": webhook_id, "before": before, "size": size}
    return snapshot.session.scalars(_OF_ONE, values).all()
