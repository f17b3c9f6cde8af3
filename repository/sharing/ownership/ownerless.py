"""Find datasets for which nobody is responsible.

They have no owner, one who is not there, or a team that nobody manages; those of people who are suspended are listed.
No act leaves a dataset without an owner; a restored backup, a hand at the database or a fault of ours could.  A walk
over all datasets writes those down, so that the condition reads few rows.
"""

from collections.abc import Sequence

from sqlalchemy import Row, and_, bindparam, delete, exists, or_, select

from repository.access.model import GrantRow
from repository.access.policy import Permission
from repository.access.principals import SubjectKind
from repository.access.queries import IN_FORCE
from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.conditions import Condition, Measure, degraded, well
from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Database, Snapshot
from repository.engines.services import Services
from repository.people.model import Person
from repository.people.teams.model import Team
from repository.records.model import Concept
from repository.sharing.ownership.model import OwnerlessDataset

BATCH = 500
NAMED = 5
MOST_COUNTED = 1_000

_A_PERSON = exists().where(Person.id == GrantRow.subject_id)
_A_LED_TEAM = exists().where(Team.id == GrantRow.subject_id, Team.managers > 0)
_OWNED = exists().where(
    GrantRow.concept_id == Concept.id,
    GrantRow.permission == Permission.OWNER.value,
    IN_FORCE,
    or_(
        and_(GrantRow.subject_kind == SubjectKind.PERSON.value, _A_PERSON),
        and_(GrantRow.subject_kind == SubjectKind.TEAM.value, _A_LED_TEAM),
    ),
)
_BATCH = (
    select(Concept.id, _OWNED.label("owned")).where(Concept.id > bindparam("after")).order_by(Concept.id).limit(BATCH)
)
_KNOWN = select(OwnerlessDataset.concept_id).where(
    OwnerlessDataset.concept_id > bindparam("after"), OwnerlessDataset.concept_id <= bindparam("last")
)
_FORGOTTEN = delete(OwnerlessDataset).where(in_list(OwnerlessDataset.concept_id, "ids"))


def find_ownerless(database: Database) -> CheckReport:
    """Walk over all datasets, and write down those that nobody owns."""
    report, after = CheckReport(), 0
    while True:
        with database.transaction(SYSTEM) as unit:
            batch = unit.session.execute(_BATCH, {"after": after}).all()
            last = batch[-1].id if len(batch) == BATCH else (1 << 63) - 1
            known = set(unit.session.scalars(_KNOWN, {"after": after, "last": last}))
            ownerless = {row.id for row in batch if not row.owned}
            for concept_id in sorted(ownerless - known):
                unit.session.add(OwnerlessDataset(concept_id=concept_id, since=unit.now))
            unit.session.execute(_FORGOTTEN, {"ids": sorted(known - ownerless)})
        for concept_id in sorted(ownerless):
            report.note(f"dataset {concept_id} has no owner")
        if len(batch) < BATCH:
            return report
        after = last


_OWNERLESS = select(OwnerlessDataset.concept_id).order_by(OwnerlessDataset.concept_id).limit(bindparam("most"))


def ownerless_datasets(snapshot: Snapshot, most: int) -> Sequence[int]:
    """Return datasets that the last walk found without an owner."""
    return snapshot.session.scalars(_OWNERLESS, {"most": most}).all()


_SUSPENDED = (
    select(GrantRow.concept_id, GrantRow.subject_id)
    .join(Person, and_(GrantRow.subject_kind == SubjectKind.PERSON.value, GrantRow.subject_id == Person.id))
    .where(~Person.active, GrantRow.permission == Permission.OWNER.value)
    .limit(bindparam("most"))
)


def owners_gone(snapshot: Snapshot, most: int) -> Sequence[Row[int, int]]:
    """Return datasets whose owner is suspended, each with the person."""
    return snapshot.session.execute(_SUSPENDED, {"most": most}).all()


def datasets_have_owners(services: Services) -> Condition:
    """Tell the datasets without an owner, to a limit; those whose owner is suspended are counted only."""
    with services.database.snapshot(SYSTEM) as snapshot:
        ownerless, gone = ownerless_datasets(snapshot, MOST_COUNTED), owners_gone(snapshot, MOST_COUNTED)
    meaning = f"Datasets whose owner is missing or suspended, to {MOST_COUNTED} each."
    measures = [
        Measure("repository_datasets_unowned", meaning, count, {"owner": owner})
        for owner, count in (("missing", len(ownerless)), ("suspended", len(gone)))
    ]
    if ownerless:
        return degraded(
            f"Datasets have no owner: {_named(ownerless)}.",
            "An administrator offers them to somebody (POST /api/records/ID/access/owner); `repository datasets"
            " ownerless` lists them.",
            *measures,
        )
    return well(*measures)


def _named(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids[:NAMED])) + (" and more" if len(ids) > NAMED else "")
