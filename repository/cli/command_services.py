"""The services of a command."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, ProgrammingError

from config.logging import configure_logging
from config.settings import read_settings
from repository import __version__
from repository.bootstrap import open_services
from repository.cli.database_words import words_for_administrator
from repository.core.database.database_errors import is_lasting, lacks_tables
from repository.core.errors import Unavailable
from repository.engines.services import Services


@contextmanager
def cli_services() -> Iterator[Services]:
    """Open the services that the settings name; close them at the end of the block."""
    settings = read_settings()
    configure_logging(settings.log_level, __version__)
    services = open_services(settings)
    try:
        with database_named(services):
            yield services
    finally:
        services.close()


@contextmanager
def database_named(services: Services) -> Iterator[None]:
    """Say of a database that cannot be used which one it is, why, and what to do: as `Unavailable`."""
    try:
        yield
    except (DBAPIError, Unavailable) as error:
        cause = error if isinstance(error, DBAPIError) else error.__cause__
        if not isinstance(cause, DBAPIError) or (isinstance(cause, ProgrammingError) and not lacks_tables(cause)):
            raise
        raise Unavailable(words_for_administrator(cause, services.database.engine.url)) from cause


def require_database(services: Services) -> None:
    """Raise `Unavailable` for a database that time does not mend; one that is away comes back while a process runs."""
    try:
        services.database.require_schema()
    except Unavailable as error:
        if not isinstance(error.__cause__, DBAPIError) or is_lasting(error.__cause__):
            raise
