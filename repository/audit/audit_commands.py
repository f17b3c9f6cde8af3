"""``repository audit``: whether the audit trail is whole, and a copy of it to keep elsewhere."""

from datetime import UTC, datetime
from itertools import islice

import click

from repository.audit.exporting import export_trail
from repository.audit.queries import head_of
from repository.audit.verification import faults_of_trail
from repository.core.actor import SYSTEM
from repository.core.errors import Invalid
from repository.engines.services import Services
from repository.feature import with_services

MOST_NAMED = 100


@click.group()
def audit() -> None:
    """The audit trail: who did what, when, and whether that was changed later."""


@audit.command("verify")
@with_services
def verify_trail(services: Services) -> None:
    """Compare every seal with its fact, its neighbour and the store; exit status 1 if any differs."""
    faults = list(islice(faults_of_trail(services.database, services.store.marks), MOST_NAMED + 1))
    for fault in faults[:MOST_NAMED]:
        click.echo(f"FAULT  {fault.words}")
    if len(faults) > MOST_NAMED:
        click.echo("FAULT  and more")
    with services.database.snapshot(SYSTEM) as snapshot:
        head = head_of(snapshot)
    click.echo(f"seals  {head.number}, the newest with the hash {head.hash or 'of none'}")
    if faults:
        raise SystemExit(1)
    click.echo("whole  every fact is as it was when it was sealed")


@audit.command("export")
@click.option("--since", metavar="TIME", help="ISO 8601, UTC unless it says otherwise; seals from then on.")
@click.option("--until", metavar="TIME", help="The same; seals before then.")
@with_services
def export_lines(services: Services, since: str | None, until: str | None) -> None:
    """Print a line of JSON for each seal with its fact, and last the newest seal: keep its hash elsewhere."""
    first, end = (_moment(name, text) for name, text in (("since", since), ("until", until)))
    for line in export_trail(services.database, first, end):
        click.echo(line, nl=False)


def _moment(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid.field(name, "Not a time in ISO 8601, such as 2026-11-30T12:00:00+00:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
