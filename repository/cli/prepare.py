"""``repository prepare``."""

import click

from repository.cli.command_services import cli_services
from repository.engines.services import Services


@click.command()
def prepare() -> None:
    """Create what store and search engine need before their first use: a bucket, indices; may run again."""
    with cli_services() as services:
        prepare_engines(services)
        for answer in (services.store.describe(), services.search.describe()):
            click.echo(f"prepared {answer}")


def prepare_engines(services: Services) -> None:
    """Create what the engines need; raises `Unavailable`."""
    services.store.prepare()
    services.search.prepare()
