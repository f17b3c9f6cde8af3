"""What a person changes of their own sign-in: the password, the address, and the authenticator."""

from repository.core.actor import Actor, TokenScope
from repository.core.errors import Conflict, Invalid, NotSignedIn
from repository.core.unit_of_work import Database
from repository.people.accounts import hash_password, password_is_right, password_turn, set_password_hash
from repository.people.facts import AddressLeft, EmailChangeAsked, EmailChanged
from repository.people.guessing import CodeTry, Guesser, PasswordTry, count_message
from repository.people.model import Person, Profile
from repository.people.one_time_links import LinkPurpose, ask_link, end_links, redeem_link
from repository.people.people_index import renew_keys
from repository.people.queries import person_by_email
from repository.people.rules import NO_MAIL, check_password, normal_email
from repository.people.second_factors import confirm_second_factor, remove_second_factor, require_code
from repository.people.sessions import Browser, begin_session, end_sessions
from repository.people.sign_in import person_by_password, require_unchanged
from repository.people.sign_up import require_link

EMAIL_CHANGES = "email"
"""The kind of messages that is counted."""
NO_PASSWORD = "Sign in to erase an account that has no password."
WRONG = "This is not your password."


def change_password(
    database: Database, guesser: Guesser, actor: Actor, current: str, password: str, browser: Browser
) -> str:
    """Give the actor another password, end all their sessions, and return the secret of a new one.

    Raises `Invalid` if `current` is not the password, or the new one is bad, and `TooManyTries`.
    """
    check_password(password)
    person = _by_password(database, guesser, actor, current, "current")
    with password_turn():
        password_hash = hash_password(password)
    with database.transaction(actor) as unit:
        set_password_hash(unit, require_unchanged(unit, person), password_hash)
        return begin_session(unit, person.id, browser)


def ask_email_change(database: Database, guesser: Guesser, actor: Actor, email: str, password: str) -> None:
    """Let a link be sent to the address that the actor wants; raise `Invalid` for a wrong password or address.

    Whether somebody has the address already is told by the message alone.
    """
    address = normal_email(email)
    person = _by_password(database, guesser, actor, password, "password")
    with database.transaction(actor) as unit:
        count_message(unit, guesser, EMAIL_CHANGES, address)
        link = ask_link(unit, LinkPurpose.EMAIL_CHANGE, address, person_id=person.id)
        unit.emit(EmailChangeAsked(link.id, person.id))


def confirm_email_change(database: Database, guesser: Guesser, secret: str) -> None:
    """Give the person who asked the address that a link was sent to; earlier links are void.

    Raises `Invalid` for a void link, and `Conflict` if somebody has the address by now.
    """
    person_id = require_link(database, guesser, secret, LinkPurpose.EMAIL_CHANGE).person_id
    with database.transaction(Actor(person_id)) as unit:
        person = unit.session.get_one(Person, person_id, with_for_update=True)
        link = redeem_link(unit, secret, LinkPurpose.EMAIL_CHANGE)
        if person_by_email(unit, link.email) is not None:
            raise Conflict(f"There is already an account for {link.email}.")
        former, person.email = person.email, link.email
        renew_keys(unit, person, unit.session.get(Profile, person.id))
        unit.emit(EmailChanged(person.id))
        end_links(unit, person.id)
        if not former.endswith(f"@{NO_MAIL}"):
            left = ask_link(unit, LinkPurpose.FORMER_ADDRESS, former, person_id=person.id)
            unit.emit(AddressLeft(left.id, person.id))


def confirm_own_factor(database: Database, guesser: Guesser, actor: Actor, session_id: int, code: str) -> list[str]:
    """Let the actor's authenticator count, and return recovery codes; other sessions, begun without it, are over."""
    assert actor.person_id is not None
    attempt = CodeTry(database, guesser, actor.person_id)
    attempt.begin()
    with database.transaction(actor) as unit:
        codes = confirm_second_factor(unit, actor.person_id, code)
        end_sessions(unit, actor.person_id, but=session_id)
    attempt.succeeded()
    return list(codes)


def remove_own_factor(database: Database, guesser: Guesser, actor: Actor, password: str, code: str) -> None:
    """Remove the actor's authenticator, with their password or a code; raise `Invalid` for a wrong one."""
    assert actor.person_id is not None
    if password:
        _by_password(database, guesser, actor, password, "password")
        with database.transaction(actor) as unit:
            remove_second_factor(unit, actor.person_id)
        return
    attempt = CodeTry(database, guesser, actor.person_id)
    attempt.begin()
    try:
        with database.transaction(actor) as unit:
            require_code(unit, actor.person_id, code)
            remove_second_factor(unit, actor.person_id)
    except NotSignedIn as wrong:
        raise Invalid.field("code", wrong.reason) from None
    attempt.succeeded()


def prove_oneself(database: Database, guesser: Guesser, actor: Actor, password: str, confirm: str) -> None:
    """Raise unless the person themselves asks: whoever has a token only must not end an account.

    Raises `Invalid` for a wrong password, or without one for another address than the account's, and `TooManyTries`.
    """
    with database.snapshot(actor) as snapshot:
        person = snapshot.session.get_one(Person, actor.person_id)
    if person.password_hash is not None:
        _prove_password(database, guesser, person, password)
    elif TokenScope.TOKENS not in actor.scopes:
        raise Invalid.field("password", NO_PASSWORD)
    elif confirm.strip().lower() != person.email:
        raise Invalid.field("confirm", "Confirm with the address of your account.")


def _prove_password(database: Database, guesser: Guesser, person: Person, password: str) -> None:
    with password_turn():
        attempt = PasswordTry(database, guesser, person.email)
        attempt.begin(person.id)
        if not password_is_right(person, password):
            attempt.failed()
            raise Invalid.field("password", WRONG)
    attempt.succeeded()


def _by_password(database: Database, guesser: Guesser, actor: Actor, password: str, field: str) -> Person:
    with database.snapshot(actor) as snapshot:
        email = snapshot.session.get_one(Person, actor.person_id).email
    try:
        return person_by_password(database, guesser, email, password)
    except NotSignedIn:
        raise Invalid.field(field, "This is not the password.") from None
