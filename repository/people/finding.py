"""Find people: by name, user name, ORCID iD, and by an address that its owner shows.

Every search is one range of keys (`name_keys`), read to `MOST` people: its cost does not grow with the people there
are.  Those who are signed in search among the keys of public people, and find themselves too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, exists, select
from sqlalchemy.orm import aliased

from repository.access.policy import Action, Resource, may, must
from repository.core.actor import Role
from repository.core.database.id_list import in_list
from repository.core.paging import WINDOW, Page
from repository.core.unit_of_work import Snapshot
from repository.people.model import Departure, DraftUse, Person, PersonKey, Profile
from repository.people.name_keys import LAST, key_of_text
from repository.people.people_index import ADMINISTRATORS, SIGNED_IN
from repository.people.profiles import PersonView, view_for

MOST = 1_000
"""People that a search counts and shows; whoever seeks one among more adds a word."""
_SMALLER = aliased(PersonKey, name="smaller")
_IN_RANGE = (
    PersonKey.seekers == bindparam("seekers"),
    PersonKey.key >= bindparam("begin"),
    PersonKey.key < bindparam("end"),
)
# a person with several keys in the range counts by the first of them
_FIRST = ~exists().where(
    _SMALLER.person_id == PersonKey.person_id,
    _SMALLER.seekers == PersonKey.seekers,
    _SMALLER.key >= bindparam("begin"),
    _SMALLER.key < PersonKey.key,
)
_MATCHES = (
    select(PersonKey.person_id)
    .join(Person, Person.id == PersonKey.person_id)
    .where(*_IN_RANGE, _FIRST)
    .order_by(PersonKey.key, PersonKey.person_id)
    .limit(MOST)
)
_PUBLIC_MATCHES = _MATCHES.where(Person.active)


def find_people(snapshot: Snapshot, text: str, page: Page) -> tuple[Sequence[PersonView], int]:
    """Return a page of the people whom the actor may find by `text`, and their number up to `MOST`.

    Raises `Forbidden`.  All words but the last have to be whole; an empty text finds everybody.
    """
    must(snapshot.actor, Action.SEARCH_PEOPLE, Resource())
    begin = key_of_text(text)
    if text.strip() and not begin:
        return [], 0
    values = {"begin": begin, "end": begin + LAST}
    sees_all = may(snapshot.actor, Action.READ_PEOPLE, Resource())
    if sees_all:
        ids = list(snapshot.session.scalars(_MATCHES, {**values, "seekers": ADMINISTRATORS}))
    else:
        ids = list(snapshot.session.scalars(_PUBLIC_MATCHES, {**values, "seekers": SIGNED_IN}))
        ids = [*_oneself(snapshot, values, ids), *ids]
    return _views(snapshot, ids[page.offset : page.offset + page.size]), len(ids)


_OWN = select(exists().where(*_IN_RANGE, PersonKey.person_id == bindparam("person")))


def _oneself(snapshot: Snapshot, values: dict[str, Any], ids: Sequence[int]) -> list[int]:
    """Return the actor, if others do not find them by this text and they themselves do."""
    own_id = snapshot.actor.person_id
    if own_id is None or own_id in ids:
        return []
    is_match = snapshot.session.scalar(_OWN, {**values, "seekers": ADMINISTRATORS, "person": own_id})
    return [own_id] if is_match else []


_PEOPLE = (
    select(Person, Profile)
    .outerjoin(Profile, Profile.person_id == Person.id)
    .where(in_list(Person.id, "ids"))
    .order_by(Person.id)
)


def _views(snapshot: Snapshot, ids: Sequence[int]) -> list[PersonView]:
    rows = {row.Person.id: row for row in snapshot.session.execute(_PEOPLE, {"ids": ids})} if ids else {}
    return [view_for(snapshot.actor, rows[key].Person, rows[key].Profile) for key in ids if key in rows]


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What an administrator asks for; None for any.  `after` is an id after which a list without a text begins."""

    text: str = ""
    role: Role | None = None
    active: bool | None = None
    after: int = 0

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        """Return the statement for the people whom the filter lets pass."""
        if self.role is not None:
            statement = statement.where(Person.role == self.role.value)
        return statement if self.active is None else statement.where(Person.active == self.active)


ListedPerson = tuple[PersonView, DraftUse | None]
_BY_ID = select(Person.id).where(Person.id > bindparam("after")).order_by(Person.id).limit(WINDOW)
_LISTED = (
    select(Person, Profile, DraftUse, Departure)
    .outerjoin(Profile, Profile.person_id == Person.id)
    .outerjoin(DraftUse, DraftUse.person_id == Person.id)
    .outerjoin(Departure, Departure.person_id == Person.id)
    .where(in_list(Person.id, "ids"))
)


def list_people(snapshot: Snapshot, chosen: PeopleFilter, page: Page) -> tuple[Sequence[ListedPerson], int]:
    """Return a page of all people, with what they have in drafts, and their number up to a limit.

    Those whom a text finds are `MOST`, others the first of a window.  Raises `Forbidden` for all but administrators.
    """
    must(snapshot.actor, Action.READ_PEOPLE, Resource())
    begin = key_of_text(chosen.text)
    if chosen.text.strip() and not begin:
        return [], 0
    if begin:
        values = {"begin": begin, "end": begin + LAST, "seekers": ADMINISTRATORS}
        ids = snapshot.session.scalars(chosen.narrow(_MATCHES), values).all()
    else:
        ids = snapshot.session.scalars(chosen.narrow(_BY_ID), {"after": chosen.after}).all()
    shown = ids[page.offset : page.offset + page.size]
    rows = {row.Person.id: row for row in snapshot.session.execute(_LISTED, {"ids": shown})}
    people = [rows[key] for key in shown]
    views = [(view_for(snapshot.actor, row.Person, row.Profile, row.Departure), row.DraftUse) for row in people]
    return views, len(ids)
