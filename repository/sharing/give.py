"""Give, change and take grants by their ids, as a list in the API does.

A list is given as a whole or not at all.  Whoever changes the grants of a dataset holds the lock of its drafts and of
its concept, so that two managers follow one another, and the later one is judged by what the earlier one left.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from repository.access.grants import new_grants
from repository.access.model import GrantRow
from repository.access.policy import Permission
from repository.access.principals import GrantSubject
from repository.core.clock import iso_or_none
from repository.core.database.id_list import in_list
from repository.core.errors import Conflict, FieldError, Invalid
from repository.core.unit_of_work import UnitOfWork
from repository.sharing.facts import GrantEnded, GrantGiven
from repository.sharing.queries import subject_of
from repository.sharing.share import OWNER_STAYS, lock_for_sharing, require_grantable, touch_readers

NO_SUBJECT = "Could not find the specified subject."
TWICE = "The same subject is named twice."


FindGrant = Callable[[UnitOfWork, int], GrantRow]
"""Returns one grant of the dataset with this id; raises `NotFound`."""


@dataclass(frozen=True, slots=True)
class Gift:
    """What is given to whom, until when; `subject` is None for a name that nobody has."""

    subject: GrantSubject | None
    permission: Permission
    expires: datetime | None = None
    message: str | None = None
    notify: bool = False


def give_grants(unit: UnitOfWork, concept_id: int, gifts: Sequence[Gift]) -> Sequence[GrantRow]:
    """Give each subject its permission and no other; raise `NotFound`, `Forbidden`, and `Invalid` for all faults."""
    lock_for_sharing(unit, concept_id)
    subjects = [gift.subject for gift in gifts if gift.subject is not None]
    standing = _held(unit, concept_id, subjects)
    _require_possible(unit, gifts, standing)
    by_subject = {gift.subject: gift for gift in gifts if gift.subject is not None}
    before = {subject: _gift_of(row) for subject, row in standing.items()}
    for subject, row in standing.items():
        _write(row, by_subject[subject])
    new = [
        (subject, gift.permission, gift.expires, gift.message)
        for subject, gift in by_subject.items()
        if subject not in standing
    ]
    made = new_grants(unit, concept_id, new)
    rows = standing | {subject_of(row): row for row in made}
    touch_readers(unit, concept_id, narrows=bool(standing))
    for subject, gift in by_subject.items():
        _tell_given(unit, rows[subject], before.get(subject), notify=gift.notify)
    return [rows[subject] for subject in by_subject]


def change_grant(unit: UnitOfWork, concept_id: int, find: FindGrant, changes: Mapping[str, Any]) -> GrantRow:
    """Change `permission`, `expires` or `message` of a grant.

    Raises `NotFound`, `Forbidden`, `Invalid`, and `Conflict` for the owner's.
    """
    row = _grant_for_change(unit, concept_id, find)
    old = _gift_of(row)
    gift = replace(old, **changes)
    # an end that stays as it was may lie in the past: a sweep has not come yet
    ends = gift.expires if gift.expires != old.expires or "permission" in changes else None
    require_grantable(unit, subject_of(row), gift.permission, ends)
    _write(row, gift)
    touch_readers(unit, concept_id, narrows=True)
    _tell_given(unit, row, old, notify=gift.notify)
    return row


def take_grant(unit: UnitOfWork, concept_id: int, find: FindGrant) -> None:
    """Take a grant away; raise `NotFound`, `Forbidden`, and `Conflict` for the owner's."""
    row = _grant_for_change(unit, concept_id, find)
    unit.session.delete(row)
    touch_readers(unit, concept_id, narrows=True)
    subject = (row.subject_kind, row.subject_id)
    unit.emit(GrantEnded(row.id, concept_id, *subject, row.permission, iso_or_none(row.expires)))


def _grant_for_change(unit: UnitOfWork, concept_id: int, find: FindGrant) -> GrantRow:
    lock_for_sharing(unit, concept_id)
    row = find(unit, concept_id)
    if row.permission == Permission.OWNER:
        raise Conflict(OWNER_STAYS)
    return row


_HELD = select(GrantRow).where(
    GrantRow.concept_id == bindparam("concept_id"), in_list(GrantRow.subject_id, "subject_ids")
)


def _held(unit: UnitOfWork, concept_id: int, subjects: Sequence[GrantSubject]) -> dict[GrantSubject, GrantRow]:
    values = {"concept_id": concept_id, "subject_ids": {subject.id for subject in subjects}}
    rows = {subject_of(row): row for row in unit.session.scalars(_HELD, values)}
    return {subject: rows[subject] for subject in subjects if subject in rows}


def _require_possible(unit: UnitOfWork, gifts: Sequence[Gift], standing: Mapping[GrantSubject, GrantRow]) -> None:
    errors: list[FieldError] = []
    before: set[GrantSubject] = set()
    for place, gift in enumerate(gifts):
        path, row = f"grants.{place}", standing.get(gift.subject) if gift.subject else None
        if gift.subject is None:
            errors.append(FieldError.of(f"{path}.subject.id", NO_SUBJECT))
            continue
        if gift.subject in before:
            errors.append(FieldError.of(f"{path}.subject.id", TWICE))
        if row is not None and row.permission == Permission.OWNER:
            errors.append(FieldError.of(f"{path}.subject.id", OWNER_STAYS))
        before.add(gift.subject)
        errors += _faults(unit, path, gift.subject, gift)
    if errors:
        raise Invalid(errors=errors)


def _faults(unit: UnitOfWork, path: str, subject: GrantSubject, gift: Gift) -> Sequence[FieldError]:
    try:
        require_grantable(unit, subject, gift.permission, gift.expires)
    except Invalid as fault:
        return [replace(error, field=f"{path}.{error.field}") for error in fault.errors]
    return ()


def _write(row: GrantRow, gift: Gift) -> None:
    row.permission, row.expires, row.message = gift.permission.value, gift.expires, gift.message


def _gift_of(row: GrantRow) -> Gift:
    return Gift(subject_of(row), Permission(row.permission), row.expires, row.message)


def _tell_given(unit: UnitOfWork, row: GrantRow, before: Gift | None, *, notify: bool) -> None:
    had = (before.permission.value, iso_or_none(before.expires)) if before else ("", None)
    gift = (row.permission, notify, iso_or_none(row.expires))
    unit.emit(GrantGiven(row.id, row.concept_id, row.subject_kind, row.subject_id, *gift, *had))
