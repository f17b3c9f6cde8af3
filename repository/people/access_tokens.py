"""Personal access tokens: issue, revoke, recognise."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import Connection, bindparam, select

from repository.core import clock
from repository.core.actor import GRANTABLE, Actor, Role, TokenScope
from repository.core.errors import NotFound, NotSignedIn
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.people.facts import TokenIssued, TokenRevoked
from repository.people.model import AccessToken, Person
from repository.people.rules import MAX_TOKEN_NAME, normal_name

PREFIX = "sdr_"
"""It makes a leaked token recognisable to scanners of source code."""


def issue_token(
    unit: UnitOfWork,
    person: Person,
    scopes: Iterable[TokenScope] = GRANTABLE,
    name: str = "",
    valid_for: timedelta | None = None,
) -> tuple[AccessToken, str]:
    """Return a new token and its secret, which nobody can read again; raise `Invalid` for a bad name."""
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
    """End the token's validity now; raise `NotFound` unless it is the actor's own."""
    token = unit.session.get(AccessToken, token_id)
    if token is None or token.person_id != unit.actor.person_id:
        raise NotFound
    if token.revoked is None:
        token.revoked = unit.now
        unit.emit(TokenRevoked(token.id))


def end_token(unit: UnitOfWork, token: AccessToken | None) -> AccessToken:
    """End the validity of anybody's token now, as an operator does; raise `NotFound` if there is none."""
    if token is None:
        raise NotFound("There is no such token.")
    if token.revoked is None:
        token.revoked = unit.now
        unit.emit(TokenRevoked(token.id))
    return token


def token_of_secret(snapshot: Snapshot, secret: str) -> AccessToken | None:
    """Return the token that a secret is of, valid or not."""
    return snapshot.session.scalar(select(AccessToken).where(AccessToken.secret_hash == _digest(secret)))


_BY_SECRET = (
    select(Person.id, Person.role, Person.active, AccessToken.scopes, AccessToken.expires, AccessToken.revoked)
    .join(AccessToken, AccessToken.person_id == Person.id)
    .where(AccessToken.secret_hash == bindparam("digest"))
)


def actor_for_token(connection: Connection, secret: str) -> Actor:
    """Return the actor whose token this is; raise `NotSignedIn` if it is unknown, expired or revoked."""
    row = connection.execute(_BY_SECRET, {"digest": _digest(secret)}).one_or_none()
    if row is None:
        raise NotSignedIn
    expired = row.expires is not None and row.expires <= clock.now()
    if expired or row.revoked is not None or not row.active:
        raise NotSignedIn
    return Actor(row.id, Role(row.role), frozenset(map(TokenScope, row.scopes)))


def _digest(secret: str) -> str:
    # The secret has 256 random bits: no search finds it from a plain digest, and a slow digest costs every request.
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
