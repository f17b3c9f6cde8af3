"""Read accounts."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from repository.core.unit_of_work import Snapshot
from repository.people.model import AccessToken, Person


def tokens_of(snapshot: Snapshot, person_id: int) -> Sequence[AccessToken]:
    """Return a person's valid tokens, oldest first."""
    return snapshot.session.scalars(
        select(AccessToken)
        .where(AccessToken.person_id == person_id, AccessToken.revoked.is_(None))
        .where(AccessToken.expires.is_(None) | (AccessToken.expires > snapshot.now))
        .order_by(AccessToken.id)
    ).all()


def everybody(snapshot: Snapshot) -> Iterable[Person]:
    """Return all people by their ids, a few in memory at a time."""
    return snapshot.session.scalars(select(Person).order_by(Person.id), execution_options={"yield_per": 500})
