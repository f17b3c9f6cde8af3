"""``repository identifiers``."""

import click

from repository.core.actor import SYSTEM
from repository.core.clock import iso
from repository.engines.services import Services
from repository.feature import with_services
from repository.identifiers.admin import (
    accept_registration,
    count_by_state,
    find_identifiers,
    retry_failed,
    retry_registration,
)
from repository.identifiers.model import RegistrationState


@click.group()
def identifiers() -> None:
    """Registrations of DOI, CSTR and Handle."""


@identifiers.command("list")
@click.option("--state", type=click.Choice([state.value for state in RegistrationState]))
@click.option("--scheme", help="doi, cstr or handle")
@click.option("--after", default=0, type=click.IntRange(min=0), help="Go on after the identifier with this id.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 100_000))
@with_services
def list_identifiers(services: Services, state: str | None, scheme: str | None, after: int, limit: int) -> None:
    """List identifiers that are not registered, or those in a state, with the cause and the next try."""
    with services.database.snapshot(SYSTEM) as snapshot:
        chosen = RegistrationState(state) if state else None
        rows = find_identifiers(snapshot, chosen, after=after, limit=limit, scheme=scheme)
        for row in rows:
            due = iso(row.next_try) if row.next_try else "-"
            line = f"{row.id}\t{row.state}\t{row.scheme}:{row.value}\t{row.registrar}\tattempts {row.attempts}"
            click.echo(f"{line}\tnext {due}\t{row.cause}".rstrip())
        click.echo(f"{len(rows)} identifiers.", err=True)


@identifiers.command("count")
@with_services
def count_identifiers(services: Services) -> None:
    """Count the identifiers in each state."""
    with services.database.snapshot(SYSTEM) as snapshot:
        for (scheme, state), count in sorted(count_by_state(snapshot).items()):
            click.echo(f"{scheme}\t{state}\t{count}")


@identifiers.command("retry")
@click.argument("ids", nargs=-1, type=int)
@with_services
def retry_identifiers(services: Services, ids: tuple[int, ...]) -> None:
    """Try registrations again: those with IDS, or all that failed."""
    with services.database.transaction(SYSTEM) as unit:
        count = len([retry_registration(unit, identifier_id) for identifier_id in ids]) if ids else retry_failed(unit)
    click.echo(f"{count} registrations will be tried again.")


@identifiers.command("accept")
@click.argument("ids", nargs=-1, type=int, required=True)
@with_services
def accept_identifiers(services: Services, ids: tuple[int, ...]) -> None:
    """Take identifiers in conflict as ours: those with IDS lead to our datasets from now on.

    Look first where each leads (`repository identifiers list --state conflict`). If it belongs to another
    dataset, whose citations would then lead to the wrong one, leave it as it is.
    """
    with services.database.transaction(SYSTEM) as unit:
        for identifier_id in ids:
            accept_registration(unit, identifier_id)
    click.echo(f"{len(ids)} identifiers will be updated at their registrars.")
