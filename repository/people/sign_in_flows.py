"""Sign-ins that wait for a provider's answer: each works once, for ten minutes, in the browser that began it."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import InstrumentedAttribute

from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.errors import Invalid
from repository.core.unit_of_work import Database, UnitOfWork
from repository.engines.sign_in.port import FlowSecrets
from repository.people.identity_model import IdentitySession, SignInFlow, UsedLogoutToken
from repository.people.sessions import LONGEST

FLOW_LASTS = timedelta(minutes=10)
BATCH = 500
NOT_THIS_FLOW = "This sign-in is over, or was begun in another browser. Please begin again."


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """What was asked of a provider; `person_id` is who links an identity, None for a sign-in."""

    secrets: FlowSecrets
    next_path: str
    person_id: int | None = None


def new_secret() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


def new_flow_secrets() -> FlowSecrets:
    """Return secrets for one sign-in; the verifier has the length that RFC 7636, section 4.1 wants."""
    return FlowSecrets(state=new_secret(), nonce=new_secret(), verifier=secrets.token_urlsafe(48))


def begin_flow(unit: UnitOfWork, provider: str, pending: PendingSignIn, browser_secret: str) -> None:
    """Keep what is asked of the provider, until its answer comes to the browser with this secret."""
    unit.session.add(
        SignInFlow(
            state_hash=_digest(pending.secrets.state),
            browser_hash=_digest(browser_secret),
            provider=provider,
            nonce=pending.secrets.nonce,
            verifier=pending.secrets.verifier,
            next_path=pending.next_path,
            person_id=pending.person_id,
            expires=unit.now + FLOW_LASTS,
        )
    )


def take_flow(unit: UnitOfWork, provider: str, state: str, browser_secret: str) -> PendingSignIn:
    """Return what was asked, and forget it: of two answers at once one has it; raise `Invalid` for the other.

    An answer in another browser, or in the name of another provider, takes nothing away from the right one.
    """
    row = unit.session.execute(
        delete(SignInFlow)
        .where(
            SignInFlow.state_hash == _digest(state),
            SignInFlow.browser_hash == _digest(browser_secret),
            SignInFlow.provider == provider,
        )
        .returning(
            SignInFlow.nonce, SignInFlow.verifier, SignInFlow.next_path, SignInFlow.person_id, SignInFlow.expires
        )
    ).one_or_none()
    if row is None or not unit.now < row.expires <= unit.now + FLOW_LASTS:
        raise Invalid.field("state", NOT_THIS_FLOW)
    return PendingSignIn(FlowSecrets(state, row.nonce, row.verifier), row.next_path, row.person_id)


def forget_sign_ins(database: Database) -> CheckReport:
    """Remove flows whose time is over, sessions that must be, and logout tokens that nobody accepts any more."""
    gone = BATCH
    while gone == BATCH:
        with database.transaction(SYSTEM) as unit:
            too_late = SignInFlow.expires > unit.now + FLOW_LASTS  # a clock was ahead
            gone = max(
                _forget(unit, SignInFlow.state_hash, (SignInFlow.expires <= unit.now) | too_late),
                _forget(unit, IdentitySession.session_hash, IdentitySession.created <= unit.now - LONGEST),
                _forget(unit, UsedLogoutToken.key, UsedLogoutToken.until <= unit.now),
            )
    return CheckReport()


def _forget(unit: UnitOfWork, key: InstrumentedAttribute[str], over: ColumnElement[bool]) -> int:
    """Remove some rows, and return how many."""
    chosen = select(key).where(over).limit(BATCH)
    return len(unit.session.execute(delete(key.class_).where(key.in_(chosen)).returning(key)).all())


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
