"""Read drafts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, and_, bindparam, select
from sqlalchemy.orm import load_only

from repository.access.policy import Action, Grant, Resource, may, must
from repository.access.queries import grants_held, grants_on, held_values
from repository.communities.queries import Membership, communities_of
from repository.core.actor import Actor
from repository.core.database.bulk import update_row
from repository.core.database.id_list import in_list
from repository.core.errors import NotFound, Stale
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.deposits.model import Draft, DraftKind
from repository.files.model import FileEntry, FileSet
from repository.files.queries import file_set, file_set_for_change
from repository.identifiers.queries import ByScheme, identifiers_of
from repository.people.model import DraftUse
from repository.people.quotas import USE_COLUMNS, Quota, quota_from
from repository.records.model import Concept
from repository.records.queries import UNKNOWN

TOUCHED_EVERY = timedelta(hours=1)
_GRANTS = grants_held(Draft.concept_id)
_WITH_FILES = (
    select(Draft, Concept, FileSet, _GRANTS)
    .join(Concept, Draft.concept_id == Concept.id)
    .join(FileSet, Draft.file_set_id == FileSet.id)
    .where(Draft.id == bindparam("id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
# Without the description: reading it is half of the cost of the query.
_ONLY_FILES = _WITH_FILES.options(
    load_only(
        Draft.concept_id,
        Draft.kind,
        Draft.files_enabled,
        Draft.file_set_id,
        Draft.default_preview,
        Draft.updated,
        Draft.touched,
        raiseload=True,
    )
)
_DRAFT = (
    select(Draft, Concept, _GRANTS).join(Concept, Draft.concept_id == Concept.id).where(Draft.id == bindparam("id"))
)
# a transaction that waited for a row's lock must see the changes of the one before, also in a row that it has read
_DRAFT_FOR_CHANGE = _DRAFT.with_for_update().execution_options(populate_existing=True)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for bytes: the draft for the policy, the state of its file set, whether the file is declared.

    `most_file_bytes` are those of the dataset, None for the site's.  `quota` is that of the owner, whose id is
    `owner_id`.
    """

    resource: Resource
    state: str
    named: bool
    owner_id: int
    quota: Quota
    most_file_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft with everything that a reader sees, except the entries of its files."""

    draft: Draft
    concept: Concept
    files: FileSet
    pids: ByScheme
    concept_pids: ByScheme
    communities: Sequence[Membership] = ()

    @property
    def is_edit(self) -> bool:
        return self.draft.kind == DraftKind.EDIT


@dataclass(frozen=True, slots=True)
class ListedDraft:
    """A draft of a list, with what the policy needs to know of it."""

    view: DraftView
    resource: Resource


def readable_draft(
    snapshot: Snapshot, draft_id: int, action: Action = Action.READ_DRAFT, *, expected: str | None = None
) -> tuple[Draft, Concept]:
    """Return the draft and its concept, not locked; raise `NotFound`, `Forbidden`, and `Stale` as for a change."""
    row = snapshot.session.execute(_DRAFT, {"id": draft_id, **held_values(snapshot.actor)}).one_or_none()
    if row is None:
        raise NotFound(UNKNOWN)
    _require(snapshot, row.Draft, row.grants, action, expected)
    return row.Draft, row.Concept


def may_change(snapshot: Snapshot, draft_id: int) -> bool:
    """Return whether the actor may change the draft."""
    row = snapshot.session.execute(_DRAFT, {"id": draft_id, **held_values(snapshot.actor)}).one_or_none()
    return row is not None and may(
        snapshot.actor, Action.CHANGE_DRAFT, Resource(row.grants, concept_id=row.Draft.concept_id)
    )


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
    row = unit.session.execute(_DRAFT_FOR_CHANGE, {"id": draft_id, **held_values(unit.actor)}).one_or_none()
    if row is None:
        raise NotFound(gone)
    _require(unit, row.Draft, row.grants, action, expected)
    return row.Draft, row.Concept


def draft_with_files(
    unit: UnitOfWork, draft_id: int, action: Action, *, expected: str | None = None, gone: str = UNKNOWN
) -> tuple[Draft, Concept, FileSet]:
    """Do as `draft_for_change`, and return the draft's file set too; every row is locked."""
    row = unit.session.execute(_WITH_FILES, {"id": draft_id, **held_values(unit.actor)}).one_or_none()
    if row is None:  # or another set has replaced the one whose lock this transaction waited for
        draft, concept = draft_for_change(unit, draft_id, action, expected=expected, gone=gone)
        return draft, concept, file_set_for_change(unit, draft.file_set_id)
    draft, concept, files, grants = row
    _require(unit, draft, grants, action, expected)
    return draft, concept, files


def files_to_change(unit: UnitOfWork, draft_id: int) -> tuple[Draft, Concept, FileSet]:
    """Return a draft, with the columns about files only, its concept and its file set; raise `NotFound`, `Forbidden`.

    All are locked until this transaction ends.
    """
    row = unit.session.execute(_ONLY_FILES, {"id": draft_id, **held_values(unit.actor)}).one_or_none()
    if row is None:
        return draft_with_files(unit, draft_id, Action.CHANGE_DRAFT)
    draft, concept, files, grants = row
    _require(unit, draft, grants, Action.CHANGE_DRAFT, None)
    _touch(unit, draft)
    return draft, concept, files


def _touch(unit: UnitOfWork, draft: Draft) -> None:
    """Note now and then that somebody works on the files of a draft: it does not expire."""
    if unit.now - max(draft.updated, draft.touched or draft.updated) > TOUCHED_EVERY:
        update_row(unit.session, draft, touched=unit.now)


_SLOT = (
    select(
        _GRANTS,
        Draft.concept_id,
        FileSet.state,
        FileEntry.id.label("entry_id"),
        Concept.owner_id,
        Concept.most_file_bytes,
        *USE_COLUMNS,
    )
    .select_from(Draft)
    .join(Concept, Draft.concept_id == Concept.id)
    .outerjoin(DraftUse, DraftUse.person_id == Concept.owner_id)
    .join(FileSet, Draft.file_set_id == FileSet.id)
    .outerjoin(FileEntry, and_(FileEntry.file_set_id == FileSet.id, FileEntry.key == bindparam("key")))
    .where(Draft.id == bindparam("id"))
)


def slot_of(connection: Connection, actor: Actor, site: Site, draft_id: int, key: str) -> Slot:
    """Return in one query what decides about an upload by the actor; raise `NotFound` if there is no such draft."""
    # no file has an empty name, and PostgreSQL refuses a parameter that contains NUL
    values = {"id": draft_id, "key": "" if "\x00" in key else key, **held_values(actor)}
    row = connection.execute(_SLOT, values).one_or_none()
    if row is None:
        raise NotFound(UNKNOWN)
    quota = quota_from(site, row.drafts, row.bytes, row.most_drafts, row.most_bytes)
    resource = Resource(row.grants, concept_id=row.concept_id)
    return Slot(resource, row.state, row.entry_id is not None, row.owner_id, quota, row.most_file_bytes)


def default_preview(snapshot: Snapshot, draft_id: int) -> str | None:
    """Return the file that a draft shows first.  No right is checked: who may only write it is told too."""
    return snapshot.session.get_one(Draft, draft_id).default_preview


def draft_view(snapshot: Snapshot, draft_id: int) -> DraftView:
    """Return the draft for reading by the actor; raise `NotFound`, `Forbidden`."""
    draft, concept = readable_draft(snapshot, draft_id)
    return view_of(snapshot, draft, concept)


def view_of(snapshot: Snapshot, draft: Draft, concept: Concept) -> DraftView:
    """Return the view of a draft that the caller has read."""
    pids = identifiers_of(snapshot, [draft.id, concept.id])
    files = file_set(snapshot, draft.file_set_id)
    communities = _communities(snapshot, [concept])
    return DraftView(draft, concept, files, pids[draft.id], pids[concept.id], communities.get(concept.id, ()))


_VIEWS = (
    select(Draft, Concept, FileSet, _GRANTS)
    .join(Concept, Draft.concept_id == Concept.id)
    .join(FileSet, Draft.file_set_id == FileSet.id)
    .where(in_list(Draft.id, "ids"))
)
_WITH_ALL_GRANTS = _VIEWS.with_only_columns(Draft, Concept, FileSet, grants_on(Draft.concept_id))


def listed_drafts(snapshot: Snapshot, ids: Sequence[int], *, all_grants: bool = False) -> list[ListedDraft]:
    """Return the drafts that exist, in the order of `ids`, in at most three queries, without a check of permissions.

    What the policy needs to know is there for the actor, for everybody with `all_grants`.
    """
    values = {"ids": ids} if all_grants else {"ids": ids, **held_values(snapshot.actor)}
    rows = snapshot.session.execute(_WITH_ALL_GRANTS if all_grants else _VIEWS, values).all()
    pids = identifiers_of(snapshot, {key for row in rows for key in (row.Draft.id, row.Concept.id)})
    communities = _communities(snapshot, [row.Concept for row in rows])
    by_id: dict[int, ListedDraft] = {}
    for draft, concept, files, grants in rows:
        memberships = communities.get(concept.id, ())
        view = DraftView(draft, concept, files, pids[draft.id], pids[concept.id], memberships)
        by_id[draft.id] = ListedDraft(view, Resource(grants, concept_id=concept.id))
    return [by_id[key] for key in ids if key in by_id]


def _communities(snapshot: Snapshot, concepts: Sequence[Concept]) -> Mapping[int, Sequence[Membership]]:
    return communities_of(snapshot, {concept.id for concept in concepts if concept.default_community})


def _require(snapshot: Snapshot, draft: Draft, grants: frozenset[Grant], action: Action, expected: str | None) -> None:
    must(snapshot.actor, action, Resource(grants, concept_id=draft.concept_id))
    if expected is not None and expected != str(draft.revision):
        raise Stale(f"Revision id provided({expected}) doesn't match record's one({draft.revision})")
