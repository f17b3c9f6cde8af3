"""Roles and memberships by the rules of providers: given at each sign-in, and taken away when they no longer hold."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from repository.core.actor import Role
from repository.core.unit_of_work import UnitOfWork
from repository.engines.sign_in.port import AssertedIdentity, ProviderProfile
from repository.people.accounts import set_role
from repository.people.attribute_grants import RuleGrants, grants_by_rules, strongest
from repository.people.identity_facts import RuleGrantsChanged
from repository.people.identity_model import LinkedIdentity, RoleByRule
from repository.people.institutions.institution_people import settle_entitlements
from repository.people.model import Person
from repository.people.rule_memberships import institutions_by_rule, settle_teams

JOINED, ENTITLEMENTS = "joined", "entitlements"
"""Beside what rules give, an identity keeps the teams that it brought its person into, and its entitlements."""
MOST_ENTITLEMENTS = 200


def apply_rules(
    unit: UnitOfWork, person: Person, linked: LinkedIdentity, profile: ProviderProfile, identity: AssertedIdentity
) -> None:
    """Give what the provider's rules give to the identity now, and nothing that they no longer give."""
    _change(unit, person, linked, grants_by_rules(profile.rules, identity), identity.entitlements)


def withdraw_grants(unit: UnitOfWork, person: Person, linked: LinkedIdentity) -> None:
    """Take away all that a person has by this identity."""
    _change(unit, person, linked, RuleGrants(), frozenset())


def _change(
    unit: UnitOfWork, person: Person, linked: LinkedIdentity, grants: RuleGrants, entitlements: Collection[str]
) -> None:
    before = linked.grants
    joined = settle_teams(unit, person.id, grants.teams, before.get(JOINED, ()))
    if RuleGrants.from_json(before) != grants:
        unit.emit(RuleGrantsChanged(person.id, linked.provider, **{**grants.as_json(), "role": grants.role or ""}))
    linked.grants = {**grants.as_json(), JOINED: joined, ENTITLEMENTS: sorted(entitlements)[:MOST_ENTITLEMENTS]}
    unit.session.flush()
    of_person = select(LinkedIdentity.grants).where(LinkedIdentity.person_id == person.id)
    stored = unit.session.scalars(of_person).all()
    everything = [RuleGrants.from_json(row) for row in stored]
    rors = frozenset().union(*(part.institutions for part in everything))
    present = {text for row in stored for text in row.get(ENTITLEMENTS, ())}
    settle_entitlements(unit, person.id, present, institutions_by_rule(unit, rors))
    _set_role(unit, person, [part.role for part in everything if part.role is not None])


def _set_role(unit: UnitOfWork, person: Person, roles: Sequence[Role]) -> None:
    """Give the strongest of the roles that rules give and of the one that the person has without them."""
    row = unit.session.get(RoleByRule, person.id)
    if person.role not in frozenset(Role) or (row is None and not roles):
        return
    if row is None:
        row = RoleByRule(person_id=person.id, without=person.role, applied=person.role)
        unit.session.add(row)
    elif person.role != row.applied:
        row.without = person.role  # an administrator has set it since
    set_role(unit, person, strongest([Role(row.without), *roles]))
    row.applied = person.role
