"""Personal access tokens: issue, revoke, recognise."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache

from sqlalchemy import Connection, bindparam, select

from repository.core import clock
from repository.core.actor import GRANTABLE, Actor, TokenScope, role_of
from repository.core.database.direct_reads import DirectRead
from repository.core.errors import Invalid, NotFound, NotSignedIn
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.people.facts import TokenIssued, TokenRevoked
from repository.people.memberships import MEMBERSHIPS, memberships_in
from repository.people.model import AccessToken, Person
from repository.people.rules import MAX_TOKEN_NAME, normal_name
from repository.people.token_scopes import FOR_ONE_DATASET, kept_scopes, scopes_of

PREFIX = "sdr_"
"""It makes a leaked token recognisable to scanners of source code."""


def issue_token(
    unit: UnitOfWork,
    person: Person,
    scopes: Iterable[TokenScope] = GRANTABLE,
    name: str = "",
    valid_for: timedelta | None = None,
    limited_to: int | None = None,
) -> tuple[AccessToken, str]:
    """Return a new token and its secret, which nobody can read again; raise `Invalid` for a bad name or scope.

    A token that is `limited_to` a dataset works for this one alone.  The caller has checked that its owner may read it.
    """
    granted = frozenset(scopes)
    if limited_to is not None and not granted <= frozenset(FOR_ONE_DATASET):
        raise Invalid.field("scopes", "A token for one dataset can read and change it, and nothing else.")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = AccessToken(
        person_id=person.id,
        name=normal_name(name, MAX_TOKEN_NAME),
        secret_hash=_digest(secret),
        scopes=kept_scopes(granted, limited=limited_to is not None),
        limited_to=limited_to,
        created=unit.now,
        expires=unit.now + valid_for if valid_for else None,
    )
    unit.session.add(token)
    unit.session.flush()
    unit.emit(TokenIssued(token.id, person.id, token.scopes, limited_to))
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


_BY_SECRET = DirectRead(
    select(
        Person.id,
        Person.role,
        Person.active,
        AccessToken.id,
        AccessToken.scopes,
        AccessToken.expires,
        AccessToken.revoked,
        AccessToken.limited_to,
        MEMBERSHIPS,
    )
    .join(AccessToken, AccessToken.person_id == Person.id)
    .where(AccessToken.secret_hash == bindparam("digest"))
)


def actor_for_token(connection: Connection, secret: str) -> Actor:
    """Return the actor whose token this is; raise `NotSignedIn` if it is unknown, expired or revoked.

    Scopes and roles that only a newer release knows give nothing here.
    """
    rows = _BY_SECRET.rows(connection, {"digest": _digest(secret)})
    if not rows:
        raise NotSignedIn
    [(person_id, role, active, token_id, scopes, expires, revoked, limited_to, memberships)] = rows
    expired = expires is not None and expires <= clock.now()
    if expired or revoked is not None or not active:
        raise NotSignedIn
    groups = memberships_in(memberships)
    return Actor(
        person_id,
        role_of(role),
        _scopes(tuple(scopes), limited=limited_to is not None),
        teams=groups.teams,
        institutions=groups.institutions,
        limited_to=limited_to,
        token_id=token_id,
        credential=f"token:{token_id}",
    )


_scopes = lru_cache(256)(scopes_of)


def _digest(secret: str) -> str:
    # The secret has 256 random bits: no search finds it from a plain digest, and a slow digest costs every request.
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
