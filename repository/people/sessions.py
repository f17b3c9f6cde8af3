"""Sessions of browsers: begun at sign-in, recognised by a cookie, seen, listed, ended.

The cookie holds 256 random bits and the database their digest.  A session ends `IDLE` after it was last seen, and
`LONGEST` after it began; the time of the last look is written once in `SEEN_EVERY`, so that reading stays reading.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, select, update

from repository.core import clock
from repository.core.actor import SYSTEM, Actor, TokenScope, role_of
from repository.core.check_report import CheckReport
from repository.core.database.direct_reads import DirectRead
from repository.core.errors import NotFound
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.people.facts import SessionBegun, SessionEnded, SessionsEnded
from repository.people.memberships import MEMBERSHIPS, memberships_in
from repository.people.model import OneTimeLink, Person, SignInSession

IDLE = timedelta(days=14)
LONGEST = timedelta(days=90)
SEEN_EVERY = timedelta(minutes=5)
LONGEST_AGENT = 200


@dataclass(frozen=True, slots=True)
class Browser:
    """What is kept of the program and the place that somebody signs in from."""

    user_agent: str
    address: str


@dataclass(frozen=True, slots=True)
class CurrentSession:
    """The session of a request; `csrf_token` is what its changes must bring along."""

    id: int
    actor: Actor
    created: datetime
    seen: datetime
    csrf_token: str

    @property
    def is_due(self) -> bool:
        """Whether it is time to write that it was seen."""
        return clock.now() - self.seen >= SEEN_EVERY


def begin_session(unit: UnitOfWork, person_id: int, browser: Browser) -> str:
    """Return the secret of a new session, which nobody can read again."""
    secret = secrets.token_urlsafe(32)
    session = SignInSession(
        person_id=person_id,
        secret_hash=_digest(secret),
        created=unit.now,
        seen=unit.now,
        until=unit.now + IDLE,
        user_agent=_printable(browser.user_agent)[:LONGEST_AGENT],
        address=browser.address,
    )
    unit.session.add(session)
    unit.session.flush()
    unit.emit(SessionBegun(session.id, person_id))
    return secret


_PERSON: Sequence[Any] = (Person.id, Person.role, Person.active)
_SESSION: Sequence[Any] = (SignInSession.id, SignInSession.created, SignInSession.seen, SignInSession.until)
_BY_SECRET = DirectRead(
    select(*_PERSON, *_SESSION, MEMBERSHIPS)
    .join(SignInSession, SignInSession.person_id == Person.id)
    .where(SignInSession.secret_hash == bindparam("digest"))
)


def session_of_secret(connection: Connection, secret: str) -> CurrentSession | None:
    """Return the session whose secret this is, None if it is unknown or over, or its person suspended.

    It has every right of its person: only tokens are narrower.
    """
    rows = _BY_SECRET.rows(connection, {"digest": _digest(secret)})
    if not rows:
        return None
    [(person_id, role, active, session_id, created, seen, until, memberships)] = rows
    if not active or not clock.now() < min(until, created + LONGEST):
        return None
    groups = memberships_in(memberships)
    actor = Actor(
        person_id,
        role_of(role),
        frozenset(TokenScope),
        teams=groups.teams,
        institutions=groups.institutions,
        credential=f"session:{session_id}",
    )
    return CurrentSession(session_id, actor, created, seen, csrf_token(secret))


def csrf_token(secret: str) -> str:
    """Return a keyed digest of the secret: pages of ours know it, those of others do not."""
    return hmac.new(secret.encode("utf-8", "surrogateescape"), b"csrf", hashlib.sha256).hexdigest()


def note_seen(database: Database, session: CurrentSession) -> None:
    """Write that a session was seen now, and let its idle time begin anew."""
    with database.transaction(session.actor) as unit:
        unit.session.execute(
            update(SignInSession)
            .where(SignInSession.id == session.id, SignInSession.ended.is_(None))
            .values(seen=unit.now, until=min(unit.now + IDLE, session.created + LONGEST))
        )


def sessions_of(snapshot: Snapshot, person_id: int) -> Sequence[SignInSession]:
    """Return a person's valid sessions, the one seen last first."""
    return snapshot.session.scalars(
        select(SignInSession)
        .where(*_open(snapshot, person_id))
        .order_by(SignInSession.seen.desc(), SignInSession.id.desc())
    ).all()


def end_session(unit: UnitOfWork, person_id: int, session_id: int) -> None:
    """End one session now; raise `NotFound` unless it is the person's own and valid."""
    ended = _end(unit, *_open(unit, person_id), SignInSession.id == session_id)
    if not ended:
        raise NotFound
    unit.emit(SessionEnded(session_id, person_id))


def end_sessions(unit: UnitOfWork, person_id: int, *, but: int = 0) -> None:
    """End all sessions of a person now, but for the one whose id is `but`."""
    if ended := _end(unit, *_open(unit, person_id), SignInSession.id != but):
        unit.emit(SessionsEnded(person_id, ended))


def end_session_of_secret(unit: UnitOfWork, secret: str) -> None:
    """End the session of a cookie that is replaced, whoever began it: none outlives a sign-in in the same browser."""
    session = unit.session.scalar(select(SignInSession).where(SignInSession.secret_hash == _digest(secret)))
    if session is not None and _end(unit, SignInSession.id == session.id, SignInSession.ended.is_(None)):
        unit.emit(SessionEnded(session.id, session.person_id))


def end_all_sign_ins(database: Database) -> int:
    """End every session, and void what was sent to prove an address; return how many sessions that were.

    A database that came back knows sessions and links that had ended since it was copied.
    """
    with database.transaction(SYSTEM) as unit:
        ended = _end(unit, SignInSession.ended.is_(None), SignInSession.until > unit.now)
        unit.session.execute(
            update(OneTimeLink).where(OneTimeLink.used.is_(None)).values(until=unit.now, secret_hash=None),
            execution_options={"synchronize_session": False},
        )
        unit.emit(SessionsEnded(0, ended))
    return ended


def forget_sessions(database: Database) -> CheckReport:
    """Remove the sessions that are over, with the addresses and programs that are in them."""
    with database.transaction(SYSTEM) as unit:
        unit.session.execute(delete(SignInSession).where(SignInSession.until <= unit.now))
    return CheckReport()


def _open(snapshot: Snapshot, person_id: int) -> Sequence[ColumnElement[bool]]:
    return (
        SignInSession.person_id == person_id,
        SignInSession.ended.is_(None),
        SignInSession.until > snapshot.now,
        SignInSession.created > snapshot.now - LONGEST,
    )


def _end(unit: UnitOfWork, *chosen: ColumnElement[bool]) -> int:
    ended = unit.session.execute(
        update(SignInSession).where(*chosen).values(ended=unit.now, until=unit.now).returning(SignInSession.id),
        execution_options={"synchronize_session": False},
    )
    return len(ended.all())


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)


def _digest(secret: str) -> str:
    # 256 random bits: no search finds them from a plain digest, and a slow digest costs every request
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
