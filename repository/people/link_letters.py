"""What is sent when somebody asked for a link: decided, and its secret made, at the time of sending."""

from dataclasses import dataclass, field
from enum import StrEnum

from repository.core.unit_of_work import UnitOfWork
from repository.people.model import OneTimeLink, Person
from repository.people.one_time_links import LinkPurpose, issue_link
from repository.people.queries import person_by_email


class LetterKind(StrEnum):
    """The messages; each has words of its own."""

    SIGN_UP = "sign_up"
    """confirm the address"""
    ADDRESS_KNOWN = "address_known"
    """somebody wants an account with an address that has one; without a link"""
    PASSWORD_RESET = "password_reset"
    EMAIL_CHANGE = "email_change"
    """confirm another address"""
    INVITATION = "invitation"
    FORMER_ADDRESS = "former_address"
    """the account of this address has another one; without a link"""


@dataclass(frozen=True, slots=True)
class LinkLetter:
    """A message to one address; `secret` goes into its link, and nowhere else.

    `person_id` is the account of the address or of who asked, None if there is none yet.
    """

    kind: LetterKind
    email: str
    person_id: int | None
    secret: str = field(default="", repr=False)


def link_letter(unit: UnitOfWork, link_id: int) -> LinkLetter | None:
    """Return the message that a link is for, None if nothing is to be sent.

    Run again, it has another secret.  Whoever asks for an account that is there gets no link, and its holder a notice.
    Nobody gets a link to an account that is not there or suspended.
    """
    link = unit.session.get(OneTimeLink, link_id, with_for_update=True)
    if link is None or link.used is not None or link.until <= unit.now:
        return None
    holder = person_by_email(unit, link.email)
    match LinkPurpose(link.purpose):
        case LinkPurpose.PASSWORD_RESET:
            return _reset(unit, link, holder)
        case LinkPurpose.FIRST_ADMINISTRATOR:
            return None
        case LinkPurpose.FORMER_ADDRESS:
            return LinkLetter(LetterKind.FORMER_ADDRESS, link.email, link.person_id)
        case purpose if holder is None:
            return LinkLetter(LetterKind(purpose.value), link.email, link.person_id, issue_link(unit, link))
        case _:
            link.used = unit.now
            return LinkLetter(LetterKind.ADDRESS_KNOWN, link.email, holder.id) if holder.active else None


def _reset(unit: UnitOfWork, link: OneTimeLink, holder: Person | None) -> LinkLetter | None:
    if holder is None or not holder.active:
        return None
    link.person_id = holder.id
    return LinkLetter(LetterKind.PASSWORD_RESET, link.email, holder.id, issue_link(unit, link))
