"""What a person who has left had goes to somebody else: one dataset after another, each in its own transaction.

* A merged account: every grant goes to the other account, which keeps the stronger of two.
* An erased one: its datasets go to the receiver that it named; else to who manages the dataset longest; else a draft
  that was never published is discarded if the person agreed, and everything else goes to the site's steward.  Grants
  on datasets of others end: they were given to this person.
* Datasets that a team owns and for which the person answered count for somebody else from then on.

How ownership moves is `ownership.move`, the same for those who leave and those who stay.

The steward is the curator who has been here longest, or the administrator if there is no curator.  The job may run
twice and be cut off: it goes on with the grants that are left.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, case, select

from repository.access.grants import find_grant
from repository.access.model import GrantRow
from repository.access.policy import Permission
from repository.access.principals import GrantSubject, SubjectKind
from repository.core.actor import SYSTEM, Role
from repository.core.check_report import CheckReport
from repository.core.database.id_list import in_list
from repository.core.errors import Unavailable
from repository.core.site import Site
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.deposits.drafts import discard_draft
from repository.deposits.model import Draft
from repository.deposits.use_recount import recount_person
from repository.people.departures import DepartureKind, end_departure
from repository.people.model import Departure, Person
from repository.records.model import Concept
from repository.sharing.ownership.move import Handover, move_ownership
from repository.sharing.ownership.move_all import pass_responsibility
from repository.sharing.share import lock_dataset, touch_readers

BATCH = 100
NO_STEWARD = "There is no curator and no administrator who could take the datasets."
_PERMISSIONS = list(Permission)


def hand_over(database: Database, site: Site, person_id: int) -> None:
    """Pass on everything that a person who has left still has, and end their account; may run again."""
    with database.snapshot(SYSTEM) as snapshot:
        departure = snapshot.session.get(Departure, person_id)
    if departure is None:
        return
    while concept_ids := _granted(database, person_id):
        for concept_id in concept_ids:
            with database.transaction(SYSTEM) as unit:
                _Passing(unit, site, departure, concept_id).pass_on()
    pass_responsibility(
        database, site, person_id, lambda unit, concept_id: _Passing(unit, site, departure, concept_id).successor()
    )
    recount_person(database, person_id, CheckReport())
    with database.transaction(SYSTEM) as unit:
        end_departure(unit, person_id)


_GRANTED = (
    select(GrantRow.concept_id)
    .where(GrantRow.subject_kind == SubjectKind.PERSON.value, GrantRow.subject_id == bindparam("person"))
    .order_by(GrantRow.concept_id)
    .limit(BATCH)
)


def _granted(database: Database, person_id: int) -> Sequence[int]:
    with database.snapshot(SYSTEM) as snapshot:
        return snapshot.session.scalars(_GRANTED, {"person": person_id}).all()


@dataclass(frozen=True, slots=True)
class _Passing:
    """One dataset on its way; it has no grant of the person who has left afterwards."""

    unit: UnitOfWork
    site: Site
    departure: Departure
    concept_id: int

    def pass_on(self) -> None:
        """Give the person's grant to who gets it, or end it."""
        exists = lock_dataset(self.unit, self.concept_id)
        row = find_grant(self.unit, self.concept_id, GrantSubject(SubjectKind.PERSON, self.departure.person_id))
        if row is not None and not exists:
            self.unit.session.delete(row)
        elif row is not None and row.permission == Permission.OWNER:
            self._pass_ownership()
        elif row is not None:
            self._pass_part(row)

    def successor(self) -> int:
        """Return who answers for the dataset now; raise `Unavailable` if there is nobody at all."""
        named = self._named() or next_in_charge(self.unit, self.concept_id, self.departure.person_id)
        successor = named or steward(self.unit, self.departure.person_id)
        if successor is None:
            raise Unavailable(NO_STEWARD)
        return successor

    def _named(self) -> int | None:
        return _active(self.unit, self.departure.receiver_id)

    def _pass_ownership(self) -> None:
        if self._is_discarded():
            drafts = select(Draft.id).where(Draft.concept_id == self.concept_id).order_by(Draft.id)
            for draft_id in self.unit.session.scalars(drafts).all():
                discard_draft(self.unit, draft_id)
            return
        receiver_id = self.successor()
        receiver = GrantSubject(SubjectKind.PERSON, receiver_id)
        handover = Handover(receiver, receiver_id, within_limits=False, follows_departure=True)
        move_ownership(self.unit, self.site, self.concept_id, handover)

    def _is_discarded(self) -> bool:
        """Return whether the dataset goes with the person, who agreed: never published, and nobody else has it."""
        published = self.unit.session.get_one(Concept, self.concept_id).latest_id is not None
        if published or not self.departure.discards or self._named() is not None:
            return False
        return next_in_charge(self.unit, self.concept_id, self.departure.person_id) is None

    def _pass_part(self, row: GrantRow) -> None:
        receiver_id = self._named() if self.departure.kind == DepartureKind.MERGE else None
        if receiver_id is None:
            self.unit.session.delete(row)
        else:
            self._move(row, receiver_id)
        self.unit.session.flush()
        touch_readers(self.unit, self.concept_id, narrows=True)

    def _move(self, row: GrantRow, receiver_id: int) -> None:
        own = find_grant(self.unit, self.concept_id, GrantSubject(SubjectKind.PERSON, receiver_id))
        if own is None:
            row.subject_id = receiver_id
            return
        strengths = [_PERMISSIONS.index(Permission(grant.permission)) for grant in (own, row)]
        if strengths[0] == strengths[1]:
            ends = [grant.expires for grant in (own, row) if grant.expires is not None]
            own.expires = max(ends) if len(ends) == 2 else None
        elif strengths[0] < strengths[1]:
            own.permission, own.expires = row.permission, row.expires
        self.unit.session.delete(row)


def _active(snapshot: Snapshot, person_id: int | None) -> int | None:
    person = snapshot.session.get(Person, person_id) if person_id is not None else None
    return person.id if person is not None and person.active else None


_MANAGERS = (
    select(GrantRow.subject_id)
    .join(Person, Person.id == GrantRow.subject_id)
    .where(GrantRow.concept_id == bindparam("concept_id"), GrantRow.subject_kind == SubjectKind.PERSON.value)
    .where(GrantRow.permission.in_([Permission.MANAGE.value, Permission.OWNER.value]), GrantRow.expires.is_(None))
    .where(Person.active, Person.id != bindparam("person"))
    .order_by(GrantRow.id)
    .limit(1)
)


def next_in_charge(snapshot: Snapshot, concept_id: int, person_id: int) -> int | None:
    """Return who manages a dataset for the longest time, apart from the person, if there is anybody."""
    manager: int | None = snapshot.session.scalar(_MANAGERS, {"concept_id": concept_id, "person": person_id})
    return manager


_STEWARD = (
    select(Person.id)
    .where(Person.active, Person.role.in_([Role.CURATOR.value, Role.ADMINISTRATOR.value]))
    .where(Person.id != bindparam("person"))
    .order_by(case((Person.role == Role.CURATOR.value, 0), else_=1), Person.id)
    .limit(1)
)


def steward(snapshot: Snapshot, person_id: int) -> int | None:
    """Return who takes the datasets for which nobody answers when the person has left."""
    return snapshot.session.scalar(_STEWARD, {"person": person_id})


_LEFT = (
    select(GrantRow.subject_id)
    .where(GrantRow.subject_kind == SubjectKind.PERSON.value, in_list(GrantRow.subject_id, "ids"))
    .distinct()
)


def hand_over_late(database: Database, site: Site) -> CheckReport:
    """Pass on what people got while they left, in requests that were under way."""
    report, after = CheckReport(), 0
    while ids := _departed(database, after):
        with database.snapshot(SYSTEM) as snapshot:
            late = snapshot.session.scalars(_LEFT, {"ids": ids}).all()
        for person_id in late:
            hand_over(database, site, person_id)
            report.note(f"person {person_id}: had datasets after leaving", repaired=True)
        after = ids[-1]
    return report


_DEPARTED = (
    select(Departure.person_id)
    .where(Departure.person_id > bindparam("after"))
    .order_by(Departure.person_id)
    .limit(BATCH)
)


def _departed(database: Database, after: int) -> Sequence[int]:
    with database.snapshot(SYSTEM) as snapshot:
        return snapshot.session.scalars(_DEPARTED, {"after": after}).all()
