"""The file of identity providers: where people sign in by OpenID Connect, in TOML.

``REPOSITORY_IDENTITY`` names the file; without one there is no such way in.  `deploy/identity.toml` is an example with
every key explained.  The file holds no secret: it names the variable of the environment that does.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures that are believed: each needs a private key, so that nobody signs with what everybody may read."""
_ROR = re.compile(r"(?:https://ror\.org/)?(0[0-9a-hjkmnp-tv-z]{6}[0-9]{2})")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class IdentityError(Exception):
    """The file is wrong; the text is one line that names the place."""


def _printable(value: str) -> str:
    if not value.isprintable() or value != value.strip():
        raise ValueError("must be text without control characters, and without blanks around it")
    return value


def _issuer(value: str) -> str:
    """Check an issuer as OpenID Connect Discovery 1.0, section 3 wants it; http is for this machine only."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("must be an address such as https://login.example.org") from None
    if not host or parts.query or parts.fragment or "@" in parts.netloc or re.search(r"\s", value):
        raise ValueError("must be an address such as https://login.example.org, without query, fragment or password")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        raise ValueError("must begin with https:// (http:// is for this machine only)")
    return value


def _logo(value: str) -> str:
    if value and not re.fullmatch(r"(https://[^\s\"'<>\\]+|/(?![/\\])[^\s\"'<>\\]*)", value):
        raise ValueError("must be an https address, or a path of this site")
    return value


def _ror(value: str) -> str:
    match = _ROR.fullmatch(value)
    if match is None:
        raise ValueError("must be a ROR id such as https://ror.org/02nr0ka47")
    return match[1]


Text = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_printable)]
ClaimNames = Annotated[tuple[Text, ...], Field(max_length=10)]


class _IdentityPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ProviderClaims(_IdentityPart):
    """Which claims tell what; the first that has a value is taken, of organisations and entitlements all."""

    subject: Text = "sub"
    name: ClaimNames = ("name",)
    email: Text = "email"
    email_verified: Text = "email_verified"
    orcid: ClaimNames = ("orcid",)
    organisation: ClaimNames = ("schac_home_organization", "eduperson_scoped_affiliation")
    entitlement: ClaimNames = ("eduperson_entitlement", "entitlements")


class ProviderRule(_IdentityPart):
    """What people get, as long as their provider says that they have this entitlement or home organisation."""

    entitlement: Text | None = None
    organisation: Text | None = None
    role: Literal["curator", "administrator"] | None = None
    institution: Annotated[str, AfterValidator(_ror)] | None = None
    team: Text | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.entitlement is None) == (self.organisation is None):
            raise ValueError("must name either an entitlement or an organisation")
        if self.role is None and self.institution is None and self.team is None:
            raise ValueError("must give a role, an institution or a team")
        return self


class ProviderAccount(_IdentityPart):
    """One provider, and how this site is known to it."""

    names: dict[Literal["en", "zh"], Annotated[Text, Field(max_length=100)]]
    logo: Annotated[str, AfterValidator(_logo)] = ""
    issuer: Annotated[str, AfterValidator(_issuer)]
    client_id: Text
    client_secret_env: str = Field("", pattern=r"^$|^[A-Z][A-Z0-9_]{0,99}$")
    client_authentication: Literal["client_secret_basic", "client_secret_post"] = "client_secret_basic"
    scopes: Annotated[tuple[Annotated[str, Field(pattern=r"^[!#-\[\]-~]{1,200}$")], ...], Field(max_length=50)] = (
        "openid",
        "profile",
        "email",
    )
    algorithms: tuple[Literal[ALGORITHMS], ...] = Field(ALGORITHMS, min_length=1)  # type: ignore[valid-type]
    userinfo: bool = True
    new_accounts: bool = False
    verifies_orcid: bool = False
    makes_administrators: bool = False
    claims: ProviderClaims = ProviderClaims()
    rule: tuple[ProviderRule, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if "en" not in self.names:
            raise ValueError("names: needs a name in English")
        if "openid" not in self.scopes:
            raise ValueError("scopes: must hold openid")
        if not self.makes_administrators and any(rule.role == "administrator" for rule in self.rule):
            raise ValueError("rule: makes administrators, which needs makes_administrators = true")
        return self

    def secret(self, environment: Mapping[str, str]) -> str:
        """Return the client's secret, empty for a client without one; raise `IdentityError`."""
        secret = environment.get(self.client_secret_env, "") if self.client_secret_env else ""
        if self.client_secret_env and not secret:
            raise IdentityError(f"client_secret_env: {self.client_secret_env} is not set")
        if not secret.isprintable():
            raise IdentityError(f"client_secret_env: {self.client_secret_env} has control characters")
        return secret


ProviderId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]


class IdentityFile(_IdentityPart):
    """Providers by the id that stands in their addresses and in the database: it is for ever."""

    provider: dict[ProviderId, ProviderAccount] = Field(min_length=1, max_length=50)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        clients = [(account.issuer, account.client_id) for account in self.provider.values()]
        if len(set(clients)) < len(clients):
            raise ValueError("provider: two have the same issuer and client_id")
        return self


def read_identity(path: Path) -> tuple[IdentityFile, Mapping[str, str]]:
    """Return the providers in the file, and their secrets from the environment; raise `IdentityError`."""
    try:
        content = IdentityFile.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise IdentityError(f"{path}: {error}") from None
    except ValidationError as error:
        raise IdentityError(f"{path}: " + "; ".join(map(_one_line, error.errors()))) from None
    return content, {name: _secret(path, name, account) for name, account in content.provider.items()}


def _secret(path: Path, name: str, account: ProviderAccount) -> str:
    try:
        return account.secret(os.environ)
    except IdentityError as error:
        raise IdentityError(f"{path}: provider.{name}.{error}") from None


def _one_line(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    return f"{where}: {problem['msg'].removeprefix('Value error, ')}".lstrip(": ")
