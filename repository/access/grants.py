"""Write grants.  Verbs call these functions and decide who may; a change of grants must also reach the index."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from repository.access.model import GrantRow
from repository.access.policy import Permission
from repository.access.principals import GrantSubject, SubjectKind
from repository.core.database.bulk import insert_rows
from repository.core.unit_of_work import Snapshot, UnitOfWork


def grant_ownership(unit: UnitOfWork, concept_id: int, person_id: int) -> None:
    """Make a person the owner of a dataset that has no grants yet."""
    owner = GrantSubject(SubjectKind.PERSON, person_id)
    insert_rows(unit.session, [_row(unit, concept_id, owner, Permission.OWNER, None)])


NewGrant = tuple[GrantSubject, Permission, datetime | None, str | None]
"""Subject, permission, end and message of a new grant."""


def new_grants(unit: UnitOfWork, concept_id: int, gifts: Sequence[NewGrant]) -> Sequence[GrantRow]:
    """Give permissions to subjects that have none on the dataset; the caller holds the lock of the concept."""
    rows = [_row(unit, concept_id, *gift) for gift in gifts]
    insert_rows(unit.session, rows)
    return rows


def set_grant(
    unit: UnitOfWork, concept_id: int, subject: GrantSubject, permission: Permission, expires: datetime | None
) -> None:
    """Give `subject` this permission and no other; the caller holds the lock of the concept."""
    row = find_grant(unit, concept_id, subject)
    if row is None:
        insert_rows(unit.session, [_row(unit, concept_id, subject, permission, expires)])
        return
    row.permission, row.expires = permission.value, expires


_OF_SUBJECT = select(GrantRow).where(
    GrantRow.concept_id == bindparam("concept_id"),
    GrantRow.subject_kind == bindparam("kind"),
    GrantRow.subject_id == bindparam("subject_id"),
)


def find_grant(unit: UnitOfWork, concept_id: int, subject: GrantSubject) -> GrantRow | None:
    """Return the grant of `subject` on a dataset, expired or not."""
    values = {"concept_id": concept_id, "kind": subject.kind.value, "subject_id": subject.id}
    return unit.session.scalars(_OF_SUBJECT, values).one_or_none()


_REMOVE_ONE = delete(GrantRow).where(
    GrantRow.concept_id == bindparam("concept_id"),
    GrantRow.subject_kind == bindparam("kind"),
    GrantRow.subject_id == bindparam("subject_id"),
)


def remove_grant(unit: UnitOfWork, concept_id: int, subject: GrantSubject) -> None:
    """Remove the grant of `subject` on a dataset, if there is one; the caller holds the lock of the concept."""
    values = {"concept_id": concept_id, "kind": subject.kind.value, "subject_id": subject.id}
    unit.session.connection().execute(_REMOVE_ONE, values)


_REMOVE_ALL = delete(GrantRow).where(GrantRow.concept_id == bindparam("concept_id"))


def remove_all_grants(unit: UnitOfWork, concept_id: int) -> None:
    """Remove the grants of a dataset that is removed itself."""
    unit.session.connection().execute(_REMOVE_ALL, {"concept_id": concept_id})


_REMOVE_EXPIRED = delete(GrantRow).where(
    GrantRow.concept_id == bindparam("concept_id"), GrantRow.expires <= bindparam("at")
)


def remove_expired_grants(unit: UnitOfWork, concept_id: int) -> None:
    """Remove the grants of a dataset that have expired; the caller holds the lock of the concept."""
    unit.session.connection().execute(_REMOVE_EXPIRED, {"concept_id": concept_id, "at": unit.now})


# the condition and the order are those of the index over the few grants that end at all
_EXPIRED = (
    select(GrantRow.concept_id)
    .where(GrantRow.expires.is_not(None), GrantRow.expires <= bindparam("at"))
    .order_by(GrantRow.expires)
    .limit(bindparam("limit"))
)


def with_expired_grants(snapshot: Snapshot, limit: int) -> Sequence[int]:
    """Return the ids of at most `limit` concepts that have expired grants; none if there is no such grant."""
    rows = snapshot.session.scalars(_EXPIRED, {"at": snapshot.now, "limit": limit})
    return list(dict.fromkeys(rows))


def _row(
    unit: UnitOfWork,
    concept_id: int,
    subject: GrantSubject,
    permission: Permission,
    expires: datetime | None,
    message: str | None = None,
) -> GrantRow:
    return GrantRow(
        concept_id=concept_id,
        subject_kind=subject.kind.value,
        subject_id=subject.id,
        permission=permission.value,
        created=unit.now,
        expires=expires,
        message=message,
    )
