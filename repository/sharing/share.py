"""Give others a part in a dataset: grants on all its drafts and versions.

A change of grants moves the cache counter of every version and the revision of every draft, so that the index takes the
new readers even when an older job is still on its way.  Ownership is neither given nor taken here.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, exists, select

from repository.access.access_terms import PUBLIC
from repository.access.grants import (
    find_grant,
    grant_ownership,
    remove_expired_grants,
    set_grant,
    with_expired_grants,
)
from repository.access.model import GrantRow
from repository.access.policy import Action, Permission, Resource, must
from repository.access.principals import GrantSubject, SubjectKind
from repository.access.queries import grants_of, has_grants
from repository.core.actor import SYSTEM
from repository.core.errors import Conflict, Invalid, NotFound
from repository.core.unit_of_work import Database, UnitOfWork
from repository.deposits.model import Draft, DraftKind
from repository.records.model import Concept, Version
from repository.records.narrowed_access import IndexedPart, note_narrowed
from repository.records.queries import UNKNOWN
from repository.sharing.facts import GrantsChanged

BATCH = 100
NEW_DATASETS = 1_000
"""so many of the newest count as new: a sweep every minute must not read them all"""
OWNER_STAYS = "The owner of a dataset cannot be changed by sharing."
_OF_LINKS = (Permission.VIEW, Permission.PREVIEW, Permission.EDIT)


def share(
    unit: UnitOfWork, concept_id: int, subject: GrantSubject, permission: Permission, expires: datetime | None = None
) -> None:
    """Give `subject` this permission, and no other, until `expires`; None is for ever.

    Raises `NotFound`, `Forbidden`, `Invalid` for what no subject of this kind can have, `Conflict` for the owner.
    """
    require_grantable(unit, subject, permission, expires)
    lock_for_sharing(unit, concept_id)
    _require_no_owner(unit, concept_id, subject)
    narrows = find_grant(unit, concept_id, subject) is not None
    set_grant(unit, concept_id, subject, permission, expires)
    touch_readers(unit, concept_id, narrows=narrows)


def end_expired_grants(database: Database) -> int:
    """Remove the grants that have expired; return on how many datasets."""
    ended = 0
    while concept_ids := _next_expired(database):
        for concept_id in concept_ids:
            with database.transaction(SYSTEM) as unit:
                lock_dataset(unit, concept_id)
                remove_expired_grants(unit, concept_id)
                touch_readers(unit, concept_id, narrows=True)
        ended += len(concept_ids)
    return ended


_NEWEST = select(Concept.id).order_by(Concept.id.desc()).limit(NEW_DATASETS).subquery()
_WITHOUT_GRANTS = select(_NEWEST.c.id).where(~exists().where(GrantRow.concept_id == _NEWEST.c.id))


def adopt_new_datasets(database: Database) -> int:
    """Make owners of those who opened new datasets by an earlier release, which writes no grants; return how many."""
    with database.snapshot(SYSTEM) as snapshot:
        concept_ids = snapshot.session.scalars(_WITHOUT_GRANTS).all()
    adopted = 0
    for concept_id in concept_ids:
        with database.transaction(SYSTEM) as unit:
            if lock_dataset(unit, concept_id) and not has_grants(unit, concept_id):
                grant_ownership(unit, concept_id, unit.session.get_one(Concept, concept_id).owner_id)
                touch_readers(unit, concept_id, narrows=False)
                adopted += 1
    return adopted


def _next_expired(database: Database) -> Sequence[int]:
    with database.snapshot(SYSTEM) as snapshot:
        return with_expired_grants(snapshot, BATCH)


def require_grantable(
    unit: UnitOfWork, subject: GrantSubject, permission: Permission, expires: datetime | None
) -> None:
    """Raise `Invalid` for a permission that no subject of this kind can have, or an end in the past."""
    if permission is Permission.OWNER:
        raise Invalid.field("permission", "Ownership cannot be shared.")
    if subject.kind is SubjectKind.LINK and permission not in _OF_LINKS:
        raise Invalid.field("permission", "A link is for viewing, previewing or editing.")
    if expires is not None and expires <= unit.now:
        raise Invalid.field("expires_at", "The grant must end in the future.")


def _require_no_owner(unit: UnitOfWork, concept_id: int, subject: GrantSubject) -> None:
    row = find_grant(unit, concept_id, subject)
    if row is not None and row.permission == Permission.OWNER:
        raise Conflict(OWNER_STAYS)


def lock_for_sharing(unit: UnitOfWork, concept_id: int) -> None:
    """Lock a dataset for a change of its grants; raise `NotFound`, `Forbidden`."""
    if not lock_dataset(unit, concept_id):
        raise NotFound(UNKNOWN)
    must(unit.actor, Action.SHARE, Resource(grants_of(unit, concept_id)))


_DRAFTS = (
    select(Draft).where(Draft.concept_id == bindparam("concept_id")).order_by(Draft.id).with_for_update()
).execution_options(populate_existing=True)


def lock_dataset(unit: UnitOfWork, concept_id: int) -> bool:
    """Lock a dataset's drafts, then its concept, and return whether it exists.

    Verbs of drafts lock in this order too; another order could be a deadlock.
    """
    unit.session.scalars(_DRAFTS, {"concept_id": concept_id}).all()
    return unit.session.get(Concept, concept_id, with_for_update=True, populate_existing=True) is not None


_VERSIONS = (
    select(Version).where(Version.concept_id == bindparam("concept_id")).order_by(Version.id).with_for_update()
).execution_options(populate_existing=True)


def touch_readers(unit: UnitOfWork, concept_id: int, *, narrows: bool) -> None:
    """Move what the index compares; the edit of a version is found as that version.

    `narrows`: somebody may read less than before.  Who may read a public version depends on no grant.
    """
    versions = unit.session.scalars(_VERSIONS, {"concept_id": concept_id}).all()
    drafts = _indexed_drafts(unit, concept_id)
    for version in versions:
        version.cache_version += 1
    for draft in drafts:
        draft.revision += 1
    if narrows:
        closed = [version.id for version in versions if version.record_access != PUBLIC]
        note_narrowed(unit, closed, IndexedPart.RECORD)
        note_narrowed(unit, [draft.id for draft in drafts], IndexedPart.DRAFT)
    unit.emit(GrantsChanged(concept_id, [version.id for version in versions], [draft.id for draft in drafts]))
    unit.session.flush()


def _indexed_drafts(unit: UnitOfWork, concept_id: int) -> Sequence[Draft]:
    drafts = unit.session.scalars(_DRAFTS, {"concept_id": concept_id}).all()
    return [draft for draft in drafts if draft.kind != DraftKind.EDIT]
