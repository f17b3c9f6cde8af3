"""Personal access tokens: issue, revoke, recognise."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import Connection, bindparam, select

from repository.core import clock
from repository.core.actor import GRANTABLE, Actor, Role, TokenScope
from repository.core.errors import NotFound, NotSignedIn
from repository.core.unit_of_work import UnitOfWork
from repository.people.facts import TokenIssued, TokenRevoked
from repository.people.model import AccessToken, Person
from repository.people.rules import MAX_TOKEN_NAME, normal_name

PREFIX = "sdr_"
"""Makes a leaked token recognisable to scanners of source code."""
_BY_SECRET = (
    select(Person.id, Person.role, Person.active, AccessToken.scopes, AccessToken.expires, AccessToken.revoked)
    .join(AccessToken, AccessToken.person_id == Person.id)
    .where(AccessToken.secret_hash == bindparam("digest"))
)


def issue_token(
    unit: UnitOfWork,
    person: Person,
    scopes: Iterable[TokenScope] = GRANTABLE,
    name: str = "",
    valid_for: timedelta | None = None,
) -> tuple[AccessToken, str]:
    """A new token and its secret, which nobody can learn again; raises `Invalid` for a bad name."""
    secret = PREFIX + secrets.token_urlsafe(32)
    token = AccessToken(
        person_id=person.id,
        name=normal_name(name, MAX_TOKEN_NAME),
        secret_hash=_digest(secret),
        scopes=sorted(scope.value for scope in scopes),
        created=unit.now,
        expires=unit.now + valid_for if valid_for else None,
    )
    unit.session.add(token)
    unit.session.flush()
    unit.emit(TokenIssued(token.id, person.id, token.scopes))
    return token, secret


def revoke_token(unit: UnitOfWork, token_id: int) -> None:
    """From now on the token opens nothing; raises `NotFound` unless it is the actor's own."""
    token = unit.session.get(AccessToken, token_id)
    if token is None or token.person_id != unit.actor.person_id:
        raise NotFound
    if token.revoked is None:
        token.revoked = unit.now
        unit.emit(TokenRevoked(token.id))


def actor_for_token(connection: Connection, secret: str) -> Actor:
    """Whom a token stands for now; raises `NotSignedIn` if it is unknown, expired or revoked."""
    found = connection.execute(_BY_SECRET, {"digest": _digest(secret)}).one_or_none()
    if found is None:
        raise NotSignedIn
    expired = found.expires is not None and found.expires <= clock.now()
    if expired or found.revoked is not None or not found.active:
        raise NotSignedIn
    return Actor(found.id, Role(found.role), frozenset(map(TokenScope, found.scopes)))


def _digest(secret: str) -> str:
    # The secret has 256 random bits: a plain digest cannot be searched, and a slow one would cost every request.
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
