"""The services of a command."""

from collections.abc import Iterator
from contextlib import contextmanager

from config.logging import configure_logging
from config.settings import read_settings
from repository import __version__
from repository.bootstrap import open_services
from repository.engines.services import Services


@contextmanager
def cli_services() -> Iterator[Services]:
    """Open the services that the settings name; close them at the end of the block."""
    settings = read_settings()
    configure_logging(settings.log_level, __version__)
    services = open_services(settings)
    try:
        yield services
    finally:
        services.close()
