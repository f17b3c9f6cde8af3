"""Webhooks over HTTP, for administrators."""

from typing import Any

from flask import Response

from repository.core.clock import iso
from repository.core.web.responses import json_reply, no_content
from repository.faces.api.routing import Api, ApiCall
from repository.faces.api.webhooks.schemas import (
    HookDeliveryListShape,
    HookDeliveryQuery,
    WebhookListShape,
    WebhookRequest,
    WebhookShape,
)
from repository.webhooks.define_webhooks import define_webhook, remove_webhook
from repository.webhooks.hook_kinds import SUBJECTS
from repository.webhooks.model import Webhook, WebhookDelivery
from repository.webhooks.queries import NEWEST, all_webhooks, deliveries_of

api = Api("webhooks")
WEBHOOKS = "/webhooks"
WEBHOOK = f"{WEBHOOKS}/<record:webhook_id>"


@api.route("GET", WEBHOOKS, "List the webhooks", replies={200: WebhookListShape}, errors=(403,))
def list_webhooks(call: ApiCall) -> Response:
    """Return the addresses that are told of facts, each with the last answer."""
    with call.snapshot() as snapshot:
        webhooks, last = all_webhooks(snapshot)
    hits = [_webhook_json(webhook, last.get(webhook.id)) for webhook in webhooks]
    return json_reply({"hits": hits, "kinds": sorted(SUBJECTS)})


@api.route(
    "POST",
    WEBHOOKS,
    "Tell an address of facts, signed",
    body=WebhookRequest,
    replies={201: WebhookShape},
    errors=(403, 409, 413, 415),
)
def create_webhook(call: ApiCall) -> Response:
    """Return a new webhook with the secret that signs what it is told, this once and never again."""
    guard = call.services.outgoing.guard
    with call.transaction() as unit:
        webhook, secret = define_webhook(unit, guard, call.body["url"], call.body["kinds"])
    return json_reply({**_webhook_json(webhook, None), "secret": secret}, 201)


@api.route("DELETE", WEBHOOK, "Tell an address no more", replies={204: None}, errors=(403, 404))
def delete_webhook(call: ApiCall, webhook_id: int) -> Response:
    """Remove a webhook with its secret and what it was told."""
    with call.transaction() as unit:
        remove_webhook(unit, webhook_id)
    return no_content()


@api.route(
    "GET",
    f"{WEBHOOK}/deliveries",
    "List what a webhook was told",
    query=HookDeliveryQuery,
    replies={200: HookDeliveryListShape},
    errors=(403, 404),
)
def list_deliveries(call: ApiCall, webhook_id: int) -> Response:
    """Return deliveries, newest first, with the last answer of each."""
    before, size = call.query["before"] or NEWEST, call.query["size"]
    with call.snapshot() as snapshot:
        deliveries = deliveries_of(snapshot, webhook_id, before=before, size=size)
    return json_reply({"hits": [_delivery_json(delivery) for delivery in deliveries]})


def _webhook_json(webhook: Webhook, last: WebhookDelivery | None) -> dict[str, Any]:
    return {
        "id": str(webhook.id),
        "url": webhook.url,
        "kinds": webhook.kinds,
        "created": iso(webhook.created),
        "last": _delivery_json(last) if last else None,
    }


def _delivery_json(delivery: WebhookDelivery) -> dict[str, Any]:
    return {
        "id": str(delivery.id),
        "kind": delivery.kind,
        "subject": str(delivery.subject),
        "time": iso(delivery.at),
        "state": delivery.state,
        "attempts": delivery.attempts,
        "tried": iso(delivery.tried) if delivery.tried else None,
        "status": delivery.status,
        "answer": delivery.answer,
    }
