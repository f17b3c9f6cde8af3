"""Facilities for a command."""

from collections.abc import Iterator
from contextlib import contextmanager

from config.logging import configure_logging
from config.settings import read_settings
from repository.bootstrap import facilities_of
from repository.engines.facilities import Facilities


@contextmanager
def open_facilities() -> Iterator[Facilities]:
    """The facilities of the settings, closed at the end of the block."""
    settings = read_settings()
    configure_logging(settings.log_level)
    facilities = facilities_of(settings)
    try:
        yield facilities
    finally:
        facilities.close()
