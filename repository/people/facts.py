"""What happens to accounts."""

from collections.abc import Sequence
from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class PersonRegistered(Fact):
    """A person got an account."""

    person_id: int

    words = FactPhrase("registered a person", "注册用户")


@dataclass(frozen=True, slots=True)
class TokenIssued(Fact):
    """A person got an access token with these scopes."""

    token_id: int
    person_id: int | None = None
    scopes: Sequence[str] = ()

    words = FactPhrase("issued an access token", "签发访问令牌")


@dataclass(frozen=True, slots=True)
class TokenRevoked(Fact):
    """An access token was revoked."""

    token_id: int

    words = FactPhrase("revoked an access token", "撤销访问令牌")
