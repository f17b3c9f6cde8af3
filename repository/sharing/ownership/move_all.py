"""Move all datasets of a person to another, as an administrator does for who leaves: nobody accepts.

Each dataset moves in a transaction of its own, and what has moved is not there the next time: a run that was cut goes
on where it ended.
"""

from collections.abc import Callable, Sequence

from sqlalchemy import bindparam, select

from repository.access.owned import owned_datasets
from repository.access.principals import GrantSubject, SubjectKind
from repository.core.actor import SYSTEM
from repository.core.errors import Invalid
from repository.core.site import Site
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.records.model import Concept
from repository.sharing.ownership.move import Handover, make_responsible, move_ownership, owner_of
from repository.sharing.ownership.receivers import can_own
from repository.sharing.share import lock_dataset

BATCH = 100
_OwnedAfter = Callable[[Snapshot, int], Sequence[int]]


def move_all(database: Database, site: Site, giver_id: int, receiver_id: int, reason: str) -> int:
    """Make `receiver_id` the owner of all that `giver_id` owns, and responsible for the rest; return of how many.

    Quotas do not stop it.  Raises `Invalid` for a receiver whose account is not in use.
    """
    giver, receiver = (GrantSubject(SubjectKind.PERSON, person) for person in (giver_id, receiver_id))
    with database.transaction(SYSTEM) as unit:
        if giver == receiver or not can_own(unit, receiver):
            raise Invalid("Datasets are handed over to another person, whose account is in use.")
    handover = Handover(receiver, receiver_id, within_limits=False, reason=reason)

    def move(unit: UnitOfWork, concept_id: int) -> bool:
        is_owner = lock_dataset(unit, concept_id) and owner_of(unit, concept_id) == giver
        if is_owner:
            move_ownership(unit, site, concept_id, handover)
        return is_owner

    moved = _for_each(database, lambda snapshot, after: owned_datasets(snapshot, giver, BATCH, after), move)
    pass_responsibility(database, site, giver_id, lambda _unit, _concept_id: receiver_id)
    return moved


def pass_responsibility(
    database: Database, site: Site, giver_id: int, next_person: Callable[[UnitOfWork, int], int]
) -> None:
    """Let the `next_person` answer for each dataset that a team owns and for which `giver_id` answered."""

    def answer(unit: UnitOfWork, concept_id: int) -> bool:
        concept = unit.session.get_one(Concept, concept_id) if lock_dataset(unit, concept_id) else None
        if concept is not None and concept.owner_id == giver_id:
            make_responsible(unit, site, concept, next_person(unit, concept_id), within_limits=False)
        return False

    _for_each(database, lambda snapshot, after: _responsible_for(snapshot, giver_id, after), answer)


_RESPONSIBLE_FOR = (
    select(Concept.id)
    .where(Concept.owner_id == bindparam("person"), Concept.id > bindparam("after"))
    .order_by(Concept.id)
    .limit(BATCH)
)


def _responsible_for(snapshot: Snapshot, person_id: int, after: int) -> Sequence[int]:
    return snapshot.session.scalars(_RESPONSIBLE_FOR, {"person": person_id, "after": after}).all()


def _for_each(database: Database, owned: _OwnedAfter, change: Callable[[UnitOfWork, int], bool]) -> int:
    """Change each of the datasets in a transaction of its own; return how many were changed."""
    changed, after = 0, 0
    while True:
        with database.snapshot(SYSTEM) as snapshot:
            batch = owned(snapshot, after)
        for concept_id in batch:
            with database.transaction(SYSTEM) as unit:
                changed += change(unit, concept_id)
        if len(batch) < BATCH:
            return changed
        after = batch[-1]
