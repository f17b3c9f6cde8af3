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
class PersonSuspended(Fact):
    """A person's account was suspended, and all its tokens with it."""

    person_id: int

    words = FactPhrase("suspended a person", "停用用户")


@dataclass(frozen=True, slots=True)
class PersonActivated(Fact):
    """A suspended account, and its tokens, are valid again."""

    person_id: int

    words = FactPhrase("activated a person", "启用用户")


@dataclass(frozen=True, slots=True)
class RoleChanged(Fact):
    """A person got another role."""

    person_id: int
    role: str = ""

    words = FactPhrase("gave a person the role {role}", "将用户的角色改为 {role}")


@dataclass(frozen=True, slots=True)
class PasswordChanged(Fact):
    """A person got another password."""

    person_id: int

    words = FactPhrase("changed a person's password", "更改用户的密码")


@dataclass(frozen=True, slots=True)
class SignInsFailed(Fact):
    """Tries to sign in as a person failed, from one address.  The person is 0 for a name that nobody has.

    Tries are folded: a fact tells the first one of a quarter of an hour, one that a limit was reached, and one the sum.
    """

    person_id: int
    address: str = ""
    tries: int = 1

    words = FactPhrase(
        "was refused as person {person_id}, from {address}, tries: {tries}",
        "以用户 {person_id} 的身份登录失败，来自 {address}，次数：{tries}",
    )


@dataclass(frozen=True, slots=True)
class WrongTokensRefused(Fact):
    """So many wrong tokens came from one address; the subject is always 0."""

    person_id: int
    address: str = ""
    tries: int = 1

    words = FactPhrase(
        "was refused because of wrong tokens, from {address}, tries: {tries}",
        "因令牌有误被拒绝，来自 {address}，次数：{tries}",
    )


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
