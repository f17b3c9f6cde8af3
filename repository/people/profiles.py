"""What people say of themselves, what others see of it, and what they prefer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from repository.access.policy import Action, Resource, may, must
from repository.core.actor import Actor
from repository.core.errors import Invalid, NotFound
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.people.facts import ProfileChanged
from repository.people.identity_queries import is_proved
from repository.people.model import Departure, Person, Profile
from repository.people.people_index import renew_keys
from repository.people.profile_rules import LANGUAGES, PUBLIC, RESTRICTED, checked

TAKEN = "Somebody else has this name."


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as `for_actor` sees them; `merged_into` is the account that has taken this one's place."""

    person: Person
    profile: Profile
    is_own: bool
    sees_all: bool
    merged_into: int | None = None

    @property
    def shows_email(self) -> bool:
        """Whether the address is told."""
        return self.is_own or self.sees_all or self.profile.email_visibility == PUBLIC


def blank_profile(person_id: int) -> Profile:
    """Return the profile of who has said nothing: nobody else sees them."""
    return Profile(
        person_id=person_id,
        username=None,
        affiliations=[],
        orcid=None,
        orcid_verified=False,
        language=LANGUAGES[0],
        time_zone="UTC",
        notifications={},
        visibility=RESTRICTED,
        email_visibility=RESTRICTED,
    )


def view_for(actor: Actor, person: Person, profile: Profile | None, departure: Departure | None = None) -> PersonView:
    """Return a person as the actor sees them, whether they may or not."""
    return PersonView(
        person,
        profile or blank_profile(person.id),
        is_own=actor.person_id == person.id,
        sees_all=may(actor, Action.READ_PEOPLE, Resource()),
        merged_into=departure.receiver_id if departure and departure.kind == "merge" else None,
    )


def own_view(snapshot: Snapshot) -> PersonView:
    """Return the actor as they see themselves; raise `Forbidden`."""
    must(snapshot.actor, Action.READ_ME, Resource())
    row = snapshot.session.execute(_ONE, {"id": snapshot.actor.person_id}).one()
    return view_for(snapshot.actor, row.Person, row.Profile)


_RECEIVER = aliased(Person, name="receiver")
_RECEIVER_PROFILE = aliased(Profile, name="receiver_profile")
_ONE = (
    select(Person, Profile, Departure, _RECEIVER, _RECEIVER_PROFILE)
    .outerjoin(Profile, Profile.person_id == Person.id)
    .outerjoin(Departure, Departure.person_id == Person.id)
    .outerjoin(_RECEIVER, _RECEIVER.id == Departure.receiver_id)
    .outerjoin(_RECEIVER_PROFILE, _RECEIVER_PROFILE.person_id == _RECEIVER.id)
    .where(Person.id == bindparam("id"))
)


def person_view(snapshot: Snapshot, person_id: int) -> PersonView:
    """Return a person for the actor, or the person into whose account this one was merged.

    Raises `Forbidden`, and `NotFound` alike for who is hidden, suspended, erased or unknown, after one statement.
    """
    must(snapshot.actor, Action.SEARCH_PEOPLE, Resource())
    row = snapshot.session.execute(_ONE, {"id": person_id}).one_or_none()
    if row is None:
        raise NotFound
    view = view_for(snapshot.actor, row.Person, row.Profile, row.Departure)
    if _is_seen(view):
        return view
    if view.merged_into is None or row.receiver is None:
        raise NotFound
    successor = view_for(snapshot.actor, row.receiver, row.receiver_profile)
    if not _is_seen(successor):
        raise NotFound
    return successor


def _is_seen(view: PersonView) -> bool:
    is_public = view.person.active and view.profile.visibility == PUBLIC
    return view.is_own or view.sees_all or is_public


def change_profile(unit: UnitOfWork, changes: Mapping[str, Any]) -> PersonView:
    """Change what the actor says of themselves and prefers, by the names of `profile_rules.FIELDS`.

    Raises `Forbidden`, and `Invalid` with every field that is wrong.
    """
    must(unit.actor, Action.CHANGE_ME, Resource())
    values = checked(changes)
    person = unit.session.get_one(Person, unit.actor.person_id, with_for_update=True, populate_existing=True)
    profile = unit.session.get(Profile, person.id)
    if profile is None:
        profile = blank_profile(person.id)
        unit.session.add(profile)
    if values.get("username") not in (None, profile.username):
        _require_free(unit, values["username"])
    changed = [name for name, value in values.items() if _set(person, profile, name, value)]
    if profile.orcid and "orcid" in changed:
        profile.orcid_verified = is_proved(unit, person.id, profile.orcid)
    if changed:
        unit.session.flush()
        renew_keys(unit, person, profile)
        unit.emit(ProfileChanged(person.id, sorted(changed)))
    return view_for(unit.actor, person, profile)


def _set(person: Person, profile: Profile, name: str, value: Any) -> bool:
    """Set a value, and return whether it was another; an ORCID iD that was only typed is not verified."""
    holder = person if name == "name" else profile
    if getattr(holder, name) == value:
        return False
    setattr(holder, name, value)
    if name == "orcid":
        profile.orcid_verified = False
    return True


def _require_free(unit: UnitOfWork, username: str) -> None:
    if unit.session.scalar(select(Profile.person_id).where(Profile.username == username)) is not None:
        raise Invalid.field("username", TAKEN)
