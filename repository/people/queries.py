"""Read accounts."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from repository.core.actor import Role
from repository.core.unit_of_work import Snapshot
from repository.people.model import AccessToken, DraftUse, OneTimeLink, Person
from repository.people.rules import normal_email


def person_by_email(snapshot: Snapshot, email: str) -> Person | None:
    """Return the account of an address, active or not."""
    return snapshot.session.scalar(select(Person).where(Person.email == normal_email(email)))


def tokens_of(snapshot: Snapshot, person_id: int) -> Sequence[AccessToken]:
    """Return a person's valid tokens, oldest first."""
    return snapshot.session.scalars(
        select(AccessToken)
        .where(AccessToken.person_id == person_id, AccessToken.revoked.is_(None))
        .where(AccessToken.expires.is_(None) | (AccessToken.expires > snapshot.now))
        .order_by(AccessToken.id)
    ).all()


_EVERYBODY = (
    select(Person, DraftUse).outerjoin(DraftUse, DraftUse.person_id == Person.id).order_by(Person.id)
).execution_options(yield_per=500)


def everybody(snapshot: Snapshot) -> Iterator[tuple[Person, DraftUse | None]]:
    """Yield all people by their ids with what they have in drafts, a few in memory at a time."""
    for row in snapshot.session.execute(_EVERYBODY):
        yield row.Person, row.DraftUse


def has_administrator(snapshot: Snapshot) -> bool:
    """Return whether anybody is an administrator, be it a suspended one."""
    administrator = select(Person.id).where(Person.role == Role.ADMINISTRATOR.value).limit(1)
    return snapshot.session.scalar(administrator) is not None


def has_anybody(snapshot: Snapshot) -> bool:
    """Return whether there is any account."""
    return snapshot.session.scalar(select(Person.id).where(Person.id > 0).limit(1)) is not None


def has_open_link(snapshot: Snapshot, purpose: str) -> bool:
    """Return whether a link of this purpose can be used."""
    link = select(OneTimeLink.id).where(
        OneTimeLink.purpose == purpose, OneTimeLink.used.is_(None), OneTimeLink.until > snapshot.now
    )
    return snapshot.session.scalar(link.limit(1)) is not None
