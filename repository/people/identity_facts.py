"""What happens to the identities by which people sign in."""

from collections.abc import Sequence
from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class IdentityLinked(Fact):
    """A person can sign in by an identity at a provider from now on."""

    person_id: int
    provider: str = ""

    words = FactPhrase("linked an identity at {provider}", "关联了 {provider} 的身份")


@dataclass(frozen=True, slots=True)
class IdentityUnlinked(Fact):
    """An identity at a provider is no way in for a person any more."""

    person_id: int
    provider: str = ""

    words = FactPhrase("unlinked an identity at {provider}", "解除了 {provider} 身份的关联")


@dataclass(frozen=True, slots=True)
class RuleGrantsChanged(Fact):
    """What the rules of a provider give to a person has changed; these are all of them now."""

    person_id: int
    provider: str = ""
    role: str = ""
    institutions: Sequence[str] = ()
    teams: Sequence[str] = ()

    words = FactPhrase(
        "has by the rules of {provider}: role {role}, institutions {institutions}, teams {teams}",
        "按 {provider} 的规则获得：角色 {role}，机构 {institutions}，团队 {teams}",
    )


@dataclass(frozen=True, slots=True)
class SignInRefused(Fact):
    """A sign-in at a provider came back, and was not believed; the person is 0, for nobody is known."""

    person_id: int
    provider: str = ""
    cause: str = ""

    words = FactPhrase("refused a sign-in at {provider}: {cause}", "拒绝了经由 {provider} 的登录：{cause}")


@dataclass(frozen=True, slots=True)
class SignedOutByProvider(Fact):
    """A provider said that a person signed out there, and so many sessions ended here."""

    person_id: int
    provider: str = ""
    sessions: int = 0

    words = FactPhrase("was signed out by {provider}, sessions: {sessions}", "由 {provider} 登出，会话数：{sessions}")
