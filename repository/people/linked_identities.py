"""Identities at providers: sign in by one, link one to an account, unlink it.

An account is never linked by an address of e-mail alone: who has an account signs in to it first and links there, so
that both sides are proved.
"""

import secrets
from collections.abc import Collection

from sqlalchemy import select

from repository.core.actor import Role
from repository.core.errors import AT_ONCE, Conflict, Forbidden, Invalid, NotFound
from repository.core.unit_of_work import UnitOfWork
from repository.engines.sign_in.port import AssertedIdentity, ProviderProfile
from repository.people.accounts import register_person
from repository.people.identity_facts import IdentityLinked, IdentityUnlinked
from repository.people.identity_grants import apply_rules, withdraw_grants
from repository.people.identity_model import LinkedIdentity
from repository.people.identity_sessions import end_sessions_by
from repository.people.model import Person
from repository.people.proved_orcid import settle_orcid, take_orcid
from repository.people.rules import NO_MAIL, normal_email

MOST_IDENTITIES = 20
"""of one person"""


def sign_in_by(unit: UnitOfWork, profile: ProviderProfile, identity: AssertedIdentity) -> LinkedIdentity:
    """Return the identity of a person, with a new account if it is nobody's and the provider may make some.

    Raise `Forbidden` if nobody may sign in by it, `Conflict` if its address belongs to an account.
    """
    linked = _linked(unit, profile.id, identity.subject)
    if linked is None:
        person = _new_person(unit, profile, identity)
        linked = _add(unit, profile, identity, person)
    else:
        person = _locked(unit, linked.person_id)
        if _linked(unit, profile.id, identity.subject) is None:
            raise Conflict(AT_ONCE)  # it was unlinked meanwhile
    if not person.active:
        raise Forbidden("This account is suspended.")
    _use(unit, linked, profile, identity, person)
    return linked


def link(unit: UnitOfWork, profile: ProviderProfile, identity: AssertedIdentity, person_id: int) -> LinkedIdentity:
    """Let a person, who is signed in, sign in by this identity too; raise `Conflict` if it is somebody else's."""
    person = _locked(unit, person_id)
    linked = _linked(unit, profile.id, identity.subject)
    if linked is None:
        if len(_all_of(unit, person_id)) >= MOST_IDENTITIES:
            raise Conflict(f"At most {MOST_IDENTITIES} identities can be linked to an account.")
        linked = _add(unit, profile, identity, person)
    elif linked.person_id != person_id:
        raise Conflict("This identity belongs to another account here.")
    _use(unit, linked, profile, identity, person)
    return linked


def unlink(unit: UnitOfWork, person_id: int, identity_id: int, providers: Collection[str], session_id: int = 0) -> None:
    """Take an identity from a person; raise `Conflict` if it is the last way in.

    `providers` are those of the site: an identity at another one is no way in.  What the rules gave goes with it,
    and so do the sessions that began with it, but for the one whose id is `session_id`.
    """
    person = _locked(unit, person_id)
    identities = _all_of(unit, person_id)
    linked = next((row for row in identities if row.id == identity_id), None)
    if linked is None:
        raise NotFound
    others = [row for row in identities if row.id != identity_id and row.provider in providers]
    if not others and person.password_hash is None:
        raise Conflict("This is the last way to sign in to the account. Set a password or link another identity first.")
    withdraw_grants(unit, person, linked)
    end_sessions_by(unit, linked.id, but=session_id)
    unit.session.delete(linked)
    unit.session.flush()
    settle_orcid(unit, person_id)
    unit.emit(IdentityUnlinked(person_id, linked.provider))


def _linked(unit: UnitOfWork, provider: str, subject: str) -> LinkedIdentity | None:
    return unit.session.scalar(
        select(LinkedIdentity).where(LinkedIdentity.provider == provider, LinkedIdentity.subject == subject),
        execution_options={"populate_existing": True},
    )


def _all_of(unit: UnitOfWork, person_id: int) -> list[LinkedIdentity]:
    return list(unit.session.scalars(select(LinkedIdentity).where(LinkedIdentity.person_id == person_id)))


def _locked(unit: UnitOfWork, person_id: int) -> Person:
    """Return the person, whom no other transaction changes meanwhile: two could take the last two ways in."""
    return unit.session.scalars(select(Person).where(Person.id == person_id).with_for_update()).one()


def _add(unit: UnitOfWork, profile: ProviderProfile, identity: AssertedIdentity, person: Person) -> LinkedIdentity:
    linked = LinkedIdentity(
        person_id=person.id,
        provider=profile.id,
        subject=identity.subject,
        grants={},
        created=unit.now,
        last_used=unit.now,
    )
    unit.session.add(linked)
    unit.session.flush()
    unit.emit(IdentityLinked(person.id, profile.id))
    return linked


def _use(
    unit: UnitOfWork, linked: LinkedIdentity, profile: ProviderProfile, identity: AssertedIdentity, person: Person
) -> None:
    linked.last_used = unit.now
    is_new = linked.orcid != (identity.orcid or None)
    linked.orcid = identity.orcid or None
    unit.session.flush()
    if is_new and identity.orcid:
        take_orcid(unit, person, identity.orcid)
    settle_orcid(unit, person.id)
    apply_rules(unit, person, linked, profile, identity)


def _new_person(unit: UnitOfWork, profile: ProviderProfile, identity: AssertedIdentity) -> Person:
    if not profile.new_accounts:
        raise Forbidden(
            f"No account here belongs to this identity at {profile.name}. Sign in to your account in another way, and"
            " link the identity there."
        )
    email = _address_of(identity)
    if email and unit.session.scalar(select(Person.id).where(Person.email == email)):
        raise Conflict(
            f"There is already an account with the address that {profile.name} names. Sign in to it in another way,"
            " and link the identity there."
        )
    return register_person(unit, email or f"{secrets.token_hex(16)}@{NO_MAIL}", identity.name, Role.DEPOSITOR)


def _address_of(identity: AssertedIdentity) -> str:
    """Return the verified address, empty if there is none that can be kept."""
    try:
        email = normal_email(identity.email)
    except Invalid:
        return ""
    return "" if email.endswith(f"@{NO_MAIL}") else email
