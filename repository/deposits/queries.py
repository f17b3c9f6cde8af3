"""Reading drafts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, select
from sqlalchemy.orm import load_only

from repository.access.policy import Action, Resource, must
from repository.core.database.id_list import in_list
from repository.core.errors import NotFound, Stale
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.deposits.model import Draft, DraftKind
from repository.files.model import FileEntry, FileSet
from repository.files.queries import file_set, file_set_for_change
from repository.identifiers.queries import ByScheme, identifiers_of
from repository.records.model import Concept
from repository.records.queries import UNKNOWN

# Built once: composing a statement costs more than running it.
_VIEWS = (
    select(Draft, Concept, FileSet)
    .join(Concept, Draft.concept_id == Concept.id)
    .join(FileSet, Draft.file_set_id == FileSet.id)
    .where(in_list(Draft.id, "ids"))
)
_WITH_FILES = (
    select(Draft, Concept, FileSet)
    .join(Concept, Draft.concept_id == Concept.id)
    .join(FileSet, Draft.file_set_id == FileSet.id)
    .where(Draft.id == bindparam("id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
# What is described stays where it is: reading it is half of what it costs to find a draft.
_ONLY_FILES = _WITH_FILES.options(
    load_only(
        Draft.concept_id, Draft.kind, Draft.files_enabled, Draft.file_set_id, Draft.default_preview, raiseload=True
    )
)
_DRAFT = select(Draft, Concept).join(Concept, Draft.concept_id == Concept.id).where(Draft.id == bindparam("id"))
# who waited for a row's lock must see what the one before made of it, even of a row that was read before
_DRAFT_FOR_CHANGE = _DRAFT.with_for_update().execution_options(populate_existing=True)


_SLOT = (
    select(Concept.owner_id, FileSet.state, FileEntry.id.label("entry_id"))
    .select_from(Draft)
    .join(Concept, Draft.concept_id == Concept.id)
    .join(FileSet, Draft.file_set_id == FileSet.id)
    .outerjoin(FileEntry, and_(FileEntry.file_set_id == FileSet.id, FileEntry.key == bindparam("key")))
    .where(Draft.id == bindparam("id"))
)


@dataclass(frozen=True, slots=True)
class Slot:
    """Where bytes are to come in: what policy needs to know of the draft, its file set's state, whether it is named."""

    resource: Resource
    state: str
    named: bool


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft with all that belongs to its reading, but its files' entries."""

    draft: Draft
    concept: Concept
    files: FileSet
    pids: ByScheme
    concept_pids: ByScheme

    @property
    def is_edit(self) -> bool:
        return self.draft.kind == DraftKind.EDIT


def readable_draft(snapshot: Snapshot, draft_id: int) -> tuple[Draft, Concept]:
    """Return the draft and its concept for reading; raise `NotFound`, `Forbidden`."""
    row = snapshot.session.execute(_DRAFT, {"id": draft_id}).one_or_none()
    if row is None:
        raise NotFound(UNKNOWN)
    _require(snapshot, row.Draft, row.Concept, Action.READ_DRAFT, None)
    return row.Draft, row.Concept


def draft_for_change(
    unit: UnitOfWork,
    draft_id: int,
    action: Action,
    *,
    expected: str | None = None,
    gone: str = UNKNOWN,
) -> tuple[Draft, Concept]:
    """Return the draft and its concept for `action`, locked until this transaction ends.

    Raises `NotFound` (saying `gone`), `Forbidden`, or `Stale` when the client `expected` another revision.
    """
    row = unit.session.execute(_DRAFT_FOR_CHANGE, {"id": draft_id}).one_or_none()
    if row is None:
        raise NotFound(gone)
    _require(unit, row.Draft, row.Concept, action, expected)
    return row.Draft, row.Concept


def draft_with_files(
    unit: UnitOfWork, draft_id: int, action: Action, *, expected: str | None = None, gone: str = UNKNOWN
) -> tuple[Draft, Concept, FileSet]:
    """As `draft_for_change`, with the draft's file set: all that is read is locked."""
    found = unit.session.execute(_WITH_FILES, {"id": draft_id}).one_or_none()
    if found is None:  # or another set took the place of the one that was waited for
        draft, concept = draft_for_change(unit, draft_id, action, expected=expected, gone=gone)
        return draft, concept, file_set_for_change(unit, draft.file_set_id)
    draft, concept, files = found
    _require(unit, draft, concept, action, expected)
    return draft, concept, files


def files_to_change(unit: UnitOfWork, draft_id: int) -> tuple[Draft, FileSet]:
    """A draft's file set and of the draft what concerns it, to change both; raises `NotFound`, `Forbidden`."""
    found = unit.session.execute(_ONLY_FILES, {"id": draft_id}).one_or_none()
    if found is None:
        draft, _, files = draft_with_files(unit, draft_id, Action.CHANGE_DRAFT)
        return draft, files
    draft, concept, files = found
    _require(unit, draft, concept, Action.CHANGE_DRAFT, None)
    return draft, files


def slot_of(connection: Connection, draft_id: int, key: str) -> Slot:
    """What decides whether bytes may come under a name, in one query; raises `NotFound` if there is no such draft."""
    # no file's name is empty, and PostgreSQL takes even a question that has NUL in it for an error
    found = connection.execute(_SLOT, {"id": draft_id, "key": "" if "\x00" in key else key}).one_or_none()
    if found is None:
        raise NotFound(UNKNOWN)
    return Slot(Resource(owner_id=found.owner_id), found.state, found.entry_id is not None)


def draft_view(snapshot: Snapshot, draft_id: int) -> DraftView:
    """The draft for reading by the actor."""
    draft, concept = readable_draft(snapshot, draft_id)
    return view_of(snapshot, draft, concept)


def view_of(snapshot: Snapshot, draft: Draft, concept: Concept) -> DraftView:
    """Complete a draft that is at hand."""
    pids = identifiers_of(snapshot, [draft.id, concept.id])
    files = file_set(snapshot, draft.file_set_id)
    return DraftView(draft, concept, files, pids[draft.id], pids[concept.id])


def draft_views(snapshot: Snapshot, ids: Sequence[int]) -> list[DraftView]:
    """Drafts in the order of `ids`, in two queries, whoever may see them."""
    rows = snapshot.session.execute(_VIEWS, {"ids": ids}).all()
    pids = identifiers_of(snapshot, {key for row in rows for key in (row.Draft.id, row.Concept.id)})
    views = (DraftView(*row, pids[row.Draft.id], pids[row.Concept.id]) for row in rows)
    by_id = {view.draft.id: view for view in views}
    return [by_id[key] for key in ids if key in by_id]


def _require(snapshot: Snapshot, draft: Draft, concept: Concept, action: Action, expected: str | None) -> None:
    must(snapshot.actor, action, Resource(owner_id=concept.owner_id))
    if expected is not None and expected != str(draft.revision):
        raise Stale(f"Revision id provided({expected}) doesn't match record's one({draft.revision})")
