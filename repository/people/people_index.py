"""Keep the keys by which people are found: all for administrators, public people for who is signed in.

One transaction changes a person and their keys.  Who was registered by an earlier release gets keys by a sweep.
"""

from typing import cast

from sqlalchemy import Table, delete, insert, select

from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.unit_of_work import Database, UnitOfWork
from repository.people.model import Person, PersonKey, Profile
from repository.people.name_keys import key_of_text, keys_of_name
from repository.people.profile_rules import PUBLIC

SIGNED_IN, ADMINISTRATORS = 0, 1
"""Who seeks."""
BATCH = 100
_KEYS = cast(Table, PersonKey.__table__)


def renew_keys(unit: UnitOfWork, person: Person, profile: Profile | None) -> None:
    """Write the keys of a person anew; the caller holds the lock of the person."""
    connection = unit.session.connection()
    connection.execute(delete(_KEYS).where(_KEYS.c.person_id == person.id))
    rows = [{"seekers": seekers, "key": key, "person_id": person.id} for seekers, key in sorted(_keys(person, profile))]
    if rows:
        connection.execute(insert(_KEYS), rows)
    person.keys_made = unit.now


def _keys(person: Person, profile: Profile | None) -> set[tuple[int, str]]:
    shown = keys_of_name(person.name)
    if profile is not None:
        shown |= {key_of_text(text) for text in (profile.username, profile.orcid) if text}
    keys = {(ADMINISTRATORS, key) for key in shown | {key_of_text(person.email)}}
    if profile is not None and profile.visibility == PUBLIC and person.active:
        email = {key_of_text(person.email)} if profile.email_visibility == PUBLIC else set()
        keys |= {(SIGNED_IN, key) for key in shown | email}
    return {(seekers, key) for seekers, key in keys if key}


def index_new_people(database: Database) -> CheckReport:
    """Write the keys of people who have none: an earlier release registered them."""
    report = CheckReport()
    while people := _index_some(database):
        for person_id in people:
            report.note(f"person {person_id}: nobody could find them", repaired=True)
    return report


# the condition and the order are those of the index over the few people who have none
_WITHOUT_KEYS = (
    select(Person, Profile)
    .outerjoin(Profile, Profile.person_id == Person.id)
    .where(Person.keys_made.is_(None))
    .order_by(Person.id)
    .limit(BATCH)
)


def _index_some(database: Database) -> list[int]:
    with database.transaction(SYSTEM) as unit:
        rows = unit.session.execute(_WITHOUT_KEYS.with_for_update(of=Person, skip_locked=True)).all()
        for row in rows:
            renew_keys(unit, row.Person, row.Profile)
        return [row.Person.id for row in rows]
