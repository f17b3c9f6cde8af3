"""What the application works with, chosen once by `repository.bootstrap`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import text

from repository.dataset.vocabularies import Vocabularies
from repository.engines.bytestore.port import ByteStore
from repository.engines.registrars.port import Registrar
from repository.engines.search.port import SearchEngine
from repository.foundation.actor import SYSTEM
from repository.foundation.asking import Asking
from repository.foundation.errors import Unavailable
from repository.foundation.keeping import Kept
from repository.foundation.site import Site
from repository.foundation.work import Works


@dataclass(frozen=True, slots=True)
class Facilities:
    """`registrars` by the names of their nodes; those for everybody by their scheme too, as in ``{"doi": …}``.

    `signed_for` is how long a signed address of the store may be used; None when bytes go through the web process.
    `kept` is what this process made for readers and may give them again.
    """

    site: Site
    works: Works
    store: ByteStore
    search: SearchEngine
    registrars: Mapping[str, Registrar]
    vocabularies: Vocabularies
    signed_for: timedelta | None = None
    kept: Kept = field(default_factory=Kept, repr=False)

    def close(self) -> None:
        """Let go of connections."""
        self.search.close()
        self.store.close()
        self.works.close()
        for registrar in self.registrars.values():
            registrar.close()


def questions_of(facilities: Facilities, *, elsewhere: bool = False) -> Mapping[str, Callable[[], str]]:
    """By engine, how to learn what it says of itself; asking raises `Unavailable`.

    Registrars `elsewhere` are only asked where that is wanted: nothing that a request does depends on them.
    """
    registrars = {name: each for name, each in facilities.registrars.items() if name == each.name or each.here}
    return {
        "database": lambda: _describe_database(facilities.works),
        "store": facilities.store.describe,
        "search": facilities.search.describe,
        **{name: each.describe for name, each in registrars.items() if elsewhere or each.here},
    }


def probe(facilities: Facilities, patience: float = 20.0) -> Iterator[tuple[str, str, bool]]:
    """Ask every engine at once: its name, what it says of itself or why it does not, and whether it answers.

    None is waited for longer than `patience` seconds.
    """
    for name, answer in Asking(questions_of(facilities, elsewhere=True), patience).answers().items():
        if isinstance(answer, Unavailable):
            yield name, answer.reason, False
        else:
            yield name, answer, True


def _describe_database(works: Works) -> str:
    with works.reading(SYSTEM) as work:
        work.session.execute(text("SELECT 1"))
    dialect = works.engine.dialect
    version = ".".join(map(str, dialect.server_version_info or ()))
    return f"{dialect.name} {version}"
