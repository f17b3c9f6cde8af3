"""What administrators do to people's accounts; each act is a fact with its reason."""

from dataclasses import dataclass

from sqlalchemy import select

from repository.access.policy import Action, Resource, must
from repository.core.actor import Role
from repository.core.errors import Conflict, NotFound
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.people.accounts import set_active, set_role
from repository.people.departures import CLOSED, require_other_administrator
from repository.people.finding import ListedPerson
from repository.people.model import Departure, DraftUse, Person, Profile
from repository.people.profiles import view_for
from repository.people.quotas import set_limits


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a person's own in drafts: None for those of the site, 0 for none."""

    drafts: int | None
    size: int | None


def block_person(unit: UnitOfWork, person_id: int, reason: str) -> None:
    """Refuse everything to a person at once; raise `Forbidden`, `NotFound`, `Conflict` for the last administrator."""
    person = _person(unit, person_id)
    require_other_administrator(unit, person)
    set_active(unit, person, False, reason)


def restore_person(unit: UnitOfWork, person_id: int, reason: str) -> None:
    """Let a suspended person in again; raise `Forbidden`, `NotFound`, `Conflict` for who has left."""
    person = _person(unit, person_id)
    set_active(unit, person, True, reason)


def change_role(unit: UnitOfWork, person_id: int, role: Role, reason: str) -> None:
    """Give a person another role; raise `Forbidden`, `NotFound`, `Conflict` for the last administrator."""
    person = _person(unit, person_id)
    if role is not Role.ADMINISTRATOR:
        require_other_administrator(unit, person)
    set_role(unit, person, role, reason)


def change_limits(unit: UnitOfWork, person_id: int, limits: Limits, reason: str) -> None:
    """Give a person limits of their own; raise `Forbidden`, `NotFound`."""
    set_limits(unit, _person(unit, person_id), limits.drafts, limits.size, reason)


def _person(unit: UnitOfWork, person_id: int) -> Person:
    """Return a person whose account is not closed for ever, locked."""
    must(unit.actor, Action.MANAGE_PEOPLE, Resource())
    person = unit.session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None:
        raise NotFound
    if unit.session.get(Departure, person_id) is not None:
        raise Conflict(CLOSED)
    return person


def managed_person(snapshot: Snapshot, person_id: int) -> ListedPerson:
    """Return a person as administrators see them, after an act; raise `NotFound`."""
    person = snapshot.session.get(Person, person_id)
    if person is None:
        raise NotFound
    profile, departure = snapshot.session.get(Profile, person_id), snapshot.session.get(Departure, person_id)
    use = snapshot.session.scalar(select(DraftUse).where(DraftUse.person_id == person_id))
    return view_for(snapshot.actor, person, profile, departure), use
