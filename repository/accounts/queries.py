"""Reading accounts."""

from collections.abc import Sequence

from sqlalchemy import select

from repository.accounts.model import Token
from repository.foundation.work import Work


def tokens_of(work: Work, person_id: int) -> Sequence[Token]:
    """A person's tokens that still open something, oldest first."""
    return work.session.scalars(
        select(Token)
        .where(Token.person_id == person_id, Token.revoked.is_(None))
        .where(Token.expires.is_(None) | (Token.expires > work.now))
        .order_by(Token.id)
    ).all()
