"""A person as an actor without a request.  A job acts for somebody with the rights that they have now."""

from sqlalchemy import bindparam, select

from repository.core.actor import GRANTABLE, Actor, role_of
from repository.core.unit_of_work import Snapshot
from repository.people.memberships import MEMBERSHIPS, memberships_in
from repository.people.model import Person

_GROUPS = select(MEMBERSHIPS).where(Person.id == bindparam("person_id"))


def acting(snapshot: Snapshot, person: Person) -> Actor:
    """Return the person as an actor who signed in, with the scopes that a token can have."""
    groups = memberships_in(snapshot.session.execute(_GROUPS, {"person_id": person.id}).scalar_one())
    return Actor(
        person.id,
        role_of(person.role),
        frozenset(GRANTABLE),
        teams=groups.teams,
        institutions=groups.institutions,
    )
