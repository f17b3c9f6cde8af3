"""``repository index``."""

import sys
from collections.abc import Iterator

import click

from repository.cli.opening import open_facilities
from repository.cli.pace import Pace
from repository.engines.facilities import Facilities
from repository.foundation.errors import Unavailable
from repository.search.upkeep import Difference, differences, rebuild, repair, total


@click.group()
def index() -> None:
    """The search index, a copy of the database."""


@index.command("check")
@click.option("--repair", "mend", is_flag=True, help="Make the index say what the database says, and look again.")
def check_index(mend: bool) -> None:
    """Name every difference between database and index; exit status 1 if there is any (left)."""
    with open_facilities() as facilities:
        found = repair(facilities, _named(facilities)) if mend else sum(1 for _ in _named(facilities))
        click.echo(f"{found} differences, {sum(total(facilities).values())} documents expected.")
        if mend and found:
            left = sum(1 for _ in _named(facilities))
            click.echo(f"{found} differences repaired, {left} are there now.")
            found = left
    if found:
        raise SystemExit(1)


@index.command("rebuild")
@click.option("--anew", is_flag=True, help="Forget a rebuild that was interrupted, instead of going on with it.")
def rebuild_index(anew: bool) -> None:
    """Build the index anew from the database; searches go on meanwhile."""
    pace = Pace("documents", terminal=sys.stdout.isatty())
    with open_facilities() as facilities:
        try:
            rebuild(facilities, pace, resume=not anew)
        except (KeyboardInterrupt, Unavailable):
            pace.end()
            click.echo("What is built so far is kept: the same command goes on from there.")
            raise
        pace.end()
        click.echo(f"{pace.done} documents indexed.")


def _named(facilities: Facilities) -> Iterator[Difference]:
    for difference in differences(facilities):
        click.echo(difference)
        yield difference
