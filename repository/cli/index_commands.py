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
@click.option("--repair", "mend", is_flag=True, help="Bring the index in line with the database, then compare again.")
def check_index(mend: bool) -> None:
    """List every difference between database and index; exit with status 1 if any remains."""
    with cli_services() as services:
        count = repair(services, _print_differences(services)) if mend else sum(1 for _ in _print_differences(services))
        click.echo(f"{count} differences, {sum(total(services).values())} documents expected.")
        if mend and count:
            left = sum(1 for _ in _print_differences(services))
            click.echo(f"{count} differences repaired, {left} are there now.")
            count = left
    if count:
        raise SystemExit(1)


@index.command("rebuild")
@click.option("--anew", is_flag=True, help="Start from the beginning instead of continuing an interrupted rebuild.")
def rebuild_index(anew: bool) -> None:
    """Rebuild the index from the database; searches continue meanwhile."""
    pace = Pace("documents", terminal=sys.stdout.isatty())
    with cli_services() as services:
        try:
            rebuild(services, pace, resume=not anew)
        except (KeyboardInterrupt, Unavailable):
            pace.end()
            click.echo("The finished part is kept: the same command continues from there.")
            raise
        pace.end()
        click.echo(f"{pace.done} documents indexed.")


def _print_differences(services: Services) -> Iterator[Difference]:
    for difference in differences(services):
        click.echo(difference)
        yield difference
