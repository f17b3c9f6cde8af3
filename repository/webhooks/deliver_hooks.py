"""Post facts to webhooks: a job each, so that nothing waits for the addresses of others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from sqlalchemy import bindparam, delete, select

from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.clock import iso, now
from repository.core.database.id_list import in_list
from repository.core.errors import Unavailable, Unsuitable
from repository.core.site import Site
from repository.core.unit_of_work import Database
from repository.engines.mail.mail_addresses import clean_text
from repository.engines.outgoing.guarded_post import PostReply
from repository.engines.services import Services
from repository.webhooks.hook_kinds import SUBJECTS
from repository.webhooks.model import DeliveryState, Webhook, WebhookDelivery, WebhookSecret
from repository.webhooks.signing import signed_headers

MOST_ATTEMPTS = 15
"""in about four hours"""
LONGEST_ANSWER = 300
PAUSE = timedelta(seconds=1)
"""between two calls of one delivery, at least"""
KEPT = timedelta(days=30)
BATCH = 500


@dataclass(frozen=True, slots=True)
class _DuePost:
    url: str
    secret: str
    delivery_id: int
    kind: str
    body: bytes
    tried: datetime | None


def deliver_hooks(services: Services, delivery_ids: Sequence[int]) -> None:
    """Post each delivery that waits; raise `Unavailable` when one has to be tried again later."""
    later = [reason for delivery_id in delivery_ids if (reason := _deliver(services, delivery_id))]
    if later:
        raise Unavailable(later[0])


def _deliver(services: Services, delivery_id: int) -> str:
    """Post one delivery; return why it has to be tried again, empty if it does not."""
    due = _due_post(services, delivery_id)
    if due is None:
        return ""
    if due.tried is not None and now() - due.tried < PAUSE:
        return "The address was called a moment ago."  # jobs that failed together run one by one, at once
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "research-data-repository",
        "X-Event": due.kind,
        "X-Delivery": str(due.delivery_id),
        **signed_headers(due.secret, int(now().timestamp()), due.body),
    }
    try:
        reply = services.outgoing.post(due.url, due.body, headers)
    except Unsuitable as error:
        return _record(services.database, due, None, error.reason, final=True)
    except Unavailable as error:
        return _record(services.database, due, None, error.reason)
    return _record(services.database, due, reply, clean_text(reply.text, LONGEST_ANSWER))


_DUE = (
    select(WebhookDelivery, Webhook.url, WebhookSecret.secret)
    .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
    .join(WebhookSecret, WebhookSecret.webhook_id == Webhook.id)
    .where(WebhookDelivery.id == bindparam("id"), WebhookDelivery.state == DeliveryState.WAITING.value)
)


def _due_post(services: Services, delivery_id: int) -> _DuePost | None:
    with services.database.snapshot(SYSTEM) as snapshot:
        row = snapshot.session.execute(_DUE, {"id": delivery_id}).one_or_none()
    if row is None:
        return None
    delivery: WebhookDelivery = row[0]
    return _DuePost(row.url, row.secret, delivery.id, delivery.kind, body_of(delivery, services.site), delivery.tried)


def body_of(delivery: WebhookDelivery, site: Site) -> bytes:
    """Return what is posted: kind, time and the number of the subject, and nothing of a person."""
    return orjson.dumps(
        {
            "id": str(delivery.id),
            "kind": delivery.kind,
            "time": iso(delivery.at),
            "subject": {"type": SUBJECTS.get(delivery.kind, ""), "id": str(delivery.subject)},
            "site": site.base_url,
        }
    )


def _record(database: Database, due: _DuePost, reply: PostReply | None, answer: str, *, final: bool = False) -> str:
    """Keep what was answered; return why it has to be tried again, empty if it does not."""
    with database.transaction(SYSTEM) as unit:
        delivery = unit.session.get(WebhookDelivery, due.delivery_id, with_for_update=True)
        if delivery is None:
            return ""  # the webhook was removed meanwhile
        delivery.attempts, delivery.tried = delivery.attempts + 1, unit.now
        delivery.status, delivery.answer = (reply.status if reply else None), answer[:LONGEST_ANSWER]
        if reply is not None and reply.is_good:
            delivery.state = DeliveryState.DELIVERED.value
        elif final or delivery.attempts >= MOST_ATTEMPTS:
            delivery.state = DeliveryState.FAILED.value
        waits = delivery.state == DeliveryState.WAITING
    if not waits:
        return ""
    return f"Webhook delivery {due.delivery_id} was answered with status {reply.status}." if reply else answer


_OLDEST = select(WebhookDelivery.id, WebhookDelivery.created).where(WebhookDelivery.id > 0)
_REMOVE = delete(WebhookDelivery).where(in_list(WebhookDelivery.id, "ids"))


def remove_old_deliveries(database: Database) -> CheckReport:
    """Remove deliveries older than `KEPT`; ids rise with time, so the first younger one ends the search."""
    removed = 0
    while True:
        with database.transaction(SYSTEM) as unit:
            rows = unit.session.execute(_OLDEST.order_by(WebhookDelivery.id).limit(BATCH)).all()
            old = [row.id for row in rows if row.created < unit.now - KEPT]
            if old:
                unit.session.connection().execute(_REMOVE, {"ids": old})
        removed += len(old)
        if len(old) < BATCH:
            return CheckReport(removed, removed)
