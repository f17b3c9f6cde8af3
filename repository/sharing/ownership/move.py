"""Move a dataset to another owner, in one transaction.

The grant of the owner moves, the copy of the responsible person in the concept, and what its drafts count for in
quotas; the index is told of the readers.  The dataset has an owner before and after, and never two.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from repository.access.grants import set_grant
from repository.access.model import GrantRow
from repository.access.policy import Permission
from repository.access.principals import GrantSubject, SubjectKind
from repository.core.facts import Fact
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.deposits.model import Draft, DraftKind
from repository.files.own_bytes import held_bytes
from repository.people.quotas import move_use
from repository.records.model import Concept
from repository.sharing.facts import DatasetHandedOver
from repository.sharing.ownership.facts import OwnershipMoved
from repository.sharing.share import touch_readers


@dataclass(frozen=True, slots=True)
class Handover:
    """How a dataset changes hands.

    `responsible_id` is the person who answers for the `receiver`: the person themselves, or who accepted for a team.
    `within_limits` says that the receiver's quota of drafts has to have room.  `follows_departure`: the owner has left,
    which a fact of its own tells.
    """

    receiver: GrantSubject
    responsible_id: int
    stays_manager: bool = False
    within_limits: bool = True
    reason: str = ""
    follows_departure: bool = False

    def fact(self, concept_id: int, before: GrantSubject | None) -> Fact:
        """Return what is told of the change; `before` is the owner until now."""
        if before is not None and self.follows_departure:
            return DatasetHandedOver(concept_id, before.id, self.receiver.id)
        kind, owner_id = (before.kind.value, before.id) if before else ("", None)
        return OwnershipMoved(concept_id, kind, owner_id, self.receiver.kind.value, self.receiver.id, self.reason)


_OWNERS = select(GrantRow).where(
    GrantRow.concept_id == bindparam("concept_id"), GrantRow.permission == Permission.OWNER.value
)


def owner_of(snapshot: Snapshot, concept_id: int) -> GrantSubject | None:
    """Return who owns a dataset; None for one that has lost its owner."""
    row = snapshot.session.scalars(_OWNERS.order_by(GrantRow.id), {"concept_id": concept_id}).first()
    return None if row is None else GrantSubject(SubjectKind(row.subject_kind), row.subject_id)


def move_ownership(unit: UnitOfWork, site: Site, concept_id: int, handover: Handover) -> None:
    """Make the receiver the only owner; the caller holds the lock of the dataset.  Raises `OverQuota`."""
    concept = unit.session.get_one(Concept, concept_id)
    before = owner_of(unit, concept_id)
    for row in unit.session.scalars(_OWNERS, {"concept_id": concept_id}).all():
        if handover.stays_manager:
            row.permission = Permission.MANAGE.value
        else:
            unit.session.delete(row)
    unit.session.flush()
    set_grant(unit, concept_id, handover.receiver, Permission.OWNER, None)
    unit.emit(handover.fact(concept_id, before))
    touch_readers(unit, concept_id, narrows=True)
    make_responsible(unit, site, concept, handover.responsible_id, within_limits=handover.within_limits)


_DRAFTS = select(Draft.kind, Draft.file_set_id).where(Draft.concept_id == bindparam("concept_id"))


def make_responsible(unit: UnitOfWork, site: Site, concept: Concept, person_id: int, *, within_limits: bool) -> None:
    """Let a dataset count for another person; the caller holds its lock.  Raises `OverQuota`."""
    giver, concept.owner_id = concept.owner_id, person_id
    drafts = unit.session.execute(_DRAFTS, {"concept_id": concept.id}).all()
    own = [draft.file_set_id for draft in drafts if draft.kind != DraftKind.EDIT]
    size = sum(held_bytes(unit, own).values()) if own else 0
    unit.session.flush()
    move_use(unit, site, giver, person_id, len(drafts), size, within_limits=within_limits)
