"""``repository affiliations``."""

from pathlib import Path

import click

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.feature import with_services
from repository.organisations.queries import current_list
from repository.organisations.refresh import load_snapshot, refresh


@click.group()
def affiliations() -> None:
    """The list of organisations from which affiliations and funders have their names."""


@affiliations.command("refresh")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@with_services
def refresh_list(services: Services, file: Path | None) -> None:
    """Take over ROR's published dump, a ZIP or its JSON of schema version 2; without FILE the list that ships."""
    done = refresh(services.database, file, file.name) if file else load_snapshot(services.database)
    if done is None:
        click.echo("There is a list already; name a file to take over another.")
        return
    for example in done.examples:
        click.echo(f"skipped {example}", err=True)
    click.echo(f"{done.entries} entries, {done.changed} new or changed, {done.skipped} skipped.")


@affiliations.command("show")
@with_services
def show_list(services: Services) -> None:
    """Tell which list there is, and how many organisations and funders it has."""
    with services.database.snapshot(SYSTEM) as snapshot:
        known = current_list(snapshot)
    click.echo(
        f"{known.version}\t{known.organisations} organisations\t{known.funders} funders" if known else "no list yet"
    )
