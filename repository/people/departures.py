"""Accounts that nobody has any more: merged into another one of the same person, or erased.

Here an account is closed, and what a person said of themselves is forgotten.  What becomes of datasets is decided
above, by a job that follows the facts (`sharing.hand_over`).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import cast

from sqlalchemy import Table, delete, select, update

from repository.access.policy import Action, Resource, must
from repository.core.actor import Role
from repository.core.errors import Conflict, Invalid, NotFound
from repository.core.unit_of_work import UnitOfWork
from repository.people.facts import AccountErased, AccountMerged, ErasureBegun
from repository.people.identity_departures import forget_identities, move_identities
from repository.people.institutions.institution_people import leave_all_institutions, move_institutions
from repository.people.model import (
    AccessToken,
    Departure,
    DraftUse,
    OneTimeLink,
    Person,
    PersonKey,
    Profile,
    RecoveryCode,
    SecondFactor,
    SignInSession,
)
from repository.people.one_time_links import end_links
from repository.people.people_index import renew_keys
from repository.people.saved_searches import SavedSearch
from repository.people.sessions import end_sessions
from repository.people.teams.team_members import leave_all_teams, move_teams

LAST_ADMINISTRATOR = "This is the last administrator; make another one first."
NO_ACCOUNT = "There is no account with this id."
CLOSED = "This account was merged or erased."


FORGOTTEN = (
    Profile,
    PersonKey,
    AccessToken,
    DraftUse,
    SignInSession,
    OneTimeLink,
    SecondFactor,
    RecoveryCode,
    SavedSearch,
)
"""Tables of what belongs to a person alone, by their column `person_id`: their rows go with the person."""


class DepartureKind(StrEnum):
    MERGE = "merge"
    ERASURE = "erasure"


def merge_people(unit: UnitOfWork, person_id: int, receiver_id: int, reason: str) -> Person:
    """Close an account of somebody who has another one, which takes over everything; return the closed one.

    Raises `Forbidden`, `NotFound`, `Invalid` for no other account that is open, `Conflict` for the last administrator.
    """
    must(unit.actor, Action.MANAGE_PEOPLE, Resource())
    people = _locked(unit, person_id, receiver_id)
    person, receiver = people.get(person_id), people.get(receiver_id)
    if person is None:
        raise NotFound
    if receiver is None or receiver is person or not receiver.active:
        raise Invalid.field("into", NO_ACCOUNT)
    _close(unit, person, DepartureKind.MERGE, receiver_id, discards=False)
    _lead_on(unit, person_id, receiver_id)
    unit.emit(AccountMerged(person_id, receiver_id, reason))
    return person


def begin_erasure(unit: UnitOfWork, person_id: int, receiver_id: int | None, *, discards: bool, reason: str) -> None:
    """Close an account for ever; a job forgets the person.  The caller has checked what becomes of datasets.

    Raises `NotFound`, `Conflict` for the last administrator.
    """
    person = _locked(unit, person_id).get(person_id)
    if person is None:
        raise NotFound
    _close(unit, person, DepartureKind.ERASURE, receiver_id, discards=discards)
    unit.emit(ErasureBegun(person_id, receiver_id, discards, reason))


def _locked(unit: UnitOfWork, *ids: int) -> Mapping[int, Person]:
    people = select(Person).where(Person.id.in_(ids)).order_by(Person.id).with_for_update()
    rows = unit.session.scalars(people, execution_options={"populate_existing": True})
    return {person.id: person for person in rows}


def require_other_administrator(unit: UnitOfWork, person: Person) -> None:
    """Raise `Conflict` if nobody else is an administrator; two of them cannot end each other at the same time."""
    if person.role != Role.ADMINISTRATOR or not person.active:
        return
    active = select(Person.id).where(Person.role == Role.ADMINISTRATOR.value, Person.active).order_by(Person.id)
    if set(unit.session.scalars(active.with_for_update())) <= {person.id}:
        raise Conflict(LAST_ADMINISTRATOR)


_TOKEN = cast(Table, AccessToken.__table__)


def _close(unit: UnitOfWork, person: Person, kind: DepartureKind, receiver_id: int | None, *, discards: bool) -> None:
    if unit.session.get(Departure, person.id) is not None:
        raise Conflict(CLOSED)
    require_other_administrator(unit, person)
    person.active, person.password_hash = False, None
    unit.session.add(
        Departure(
            person_id=person.id, kind=kind.value, receiver_id=receiver_id, discards=discards, at=unit.now, done=None
        )
    )
    unit.session.flush()
    open_ones = (_TOKEN.c.person_id == person.id, _TOKEN.c.revoked.is_(None))
    unit.session.connection().execute(update(_TOKEN).where(*open_ones).values(revoked=unit.now))
    end_sessions(unit, person.id)
    end_links(unit, person.id)
    renew_keys(unit, person, unit.session.get(Profile, person.id))


_DEPARTURE = cast(Table, Departure.__table__)


def _lead_on(unit: UnitOfWork, person_id: int, receiver_id: int) -> None:
    """Let what led to a closed account lead to its successor."""
    led_here = update(_DEPARTURE).where(_DEPARTURE.c.receiver_id == person_id)
    unit.session.connection().execute(led_here.values(receiver_id=receiver_id))


def end_departure(unit: UnitOfWork, person_id: int) -> None:
    """Forget an erased person, of whom the number stays; may run again."""
    departure = unit.session.get_one(Departure, person_id, with_for_update=True, populate_existing=True)
    if departure.done is not None:
        return
    departure.done = unit.now
    if departure.kind != DepartureKind.ERASURE:
        assert departure.receiver_id is not None
        move_teams(unit, person_id, departure.receiver_id)
        move_institutions(unit, person_id, departure.receiver_id)
        move_identities(unit, person_id, departure.receiver_id)
        return
    leave_all_teams(unit, person_id)
    leave_all_institutions(unit, person_id)
    forget_identities(unit, person_id)
    person = unit.session.get_one(Person, person_id)
    person.name, person.email = "", f"person-{person_id}@erased.invalid"  # RFC 2606: nobody can have it
    person.role = Role.DEPOSITOR.value
    unit.session.flush()
    for table in FORGOTTEN:
        unit.session.execute(delete(table).where(table.person_id == person_id))
    unit.emit(AccountErased(person_id))
