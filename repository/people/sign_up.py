"""Sign up, confirm an address, and set a forgotten password by a link.

Asking tells nothing: a request writes the same rows in the same time whether the address is known or not.  What is
sent, and whether, is decided when the message is made (`people.link_letters`).  An account begins when a link is
redeemed that was sent to its address, with the name and the password of the same request: nobody can prepare an
account, or its password, for somebody else's address.
"""

from dataclasses import dataclass, field

from repository.core.actor import ANONYMOUS, Actor, Role
from repository.core.errors import Conflict, Forbidden, Invalid
from repository.core.site import Site
from repository.core.unit_of_work import Database, UnitOfWork
from repository.people.accounts import hash_password, password_turn, register_person, set_password_hash
from repository.people.facts import EmailVerificationAsked, InvitationAsked, PasswordResetAsked
from repository.people.guessing import Guesser, count_message, refuse_wrong_link
from repository.people.model import OneTimeLink, Person
from repository.people.one_time_links import LinkPurpose, ask_link, open_link, redeem_link, void_link
from repository.people.queries import has_administrator
from repository.people.rules import SignUp, check_password, domain_of, normal_email, person_name

SIGN_UPS, RESETS = "sign-up", "reset"
"""Kinds of messages that are counted."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What somebody signs up with."""

    email: str
    name: str
    password: str = field(repr=False)

    def checked(self) -> "NewAccount":
        """Return the same in its normal form; raise `Invalid` for a bad address, name or password."""
        return NewAccount(normal_email(self.email), person_name(self.name), check_password(self.password))


def ask_account(database: Database, site: Site, guesser: Guesser, account: NewAccount, invitation: str = "") -> None:
    """Let a link be sent that confirms the address; with an invitation to it, make the account at once.

    Raises `Forbidden` where nobody may sign up, `Invalid`, and `TooManyTries`.
    """
    if invitation:
        make_account(database, guesser, LinkPurpose.INVITATION, invitation, account)
        return
    if site.sign_up != SignUp.OPEN:
        raise Forbidden(_CLOSED[SignUp(site.sign_up)])
    account = account.checked()
    if site.sign_up_domains and domain_of(account.email) not in site.sign_up_domains:
        raise Invalid.field("email", "People with an address of this domain cannot sign up here.")
    with password_turn():
        password_hash = hash_password(account.password)
    with database.transaction(ANONYMOUS) as unit:
        count_message(unit, guesser, SIGN_UPS, account.email)
        link = ask_link(unit, LinkPurpose.SIGN_UP, account.email, name=account.name, password_hash=password_hash)
        unit.emit(EmailVerificationAsked(link.id))


_CLOSED = {
    SignUp.INVITATION: "Only people who were invited can sign up.",
    SignUp.CLOSED: "Nobody can sign up here. The administrator makes accounts.",
}


def confirm_account(database: Database, guesser: Guesser, secret: str) -> Person:
    """Return the account that a confirmed address gets; raise `Invalid` for a void link, `Conflict` if there is one."""
    require_link(database, guesser, secret, LinkPurpose.SIGN_UP)
    with database.transaction(ANONYMOUS) as unit:
        link = redeem_link(unit, secret, LinkPurpose.SIGN_UP)
        return register_person(unit, link.email, link.name, password_hash=link.password_hash)


def make_account(
    database: Database, guesser: Guesser, purpose: LinkPurpose, secret: str, account: NewAccount
) -> Person:
    """Return the account that somebody with a link makes: an invitation, or the one to the first administrator.

    Raises `Invalid` for a void link or an address that was not invited, `Conflict` if the account is there already.
    """
    account = account.checked()
    link = require_link(database, guesser, secret, purpose)
    if link.email and link.email != account.email:
        raise Invalid.field("email", "The invitation is for another address.")
    is_first = purpose is LinkPurpose.FIRST_ADMINISTRATOR
    with password_turn():
        password_hash = hash_password(account.password)
    with database.transaction(ANONYMOUS) as unit:
        redeem_link(unit, secret, purpose)
        if is_first and has_administrator(unit):
            raise Conflict("There is an administrator already.")
        role = Role.ADMINISTRATOR if is_first else Role.DEPOSITOR
        return register_person(unit, account.email, account.name, role, password_hash=password_hash)


def invite(unit: UnitOfWork, email: str) -> OneTimeLink:
    """Let an invitation be sent to an address; whether it is known is told by the message alone."""
    link = ask_link(unit, LinkPurpose.INVITATION, normal_email(email))
    unit.emit(InvitationAsked(link.id))
    return link


def ask_password_reset(database: Database, guesser: Guesser, email: str) -> None:
    """Let a link be sent that sets another password; raise `Invalid` for what is no address, and `TooManyTries`."""
    address = normal_email(email)
    with database.transaction(ANONYMOUS) as unit:
        count_message(unit, guesser, RESETS, address)
        link = ask_link(unit, LinkPurpose.PASSWORD_RESET, address)
        unit.emit(PasswordResetAsked(link.id))


def reset_password(database: Database, guesser: Guesser, secret: str, password: str) -> None:
    """Set the password of the person whom a link was sent to, and end all sessions; raise `Invalid`."""
    check_password(password)
    person_id = require_link(database, guesser, secret, LinkPurpose.PASSWORD_RESET).person_id
    with password_turn():
        password_hash = hash_password(password)
    with database.transaction(Actor(person_id)) as unit:
        person = unit.session.get_one(Person, person_id, with_for_update=True)
        redeem_link(unit, secret, LinkPurpose.PASSWORD_RESET)
        if not person.active:
            raise void_link()
        set_password_hash(unit, person, password_hash)


def require_link(database: Database, guesser: Guesser, secret: str, purpose: LinkPurpose) -> OneTimeLink:
    """Return an open link, and leave it open; raise `Invalid` for a void one, `TooManyTries` for many of them."""
    try:
        with database.snapshot(ANONYMOUS) as snapshot:
            return open_link(snapshot, secret, purpose)
    except Invalid:
        refuse_wrong_link(database, guesser, secret)
        raise
