"""``repository restore --adopt`` and ``--advance``: what a restored database needs before it may mint again."""

import click

from repository.cli.command_services import cli_services
from repository.core.errors import Invalid
from repository.engines.own_store import OwnStore
from repository.engines.services import Services


@click.command()
@click.option("--adopt", is_flag=True, help="Let the database take the store as its own, and advance its numbers.")
@click.option("--advance", is_flag=True, help="Move the numbers beyond all that the store remembers.")
def restore(adopt: bool, advance: bool) -> None:
    """Let a restored database work with its store again."""
    if not adopt and not advance:
        raise Invalid.field("restore", "Say --adopt or --advance.")
    with cli_services() as services:
        if adopt:
            adopt_store(services)
            click.echo("The database takes the store as its own.")
        click.echo(f"No number up to {advance_numbers(services)} is given out again.")


def adopt_store(services: Services) -> None:
    """Let the database take the store as its own, whatever it knew; raises `Unsuitable`, `Unavailable`."""
    assert isinstance(services.store, OwnStore)
    services.store.identity.adopt()


def advance_numbers(services: Services) -> int:
    """Move the sequence beyond all that the store remembers, and return how far; the site mints again."""
    assert services.numbers is not None
    return services.numbers.advance(services.database)
