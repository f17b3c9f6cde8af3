"""Read accounts."""

from collections.abc import Sequence

from sqlalchemy import select

from repository.core.unit_of_work import Snapshot
from repository.people.model import AccessToken


def tokens_of(snapshot: Snapshot, person_id: int) -> Sequence[AccessToken]:
    """Return a person's valid tokens, oldest first."""
    return snapshot.session.scalars(
        select(AccessToken)
        .where(AccessToken.person_id == person_id, AccessToken.revoked.is_(None))
        .where(AccessToken.expires.is_(None) | (AccessToken.expires > snapshot.now))
        .order_by(AccessToken.id)
    ).all()
