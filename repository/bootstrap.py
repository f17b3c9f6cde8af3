"""From settings to facilities: the only place where engines are chosen."""

from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from config import vocabularies as terms
from config.settings import Settings
from repository.dataset.vocabularies import Vocabularies
from repository.engines.bytestore.local import LocalStore
from repository.engines.facilities import Facilities
from repository.engines.registrars.local import LocalRegistrar
from repository.engines.search.embedded import EmbeddedSearch
from repository.foundation.database import open_database
from repository.foundation.site import Site
from repository.foundation.work import Works


def facilities_of(settings: Settings) -> Facilities:
    """Open every engine the settings name; nothing is started, nothing is migrated."""
    registrar = LocalRegistrar(settings.base_url)
    return Facilities(
        site=site_of(settings),
        works=Works(open_database(settings.database_url)),
        store=LocalStore(_path_of(settings.store_url)),
        search=EmbeddedSearch(_path_of(settings.search_url)),
        registrars={"doi": registrar, "cstr": registrar},
        vocabularies=_vocabularies(),
    )


@cache
def _vocabularies() -> Vocabularies:
    """Read once a process: they are files of the program and never change while it runs."""
    return Vocabularies.of(terms.read())


def site_of(settings: Settings) -> Site:
    """What the outside sees of the installation."""
    return Site(
        name=settings.name,
        base_url=settings.base_url,
        doi_prefix=settings.doi_prefix,
        cstr_prefix=settings.cstr_prefix,
        series=settings.identifier_series,
        max_file_bytes=settings.max_file_bytes,
        max_files=settings.max_files_per_record,
    )


def _path_of(url: str) -> Path:
    """The path in ``file:///a/b`` or ``embedded:/a/b``."""
    return Path(unquote(urlsplit(url).path)).absolute()
