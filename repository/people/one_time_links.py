"""Links of one use: asked for, issued when they are sent, redeemed once.

Asking writes a row without a secret.  The job that sends the link makes the secret (`issue_link`): it is in the message
alone, and its digest in the row.  A job that runs twice makes a second secret, and the first is none any more.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import select, update

from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.errors import Invalid
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.people.model import OneTimeLink

WAITS = timedelta(days=7)
"""How long a link may wait until it is sent: mail may be down for a while."""
BATCH = 500


class LinkPurpose(StrEnum):
    """What a link is for; the values are kept in the database, and never get another meaning."""

    SIGN_UP = "sign_up"
    PASSWORD_RESET = "password_reset"
    EMAIL_CHANGE = "email_change"
    INVITATION = "invitation"
    FIRST_ADMINISTRATOR = "first_administrator"
    FORMER_ADDRESS = "former_address"
    """no link: it keeps an address that was left until a job has written to it"""


VALID_FOR: Mapping[LinkPurpose, timedelta] = {
    LinkPurpose.SIGN_UP: timedelta(minutes=30),
    LinkPurpose.PASSWORD_RESET: timedelta(minutes=30),
    LinkPurpose.EMAIL_CHANGE: timedelta(minutes=30),
    LinkPurpose.INVITATION: timedelta(days=14),
    LinkPurpose.FIRST_ADMINISTRATOR: timedelta(hours=24),
}


def ask_link(
    unit: UnitOfWork,
    purpose: LinkPurpose,
    email: str = "",
    *,
    person_id: int | None = None,
    name: str = "",
    password_hash: str | None = None,
) -> OneTimeLink:
    """Return the row of a link that a job will send to `email`."""
    link = OneTimeLink(
        purpose=purpose.value,
        person_id=person_id,
        email=email,
        name=name,
        password_hash=password_hash,
        created=unit.now,
        until=unit.now + WAITS,
    )
    unit.session.add(link)
    unit.session.flush()
    return link


def issue_link(unit: UnitOfWork, link: OneTimeLink) -> str:
    """Return the secret of a link, which nobody can read again; an earlier one of the same row is void."""
    secret = secrets.token_urlsafe(32)
    link.secret_hash = _digest(secret)
    link.until = unit.now + VALID_FOR[LinkPurpose(link.purpose)]
    return secret


def open_link(snapshot: Snapshot, secret: str, purpose: LinkPurpose) -> OneTimeLink:
    """Return the link that a secret is of, without using it; raise `Invalid` if it is none, used or over."""
    link = snapshot.session.scalar(
        select(OneTimeLink).where(
            OneTimeLink.secret_hash == _digest(secret),
            OneTimeLink.purpose == purpose.value,
            OneTimeLink.used.is_(None),
            OneTimeLink.until > snapshot.now,
        )
    )
    if link is None:
        raise void_link()
    return link


def redeem_link(unit: UnitOfWork, secret: str, purpose: LinkPurpose) -> OneTimeLink:
    """Use a link and return its row; raise `Invalid` if it is none, over, or used.

    One statement looks and uses: of two requests the second finds a used link.
    """
    used = unit.session.execute(
        update(OneTimeLink)
        .where(
            OneTimeLink.secret_hash == _digest(secret),
            OneTimeLink.purpose == purpose.value,
            OneTimeLink.used.is_(None),
            OneTimeLink.until > unit.now,
        )
        .values(used=unit.now)
        .returning(OneTimeLink.id),
        execution_options={"synchronize_session": False},
    ).scalar_one_or_none()
    if used is None:
        raise void_link()
    return unit.session.get_one(OneTimeLink, used, populate_existing=True)


def void_link() -> Invalid:
    """Return the error of every link that opens nothing: unknown, used, over and ended ones look alike."""
    return Invalid.field("token", "This link is not valid, or not any more.")


def end_links(unit: UnitOfWork, person_id: int, *purposes: LinkPurpose) -> None:
    """Make the open links of a person void: those for `purposes`, or all that are links."""
    links = purposes or [purpose for purpose in LinkPurpose if purpose is not LinkPurpose.FORMER_ADDRESS]
    chosen = OneTimeLink.purpose.in_([purpose.value for purpose in links])
    unit.session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.person_id == person_id, chosen, OneTimeLink.used.is_(None))
        .values(used=unit.now),
        execution_options={"synchronize_session": False},
    )


def forget_links(database: Database) -> CheckReport:
    """Remove the links whose time is over, with the addresses and names that are in them."""
    gone = BATCH
    while gone == BATCH:
        with database.transaction(SYSTEM) as unit:
            links = unit.session.scalars(
                select(OneTimeLink)
                .where(OneTimeLink.until <= unit.now - VALID_FOR[LinkPurpose.FIRST_ADMINISTRATOR])
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            ).all()
            for link in links:
                unit.session.delete(link)
        gone = len(links)
    return CheckReport()


def _digest(secret: str) -> str:
    # 256 random bits: no search finds them from a plain digest
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
