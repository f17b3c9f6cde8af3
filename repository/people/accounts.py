"""Register people and check their passwords."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from repository.core.actor import Role
from repository.core.errors import Conflict, Unavailable
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.people.facts import PasswordChanged, PersonActivated, PersonRegistered, PersonSuspended, RoleChanged
from repository.people.model import Person
from repository.people.rules import check_password, normal_email, normal_name

_hasher = PasswordHasher()
# argon2 takes 64 MiB a call on purpose: a burst of sign-ins must not take the machine's memory,
# and those who wait for their turn must not take all threads of the server.
_at_most_two = threading.BoundedSemaphore(2)
_place = threading.BoundedSemaphore(2 + 3)
NO_PASSWORD = "$argon2id$v=19$m=65536,t=3,p=4$54N2M4T5hRNneu8k/zptXg$GxBKZDs82kibynPmMA+jPWv2bem8H0xydYLET3NDZJ0"
"""A hash that no password is checked against in earnest, of today's cost.

Made in advance: a hash at import would cost every process 64 MiB.
"""


def register_person(
    unit: UnitOfWork, email: str, name: str = "", role: Role = Role.DEPOSITOR, password: str | None = None
) -> Person:
    """Return a new account; raise `Invalid` for a bad address, name or password, `Conflict` if the address is taken."""
    email = normal_email(email)
    if unit.session.scalar(select(Person.id).where(Person.email == email)):
        raise Conflict(f"There is already an account for {email}.")
    person = Person(
        email=email,
        name=normal_name(name),
        role=role.value,
        created=unit.now,
        password_hash=None if password is None else _hash(check_password(password)),
    )
    unit.session.add(person)
    unit.session.flush()
    unit.emit(PersonRegistered(person.id))
    return person


def person_by_email(snapshot: Snapshot, email: str) -> Person | None:
    """Return the account of an address, active or not."""
    return snapshot.session.scalar(select(Person).where(Person.email == normal_email(email)))


def set_active(unit: UnitOfWork, person: Person, active: bool) -> None:
    """Suspend an account, which ends its tokens at once, or activate it and them again."""
    if person.active != active:
        person.active = active
        unit.emit(PersonActivated(person.id) if active else PersonSuspended(person.id))


def set_role(unit: UnitOfWork, person: Person, role: Role) -> None:
    """Give a person another role; tokens that were issued have it at once."""
    if person.role != role.value:
        person.role = role.value
        unit.emit(RoleChanged(person.id, role.value))


def set_password(unit: UnitOfWork, person: Person, password: str) -> None:
    """Give a person another password; raise `Invalid` for a bad one."""
    person.password_hash = _hash(check_password(password))
    unit.emit(PasswordChanged(person.id))


@contextmanager
def password_turn() -> Iterator[None]:
    """Hold one of the few places of those who check a password; raise `Unavailable` if none is free."""
    if not _place.acquire(blocking=False):
        raise Unavailable("Too many people sign in right now. Please try again.")
    try:
        yield
    finally:
        _place.release()


def password_is_right(person: Person | None, password: str) -> bool:
    """Return whether this is the person's password, after the same time for an unknown person as for a known one."""
    known = person.password_hash if person and person.active else None
    with _at_most_two:
        try:
            return _hasher.verify(known or NO_PASSWORD, password) and known is not None
        except (VerificationError, InvalidHashError):
            return False


def _hash(password: str) -> str:
    with _at_most_two:
        return _hasher.hash(password)
