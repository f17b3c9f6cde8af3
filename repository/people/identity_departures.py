"""What becomes of the identities of an account that nobody has any more."""

from sqlalchemy import delete, select, update

from repository.core.unit_of_work import UnitOfWork
from repository.people.identity_model import IdentitySession, LinkedIdentity, RoleByRule, SignInFlow
from repository.people.proved_orcid import settle_orcid


def move_identities(unit: UnitOfWork, person_id: int, receiver_id: int) -> None:
    """Let the identities of a doubled account be ways into the other one; rules hold again at the next sign-in."""
    _forget_what_ran(unit, person_id)
    unit.session.execute(
        update(LinkedIdentity).where(LinkedIdentity.person_id == person_id).values(person_id=receiver_id, grants={})
    )
    settle_orcid(unit, person_id)
    settle_orcid(unit, receiver_id)


def forget_identities(unit: UnitOfWork, person_id: int) -> None:
    """Forget the identities of an erased person."""
    _forget_what_ran(unit, person_id)
    unit.session.execute(delete(LinkedIdentity).where(LinkedIdentity.person_id == person_id))


def _forget_what_ran(unit: UnitOfWork, person_id: int) -> None:
    identities = select(LinkedIdentity.id).where(LinkedIdentity.person_id == person_id)
    unit.session.execute(delete(IdentitySession).where(IdentitySession.identity_id.in_(identities)))
    for table in (SignInFlow, RoleByRule):
        unit.session.execute(delete(table).where(table.person_id == person_id))
