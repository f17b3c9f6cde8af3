"""``repository prepare``."""

import click

from repository.cli.command_services import cli_services
from repository.engines.services import Services


@click.command()
def prepare() -> None:
    """Create the bucket and the indices that store and search engine need; may run again."""
    with cli_services() as services:
        prepare_engines(services)
        for description in (services.store.describe(), services.search.describe()):
            click.echo(f"prepared {description}")


def prepare_engines(services: Services) -> None:
    """Create the bucket and the indices where they are missing; raise `Unavailable`."""
    services.store.prepare()
    services.search.prepare()
