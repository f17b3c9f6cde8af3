"""``repository prepare``."""

import click
import structlog

from repository.cli.command_services import cli_services
from repository.core.errors import Unavailable
from repository.engines.services import Services
from repository.people.first_administrator import first_administrator_secret

FIRST = "/first-administrator"
log = structlog.get_logger()


@click.command()
def prepare() -> None:
    """Create the bucket and the indices that store and search engine need; may run again."""
    with cli_services() as services:
        prepare_engines(services)
        secure_numbers(services)
        tell_first_administrator(services)
        for description in (services.store.describe(), services.search.describe()):
            click.echo(f"prepared {description}")


def tell_first_administrator(services: Services) -> None:
    """Print how the first administrator of a fresh site makes an account; once, for the token is good once."""
    secret = first_administrator_secret(services.database)
    if secret is not None:
        body = f'{{"token": "{secret}", "email": "you@example.org", "password": "…"}}'
        command = f"curl {services.site.api(FIRST)} -H 'Content-Type: application/json' -d '{body}'"
        page = services.site.page(f"{FIRST}/{secret}")
        click.echo(
            f"Nobody has an account yet. Within 24 hours the first administrator makes one, once: {page}"
            f" or, without a browser, {command}"
        )


def secure_numbers(services: Services) -> None:
    """Let no number be given out again; warn if the database is older than the store."""
    if services.numbers is not None:
        try:
            services.numbers.secure(services.database)
        except Unavailable as error:
            log.warning("no identifiers are given out", reason=error.reason)


def prepare_engines(services: Services) -> None:
    """Create the bucket, the store's id and the indices where they are missing.

    Raises `Unavailable`, and `Unsuitable` for the store of another site.
    """
    services.store.prepare()
    services.search.prepare()
