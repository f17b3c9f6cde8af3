"""``repository webhooks``: the addresses that are told of facts."""

import click

from repository.core.actor import SYSTEM
from repository.core.clock import iso
from repository.engines.services import Services
from repository.feature import with_services
from repository.webhooks.define_webhooks import define_webhook, remove_webhook
from repository.webhooks.hook_kinds import SUBJECTS
from repository.webhooks.model import WebhookDelivery
from repository.webhooks.queries import all_webhooks, deliveries_of

WEBHOOK_ID = click.IntRange(1, (1 << 63) - 1)


@click.group()
def webhooks() -> None:
    """Addresses that are told of facts."""


@webhooks.command("list")
@with_services
def list_hooks(services: Services) -> None:
    """List webhooks: id, address, kinds, and what was answered last."""
    with services.database.snapshot(SYSTEM) as snapshot:
        hooks, last = all_webhooks(snapshot)
    for hook in hooks:
        click.echo(f"{hook.id}\t{hook.url}\t{' '.join(hook.kinds)}\t{_line(last.get(hook.id))}")


@webhooks.command("create")
@click.argument("url")
@click.option("--kind", "kinds", multiple=True, required=True, type=click.Choice(sorted(SUBJECTS)))
@with_services
def create_hook(services: Services, url: str, kinds: tuple[str, ...]) -> None:
    """Tell an address of facts; print the secret that signs them, alone.  It cannot be shown again."""
    with services.database.transaction(SYSTEM) as unit:
        _, secret = define_webhook(unit, services.outgoing.guard, url, kinds)
    click.echo(secret)


@webhooks.command("delete")
@click.argument("webhook_id", type=WEBHOOK_ID)
@with_services
def delete_hook(services: Services, webhook_id: int) -> None:
    """Tell an address no more."""
    with services.database.transaction(SYSTEM) as unit:
        remove_webhook(unit, webhook_id)
    click.echo(f"Webhook {webhook_id} is removed.")


@webhooks.command("deliveries")
@click.argument("webhook_id", type=WEBHOOK_ID)
@with_services
def list_hook_deliveries(services: Services, webhook_id: int) -> None:
    """List what a webhook was told, newest first, with the answers."""
    with services.database.snapshot(SYSTEM) as snapshot:
        for delivery in deliveries_of(snapshot, webhook_id):
            click.echo(f"{delivery.id}\t{delivery.kind}\t{delivery.subject}\t{_line(delivery)}")


def _line(delivery: WebhookDelivery | None) -> str:
    if delivery is None:
        return "never"
    tried = iso(delivery.tried) if delivery.tried else "not tried"
    return f"{delivery.state}\t{tried}\t{delivery.attempts} tries\t{delivery.status or '-'}\t{delivery.answer}"
