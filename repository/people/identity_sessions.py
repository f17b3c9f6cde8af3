"""Sessions that began with an identity: begin one, and end those that the provider has ended."""

import hashlib
from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit

from sqlalchemy import ColumnElement, delete, select

from repository.core.unit_of_work import UnitOfWork
from repository.engines.sign_in.port import AssertedIdentity, Distrust, LogoutOrder, UntrustedAnswer
from repository.people.identity_facts import SignedOutByProvider
from repository.people.identity_model import IdentitySession, LinkedIdentity, UsedLogoutToken
from repository.people.model import SignInSession
from repository.people.sessions import LONGEST, Browser, begin_session, end_session, end_session_of_secret

LONGEST_TOKEN = 6_000
"""characters of an ID token that is kept: a longer one fits into no address"""


def begin_identity_session(
    unit: UnitOfWork, linked: LinkedIdentity, identity: AssertedIdentity, browser: Browser, replaced: str
) -> str:
    """Return the secret of a new session; the one whose secret is `replaced` is over."""
    if replaced:
        end_session_of_secret(unit, replaced)
    secret = begin_session(unit, linked.person_id, browser)
    unit.session.add(
        IdentitySession(
            session_hash=_digest(secret),
            identity_id=linked.id,
            sid=identity.session,
            id_token=identity.id_token if len(identity.id_token) <= LONGEST_TOKEN else "",
            end_session=identity.end_session,
            created=unit.now,
        )
    )
    return secret


def obey_logout(unit: UnitOfWork, provider: str, order: LogoutOrder) -> None:
    """End the sessions that the provider has ended; raise `UntrustedAnswer` if it ordered so before."""
    if unit.session.get(UsedLogoutToken, order.key) is not None:
        raise UntrustedAnswer(Distrust.REPLAY)
    unit.session.add(UsedLogoutToken(key=order.key, until=order.until))
    chosen = [LinkedIdentity.provider == provider]
    if order.subject:
        chosen.append(LinkedIdentity.subject == order.subject)
    if order.session:
        chosen.append(IdentitySession.sid == order.session)
    ended = _end(unit, *chosen)
    for person_id in sorted(set(ended)):
        unit.emit(SignedOutByProvider(person_id, provider, ended.count(person_id)))


def end_sessions_by(unit: UnitOfWork, identity_id: int, *, but: int = 0) -> None:
    """End the sessions that began with an identity, but for the one whose id is `but`."""
    _end(unit, IdentitySession.identity_id == identity_id, SignInSession.id != but)
    unit.session.execute(delete(IdentitySession).where(IdentitySession.identity_id == identity_id))


def sign_out_address(unit: UnitOfWork, secret: str, back: str) -> str:
    """Return where the browser signs out at the provider too (RP-Initiated Logout 1.0, section 2), empty for nowhere.

    What is told once is forgotten: the session of this secret is over.
    """
    row = unit.session.get(IdentitySession, _digest(secret))
    if row is None:
        return ""
    unit.session.delete(row)
    if not row.end_session:
        return ""
    hint = {"id_token_hint": row.id_token} if row.id_token else {}
    joint = "&" if urlsplit(row.end_session).query else "?"
    return row.end_session + joint + urlencode({**hint, "post_logout_redirect_uri": back})


def _end(unit: UnitOfWork, *chosen: ColumnElement[bool]) -> Sequence[int]:
    """End the chosen sessions that are not over; return their people, once for each session."""
    rows = unit.session.execute(
        select(SignInSession.id, SignInSession.person_id)
        .join(IdentitySession, IdentitySession.session_hash == SignInSession.secret_hash)
        .join(LinkedIdentity, LinkedIdentity.id == IdentitySession.identity_id)
        .where(
            SignInSession.ended.is_(None),
            SignInSession.until > unit.now,
            SignInSession.created > unit.now - LONGEST,
            *chosen,
        )
    ).all()
    for row in rows:
        end_session(unit, row.person_id, row.id)
    return [row.person_id for row in rows]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
