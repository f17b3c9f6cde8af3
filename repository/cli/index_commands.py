"""``repository index``."""

import sys
from collections.abc import Iterator

import click

from repository.cli.command_services import cli_services
from repository.cli.progress import Pace
from repository.core.errors import Unavailable
from repository.engines.services import Services
from repository.search.index import Difference, differences, rebuild, repair, total


@click.group()
def index() -> None:
    """The search index, a copy of the database."""


@index.command("check")
@click.option("--repair", "mend", is_flag=True, help="Make the index say what the database says, and look again.")
def check_index(mend: bool) -> None:
    """Name every difference between database and index; exit status 1 if there is any (left)."""
    with cli_services() as services:
        found = repair(services, _named(services)) if mend else sum(1 for _ in _named(services))
        click.echo(f"{found} differences, {sum(total(services).values())} documents expected.")
        if mend and found:
            left = sum(1 for _ in _named(services))
            click.echo(f"{found} differences repaired, {left} are there now.")
            found = left
    if found:
        raise SystemExit(1)


@index.command("rebuild")
@click.option("--anew", is_flag=True, help="Forget a rebuild that was interrupted, instead of going on with it.")
def rebuild_index(anew: bool) -> None:
    """Build the index anew from the database; searches go on meanwhile."""
    pace = Pace("documents", terminal=sys.stdout.isatty())
    with cli_services() as services:
        try:
            rebuild(services, pace, resume=not anew)
        except (KeyboardInterrupt, Unavailable):
            pace.end()
            click.echo("What is built so far is kept: the same command goes on from there.")
            raise
        pace.end()
        click.echo(f"{pace.done} documents indexed.")


def _named(services: Services) -> Iterator[Difference]:
    for difference in differences(services):
        click.echo(difference)
        yield difference
