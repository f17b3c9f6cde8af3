"""Sign in with a password, and with a code where the person has an authenticator.

A password is checked outside a transaction, for that takes long.  The transaction that begins the session looks again:
a session of a password that was changed meanwhile would outlive the change.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from repository.core import clock
from repository.core.actor import ANONYMOUS, Actor
from repository.core.errors import Invalid, NotSignedIn
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.people.accounts import password_is_right, password_turn
from repository.people.guessing import CodeTry, Guesser, PasswordTry
from repository.people.model import Person
from repository.people.queries import person_by_email
from repository.people.second_factors import CODE_REQUIRED, has_second_factor, require_code
from repository.people.sessions import Browser, begin_session, end_session_of_secret

STEP_LASTS = timedelta(minutes=10)
_STEP = re.compile(r"([1-9][0-9]{0,17})\.([0-9]{1,11})\.[0-9a-f]{64}")
STEP_OVER = "This sign-in took too long. Begin again."


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
    return _begin(database, guesser, person, credentials.code, browser, replaced)


def sign_in_in_steps(
    database: Database, guesser: Guesser, credentials: Credentials, browser: Browser, replaced: str = ""
) -> tuple[str, str]:
    """Return the secret of the new session, or instead (``""``) the mark of `begin_step` where a code is needed too.

    Raises what `sign_in` raises for anything else.
    """
    person = person_by_password(database, guesser, credentials.email, credentials.password)
    try:
        return _begin(database, guesser, person, credentials.code, browser, replaced)[1], ""
    except NotSignedIn as refused:
        if refused.code != CODE_REQUIRED:
            raise
        return "", begin_step(person, clock.now())


def sign_in_by_step(
    database: Database, guesser: Guesser, step: str, code: str, browser: Browser, replaced: str = ""
) -> tuple[Person, str]:
    """Return what `sign_in` returns to who has proved the password by the mark of `begin_step`, and has a code now.

    Raises `NotSignedIn` too for a mark that is none, over, or of a password that was changed.
    """
    match = _STEP.fullmatch(step)
    if match is None:
        raise NotSignedIn(STEP_OVER)
    number, until = match.groups()
    with database.snapshot(ANONYMOUS) as snapshot:
        person = snapshot.session.get(Person, int(number))
    right = _step(person, int(until)) if person is not None and person.password_hash else ""
    if person is None or not hmac.compare_digest(step.encode(), right.encode()) or _is_over(int(until)):
        raise NotSignedIn(STEP_OVER)
    return _begin(database, guesser, person, code, browser, replaced)


def begin_step(person: Person, now: datetime) -> str:
    """Return a mark that says for a while that the person's password was right.

    It is keyed by the digest of the password, which only the database knows, so a change of it makes the mark void; a
    code is needed beside it.
    """
    return _step(person, int((now + STEP_LASTS).timestamp()))


def _step(person: Person, until: int) -> str:
    text = f"{person.id}.{until}"
    key = f"second step {person.password_hash}".encode()
    return f"{text}.{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}"


def _is_over(until: int) -> bool:
    return until <= clock.now().timestamp()


def _begin(
    database: Database, guesser: Guesser, person: Person, code: str, browser: Browser, replaced: str
) -> tuple[Person, str]:
    """Begin the session of who has proved their password, if the code is right where one is needed."""
    attempt = CodeTry(database, guesser, person.id)
    if code:
        attempt.begin()
    with database.transaction(Actor(person.id)) as unit:
        require_unchanged(unit, person)
        require_code(unit, person.id, code)
        if replaced:
            end_session_of_secret(unit, replaced)
        secret = begin_session(unit, person.id, browser)
    if code:
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
