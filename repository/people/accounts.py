"""Register people and check their passwords."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select

from repository.core.actor import Role
from repository.core.errors import Conflict, Unavailable
from repository.core.unit_of_work import UnitOfWork
from repository.people.facts import PasswordChanged, PersonActivated, PersonRegistered, PersonSuspended, RoleChanged
from repository.people.model import Person
from repository.people.one_time_links import LinkPurpose, end_links
from repository.people.people_index import renew_keys
from repository.people.rules import check_password, normal_email, normal_name, normal_reason
from repository.people.sessions import end_sessions

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
    unit: UnitOfWork,
    email: str,
    name: str = "",
    role: Role = Role.DEPOSITOR,
    password: str | None = None,
    *,
    password_hash: str | None = None,
) -> Person:
    """Return a new account; raise `Invalid` for a bad address, name or password, `Conflict` if the address is taken.

    The password comes as it is, or as its hash, which is better made before a transaction.
    """
    email = normal_email(email)
    if unit.session.scalar(select(Person.id).where(Person.email == email)):
        raise Conflict(f"There is already an account for {email}.")
    person = Person(
        email=email,
        name=normal_name(name),
        role=role.value,
        created=unit.now,
        password_hash=password_hash if password is None else hash_password(password),
    )
    unit.session.add(person)
    unit.session.flush()
    renew_keys(unit, person, None)
    unit.emit(PersonRegistered(person.id))
    return person


def set_active(unit: UnitOfWork, person: Person, active: bool, reason: str = "") -> None:
    """Suspend an account with its tokens, sessions and links at once, or activate it and its tokens again."""
    if person.active != active:
        person.active = active
        words = normal_reason(reason)
        unit.emit(PersonActivated(person.id, words) if active else PersonSuspended(person.id, words))
    if not active:
        end_sessions(unit, person.id)
        end_links(unit, person.id)


def set_role(unit: UnitOfWork, person: Person, role: Role, reason: str = "") -> None:
    """Give a person another role; their tokens have it at once, and their sessions are over."""
    if person.role != role.value:
        before, person.role = person.role, role.value
        unit.emit(RoleChanged(person.id, role.value, normal_reason(reason), before))
        end_sessions(unit, person.id)


def set_password(unit: UnitOfWork, person: Person, password: str) -> None:
    """Give a person another password; raise `Invalid` for a bad one."""
    set_password_hash(unit, person, hash_password(password))


def set_password_hash(unit: UnitOfWork, person: Person, password_hash: str) -> None:
    """Give a person another password, and end what the former one opened: sessions, and links to change it."""
    person.password_hash = password_hash
    unit.emit(PasswordChanged(person.id))
    end_sessions(unit, person.id)
    end_links(unit, person.id, LinkPurpose.PASSWORD_RESET)


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


def hash_password(password: str) -> str:
    """Return the hash of a password that somebody chooses; raise `Invalid` for a bad one.

    Whoever does so on behalf of a request holds a `password_turn`.
    """
    chosen = check_password(password)
    with _at_most_two:
        return _hasher.hash(chosen)
