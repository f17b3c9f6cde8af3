"""``repository index``."""

import sys
from collections.abc import Iterator

import click

from repository.core.errors import Unavailable
from repository.engines.services import Services
from repository.feature import with_services
from repository.search.index import Difference, differences, rebuild, repair, total
from repository.search.progress import Pace


@click.group()
def index() -> None:
    """The search index, a copy of the database."""


@index.command("check")
@click.option("--repair", "mend", is_flag=True, help="Make the index say what the database says, and look again.")
@with_services
def check_index(services: Services, mend: bool) -> None:
    """Name every difference between database and index; exit status 1 if there is any (left)."""
    count = repair(services, _named(services)) if mend else sum(1 for _ in _named(services))
    click.echo(f"{count} differences, {sum(total(services).values())} documents expected.")
    if mend and count:
        left = sum(1 for _ in _named(services))
        click.echo(f"{count} differences repaired, {left} are there now.")
        count = left
    if count:
        raise SystemExit(1)


@index.command("rebuild")
@click.option("--anew", is_flag=True, help="Forget a rebuild that was interrupted, instead of going on with it.")
@with_services
def rebuild_index(services: Services, anew: bool) -> None:
    """Build the index anew from the database; searches go on meanwhile."""
    pace = Pace("documents", terminal=sys.stdout.isatty())
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
