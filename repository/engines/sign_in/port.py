"""What a provider of sign-in promises, and what it tells of a person.

Sources: OpenID Connect Core 1.0; OpenID Connect Back-Channel Logout 1.0; RFC 9700, best current practice of OAuth 2.0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from repository.core.actor import Role


class Distrust(StrEnum):
    """Why an answer of a provider is not believed; the values stand in logs and in the audit trail."""

    ACCESS_TOKEN = "access-token"
    ALGORITHM = "algorithm"
    AUDIENCE = "audience"
    CLAIMS = "claims"
    CODE = "code"
    EXPIRED = "expired"
    ISSUER = "issuer"
    KEY = "key"
    METADATA = "metadata"
    MIX_UP = "mix-up"
    NONCE = "nonce"
    NOT_YET_VALID = "not-yet-valid"
    REPLAY = "replay"
    SIGNATURE = "signature"
    TOKEN = "token"
    USERINFO = "userinfo"


class UntrustedAnswer(Exception):
    """A provider's answer proves nothing; nobody is signed in by it."""

    def __init__(self, cause: Distrust) -> None:
        super().__init__(cause.value)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """What follows from an entitlement or a home organisation; exactly one of the two is set."""

    entitlement: str = ""
    organisation: str = ""
    role: Role | None = None
    institution: str = ""
    team: str = ""


@dataclass(frozen=True, slots=True)
class ProviderProfile:
    """A provider as the site knows it: `names` by language, `logo` an address or a path of this site."""

    id: str
    names: Mapping[str, str]
    logo: str = ""
    new_accounts: bool = False
    verifies_orcid: bool = False
    rules: Sequence[AttributeRule] = ()

    @property
    def name(self) -> str:
        return self.names["en"]


@dataclass(frozen=True, slots=True)
class FlowSecrets:
    """What binds an answer to its question: never shown to anybody but the provider."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AssertedIdentity:
    """What a provider has proved of a person.

    `email` is empty unless the provider says that it verified it; `session` is the provider's own name of the sign-in.
    `id_token` and `end_session` are for signing out there.
    """

    subject: str
    name: str = ""
    email: str = ""
    orcid: str = ""
    organisations: frozenset[str] = frozenset()
    entitlements: frozenset[str] = frozenset()
    session: str = ""
    id_token: str = field(default="", repr=False)
    end_session: str = ""


@dataclass(frozen=True, slots=True)
class LogoutOrder:
    """A provider's word that a person has signed out there; of subject and session at least one is set.

    `key` is the same for the same token, which is kept until `until` so that it works once.
    """

    key: str
    until: datetime
    subject: str = ""
    session: str = ""


class SignInProvider(Protocol):
    """A place where people prove who they are.

    Every method but `close` may call it, and raises `Unavailable` if it does not answer, `UntrustedAnswer` if its
    answer is not to be believed.
    """

    profile: ProviderProfile

    def authorization_address(self, secrets: FlowSecrets, callback: str) -> str:
        """Return where the browser goes to sign in."""

    def require_sender(self, issuer: str | None) -> None:
        """Raise `UntrustedAnswer` if `issuer`, which an answer names as its sender, is another one (RFC 9207)."""

    def identity(self, code: str, secrets: FlowSecrets, callback: str) -> AssertedIdentity:
        """Return who the person is whom the provider gave `code` for."""

    def logout(self, token: str) -> LogoutOrder:
        """Return what a logout token orders."""

    def describe(self) -> str:
        """Return its issuer, once it answers."""

    def close(self) -> None:
        """Let go of connections."""
