"""What happens to institutions."""

from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class InstitutionOpened(Fact):
    """An organisation of ROR became an institution whose people can hold grants."""

    institution_id: int
    ror: str = ""

    words = FactPhrase("made {ror} an institution", "登记机构 {ror}")


@dataclass(frozen=True, slots=True)
class InstitutionRulesChanged(Fact):
    """Other domains or entitlements make people belong to an institution; the numbers are those of now."""

    institution_id: int
    domains: int = 0
    entitlements: int = 0

    words = FactPhrase("changed who belongs to the institution", "更改机构的归属规则")


@dataclass(frozen=True, slots=True)
class InstitutionJoined(Fact):
    """A person belongs to an institution, by a manager's act or by an entitlement; `before` is an earlier role."""

    institution_id: int
    person_id: int | None = None
    role: str = ""
    origin: str = ""
    before: str = ""

    words = FactPhrase("made person {person_id} {role} of the institution", "将用户 {person_id} 设为机构的 {role}")


@dataclass(frozen=True, slots=True)
class InstitutionLeft(Fact):
    """A person belongs to an institution no longer, unless their address still says so."""

    institution_id: int
    person_id: int | None = None

    words = FactPhrase("took person {person_id} out of the institution", "将用户 {person_id} 移出机构")
