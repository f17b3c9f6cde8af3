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
from repository.cli.command_services import database_named
from repository.cli.database_commands import migrate_to
from repository.cli.prepare import secure_numbers, tell_first_administrator
from repository.cli.samples import fill_with_samples
from repository.core.errors import Unavailable
from repository.engines.services import Services
from repository.organisations.refresh import load_snapshot

log = structlog.get_logger()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=5000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--with-samples", is_flag=True, help="Fill a site that has no dataset yet with samples.")
def serve(host: str, port: int, with_samples: bool) -> None:
    """Run the server; brings database, store and index up to date first."""
    settings = read_settings()
    if "base_url" not in settings.model_fields_set:
        os.environ[f"{PREFIX}BASE_URL"] = f"http://{host}:{port}"
        settings = read_settings()
    configure_logging(settings.log_level, __version__)
    with closing(open_services(settings)) as services, database_named(services):
        bring_up_to_date(services, with_samples)
    click.echo(f"{settings.name} {__version__} listens on http://{host}:{port}, known as {settings.base_url}")
    _become_gunicorn(f"{host}:{port}")


def bring_up_to_date(services: Services, with_samples: bool) -> None:
    """Migrate the database, prepare the other engines, and fill an empty site if samples are wanted.

    Raises `Unavailable` without a database.  A server starts without the other engines, for much can be done without
    them, but then has no samples.
    """
    migrate_to(services.database.engine)
    load_snapshot(services.database)
    tell_first_administrator(services)
    try:
        services.store.prepare()
        secure_numbers(services)
        services.search.prepare()
        if with_samples:
            _report_samples(fill_with_samples(services))
    except Unavailable as error:
        log.warning("not prepared: when it is back, run `repository prepare`", reason=error.reason)


def _report_samples(count: int) -> None:
    click.echo(f"Published {count} sample datasets." if count else "No samples: the site has datasets already.")


def _become_gunicorn(address: str) -> NoReturn:
    """Replace this program by gunicorn, under the same process id.

    The server's processes must not inherit what a command imports and opens: metrics count across processes only if
    `config.gunicorn` is read before the application is imported.
    """
    sys.stdout.flush()
    command = ["-m", "gunicorn", "--config", "python:config.gunicorn", "--bind", address, "repository.wsgi:application"]
    os.execv(sys.executable, [sys.executable, *command])
