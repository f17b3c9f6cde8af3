"""Every setting of the application: one frozen object, read once at start.

A value comes from the environment (``REPOSITORY_*``), else from the file that ``REPOSITORY_ENV_FILE`` names (by default
``.env`` in the working directory), else from the defaults below.  A wrong value stops the start with one clear line
(`SettingsError`).
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit
from zoneinfo import available_timezones

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.default_limits import read_limits
from config.setting_addresses import hosts_to_fetch, optional_address, optional_folder, port_of, readable, url_of

PREFIX = "REPOSITORY_"
RETIRED = frozenset({f"{PREFIX}SECRET_KEY"})
"""Settings of earlier releases: files that still have one work, and it changes nothing."""
OF_CLIENT = frozenset({f"{PREFIX}SERVER", f"{PREFIX}TOKEN"})
"""What the commands of depositors read, which may run on the machine of a server."""
VAR = Path("var").absolute()

DEFAULT_SEARCH_URL = f"embedded:{VAR}/search.db"
DEFAULT_MAIL_URL = f"embedded:{VAR}/mail"
MOST_BYTES = 1 << 62
"""More than any store holds, and less than a database's largest number."""

# Both are reserved for tests: an identifier under them cannot be mistaken for a registered one.
TEST_DOI_PREFIX = "10.5072"
TEST_CSTR_PREFIX = "99999"


MAILBOX = r"([^\s@]+@([^\s@.]+\.)+[^\s@.]+)?"
"""or none"""


class SettingsError(Exception):
    """A setting is wrong; the text is one line that names it."""


def _matching(pattern: str, meaning: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"must be {meaning}")
        return value

    return AfterValidator(check)


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value.strip()


def _queue(value: str) -> str:
    if value.startswith("embedded:") and value != "embedded:":
        raise ValueError("must be embedded: alone, or the address of a Redis")
    return value


def _limits(value: str) -> str:
    read_limits(value)
    return " ".join(value.split())


def _counter(value: str) -> str:
    if value.startswith("memory:") and value != "memory:":
        raise ValueError("must be memory: alone, or the address of a Redis")
    return value


def _local_file(value: str) -> str:
    """Refuse what names no file or folder of this machine."""
    scheme = value.partition(":")[0]
    parts = urlsplit(value)
    if scheme not in ("file", "embedded"):
        return value
    if parts.netloc not in ("", "localhost") or not parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(
            f"must name a place on this machine, such as {'file:///srv/' if scheme == 'file' else 'embedded:/srv/'}x"
        )
    if unquote(parts.path) != readable(unquote(parts.path, errors="surrogateescape")):
        raise ValueError("must be UTF-8 text without control characters")
    return value


def _or_default(default: Callable[[], str]) -> AfterValidator:
    """Give ``embedded:`` alone its default place."""
    return AfterValidator(lambda value: default() if value == "embedded:" else value)


def _web_address(value: str) -> str:
    port_of(value)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an http(s) address such as https://data.example.org")
    if "@" in parts.netloc or re.search(r"\s", value):
        raise ValueError("must be an http(s) address without a password and without blanks")
    return value.rstrip("/")


def _web_addresses(value: str) -> str:
    """Check any number of addresses with blanks between them."""
    return " ".join(map(_web_address, value.split()))


def _domains(value: str) -> str:
    """Check any number of domains with blanks or commas between them; they are compared in lower case."""
    names = readable(value).replace(",", " ").lower().split()
    for name in names:
        if len(name) > 189 or not re.fullmatch(r"([^\s@./:]+\.)+[^\s@./:]+", name):
            raise ValueError("must be domains such as example.org, without an @")
    return " ".join(names)


def _networks(value: str) -> str:
    """Check any number of addresses and networks with blanks or commas between them; ``unix`` is a socket's peer."""
    names = readable(value).replace(",", " ").split()
    for name in names:
        try:
            bits = 32 if name == "unix" else ip_network(name).prefixlen
        except ValueError:
            raise ValueError("must be addresses, networks such as 10.0.0.0/8 without bits of a host, or unix") from None
        if bits == 0:
            raise ValueError("must not name every address: each client could then choose its own")
    return " ".join(names)


def _time_zone(value: str) -> str:
    """Refuse what is no zone of the IANA database; ``localtime`` would be another one on each machine."""
    if value != "UTC" and value not in available_timezones() - {"localtime", "Factory"}:
        raise ValueError("must be the name of a time zone, such as Asia/Shanghai")
    return value


def _call_networks(value: str) -> str:
    """Check any number of networks that may be called."""
    if "unix" in value.replace(",", " ").split():
        raise ValueError("must be addresses or networks such as 10.0.0.0/8")
    return _networks(value)


def _enough_days(value: int) -> int:
    """Refuse a life of drafts that leaves no time for warnings."""
    if 0 < value < 60:
        raise ValueError("must be 0 for ever, or at least 60")
    return value


class Settings(BaseSettings):
    """The choices of an operator; field `x_y` is the variable ``REPOSITORY_X_Y``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True)

    name: Annotated[str, AfterValidator(readable), AfterValidator(_not_blank)] = Field(
        "Science Data Repository", min_length=1, max_length=200
    )
    base_url: Annotated[str, AfterValidator(readable), AfterValidator(_web_address)] = "http://127.0.0.1:5000"
    database_url: Annotated[str, url_of("sqlite", "postgresql", "postgresql+psycopg")] = (
        f"sqlite:///{VAR}/repository.db"
    )
    database_connections: int = Field(20, ge=2, le=500)
    """most connections of one process to a database server"""
    store_url: Annotated[str, url_of("file", "s3"), AfterValidator(_local_file)] = f"file://{VAR}/store"
    """``file:///folder`` or ``s3://bucket?endpoint=…&region=…`` (see `repository.engines.store.s3_store`)"""
    downloads: Literal["redirect", "stream"] = "redirect"
    """how bytes leave a remote store: ``redirect`` to a signed address of the store, or ``stream`` through us"""
    download_seconds: int = Field(300, ge=10, le=604_800)
    """how long a signed address may be used"""
    search_url: Annotated[
        str,
        url_of("embedded", "http", "https"),
        _or_default(lambda: DEFAULT_SEARCH_URL),
        AfterValidator(_local_file),
    ] = DEFAULT_SEARCH_URL
    """``embedded:/file``, ``embedded:`` for the default place, or the address of an Elasticsearch 8

    The address has the prefix of our indices as its path."""
    queue_url: Annotated[str, url_of("embedded", "redis", "rediss"), AfterValidator(_queue)] = "embedded:"
    """``embedded:``: jobs run in threads of the server; else the Redis that `repository relay` hands them to"""
    limits: Annotated[str, AfterValidator(_limits)] = ""
    """calls in a minute by kind, as ``anonymous-search=600 read=0``; the rest as in `config.default_limits`"""
    limits_url: Annotated[str, url_of("memory", "redis", "rediss"), AfterValidator(_counter)] = "memory:"
    """``memory:``: the processes of this server count calls together; else a Redis, in which those of all servers do"""
    doi_prefix: Annotated[str, _matching(r"10\.[0-9]{4,9}", "a DOI prefix such as 10.5072")] = TEST_DOI_PREFIX
    cstr_prefix: Annotated[str, _matching(r"[0-9A-Za-z]{5}", "five letters or digits, such as 31253")] = (
        TEST_CSTR_PREFIX
    )
    identifier_series: Annotated[str, _matching(r"[a-z][a-z0-9]{0,19}", "1 to 20 lower-case letters and digits")] = (
        "data"
    )
    registrars: Path | None = None
    """file of accounts with registration agencies (`config.registrar_accounts`); without one `doi_prefix` etc. hold"""
    identity: Path | None = None
    """file of providers at which people sign in (`config.identity`)"""
    max_file_bytes: int = Field(1 << 40, ge=1, le=MOST_BYTES)
    max_files_per_record: int = Field(100_000, ge=1, le=1_000_000_000)
    max_drafts_per_person: int = Field(1_000, ge=0, le=1_000_000_000)
    """most drafts of one owner at a time; 0 for any number"""
    draft_days: Annotated[int, AfterValidator(_enough_days)] = Field(0, ge=0, le=36_500)
    """how long a draft stays that nobody changes; 0 for ever"""
    max_draft_bytes_per_person: int = Field(5 << 40, ge=0, le=MOST_BYTES)
    """most bytes that were sent into all drafts of one owner; 0 for any number"""
    reserve_bytes: int = Field(256 << 20, ge=0, le=MOST_BYTES)
    """bytes of each local disk that uploads leave free"""
    quarantine_days: int = Field(30, ge=1, le=36_500)
    """how long an object of the store without a file is kept"""
    fixity_days: int = Field(90, ge=1, le=36_500)
    """how often the stored bytes are read back and compared with their digests"""
    fixity_bytes_per_second: int = Field(20 << 20, ge=1 << 16, le=MOST_BYTES)
    """bytes that these checks read at most, so that nobody feels them"""
    inspection: Literal["caged", "off"] = "caged"
    """whether files are looked into for their formats and previews, by a process in a cage"""
    time_zone: Annotated[str, AfterValidator(_time_zone)] = "UTC"
    """the IANA name of the time zone in which days begin, those of embargoes too"""
    embargo_days_max: int = Field(0, ge=0, le=36_500)
    """most days of an embargo, from its publication; 0 for any number"""
    access_days_max: int = Field(0, ge=0, le=36_500)
    """most days of access that is given on request; 0 for any number"""
    access_request_days: int = Field(365, ge=0, le=36_500)
    """how long names, addresses and texts of requests that are over are kept; 0 for ever"""
    admin_email: Annotated[str, AfterValidator(readable), _matching(MAILBOX, "an address such as desk@example.org")] = (
        ""
    )
    """the contact of the repository; the postmaster of the base URL's host if empty"""
    mail_url: Annotated[
        str, url_of("embedded", "smtp", "smtps"), _or_default(lambda: DEFAULT_MAIL_URL), AfterValidator(_local_file)
    ] = DEFAULT_MAIL_URL
    """``embedded:/folder``, ``smtp://user:password@host:587`` or ``smtps://…`` (`engines.mail.smtp_address`)"""
    mail_from: Annotated[str, AfterValidator(readable), _matching(MAILBOX, "an address such as desk@example.org")] = ""
    """who writes to people; `admin_email` if empty"""
    pages_dir: Annotated[str, AfterValidator(optional_folder)] = ""
    """a folder with texts of this installation (``zh/policies/privacy.md``) in the place of those of the release"""
    oai_friends: Annotated[str, AfterValidator(readable), AfterValidator(_web_addresses)] = ""
    """base URLs of other repositories that can be harvested by OAI-PMH, with blanks between them"""
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = ""
    """the peers whose ``X-Forwarded-For`` is believed: addresses, networks, ``unix``; nobody's if empty"""
    webhook_networks: Annotated[str, AfterValidator(_call_networks)] = ""
    """private networks that webhooks may reach all the same, with blanks or commas between them"""
    fetch_hosts: Annotated[str, AfterValidator(readable), AfterValidator(hosts_to_fetch)] = ""
    """hosts that files are fetched from by their addresses (`engines.outgoing.allowed_hosts`); none if empty"""
    fetch_networks: Annotated[str, AfterValidator(_call_networks)] = ""
    """private networks that files may be fetched from all the same, with blanks or commas between them"""
    fetch_bytes_per_second: int = Field(0, ge=0, le=MOST_BYTES)
    """bytes that one file is fetched with at most; 0 for any number"""
    orcid_url: Annotated[str, AfterValidator(optional_address)] = ""
    """the API of ORCID's public records, as ``https://pub.orcid.org/v3.0``: names of creators are suggested from it"""
    doi_metadata_url: Annotated[str, AfterValidator(optional_address)] = ""
    """where descriptions of DOIs are asked for by content negotiation, as ``https://doi.org``; none are if empty"""
    cstr_metadata_url: Annotated[str, AfterValidator(optional_address)] = ""
    """the platform's address for one CSTR, as ``https://www.cstr.cn/openapi/v3/portal/api/detail``"""
    metadata_hosts: Annotated[str, AfterValidator(readable), AfterValidator(hosts_to_fetch)] = ""
    """hosts that these two lead to, as ``data.crosscite.org api.crossref.org``"""
    sign_up: Literal["open", "invitation", "closed"] = "closed"
    """who can make an account: everybody with an address, who was invited, or nobody but the administrator"""
    sign_up_domains: Annotated[str, AfterValidator(_domains)] = ""
    """with ``open``: the domains of addresses that people sign up with, with blanks or commas between; any if empty"""
    web_processes: int = Field(2, ge=1, le=64)
    web_threads: int = Field(8, ge=1, le=256)
    web_transfers: int = Field(128, ge=2, le=1000)
    """most requests with long bodies that one process reads at the same time; one client gets half of them"""
    web_public_searches: int = Field(4, ge=1, le=255)
    """most searches of the public that one process answers at once; a thread is left at any rate"""
    client_seconds: int = Field(60, ge=1, le=3600)
    """seconds in which a client must bring or take 1 kB each on average, else its transfer is cut"""
    accel: Annotated[str, _matching(r"(/[A-Za-z0-9_-]+)*", "a path such as /protected, without a slash at its end")] = (
        ""
    )
    """internal location of the proxy in front, below which it finds the files of this machine; empty: we send them"""
    log_level: Annotated[str, _matching("DEBUG|INFO|WARNING|ERROR", "DEBUG, INFO, WARNING or ERROR")] = "INFO"

    @property
    def metadata_urls(self) -> tuple[str, str]:
        """Where descriptions of DOIs and of CSTRs are asked for."""
        return self.doi_metadata_url, self.cstr_metadata_url


def read_settings(**overrides: Any) -> Settings:
    """Return the settings of this process; raise `SettingsError` that names every wrong value."""
    written = written_settings()
    _refuse_unknown({*written, *os.environ} - RETIRED - OF_CLIENT)
    try:
        return Settings(_env_file=_env_file(), **overrides)  # type: ignore[call-arg]
    except ValidationError as error:
        raise SettingsError("; ".join(map(_one_line, error.errors()))) from None


def retired_settings() -> list[str]:
    """Return the names of settings that are given and have no meaning any more."""
    return sorted({*written_settings(), *os.environ} & RETIRED)


def _env_file() -> str:
    return os.environ.get(f"{PREFIX}ENV_FILE") or ".env"


def written_settings() -> Mapping[str, str | None]:
    """Return what the file of settings says; raise `SettingsError` if a file that is named cannot be read."""
    named = os.environ.get(f"{PREFIX}ENV_FILE")
    if named and not Path(named).exists():
        raise SettingsError(f"{PREFIX}ENV_FILE: there is no file {named!r}")
    if named and Path(named).is_dir():
        raise SettingsError(f"{PREFIX}ENV_FILE: {named!r} is a folder, and a file is wanted")
    try:
        return dotenv_values(_env_file())
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{PREFIX}ENV_FILE: {_env_file()!r} cannot be read as UTF-8 text: {cause_of(error)}"
        ) from None


def _refuse_unknown(variables: Iterable[str]) -> None:
    """Raise `SettingsError` for a misspelt name: its setting would silently keep the default."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {f"{PREFIX}ENV_FILE"}
    for name in variables:
        if name.startswith(PREFIX) and name not in known and not name.startswith(f"{PREFIX}TEST_"):
            raise SettingsError(f"{name}: there is no such setting")


def cause_of(error: BaseException) -> str:
    """Return why a file cannot be used, as the system or the codec words it, else the error's kind."""
    words = error.reason if isinstance(error, UnicodeDecodeError) else getattr(error, "strerror", None)
    return words or type(error).__name__


def _one_line(problem: Any) -> str:
    variable = PREFIX + "_".join(str(part) for part in problem["loc"]).upper()
    return f"{variable}: {problem['msg'].removeprefix('Value error, ')}"
