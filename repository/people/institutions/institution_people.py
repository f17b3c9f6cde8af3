"""Who belongs to an institution by an act of its managers, or by an entitlement of a sign-in."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import bindparam, select

from repository.access.policy import Action, Resource, may, must, require_scope
from repository.core.database.id_list import in_list
from repository.core.errors import Invalid
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.people.institutions.facts import InstitutionJoined, InstitutionLeft
from repository.people.institutions.model import Institution, InstitutionEntitlement, InstitutionMember, Origin
from repository.people.institutions.queries import institution_for_change, people_among
from repository.people.institutions.rules import describes
from repository.people.nameable import UNKNOWN_PERSON, NamedPerson, is_oneself, people_named
from repository.people.teams.model import MemberRole
from repository.people.teams.rules import group_seen_by


def institution_seen(snapshot: Snapshot, institution_id: int) -> Resource:
    """Return an institution as the policy sees it, for the actor."""
    person_id = snapshot.actor.person_id
    own = people_among(snapshot, institution_id, [person_id]).get(person_id) if person_id else None
    return group_seen_by(person_id, own.role if own else None)


def admit(unit: UnitOfWork, ror: str, named: Sequence[NamedPerson], role: MemberRole) -> None:
    """Let people belong to an institution, with this role; only administrators make managers.

    Raises `NotFound`, `Forbidden`, and `Invalid` at the place of a person who is not there.
    """
    institution = _managed(unit, ror)
    people = people_named(unit, named)
    present = people_among(unit, institution.id, people)
    fixed = _out_of_reach(unit, role, named, present)
    for person_id in (person_id for person_id in people if person_id not in fixed):
        _settle(unit, institution, present.get(person_id), person_id, role)


def dismiss(unit: UnitOfWork, ror: str, named: Sequence[NamedPerson]) -> None:
    """Take people out who belong to an institution by an act or an entitlement, or leave it; raises as `admit`."""
    if is_oneself(unit, named):
        must(unit.actor, Action.ANSWER_INVITATION, Resource())
        institution = institution_for_change(unit, ror)
        present = people_among(unit, institution.id, [named[0].id])
    else:
        institution = _managed(unit, ror)
        present = people_among(unit, institution.id, people_named(unit, named))
        fixed = _out_of_reach(unit, MemberRole.MEMBER, named, present)
        present = {person_id: member for person_id, member in present.items() if person_id not in fixed}
    for person in named:
        if person.email is None and person.id not in present:
            raise Invalid.field(person.field, UNKNOWN_PERSON)
    for person_id, member in present.items():
        unit.session.delete(member)
        unit.emit(InstitutionLeft(institution.id, person_id))


_OF_PERSON = select(InstitutionMember).where(InstitutionMember.person_id == bindparam("person"))
_LOCKED = (
    select(Institution.id)
    .where(in_list(Institution.id, "institutions"))
    .order_by(Institution.id)
    .with_for_update(read=True)
)


def settle_entitlements(
    unit: UnitOfWork, person_id: int, entitlements: Collection[str], by_rule: Mapping[int, str] | None = None
) -> None:
    """Let a person belong to exactly those institutions whose patterns describe what a sign-in brought.

    `by_rule` are others that the rules of a provider give, each with what it gives them for.  What they belong to by an
    act stays.
    """
    given_by_rule = by_rule or {}
    present = {row.institution_id: row for row in unit.session.scalars(_OF_PERSON, {"person": person_id})}
    entitled = {**given_by_rule, **_entitled(unit, entitlements, None)}
    if new := entitled.keys() - present.keys():
        # under the lock that a change of patterns takes, so that none can be taken back meanwhile
        unit.session.execute(_LOCKED, {"institutions": sorted(new)}).all()
        for institution_id, pattern in {**given_by_rule, **_entitled(unit, entitlements, new)}.items():
            if institution_id in new:
                _add(unit, institution_id, person_id, MemberRole.MEMBER, pattern)
    for institution_id, row in present.items():
        if row.origin == Origin.ENTITLEMENT and institution_id not in entitled:
            unit.session.delete(row)
            unit.emit(InstitutionLeft(institution_id, person_id))
    unit.session.flush()


_ALL_PATTERNS = select(InstitutionEntitlement.institution_id, InstitutionEntitlement.pattern)


def _entitled(unit: UnitOfWork, entitlements: Collection[str], among: Collection[int] | None) -> dict[int, str]:
    """Return the institutions whose patterns describe an entitlement, each with the pattern."""
    return {
        institution_id: pattern
        for institution_id, pattern in unit.session.execute(_ALL_PATTERNS)
        if describes(pattern, entitlements) and (among is None or institution_id in among)
    }


def leave_all_institutions(unit: UnitOfWork, person_id: int) -> None:
    """Take a person whose account goes out of all institutions."""
    for row in unit.session.scalars(_OF_PERSON, {"person": person_id}).all():
        unit.session.delete(row)
        unit.emit(InstitutionLeft(row.institution_id, person_id))
    unit.session.flush()


def move_institutions(unit: UnitOfWork, person_id: int, other_id: int) -> None:
    """Let the other account of a person belong to what a doubled one belongs to by an act."""
    known = {row.institution_id for row in unit.session.scalars(_OF_PERSON, {"person": other_id})}
    for row in unit.session.scalars(_OF_PERSON, {"person": person_id}).all():
        if row.origin == Origin.ACT and row.institution_id not in known:
            _add(unit, row.institution_id, other_id, MemberRole(row.role))
    leave_all_institutions(unit, person_id)


def _settle(
    unit: UnitOfWork, institution: Institution, row: InstitutionMember | None, person_id: int, role: MemberRole
) -> None:
    if row is None:
        _add(unit, institution.id, person_id, role)
    elif (row.role, row.origin) != (role.value, Origin.ACT.value):
        before = row.role
        row.role, row.origin, row.pattern, row.at = role.value, Origin.ACT.value, None, unit.now
        unit.emit(InstitutionJoined(institution.id, person_id, role.value, Origin.ACT.value, before))


def _add(unit: UnitOfWork, institution_id: int, person_id: int, role: MemberRole, pattern: str | None = None) -> None:
    origin = Origin.ENTITLEMENT if pattern else Origin.ACT
    about = {"origin": origin.value, "role": role.value, "pattern": pattern, "at": unit.now}
    unit.session.add(InstitutionMember(institution_id=institution_id, person_id=person_id, **about))
    unit.session.flush()
    unit.emit(InstitutionJoined(institution_id, person_id, role.value, origin.value))


def _managed(unit: UnitOfWork, ror: str) -> Institution:
    require_scope(unit.actor, Action.MANAGE_INSTITUTION)
    institution = institution_for_change(unit, ror)
    must(unit.actor, Action.MANAGE_INSTITUTION, institution_seen(unit, institution.id))
    return institution


def _out_of_reach(
    unit: UnitOfWork, role: MemberRole, named: Sequence[NamedPerson], present: Mapping[int, InstitutionMember]
) -> set[int]:
    """Return the managers named by their address whom the actor may not unmake: they stay, and nothing tells of it.

    Raises `Forbidden` if a manager is made, or one named by id is unmade, by somebody who may not.
    """
    managers = {person_id for person_id, member in present.items() if member.role == MemberRole.MANAGER}
    if role is MemberRole.MANAGER or any(person.id in managers for person in named):
        must(unit.actor, Action.MANAGE_INSTITUTIONS, Resource())
    return set() if may(unit.actor, Action.MANAGE_INSTITUTIONS, Resource()) else managers
