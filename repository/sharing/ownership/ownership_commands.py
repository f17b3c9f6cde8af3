"""``repository datasets`` and ``repository user hand-over``."""

import click

from repository.core.actor import SYSTEM
from repository.core.errors import NotFound
from repository.core.unit_of_work import Snapshot
from repository.engines.services import Services
from repository.feature import with_services
from repository.people.people_commands import user
from repository.people.queries import person_by_email
from repository.sharing.ownership.move_all import move_all
from repository.sharing.ownership.ownerless import ownerless_datasets, owners_gone


@user.command("hand-over")
@click.argument("email")
@click.argument("to")
@click.option("--reason", required=True, help="Why, for the audit trail.")
@with_services
def hand_datasets_over(services: Services, email: str, to: str, reason: str) -> None:
    """Make the person TO the owner of all datasets of EMAIL; say it again if it was cut."""
    with services.database.snapshot(SYSTEM) as snapshot:
        giver, receiver = _person_id(snapshot, email), _person_id(snapshot, to)
    moved = move_all(services.database, services.site, giver, receiver, reason)
    click.echo(f"{moved} datasets of {email} belong to {to}.")


def _person_id(snapshot: Snapshot, email: str) -> int:
    person = person_by_email(snapshot, email)
    if person is None:
        raise NotFound(f"There is no account for {email}.")
    return person.id


@click.group()
def datasets() -> None:
    """Datasets and who is responsible for them."""


@datasets.command("ownerless")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000))
@with_services
def list_ownerless(services: Services, limit: int) -> None:
    """List datasets without an owner, and those whose owner is suspended."""
    with services.database.snapshot(SYSTEM) as snapshot:
        for concept_id in ownerless_datasets(snapshot, limit):
            click.echo(f"{concept_id}\tno owner")
        for concept_id, person_id in owners_gone(snapshot, limit):
            click.echo(f"{concept_id}\tperson {person_id} is suspended")
