"""What follows from the attributes that a provider asserts: a role, institutions, teams."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repository.core.actor import Role
from repository.engines.sign_in.port import AssertedIdentity, AttributeRule

_ORDER = tuple(Role)
"""the weakest first"""


@dataclass(frozen=True, slots=True)
class RuleGrants:
    """What rules give: the strongest role, ROR ids of institutions, names of teams."""

    role: Role | None = None
    institutions: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "RuleGrants":
        """Return what `as_json` wrote; a role that only another release knows gives nothing."""
        name = stored.get("role")
        role = Role(name) if name in frozenset(Role) else None
        return cls(role, frozenset(stored.get("institutions", ())), frozenset(stored.get("teams", ())))

    def as_json(self) -> dict[str, Any]:
        role = self.role.value if self.role else None
        return {"role": role, "institutions": sorted(self.institutions), "teams": sorted(self.teams)}


def grants_by_rules(rules: Sequence[AttributeRule], identity: AssertedIdentity) -> RuleGrants:
    """Return what the rules give to an identity with these attributes."""
    valid = [rule for rule in rules if _holds(rule, identity)]
    roles = [rule.role for rule in valid if rule.role is not None]
    return RuleGrants(
        strongest(roles) if roles else None,
        frozenset(rule.institution for rule in valid if rule.institution),
        frozenset(rule.team for rule in valid if rule.team),
    )


def strongest(roles: Iterable[Role]) -> Role:
    """Return the role with the most rights."""
    return max(roles, key=_ORDER.index)


def _holds(rule: AttributeRule, identity: AssertedIdentity) -> bool:
    if rule.entitlement:
        return rule.entitlement in identity.entitlements
    return rule.organisation.lower() in identity.organisations
