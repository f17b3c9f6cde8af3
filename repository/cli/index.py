"""``repository index``."""

import click

from repository.cli.opening import open_facilities
from repository.search.upkeep import differences, rebuild, total


@click.group()
def index() -> None:
    """The search index, a copy of the database."""


@index.command("check")
def check_index() -> None:
    """Name every difference between database and index; exit status 1 if there is any."""
    found = 0
    with open_facilities() as facilities:
        for difference in differences(facilities):
            found += 1
            click.echo(difference)
        click.echo(f"{found} differences, {total(facilities)} documents expected.")
    if found:
        raise SystemExit(1)


@index.command("rebuild")
def rebuild_index() -> None:
    """Build the index anew from the database; searches go on meanwhile."""
    with open_facilities() as facilities:
        length = total(facilities)
        with click.progressbar(length=length, label="Indexing", show_pos=True) as bar:
            rebuild(facilities, bar.update)
        click.echo(f"{length} documents indexed.")
