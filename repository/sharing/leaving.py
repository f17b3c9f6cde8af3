"""A person erases their account, unless something of theirs would be left without anybody."""

from collections.abc import Sequence

from sqlalchemy import Row, bindparam, exists, select
from sqlalchemy.orm import aliased

from repository.access.model import GrantRow
from repository.access.policy import Action, Permission, Resource, must
from repository.access.principals import SubjectKind
from repository.core.errors import Conflict, FieldError, Invalid
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.people.departures import NO_ACCOUNT, begin_erasure
from repository.people.model import Person, Profile
from repository.people.profile_rules import PUBLIC
from repository.records.model import Concept
from repository.sharing.hand_over import NO_STEWARD, steward

MOST_LISTED = 100
ALONE = "You are the only one responsible. Name a receiver, or agree that drafts are discarded."
_DRAFT = "Nobody else is responsible for this draft."
_PUBLISHED = "Nobody else is responsible for this published dataset."


def leave(unit: UnitOfWork, receiver_id: int | None, *, discards: bool) -> None:
    """Erase the actor's account: close it now, and let a job pass on what it had and forget the person.

    With a receiver all datasets go there.  Without one the person `discards` drafts that were never published and have
    no other manager; published datasets go to the site's steward (`hand_over`).

    Raises `Forbidden`, `Invalid` for a receiver whom the actor may not see, and `Conflict` with a list of datasets.
    """
    must(unit.actor, Action.ERASE_ME, Resource())
    assert unit.actor.person_id is not None
    require_passable(unit, unit.actor.person_id, receiver_id, discards=discards)
    begin_erasure(unit, unit.actor.person_id, receiver_id, discards=discards, reason="")


_OTHER = aliased(GrantRow, name="other_grant")
_ANOTHER_MANAGER = exists().where(
    _OTHER.concept_id == GrantRow.concept_id,
    _OTHER.subject_kind == SubjectKind.PERSON.value,
    _OTHER.permission.in_([Permission.MANAGE.value, Permission.OWNER.value]),
    _OTHER.expires.is_(None),
    _OTHER.subject_id != bindparam("person"),
    Person.id == _OTHER.subject_id,
    Person.active,
)
_ONLY_OWN = (
    select(Concept.id, Concept.latest_id)
    .join(GrantRow, GrantRow.concept_id == Concept.id)
    .where(GrantRow.subject_kind == SubjectKind.PERSON.value, GrantRow.subject_id == bindparam("person"))
    .where(GrantRow.permission == Permission.OWNER.value, ~_ANOTHER_MANAGER)
    .order_by(GrantRow.concept_id)
    .limit(MOST_LISTED)
)


def require_passable(unit: UnitOfWork, person_id: int, receiver_id: int | None, *, discards: bool) -> None:
    """Raise `Conflict` if a dataset would be left without anybody, `Invalid` for an unfit receiver."""
    if receiver_id is not None:
        if receiver_id == person_id or not _is_shown(unit, receiver_id):
            raise Invalid.field("receiver", NO_ACCOUNT)
        return
    alone = unit.session.execute(_ONLY_OWN, {"person": person_id}).all()
    if alone and not discards:
        raise Conflict(ALONE, _listed(alone))
    if any(row.latest_id is not None for row in alone) and steward(unit, person_id) is None:
        raise Conflict(NO_STEWARD)


def _is_shown(snapshot: Snapshot, person_id: int) -> bool:
    """Return whether a person lets others find them: nobody else learns here who has an account."""
    shown = select(Person.id).join(Profile, Profile.person_id == Person.id).where(Person.id == person_id)
    return snapshot.session.scalar(shown.where(Person.active, Profile.visibility == PUBLIC)) is not None


def _listed(alone: Sequence[Row[int, int | None]]) -> list[FieldError]:
    return [FieldError.of(f"datasets.{row.id}", _DRAFT if row.latest_id is None else _PUBLISHED) for row in alone]
