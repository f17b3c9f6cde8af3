"""``repository serve``."""

import os
import sys
from contextlib import closing
from typing import NoReturn

import click
import structlog

from config.logging import configure_logging
from config.settings import PREFIX, read_settings
from repository import __version__
from repository.bootstrap import open_services
from repository.cli.database_commands import migrate_to
from repository.cli.prepare import prepare_engines
from repository.core.errors import Unavailable
from repository.engines.services import Services

log = structlog.get_logger()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Run the server; brings database, store and index up to date first."""
    settings = read_settings()
    if "base_url" not in settings.model_fields_set:
        os.environ[f"{PREFIX}BASE_URL"] = f"http://{host}:{port}"
        settings = read_settings()
    configure_logging(settings.log_level, __version__)
    _bring_up_to_date(open_services(settings))
    click.echo(f"{settings.name} listens on http://{host}:{port} and calls itself {settings.base_url}")
    _become_gunicorn(f"{host}:{port}")


def _bring_up_to_date(services: Services) -> None:
    """Without its database a server does not start; without the others it does, for much can be done without them."""
    with closing(services):
        migrate_to(services.database.engine)
        try:
            prepare_engines(services)
        except Unavailable as error:
            log.warning("not prepared: when it is back, run `repository prepare`", reason=error.reason)


def _become_gunicorn(address: str) -> NoReturn:
    """Go on as the server, under the same process id.

    A new program, because what its processes import and open must not be there before they are forked: metrics count
    across processes only where `config.gunicorn` was read first.
    """
    sys.stdout.flush()
    command = ["-m", "gunicorn", "--config", "python:config.gunicorn", "--bind", address, "repository.wsgi:application"]
    os.execv(sys.executable, [sys.executable, *command])
