"""Sign in with a password, and with a code where the person has an authenticator.

A password is checked outside a transaction, for that takes long.  The transaction that begins the session looks again:
a session of a password that was changed meanwhile would outlive the change.
"""

from dataclasses import dataclass, field

from repository.core.actor import ANONYMOUS, Actor
from repository.core.errors import Invalid, NotSignedIn
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.people.accounts import password_is_right, password_turn
from repository.people.guessing import CodeTry, Guesser, PasswordTry
from repository.people.model import Person
from repository.people.queries import person_by_email
from repository.people.second_factors import CODE_REQUIRED, has_second_factor, require_code
from repository.people.sessions import Browser, begin_session, end_session_of_secret


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody signs in with; `code` is empty for none."""

    email: str
    password: str = field(repr=False)
    code: str = field(default="", repr=False)


def person_by_password(database: Database, guesser: Guesser, email: str, password: str) -> Person:
    """Return the person who has this address and password.

    Raises `NotSignedIn`, after the same time for an unknown address as for a wrong password, `TooManyTries`, and
    `Unavailable` when too many people sign in at once.
    """
    with database.snapshot(ANONYMOUS) as snapshot:
        person = _person(snapshot, email)
    with password_turn():
        attempt = PasswordTry(database, guesser, email)
        attempt.begin(person.id if person else 0)
        if not password_is_right(person, password) or person is None:
            attempt.failed()
            raise NotSignedIn
    attempt.succeeded()
    return person


def sign_in(
    database: Database, guesser: Guesser, credentials: Credentials, browser: Browser, replaced: str = ""
) -> tuple[Person, str]:
    """Return who signs in, and the secret of the new session; the session that is `replaced` is over.

    Raises what `person_by_password` raises, and `NotSignedIn` with a code of its own where a code is needed or wrong.
    """
    person = person_by_password(database, guesser, credentials.email, credentials.password)
    attempt = CodeTry(database, guesser, person.id)
    if credentials.code:
        attempt.begin()
    with database.transaction(Actor(person.id)) as unit:
        require_unchanged(unit, person)
        require_code(unit, person.id, credentials.code)
        if replaced:
            end_session_of_secret(unit, replaced)
        secret = begin_session(unit, person.id, browser)
    if credentials.code:
        attempt.succeeded()
    return person, secret


def require_unchanged(unit: UnitOfWork, person: Person) -> Person:
    """Return the person's row, locked; raise `NotSignedIn` if they have another password by now, or are suspended."""
    current = unit.session.get(Person, person.id, with_for_update=True, populate_existing=True)
    if current is None or not current.active or current.password_hash != person.password_hash:
        raise NotSignedIn
    return current


def require_no_second_factor(database: Database, person: Person) -> None:
    """Raise `NotSignedIn` where a password alone is not enough: a header has no place for a code."""
    with database.snapshot(ANONYMOUS) as snapshot:
        if has_second_factor(snapshot, person.id):
            raise NotSignedIn("A code of the authenticator is needed as well.", CODE_REQUIRED)


def _person(snapshot: Snapshot, email: str) -> Person | None:
    try:
        return person_by_email(snapshot, email)
    except Invalid:
        return None
