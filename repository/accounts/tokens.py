"""Personal access tokens: issue, revoke, recognise."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import Connection, bindparam, select

from repository.accounts.facts import TokenIssued, TokenRevoked
from repository.accounts.model import Person, Token
from repository.accounts.rules import MAX_TOKEN_NAME, normal_name
from repository.foundation import clock
from repository.foundation.actor import GRANTABLE, Actor, Role, Scope
from repository.foundation.errors import NotFound, NotSignedIn
from repository.foundation.work import Work

PREFIX = "sdr_"
"""Makes a leaked token recognisable to scanners of source code."""
_BY_SECRET = (
    select(Person.id, Person.role, Person.active, Token.scopes, Token.expires, Token.revoked)
    .join(Token, Token.person_id == Person.id)
    .where(Token.secret_hash == bindparam("digest"))
)


def issue_token(
    work: Work,
    person: Person,
    scopes: Iterable[Scope] = GRANTABLE,
    name: str = "",
    valid_for: timedelta | None = None,
) -> tuple[Token, str]:
    """A new token and its secret, which nobody can learn again; raises `Invalid` for a bad name."""
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token(
        person_id=person.id,
        name=normal_name(name, MAX_TOKEN_NAME),
        secret_hash=_digest(secret),
        scopes=sorted(scope.value for scope in scopes),
        created=work.now,
        expires=work.now + valid_for if valid_for else None,
    )
    work.session.add(token)
    work.session.flush()
    work.emit(TokenIssued(token.id, {"person": person.id, "scopes": token.scopes}))
    return token, secret


def revoke_token(work: Work, token_id: int) -> None:
    """From now on the token opens nothing; raises `NotFound` unless it is the actor's own."""
    token = work.session.get(Token, token_id)
    if token is None or token.person_id != work.actor.person_id:
        raise NotFound
    if token.revoked is None:
        token.revoked = work.now
        work.emit(TokenRevoked(token.id))


def actor_of(connection: Connection, secret: str) -> Actor:
    """Whom a token stands for now; raises `NotSignedIn` if it is unknown, expired or revoked."""
    found = connection.execute(_BY_SECRET, {"digest": _digest(secret)}).one_or_none()
    if found is None:
        raise NotSignedIn
    expired = found.expires is not None and found.expires <= clock.now()
    if expired or found.revoked is not None or not found.active:
        raise NotSignedIn
    return Actor(found.id, Role(found.role), frozenset(map(Scope, found.scopes)))


def _digest(secret: str) -> str:
    # The secret has 256 random bits: a plain digest cannot be searched, and a slow one would cost every request.
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
