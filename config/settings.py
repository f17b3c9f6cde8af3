"""Every setting of the application: one frozen object, read once at start.

A value comes from the environment (``REPOSITORY_*``), else from the file that ``REPOSITORY_ENV_FILE`` names (by default
``.env`` in the working directory), else from the defaults below.  A wrong value stops the start with one clear line
(`SettingsError`).
"""

import os
import re
import unicodedata
from collections.abc import Iterable
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "REPOSITORY_"
VAR = Path("var").absolute()

LEAST_SECRET = 16
DEFAULT_SEARCH_URL = f"embedded:{VAR}/search.db"
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


def _readable(value: str) -> str:
    """Refuse what no log, page or header can show: control characters, and bytes that are no UTF-8."""
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise ValueError("must be UTF-8 text without control characters")
    return value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value.strip()


def _secret(value: SecretStr) -> SecretStr:
    plain = _readable(value.get_secret_value())
    if len(plain.strip()) < LEAST_SECRET:
        raise ValueError(f"must have at least {LEAST_SECRET} characters that are not blanks around it")
    return value


def _url_of(*schemes: str) -> AfterValidator:
    def check(value: str) -> str:
        _readable(value)
        if not any(value.startswith(f"{scheme}:") for scheme in schemes):
            raise ValueError(f"must start with one of: {', '.join(f'{s}:' for s in schemes)}")
        _port_of(value)
        return value

    return AfterValidator(check)


def _port_of(url: str) -> int | None:
    """Return the port that `url` names; raises `ValueError` for one that is none, and repeats nothing secret."""
    try:
        return urlsplit(url).port
    except ValueError:
        raise ValueError(
            "must have a number from 1 to 65535 as its port, and brackets around an IPv6 address"
        ) from None


def _queue(value: str) -> str:
    if value.startswith("embedded:") and value != "embedded:":
        raise ValueError("must be embedded: alone, or the address of a Redis")
    return value


def _local_file(value: str) -> str:
    """Give ``embedded:`` alone its default place, and refuse what names no file or folder of this machine."""
    scheme, _, path = value.partition(":")
    if scheme == "embedded" and not path:
        return DEFAULT_SEARCH_URL
    parts = urlsplit(value)
    if scheme not in ("file", "embedded"):
        return value
    if parts.netloc not in ("", "localhost") or not parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError(
            f"must name a place on this machine, such as {'file:///srv/' if scheme == 'file' else 'embedded:/srv/'}x"
        )
    if unquote(parts.path) != _readable(unquote(parts.path, errors="surrogateescape")):
        raise ValueError("must be UTF-8 text without control characters")
    return value


def _web_address(value: str) -> str:
    _port_of(value)
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an http(s) address such as https://data.example.org")
    if "@" in parts.netloc or re.search(r"\s", value):
        raise ValueError("must be an http(s) address without a password and without blanks")
    return value.rstrip("/")


def _web_addresses(value: str) -> str:
    """Check any number of addresses with blanks between them."""
    return " ".join(map(_web_address, value.split()))


def _networks(value: str) -> str:
    """Check any number of addresses and networks with blanks or commas between them; ``unix`` is a socket's peer."""
    names = _readable(value).replace(",", " ").split()
    for name in names:
        try:
            bits = 32 if name == "unix" else ip_network(name).prefixlen
        except ValueError:
            raise ValueError("must be addresses, networks such as 10.0.0.0/8 without bits of a host, or unix") from None
        if bits == 0:
            raise ValueError("must not name every address: each client could then choose its own")
    return " ".join(names)


class Settings(BaseSettings):
    """The choices of an operator; field `x_y` is the variable ``REPOSITORY_X_Y``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True)

    name: Annotated[str, AfterValidator(_readable), AfterValidator(_not_blank)] = Field(
        "Science Data Repository", min_length=1, max_length=200
    )
    base_url: Annotated[str, AfterValidator(_readable), AfterValidator(_web_address)] = "http://127.0.0.1:5000"
    secret_key: Annotated[SecretStr, AfterValidator(_secret)] = SecretStr("for development only, change me")
    database_url: Annotated[str, _url_of("sqlite", "postgresql", "postgresql+psycopg")] = (
        f"sqlite:///{VAR}/repository.db"
    )
    database_connections: int = Field(20, ge=2, le=500)
    """most connections of one process to a database server"""
    store_url: Annotated[str, _url_of("file", "s3"), AfterValidator(_local_file)] = f"file://{VAR}/store"
    """``file:///folder`` or ``s3://bucket?endpoint=…&region=…`` (see `repository.engines.store.s3_store`)"""
    downloads: Literal["redirect", "stream"] = "redirect"
    """how bytes leave a remote store: ``redirect`` to a signed address of the store, or ``stream`` through us"""
    download_seconds: int = Field(300, ge=10, le=604_800)
    """how long a signed address may be used"""
    search_url: Annotated[str, _url_of("embedded", "http", "https"), AfterValidator(_local_file)] = DEFAULT_SEARCH_URL
    """``embedded:/file``, ``embedded:`` for the default place, or the address of an Elasticsearch 8

    The address has the prefix of our indices as its path."""
    queue_url: Annotated[str, _url_of("embedded", "redis", "rediss"), AfterValidator(_queue)] = "embedded:"
    """``embedded:``: jobs run in threads of the server; else the Redis that `repository relay` hands them to"""
    doi_prefix: Annotated[str, _matching(r"10\.[0-9]{4,9}", "a DOI prefix such as 10.5072")] = TEST_DOI_PREFIX
    cstr_prefix: Annotated[str, _matching(r"[0-9A-Za-z]{5}", "five letters or digits, such as 31253")] = (
        TEST_CSTR_PREFIX
    )
    identifier_series: Annotated[str, _matching(r"[a-z][a-z0-9]{0,19}", "1 to 20 lower-case letters and digits")] = (
        "data"
    )
    registrars: Path | None = None
    """file of accounts with registration agencies (`config.registrar_accounts`); without one `doi_prefix` etc. hold"""
    max_file_bytes: int = Field(1 << 40, ge=1, le=MOST_BYTES)
    max_files_per_record: int = Field(100_000, ge=1, le=1_000_000_000)
    reserve_bytes: int = Field(256 << 20, ge=0, le=MOST_BYTES)
    """bytes of each local disk that uploads leave free"""
    quarantine_days: int = Field(30, ge=1, le=36_500)
    """how long an object of the store without a file is kept"""
    admin_email: Annotated[
        str, AfterValidator(_readable), _matching(MAILBOX, "an address such as desk@example.org")
    ] = ""
    """the contact of the repository; the postmaster of the base URL's host if empty"""
    oai_friends: Annotated[str, AfterValidator(_readable), AfterValidator(_web_addresses)] = ""
    """base URLs of other repositories that can be harvested by OAI-PMH, with blanks between them"""
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = ""
    """the peers whose ``X-Forwarded-For`` is believed: addresses, networks, ``unix``; nobody's if empty"""
    web_processes: int = Field(2, ge=1, le=64)
    web_threads: int = Field(8, ge=1, le=256)
    web_transfers: int = Field(128, ge=2, le=1000)
    """most requests with long bodies that one process reads at the same time; one client gets half of them"""
    client_seconds: int = Field(60, ge=1, le=3600)
    """seconds in which a client must bring or take 1 kB each on average, else its transfer is cut"""
    accel: Annotated[str, _matching(r"(/[A-Za-z0-9_-]+)*", "a path such as /protected, without a slash at its end")] = (
        ""
    )
    """internal location of the proxy in front, below which it finds the files of this machine; empty: we send them"""
    log_level: Annotated[str, _matching("DEBUG|INFO|WARNING|ERROR", "DEBUG, INFO, WARNING or ERROR")] = "INFO"


def read_settings(**overrides: Any) -> Settings:
    """Return the settings of this process; raise `SettingsError` that names every wrong value."""
    named = os.environ.get(f"{PREFIX}ENV_FILE")
    if named and not Path(named).exists():
        raise SettingsError(f"{PREFIX}ENV_FILE: there is no file {named!r}")
    if named and Path(named).is_dir():
        raise SettingsError(f"{PREFIX}ENV_FILE: {named!r} is a folder, and a file is wanted")
    try:
        written = dotenv_values(named or ".env")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{PREFIX}ENV_FILE: {named or '.env'!r} cannot be read as UTF-8 text: {cause_of(error)}"
        ) from None
    _refuse_unknown((*written, *os.environ))
    try:
        return Settings(_env_file=named or ".env", **overrides)  # type: ignore[call-arg]
    except ValidationError as error:
        raise SettingsError("; ".join(map(_one_line, error.errors()))) from None


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
