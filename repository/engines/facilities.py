"""What the application works with, chosen once by `repository.bootstrap`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import text

from repository.dataset.vocabularies import Vocabularies
from repository.engines.bytestore.port import ByteStore
from repository.engines.registrars.port import Registrar
from repository.engines.search.port import SearchEngine
from repository.foundation.actor import SYSTEM
from repository.foundation.errors import Unavailable
from repository.foundation.site import Site
from repository.foundation.work import Works


@dataclass(frozen=True, slots=True)
class Facilities:
    """`registrars` by identifier scheme, as in ``{"doi": …, "cstr": …}``."""

    site: Site
    works: Works
    store: ByteStore
    search: SearchEngine
    registrars: Mapping[str, Registrar]
    vocabularies: Vocabularies

    def close(self) -> None:
        """Let go of connections."""
        self.search.close()
        self.works.engine.dispose()


def probe(facilities: Facilities) -> Iterator[tuple[str, str, bool]]:
    """Ask every engine: its name, what it says of itself or why it does not, and whether it answers."""
    questions: Mapping[str, Callable[[], str]] = {
        "database": lambda: _describe_database(facilities.works),
        "store": facilities.store.describe,
        "search": facilities.search.describe,
        **{scheme: each.describe for scheme, each in facilities.registrars.items()},
    }
    for name, ask in questions.items():
        try:
            yield name, ask(), True
        except Unavailable as error:
            yield name, error.reason, False


def _describe_database(works: Works) -> str:
    with works.reading(SYSTEM) as work:
        work.session.execute(text("SELECT 1"))
    dialect = works.engine.dialect
    version = ".".join(map(str, dialect.server_version_info or ()))
    return f"{dialect.name} {version}"
