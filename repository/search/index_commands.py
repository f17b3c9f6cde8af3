"""``repository index``."""

import sys
from collections.abc import Iterator

import click

from repository.core.errors import Unavailable
from repository.engines.services import Services
from repository.feature import with_services
from repository.search.index import Difference, clear_place, differences, rebuild, repair, total
from repository.search.progress import Pace


@click.group()
def index() -> None:
    """The search index, a copy of the database."""


@index.command("check")
@click.option("--repair", "mend", is_flag=True, help="Bring the index in line with the database, then compare again.")
@with_services
def check_index(services: Services, mend: bool) -> None:
    """List every difference between database and index; exit with status 1 if any remains."""
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
@with_services
def rebuild_index(services: Services, anew: bool) -> None:
    """Rebuild the index from the database; searches continue meanwhile."""
    pace = Pace("documents", terminal=sys.stdout.isatty())
    if anew and (cleared := clear_place(services)):
        click.echo(f"cleared   {cleared}")
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
