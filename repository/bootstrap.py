"""From settings to Services: the only place where engines are chosen.

Large client libraries are imported when a setting chooses them: `tests/contracts/test_startup.py` holds the list.
"""

import os
import tempfile
from collections.abc import Mapping
from datetime import UTC, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError

from config import search as index_parts
from config import vocabularies as terms
from config.default_limits import read_limits
from config.identity import IdentityError, read_identity
from config.registrar_accounts import RegistrarAccount, RegistrarAccounts, RegistrarsError, read_registrars
from config.setting_lines import setting_lines
from config.settings import Settings, SettingsError, cause_of
from repository.core.database.engine import open_database
from repository.core.disks import Disks
from repository.core.errors import Unavailable
from repository.core.private_files import tighten_database
from repository.core.registration_accounts import RegistrationAccount, RegistrationAccounts, bare_rors, local_accounts
from repository.core.site import Site
from repository.core.unit_of_work import Database
from repository.core.upkeep import Upkeep
from repository.dataset.cstr_types import cstr_type
from repository.dataset.vocabularies import Vocabularies
from repository.engines.inspector.caged_inspector import CagedInspector
from repository.engines.inspector.no_inspector import NoInspector
from repository.engines.limits.call_limits import CallLimits
from repository.engines.limits.memory_counter import MemoryCounter
from repository.engines.limits.port import CallCounter
from repository.engines.limits.public_share import PublicShare
from repository.engines.limits.shared_counter import SharedCounter
from repository.engines.mail.eml_folder import EmlFolder
from repository.engines.mail.port import Mailer
from repository.engines.minted_numbers import MintedNumbers
from repository.engines.outgoing.configured_calls import configured_fetch, configured_post, configured_registrars
from repository.engines.own_store import OwnStore
from repository.engines.public_names.configured_names import configured_names
from repository.engines.registrars.local_registrar import LocalRegistrar
from repository.engines.registrars.port import Registrar
from repository.engines.search.embedded import EmbeddedSearch
from repository.engines.search.port import SearchEngine
from repository.engines.services import Services
from repository.engines.sign_in.port import SignInProvider
from repository.engines.store.local_store import LocalStore
from repository.engines.store.port import ByteStore
from repository.engines.store.s3_address import s3_address
from repository.engines.store_identity import StoreIdentity
from repository.features import FACTS, UNFOLLOWED
from repository.search.index import note_index_lost

SAME_BUCKET_SECONDS = 600.0
"""between two looks at the id of a bucket, which no mount can replace under a process"""


def open_services(settings: Settings, shared_folder: Path | None = None) -> Services:
    """Return the engines that the settings name; `shared_folder` is one that all processes of a server have.

    Starts and migrates nothing.  Raises `SettingsError` for an address or a file of registrars that is wrong.
    """
    accounts = _accounts(settings)
    site = _site(settings, accounts)
    engine, store = _database_at(settings), _store_at(settings)
    search, mail = _search_at(settings.search_url), _mail_at(settings)
    _require_apart(settings)
    numbers = MintedNumbers(store.marks, lambda: identity.require())
    database = Database(engine, UNFOLLOWED, numbers)
    is_local = not settings.store_url.startswith("s3:")
    identity = StoreIdentity(database, store.marks, 0.0 if is_local else SAME_BUCKET_SECONDS)
    search.before_empty = lambda: note_index_lost(database)
    return Services(
        site=site,
        database=database,
        store=OwnStore(store, identity),
        numbers=numbers,
        search=search,
        registrars=_registrars(settings.base_url, site.accounts, accounts),
        vocabularies=_vocabularies(),
        signed_for=timedelta(seconds=settings.download_seconds) if settings.downloads == "redirect" else None,
        upkeep=Upkeep(
            timedelta(days=settings.quarantine_days),
            timedelta(days=settings.fixity_days),
            settings.fixity_bytes_per_second,
        ),
        disks=_disks(settings),
        kinds=FACTS,
        limits=CallLimits(read_limits(settings.limits), _counter_at(settings.limits_url, shared_folder)),
        public_searches=PublicShare(min(settings.web_public_searches, max(1, settings.web_threads - 1))),
        mail=mail,
        inspector=CagedInspector() if settings.inspection == "caged" else NoInspector(),
        public_names=configured_names(settings.orcid_url),
        fetching=configured_fetch(settings.fetch_hosts, settings.fetch_networks, settings.fetch_bytes_per_second),
        registered=configured_registrars(settings.metadata_urls, settings.metadata_hosts, settings.fetch_networks),
        outgoing=configured_post(settings.webhook_networks),
        settings=setting_lines(settings),
        sign_in_providers=_sign_in_providers(settings),
    )


def _counter_at(url: str, shared_folder: Path | None) -> CallCounter:
    if not url.startswith("redis"):
        return SharedCounter(shared_folder / "calls") if shared_folder else MemoryCounter()
    try:
        counter: CallCounter = _adapters("limits.redis_counter").RedisCounter(url)
    except ValueError as error:
        raise SettingsError(f"REPOSITORY_LIMITS_URL: this is no address of a Redis ({type(error).__name__})") from None
    return counter


def _disks(settings: Settings) -> Disks:
    """Return the places of this machine that the settings name; servers look after their own disks."""
    places = {"temporary files": Path(tempfile.gettempdir())}
    if not settings.store_url.startswith("s3:"):
        places["store"] = _path_of(settings.store_url)
    if settings.search_url.startswith("embedded:"):
        places["index"] = _path_of(settings.search_url)
    if file := make_url(settings.database_url).database if settings.database_url.startswith("sqlite") else None:
        places["database"] = Path(file).absolute()
    return Disks(settings.reserve_bytes, places)


@cache
def _type_codes() -> Mapping[str, str]:
    """Return the two-digit CSTR code of each resource type that has one in the vocabularies."""
    known = _vocabularies()
    return {entry.id: cstr_type(known, entry.id) for entry in known["resourcetypes"].search()}


@cache
def _vocabularies() -> Vocabularies:
    """Return the vocabularies, read once a process: the files never change while it runs."""
    return Vocabularies.of(terms.read())


def site_of(settings: Settings) -> Site:
    """Return the site's name, addresses, limits and identifier accounts; raises `SettingsError`."""
    return _site(settings, _accounts(settings))


def _site(settings: Settings, accounts: RegistrarAccounts | None) -> Site:
    return Site(
        name=settings.name,
        base_url=settings.base_url,
        accounts=_nodes(settings, accounts),
        max_file_bytes=settings.max_file_bytes,
        max_files=settings.max_files_per_record,
        max_drafts=settings.max_drafts_per_person,
        draft_days=settings.draft_days,
        max_draft_bytes=settings.max_draft_bytes_per_person,
        admin_email=settings.admin_email,
        friends=tuple(settings.oai_friends.split()),
        accel=settings.accel,
        mail_from=settings.mail_from,
        trusted_proxies=settings.trusted_proxies,
        zone=UTC if settings.time_zone == "UTC" else ZoneInfo(settings.time_zone),
        max_embargo_days=settings.embargo_days_max,
        max_access_days=settings.access_days_max,
        access_request_days=settings.access_request_days,
        sign_up=settings.sign_up,
        sign_up_domains=tuple(settings.sign_up_domains.split()),
        pages_dir=settings.pages_dir,
    )


def _nodes(settings: Settings, accounts: RegistrarAccounts | None) -> RegistrationAccounts:
    """Return the accounts that identifiers are minted under."""
    if accounts is None:
        return local_accounts(settings.doi_prefix, settings.cstr_prefix, settings.identifier_series, _type_codes())
    nodes = [_node(name, account) for name, account in accounts.account.items()]
    return RegistrationAccounts(nodes, accounts.suffix, {**_type_codes(), **accounts.type_code})


def _registrars(
    base_url: str, nodes: RegistrationAccounts, accounts: RegistrarAccounts | None
) -> Mapping[str, Registrar]:
    """Return registrars by account name, and by scheme those that serve everybody; raises `SettingsError`."""
    if accounts is None:
        return {node.name: LocalRegistrar(node.name, base_url) for node in nodes}
    named = {name: _registrar(name, account, base_url) for name, account in accounts.account.items()}
    general = {node.scheme: named[node.name] for node in nodes if node.general}
    return {**general, **named}


def _accounts(settings: Settings) -> RegistrarAccounts | None:
    if settings.registrars is None:
        return None
    try:
        return read_registrars(settings.registrars)
    except RegistrarsError as error:
        raise SettingsError(f"REPOSITORY_REGISTRARS: {error}") from None


def _node(name: str, account: RegistrarAccount) -> RegistrationAccount:
    return RegistrationAccount(
        name=name,
        scheme=account.identifies,
        prefix=account.prefix,
        series=account.series,
        communities=account.communities,
        institutions=bare_rors(account.institutions),
        languages=account.languages,
    )


def _registrar(name: str, account: RegistrarAccount, base_url: str) -> Registrar:
    try:
        signed_in = (name, account.endpoint, account.prefix, account.user, account.password())
        registrar: Registrar
        match account.kind:
            case "datacite":
                registrar = _adapters("registrars.datacite_registrar").DataCiteRegistrar(*signed_in)
            case "cstr":
                adapters = _adapters("registrars.cstr_registrar")
                registrar = adapters.CstrRegistrar(*signed_in, app_name=account.app_name)
            case "handle":
                registrar = _adapters("registrars.handle_registrar").HandleRegistrar(*signed_in)
            case _:
                registrar = LocalRegistrar(name, base_url)
    except (OSError, ValueError) as error:
        raise SettingsError(f"REPOSITORY_REGISTRARS: account.{name}: {error}") from None
    return registrar


def _sign_in_providers(settings: Settings) -> Mapping[str, SignInProvider]:
    """Return the providers by id; raises `SettingsError`."""
    if settings.identity is None:
        return {}
    try:
        accounts, secrets = read_identity(settings.identity)
    except IdentityError as error:
        raise SettingsError(f"REPOSITORY_IDENTITY: {error}") from None
    opened: Mapping[str, SignInProvider] = _adapters("sign_in.configured_providers").configured_providers(
        accounts.model_dump()["provider"], secrets
    )
    return opened


def _database_at(settings: Settings) -> Engine:
    try:
        url = make_url(settings.database_url)
        if url.get_backend_name() == "sqlite":
            if not url.database or url.database == ":memory:":
                raise SettingsError("REPOSITORY_DATABASE_URL: must name a file, such as sqlite:////srv/repository.db")
            _require_file("DATABASE_URL", Path(url.database).absolute())
        return open_database(settings.database_url, settings.database_connections)
    except (ArgumentError, ValueError) as error:
        raise SettingsError(
            f"REPOSITORY_DATABASE_URL: this is no address of a database ({type(error).__name__})"
        ) from None


def _require_apart(settings: Settings) -> None:
    """Raise `SettingsError` if the index would be made in the database's own file."""
    database = make_url(settings.database_url)
    if database.get_backend_name() == "sqlite" and settings.search_url.startswith("embedded:"):
        path = _path_of(settings.search_url)
        if os.path.realpath(path) == os.path.realpath(str(database.database)):
            raise SettingsError(f"REPOSITORY_SEARCH_URL: {path} is the database; name a file of the index's own")


def _require_file(name: str, path: Path) -> None:
    """Make the folder of a file; raises `SettingsError` if that fails, or if a folder is in the file's place."""
    _make_folder(name, path)
    if path.is_dir():
        raise SettingsError(f"REPOSITORY_{name}: {path} is a folder, and a file is wanted")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise SettingsError(f"REPOSITORY_{name}: {path} cannot be written")
    tighten_database(path)


def _make_folder(name: str, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.is_dir()  # also of a name that no file can have
    except (OSError, ValueError) as error:
        raise SettingsError(f"REPOSITORY_{name}: {path.parent} cannot be made: {cause_of(error)}") from None


def _store_at(settings: Settings) -> ByteStore:
    url = settings.store_url
    if not url.startswith("s3:"):
        path = _path_of(url)
        try:
            store: ByteStore = LocalStore(path, settings.reserve_bytes, for_group=bool(settings.accel))
        except (Unavailable, OSError, ValueError) as error:
            raise SettingsError(
                f"REPOSITORY_STORE_URL: {path} cannot be used: {cause_of(error.__cause__ or error)}"
            ) from None
        if not os.access(path, os.W_OK):
            raise SettingsError(f"REPOSITORY_STORE_URL: {path} cannot be written")
        return store
    try:
        store = _adapters("store.s3_store").S3Store(s3_address(url))
    except ValueError as error:
        raise SettingsError(f"REPOSITORY_STORE_URL: {error}") from None
    return store


def _search_at(url: str) -> SearchEngine:
    if url.startswith("embedded:"):
        path = _path_of(url)
        if url.endswith("/"):
            raise SettingsError(f"REPOSITORY_SEARCH_URL: {path} is a folder, and a file is wanted")
        _make_folder("SEARCH_URL", path)  # whatever is in the index's place: a server starts without it
        return EmbeddedSearch(path)
    adapters = _adapters("search.elasticsearch")
    try:
        engine: SearchEngine = adapters.ElasticsearchSearch(adapters.elasticsearch_address(url), index_parts.read())
    except ValueError as error:
        raise SettingsError(f"REPOSITORY_SEARCH_URL: {error}") from None
    return engine


def _mail_at(settings: Settings) -> Mailer:
    url = settings.mail_url
    if url.startswith("embedded:"):
        path = _path_of(url)
        existing = next(place for place in (path, *path.parents) if place.exists())
        if not existing.is_dir():  # the folder itself is made with the first message: many sites send none
            raise SettingsError(f"REPOSITORY_MAIL_URL: {existing} is a file, and a folder is wanted")
        return EmlFolder(path)
    try:
        address = _adapters("mail.smtp_address").smtp_address(url)
    except ValueError as error:
        raise SettingsError(f"REPOSITORY_MAIL_URL: {error}") from None
    if not settings.mail_from and not settings.admin_email:
        raise SettingsError("REPOSITORY_MAIL_URL: a mail server needs a sender; set REPOSITORY_MAIL_FROM")
    mailer: Mailer = _adapters("mail.smtp_mailer").SmtpMailer(address)
    return mailer


def _adapters(module: str) -> Any:
    """Return a module of `repository.engines`, imported now: only settings that choose it load its client library."""
    return import_module(f"repository.engines.{module}")


def _path_of(url: str) -> Path:
    """Return the path in ``file:///a/b`` or ``embedded:/a/b``."""
    return Path(unquote(urlsplit(url).path)).absolute()
