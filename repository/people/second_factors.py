"""Second factors: codes of an authenticator (RFC 6238), and recovery codes for when it is lost.

A code is good once: the time step of the last one is kept, and earlier steps are refused (RFC 6238, section 5.2).
The step before and the one after the server's are taken too, for clocks differ.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import pyotp
from sqlalchemy import delete, func, insert, select, update

from repository.core.errors import Conflict, Invalid, NotFound, NotSignedIn
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.people.facts import AuthenticatorAdded, AuthenticatorRemoved, RecoveryCodeUsed
from repository.people.model import Person, RecoveryCode, SecondFactor

STEP_SECONDS = 30
NEIGHBOURS = (0, -1, 1)
RECOVERY_CODES = 10
RECOVERY_BYTES = 10
"""80 random bits: nobody guesses them before the limit, and no search finds them from a digest."""
CODE_REQUIRED = "totp_required"
CODE_WRONG = "totp_invalid"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator needs, shown once: the secret in base32, and the same as an ``otpauth`` address."""

    secret: str
    address: str


def start_second_factor(unit: UnitOfWork, person: Person, issuer: str) -> Enrolment:
    """Return a new secret, which counts once it is confirmed; raise `Conflict` if one counts already."""
    factor = _locked(unit, person.id)
    if factor is not None and factor.confirmed is not None:
        raise Conflict("There is an authenticator already. Remove it first.")
    secret = pyotp.random_base32()
    if factor is None:
        factor = SecondFactor(person_id=person.id, secret=secret, created=unit.now, last_step=0)
        unit.session.add(factor)
    factor.secret, factor.created, factor.last_step = secret, unit.now, 0
    address = pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name=issuer)
    return Enrolment(secret, address)


def confirm_second_factor(unit: UnitOfWork, person_id: int, code: str) -> Sequence[str]:
    """Let the authenticator count, and return new recovery codes, shown once; raise `Invalid` for a wrong code."""
    factor = _locked(unit, person_id)
    if factor is None:
        raise NotFound("There is no authenticator to confirm.")
    if factor.confirmed is not None:
        raise Conflict("There is an authenticator already. Remove it first.")
    if not _takes(unit, factor, code):
        raise Invalid.field("code", "This is not the code of now.")
    factor.confirmed = unit.now
    codes = [secrets.token_hex(RECOVERY_BYTES) for _ in range(RECOVERY_CODES)]
    unit.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    rows = [{"person_id": person_id, "code_hash": _digest(code)} for code in codes]
    unit.session.execute(insert(RecoveryCode), rows)
    unit.emit(AuthenticatorAdded(person_id))
    return codes


def remove_second_factor(unit: UnitOfWork, person_id: int) -> None:
    """Let the person sign in without codes; raise `NotFound` if there is no authenticator."""
    factor = _locked(unit, person_id)
    if factor is None:
        raise NotFound("There is no authenticator.")
    unit.session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    unit.session.delete(factor)
    if factor.confirmed is not None:
        unit.emit(AuthenticatorRemoved(person_id))


def has_second_factor(snapshot: Snapshot, person_id: int) -> bool:
    """Return whether a person signs in with codes."""
    factor = snapshot.session.get(SecondFactor, person_id)
    return factor is not None and factor.confirmed is not None


def require_code(unit: UnitOfWork, person_id: int, code: str) -> None:
    """Use a code of the authenticator, or a recovery code; raise `NotSignedIn` where one is needed and this is none."""
    factor = _locked(unit, person_id)
    if factor is None or factor.confirmed is None:
        return
    if not code:
        raise NotSignedIn("A code of the authenticator is needed as well.", CODE_REQUIRED)
    if not _takes(unit, factor, code) and not _recovers(unit, person_id, code):
        raise NotSignedIn("This code is wrong, or was used already.", CODE_WRONG)


def _locked(unit: UnitOfWork, person_id: int) -> SecondFactor | None:
    return unit.session.get(SecondFactor, person_id, with_for_update=True, populate_existing=True)


def _takes(unit: UnitOfWork, factor: SecondFactor, code: str) -> bool:
    """Use a code of the time steps around now, if it is one and later than the last one."""
    totp = pyotp.TOTP(factor.secret, interval=STEP_SECONDS)
    now = int(unit.now.timestamp()) // STEP_SECONDS
    plain = code.replace(" ", "")
    for step in (now + neighbour for neighbour in NEIGHBOURS):
        if pyotp.utils.strings_equal(totp.generate_otp(step), plain) and step > factor.last_step:
            factor.last_step = step
            return True
    return False


def _recovers(unit: UnitOfWork, person_id: int, code: str) -> bool:
    plain = code.replace("-", "").replace(" ", "").lower()
    used = unit.session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.person_id == person_id, RecoveryCode.code_hash == _digest(plain))
        .where(RecoveryCode.used.is_(None))
        .values(used=unit.now)
        .returning(RecoveryCode.code_hash),
        execution_options={"synchronize_session": False},
    ).all()
    if used:
        mine = select(func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used.is_(None))
        unit.emit(RecoveryCodeUsed(person_id, unit.session.scalar(mine) or 0))
    return bool(used)


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "surrogateescape")).hexdigest()
