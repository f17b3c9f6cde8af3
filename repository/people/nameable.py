"""Whom one may put into a group: people who show themselves, and anybody by their address.

An id that nobody has and that of a hidden person are refused alike.  An address is answered alike whether it is known
or not: so neither tells who has an account here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Boolean, bindparam, or_, select

from repository.access.policy import Action, Resource, may
from repository.core.database.id_list import in_list
from repository.core.errors import Invalid
from repository.core.unit_of_work import Snapshot
from repository.people.model import Person, Profile
from repository.people.profile_rules import PUBLIC

UNKNOWN_PERSON = "Could not find the specified subject."


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """A person as a request names them at the place `field`: by id, or by an address."""

    field: str
    id: int = 0
    email: str | None = None


def sees_everybody(snapshot: Snapshot) -> bool:
    """Return whether the actor may see hidden people."""
    return may(snapshot.actor, Action.READ_PEOPLE, Resource())


_VISIBLE = (
    select(Person.id)
    .outerjoin(Profile, Profile.person_id == Person.id)
    .where(in_list(Person.id, "people"), Person.active)
    .where(or_(bindparam("sees_all", type_=Boolean()), Profile.visibility == PUBLIC, Person.id == bindparam("own")))
)


def people_named(snapshot: Snapshot, named: Sequence[NamedPerson], known: Collection[int] = ()) -> Sequence[int]:
    """Return the ids of people; those at unknown addresses are left out.

    `known` are shown to the actor anyway, so their ids are no secret.  Raises `Invalid` at the place of an id that the
    actor may not see.
    """
    values = {"people": [person.id for person in named], "sees_all": sees_everybody(snapshot)}
    visible = {*known, *snapshot.session.scalars(_VISIBLE, {**values, "own": snapshot.actor.person_id})}
    for person in named:
        if person.email is None and person.id not in visible:
            raise Invalid.field(person.field, UNKNOWN_PERSON)
    by_email = _ids_of(snapshot, [person.email for person in named if person.email])
    ids = (person.id if person.email is None else by_email.get(person.email, 0) for person in named)
    return [person_id for person_id in dict.fromkeys(ids) if person_id]


def is_oneself(snapshot: Snapshot, named: Sequence[NamedPerson]) -> bool:
    """Return whether the actor names nobody but themselves."""
    return [person.id for person in named] == [snapshot.actor.person_id]


_BY_EMAIL = select(Person.id, Person.email).where(Person.email.in_(bindparam("emails", expanding=True)), Person.active)


def _ids_of(snapshot: Snapshot, emails: Sequence[str]) -> dict[str, int]:
    rows = snapshot.session.execute(_BY_EMAIL, {"emails": emails}) if emails else ()
    return {row[1]: row[0] for row in rows}
