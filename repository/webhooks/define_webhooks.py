"""Make and remove webhooks."""

from collections.abc import Sequence

from sqlalchemy import delete, select

from repository.access.policy import Action, Resource, must
from repository.audit.queries import head_of
from repository.core.errors import Conflict, FieldError, Invalid, NotFound
from repository.core.unit_of_work import UnitOfWork
from repository.engines.outgoing.allowed_addresses import CallGuard
from repository.webhooks.facts import WebhookDefined, WebhookRemoved
from repository.webhooks.hook_kinds import SUBJECTS
from repository.webhooks.model import Webhook, WebhookDelivery, WebhookSecret
from repository.webhooks.signing import new_secret

MOST_WEBHOOKS = 50
NO_FACT = "There is no such kind of fact."


_SOME = select(Webhook.id).where(Webhook.id > 0).limit(MOST_WEBHOOKS)


def define_webhook(unit: UnitOfWork, guard: CallGuard, url: str, kinds: Sequence[str]) -> tuple[Webhook, str]:
    """Return a new webhook and its secret, which nobody can read again; raise `Invalid`, `Forbidden`, `Conflict`."""
    must(unit.actor, Action.MANAGE_WEBHOOKS, Resource())
    _require_sound(guard, url, kinds)
    if len(unit.session.scalars(_SOME).all()) >= MOST_WEBHOOKS:
        raise Conflict(f"There may be {MOST_WEBHOOKS} webhooks at most.")
    about = {"url": url, "kinds": sorted(set(kinds)), "created_by": unit.actor.person_id}
    webhook = Webhook(**about, created=unit.now, reached=head_of(unit).number)
    unit.session.add(webhook)
    unit.session.flush()
    secret = new_secret()
    unit.session.add(WebhookSecret(webhook_id=webhook.id, secret=secret))
    unit.emit(WebhookDefined(webhook.id))
    return webhook, secret


def _require_sound(guard: CallGuard, url: str, kinds: Sequence[str]) -> None:
    fault = guard.fault_of(url)
    faults = [FieldError.of("url", fault)] if fault else []
    faults += [FieldError.of(f"kinds.{place}", NO_FACT) for place, kind in enumerate(kinds) if kind not in SUBJECTS]
    if faults:
        raise Invalid(errors=faults)


def remove_webhook(unit: UnitOfWork, webhook_id: int) -> None:
    """Tell an address no more, and forget what it was told; raise `NotFound`, `Forbidden`."""
    must(unit.actor, Action.MANAGE_WEBHOOKS, Resource())
    webhook = unit.session.get(Webhook, webhook_id, with_for_update=True)
    if webhook is None:
        raise NotFound
    unit.session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id))
    unit.session.execute(delete(WebhookSecret).where(WebhookSecret.webhook_id == webhook_id))
    unit.session.delete(webhook)
    unit.emit(WebhookRemoved(webhook_id))
