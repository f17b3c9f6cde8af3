"""What the application works with, chosen once by `repository.bootstrap`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import text

from repository.core.actor import SYSTEM
from repository.core.cache import ByteLru
from repository.core.clock_watch import ClockWatch
from repository.core.errors import Unavailable
from repository.core.health_checks import HealthChecks
from repository.core.site import Site
from repository.core.unit_of_work import Database
from repository.core.upkeep import Upkeep
from repository.dataset.vocabularies import Vocabularies
from repository.engines.minted_numbers import MintedNumbers
from repository.engines.registrars.port import Registrar
from repository.engines.search.port import SearchEngine
from repository.engines.store.port import ByteStore


@dataclass(frozen=True, slots=True)
class Services:
    """`registrars` by the names of their nodes; those for everybody by their scheme too, as in ``{"doi": …}``.

    `signed_for` is how long a signed address of the store may be used; None when bytes go through the web process.
    `numbers` is the guard of the database's numbers, None without one.
    `cache` is what this process made for readers and may give them again.  `clock_watch` is what it saw of its clock.
    """

    site: Site
    database: Database
    store: ByteStore
    search: SearchEngine
    registrars: Mapping[str, Registrar]
    vocabularies: Vocabularies
    signed_for: timedelta | None = None
    numbers: MintedNumbers | None = None
    cache: ByteLru = field(default_factory=ByteLru, repr=False)
    upkeep: Upkeep = field(default_factory=Upkeep)
    clock_watch: ClockWatch = field(default_factory=ClockWatch, repr=False)

    def close(self) -> None:
        """Let go of connections."""
        self.search.close()
        self.store.close()
        self.database.close()
        for registrar in self.registrars.values():
            registrar.close()


def health_probes(services: Services, *, elsewhere: bool = False) -> Mapping[str, Callable[[], str]]:
    """Return, by engine, a function that describes it or raises `Unavailable`.

    Registrars outside this site are probed with `elsewhere` only: no request depends on them.
    """
    registrars = {
        name: registrar for name, registrar in services.registrars.items() if name == registrar.name or registrar.here
    }
    guard = services.numbers
    return {
        "database": lambda: _describe_database(services.database),
        "store": services.store.describe,
        "search": services.search.describe,
        **({"numbers": lambda: guard.describe(services.database)} if guard else {}),
        **{name: registrar.describe for name, registrar in registrars.items() if elsewhere or registrar.here},
    }


def probe(services: Services, patience: float = 20.0) -> Iterator[tuple[str, str, bool]]:
    """Probe every engine at once; yield its name, its description or the reason of its silence, and whether it answers.

    An engine has `patience` seconds to answer.
    """
    for name, answer in HealthChecks(health_probes(services, elsewhere=True), patience).answers().items():
        if isinstance(answer, Unavailable):
            yield name, answer.reason, False
        else:
            yield name, answer, True


def _describe_database(database: Database) -> str:
    database.require_schema()
    with database.snapshot(SYSTEM) as snapshot:
        snapshot.session.execute(text("SELECT 1"))
    dialect = database.engine.dialect
    version = ".".join(map(str, dialect.server_version_info or ()))
    return f"{dialect.name} {version}"
