"""Read how far imports are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from repository.core.actor import SYSTEM, Actor
from repository.core.errors import NotFound
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.deposits.model import Draft
from repository.deposits.queries import readable_draft
from repository.imports.model import DraftImport, ImportState
from repository.people.acting import acting
from repository.people.model import Person

NO_IMPORT = "The draft began with nothing from elsewhere."


@dataclass(frozen=True, slots=True)
class DueImport:
    """An identifier to look up, for the `actor` who asked, None if that person may do nothing any more."""

    id: int
    draft_id: int
    scheme: str
    identifier: str
    use: str
    actor: Actor | None
    attempts: int


_OF_DRAFT = select(DraftImport).where(DraftImport.draft_id == bindparam("draft"))


def import_of(snapshot: Snapshot, draft_id: int) -> DraftImport:
    """Return how far the import of a draft is that the actor may read; raise `NotFound` without one."""
    readable_draft(snapshot, draft_id)
    row = snapshot.session.scalars(_OF_DRAFT, {"draft": draft_id}).one_or_none()
    if row is None:
        raise NotFound(NO_IMPORT)
    return row


_LOCKED = select(DraftImport).where(DraftImport.id == bindparam("id")).with_for_update()


def locked_import(unit: UnitOfWork, import_id: int) -> DraftImport | None:
    """Return a row, locked until this transaction ends."""
    return unit.session.scalars(_LOCKED, {"id": import_id}).one_or_none()


_DUE = (
    select(DraftImport, Person, Draft)
    .join(Person, Person.id == DraftImport.person_id)
    .join(Draft, Draft.id == DraftImport.draft_id)
    .where(DraftImport.id == bindparam("id"))
)


def due_import(database: Database, import_id: int) -> DueImport | None:
    """Return an import that waits for its registrar, None if it is over."""
    with database.snapshot(SYSTEM) as snapshot:
        row = snapshot.session.execute(_DUE, {"id": import_id}).one_or_none()
        if row is None or row.DraftImport.state != ImportState.WAITING:
            return None
        known, person = row.DraftImport, row.Person
        actor = acting(snapshot, person) if person.active else None
        return DueImport(known.id, known.draft_id, known.scheme, known.identifier, known.use, actor, known.attempts)


_SILENT = (
    select(DraftImport.id)
    .where(
        DraftImport.touched < bindparam("before", type_=DraftImport.touched.type),
        DraftImport.state == ImportState.WAITING.value,
        DraftImport.id > bindparam("after"),
    )
    .order_by(DraftImport.id)
    .limit(bindparam("limit"))
)


def silent_imports(snapshot: Snapshot, before: datetime, after: int, limit: int) -> Sequence[int]:
    """Return imports that gave no sign of life since `before`: their jobs were given up."""
    return snapshot.session.scalars(_SILENT, {"before": before, "after": after, "limit": limit}).all()
