"""What the application works with, chosen once by `repository.bootstrap`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import text

from repository.core.actor import SYSTEM
from repository.core.cache import ByteLru
from repository.core.clock_watch import ClockWatch
from repository.core.disks import Disks
from repository.core.errors import Unavailable
from repository.core.facts import Fact
from repository.core.health_checks import HealthChecks
from repository.core.recent_uses import RecentUses
from repository.core.shown_settings import ShownSetting
from repository.core.site import Site
from repository.core.unit_of_work import Database
from repository.core.upkeep import Upkeep
from repository.dataset.vocabularies import Vocabularies
from repository.engines.inspector.no_inspector import NoInspector
from repository.engines.inspector.port import Inspector
from repository.engines.limits.call_limits import CallLimits
from repository.engines.limits.public_share import PublicShare
from repository.engines.mail.port import Mailer
from repository.engines.minted_numbers import MintedNumbers
from repository.engines.outgoing.allowed_addresses import CallGuard
from repository.engines.outgoing.allowed_hosts import AllowedHosts
from repository.engines.outgoing.guarded_fetch import GuardedFetch
from repository.engines.outgoing.guarded_post import GuardedPost
from repository.engines.outgoing.registered_descriptions import RegisteredDescriptions
from repository.engines.public_names.port import PublicNames
from repository.engines.registrars.port import Registrar
from repository.engines.search.port import SearchEngine
from repository.engines.sign_in.port import SignInProvider
from repository.engines.store.port import ByteStore


@dataclass(frozen=True, slots=True)
class Services:
    """`registrars` by the names of their nodes; those for everybody by their scheme too, as in ``{"doi": …}``.

    `signed_for` is how long a signed address of the store may be used; None when bytes go through the web process.
    `numbers` is the guard of the database's numbers, None without one.
    `cache` is what this process made for readers and may give them again.  `clock_watch` is what it saw of its clock.
    `disks` are those that this process writes to.  `mail` is for jobs and commands: no request sends a message.
    `kinds` are the facts that this release knows, by name.  `limits` are those of calls.
    `token_uses` are the uses of tokens that this process has seen.
    `outgoing` posts to addresses that administrators chose, and guards our network.
    `fetching` brings files from elsewhere, for jobs: no request fetches one.
    `registered` asks registrars what an identifier names, for jobs: no request asks them.
    `public_names` suggests people whom a public register knows, if one was chosen.
    `inspector` looks into files, for jobs and commands: no request looks into one.
    `settings` are what the operator chose, for administrators to look at.
    `sign_in_providers` are by their ids, in the order of their file.
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
    disks: Disks = field(default_factory=Disks)
    kinds: Mapping[str, type[Fact]] = field(default_factory=dict, repr=False)
    limits: CallLimits = field(default_factory=CallLimits, repr=False)
    public_searches: PublicShare = field(default_factory=PublicShare, repr=False)
    token_uses: RecentUses = field(default_factory=RecentUses, repr=False)
    sign_in_providers: Mapping[str, SignInProvider] = field(default_factory=dict)
    mail: Mailer = field(kw_only=True)
    inspector: Inspector = field(default_factory=NoInspector)
    public_names: PublicNames | None = None
    fetching: GuardedFetch = field(default_factory=lambda: GuardedFetch(AllowedHosts(), CallGuard()))
    registered: RegisteredDescriptions = field(default_factory=lambda: RegisteredDescriptions({}))
    settings: Sequence[ShownSetting] = field(default=(), repr=False)
    outgoing: GuardedPost = field(default_factory=lambda: GuardedPost(CallGuard()))

    def close(self) -> None:
        """Let go of connections."""
        self.limits.counter.close()
        self.search.close()
        self.inspector.close()
        if self.public_names is not None:
            self.public_names.close()
        self.store.close()
        self.mail.close()
        self.database.close()
        for registrar in self.registrars.values():
            registrar.close()
        for provider in self.sign_in_providers.values():
            provider.close()


def health_probes(services: Services, *, elsewhere: bool = False) -> Mapping[str, Callable[[], str]]:
    """Return, by engine, a function that describes it or raises `Unavailable`.

    The mailer, registrars and providers of sign-in outside this site are probed with `elsewhere` only: no request
    depends on them but a sign-in.
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
        **({"mail": services.mail.describe} if elsewhere else {}),
        **{name: registrar.describe for name, registrar in registrars.items() if elsewhere or registrar.here},
        **(
            {f"sign-in {name}": provider.describe for name, provider in services.sign_in_providers.items()}
            if elsewhere
            else {}
        ),
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
