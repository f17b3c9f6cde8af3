"""``repository prepare``."""

import click

from repository.cli.opening import open_facilities
from repository.engines.facilities import Facilities


@click.command()
def prepare() -> None:
    """Create what store and search engine need before their first use: a bucket, indices; may run again."""
    with open_facilities() as facilities:
        prepare_engines(facilities)
        for answer in (facilities.store.describe(), facilities.search.describe()):
            click.echo(f"prepared {answer}")


def prepare_engines(facilities: Facilities) -> None:
    """Create what the engines need; raises `Unavailable`."""
    facilities.store.prepare()
    facilities.search.prepare()
