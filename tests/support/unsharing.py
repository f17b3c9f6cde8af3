"""Take the grant of a subject away, as the API does by its id."""

from repository.access.principals import GrantSubject
from repository.core.unit_of_work import UnitOfWork
from repository.sharing.give import take_grant
from repository.sharing.queries import grant_to


def unshare(unit: UnitOfWork, concept_id: int, subject: GrantSubject) -> None:
    """Raise `NotFound`, `Forbidden`, or `Conflict` for the owner."""
    take_grant(unit, concept_id, lambda opened, concept: grant_to(opened, concept, subject))
