"""Reading institutions, their rules and those who belong to them by an act or an entitlement."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Boolean, bindparam, or_, select

from repository.core.database.id_list import in_list
from repository.core.errors import NotFound
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.people.institutions.model import (
    Institution,
    InstitutionDomain,
    InstitutionEntitlement,
    InstitutionMember,
)
from repository.people.model import Person, Profile
from repository.people.nameable import sees_everybody
from repository.people.profile_rules import PUBLIC

UNKNOWN_INSTITUTION = "There is no such institution."


class InstitutionPerson(NamedTuple):
    """A person who belongs to an institution by an act or an entitlement."""

    membership: InstitutionMember
    name: str


_BY_ROR = select(Institution).where(Institution.ror == bindparam("ror"))


def institution_of(snapshot: Snapshot, ror: str) -> Institution:
    """Return the institution with this bare ROR id; raise `NotFound`."""
    institution = snapshot.session.scalar(_BY_ROR, {"ror": ror})
    if institution is None:
        raise NotFound(UNKNOWN_INSTITUTION)
    return institution


def institution_for_change(unit: UnitOfWork, ror: str) -> Institution:
    """Return an institution, locked until this transaction ends; raise `NotFound`."""
    institution = unit.session.scalar(_BY_ROR.with_for_update(), {"ror": ror})
    if institution is None:
        raise NotFound(UNKNOWN_INSTITUTION)
    return institution


_PAGE = select(Institution).where(Institution.id > bindparam("after")).order_by(Institution.id).limit(bindparam("most"))


def institutions_after(snapshot: Snapshot, after: int, most: int) -> Sequence[Institution]:
    """Return at most so many institutions with ids above `after`."""
    return snapshot.session.scalars(_PAGE, {"after": after, "most": most}).all()


_AMONG = select(InstitutionMember).where(
    InstitutionMember.institution_id == bindparam("institution"), in_list(InstitutionMember.person_id, "people")
)


def people_among(snapshot: Snapshot, institution_id: int, people: Collection[int]) -> Mapping[int, InstitutionMember]:
    """Return the memberships by act or entitlement that these people have, by person."""
    rows = snapshot.session.scalars(_AMONG, {"institution": institution_id, "people": people})
    return {row.person_id: row for row in rows}


_MEMBERS = (
    select(InstitutionMember, Person.name)
    .join(Person, Person.id == InstitutionMember.person_id)
    .outerjoin(Profile, Profile.person_id == InstitutionMember.person_id)
    .where(
        InstitutionMember.institution_id == bindparam("institution"), InstitutionMember.person_id > bindparam("after")
    )
    .where(
        or_(
            Profile.visibility == PUBLIC,
            InstitutionMember.person_id == bindparam("own"),
            bindparam("sees_all", type_=Boolean()),
        )
    )
    .order_by(InstitutionMember.person_id)
    .limit(bindparam("most"))
)


def people_of(snapshot: Snapshot, institution_id: int, after: int, most: int) -> Sequence[InstitutionPerson]:
    """Return at most so many who belong by an act or an entitlement and do not hide."""
    reader = {"own": snapshot.actor.person_id, "sees_all": sees_everybody(snapshot)}
    values = {"institution": institution_id, "after": after, "most": most, **reader}
    return [InstitutionPerson(*row) for row in snapshot.session.execute(_MEMBERS, values)]


_DOMAINS = (
    select(InstitutionDomain.domain)
    .where(InstitutionDomain.institution_id == bindparam("institution"))
    .order_by(InstitutionDomain.domain)
)


def domains_of(snapshot: Snapshot, institution_id: int) -> Sequence[str]:
    """Return the domains of an institution in their order."""
    return snapshot.session.scalars(_DOMAINS, {"institution": institution_id}).all()


_PATTERNS = (
    select(InstitutionEntitlement.pattern)
    .where(InstitutionEntitlement.institution_id == bindparam("institution"))
    .order_by(InstitutionEntitlement.pattern)
)


def patterns_of(snapshot: Snapshot, institution_id: int) -> Sequence[str]:
    """Return the patterns of entitlements of an institution in their order."""
    return snapshot.session.scalars(_PATTERNS, {"institution": institution_id}).all()
