"""Read concepts and versions; a list costs as many queries as one record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from repository.access.access_terms import PUBLIC
from repository.access.policy import Action, Audience, Grant, Resource, audience_of, in_person, may, must
from repository.access.queries import granted_to_actor, grants_held, held_values, subject_values
from repository.communities.queries import Membership, communities_of
from repository.core.actor import Actor
from repository.core.clock import iso
from repository.core.database.id_list import in_list
from repository.core.errors import Forbidden, Gone, MovedTo, NotFound
from repository.core.paging import Page
from repository.core.unit_of_work import Snapshot
from repository.files.model import FileEntry, FileSet
from repository.files.queries import EMBEDDED_FILES, first_entries
from repository.identifiers.queries import ByScheme, identifiers_of
from repository.records.model import Concept, RecordId, Tombstone, Version

UNKNOWN = "The persistent identifier does not exist."
NOT_PUBLISHED = "The persistent identifier is not registered."


IN_PUBLIC = and_(Version.record_access == PUBLIC, Version.withdrawn_at.is_(None))
"""The versions that everybody may read."""
READABLE = and_(
    Version.withdrawn_at.is_(None),
    or_(
        Version.record_access == PUBLIC,
        bindparam("reads_all", type_=Boolean()),
        granted_to_actor(Version.concept_id),
    ),
)
"""The versions that the actor in the parameters may read (see `reader_values`); nobody finds a withdrawn one."""
_OF_CONCEPT = Version.concept_id == bindparam("concept_id")
_NEWEST_FIRST = select(Version.id).where(_OF_CONCEPT).order_by(Version.index.desc())
_NEWEST_READABLE = _NEWEST_FIRST.where(READABLE).limit(1)
_NEWEST_WITHDRAWN = _NEWEST_FIRST.where(Version.withdrawn_at.is_not(None)).limit(1)
_OF = aliased(Version)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A public version of the same concept; `label` is its name, as its makers or its place give it."""

    id: int
    index: int
    label: str
    pids: ByScheme


@dataclass(frozen=True, slots=True)
class RecordView:
    """A version and what belongs to its reading, without the entries of its files; `neighbours` are by index."""

    version: Version
    concept: Concept
    files: FileSet
    grants: frozenset[Grant]
    pids: ByScheme
    concept_pids: ByScheme
    neighbours: Mapping[int, Neighbour]
    tombstone: Tombstone | None = None
    communities: Sequence[Membership] = ()
    is_latest: bool = True
    """for the reader: a newer version that they may not read does not exist for them"""

    @property
    def resource(self) -> Resource:
        return resource_of(self.version, self.grants)

    @property
    def public(self) -> bool:
        """Whether everybody may read it, or its tombstone."""
        return self.version.record_access == PUBLIC


def resource_of(version: Version, grants: frozenset[Grant]) -> Resource:
    """Return what the policy needs to know of a published version."""
    return Resource(
        grants,
        record_public=version.record_access == PUBLIC,
        files_public=version.files_access == PUBLIC,
        published=version.created,
        concept_id=version.concept_id,
    )


def record_view(snapshot: Snapshot, record_id: int) -> RecordView:
    """Return one version for the actor; raise `NotFound` (for a concept's id too), `Forbidden`, `Gone`."""
    try:
        return resolve_record(snapshot, record_id)
    except MovedTo:
        raise NotFound(UNKNOWN) from None


def record_for(snapshot: Snapshot, record_id: int, action: Action) -> RecordView:
    """Return one version if the actor may do `action` to it; raise `NotFound`, `Forbidden`, `Gone`."""
    for view in record_views(snapshot, [record_id]):
        require_readable(in_person(snapshot.actor, action), view)
        must(snapshot.actor, action, view.resource)
        return view
    return record_view(snapshot, record_id)


def resolve_record(snapshot: Snapshot, record_id: int) -> RecordView:
    """Return the version with this id for the actor.

    Raises `MovedTo` the latest version that the actor may read if a concept has the id, and `NotFound`, `Forbidden`,
    `Gone`.
    """
    for view in record_views(snapshot, [record_id]):
        require_readable(snapshot.actor, view)
        return view
    if _is_concept(snapshot, record_id):
        raise MovedTo(latest_for(snapshot, record_id))
    known = snapshot.session.get(RecordId, record_id) is not None
    raise NotFound(NOT_PUBLISHED if known else UNKNOWN)


_PUBLIC_SIBLING = aliased(Version)
NEWEST_PUBLIC_ID = (
    select(_PUBLIC_SIBLING.id)
    .where(
        _PUBLIC_SIBLING.concept_id == Version.concept_id,
        _PUBLIC_SIBLING.record_access == PUBLIC,
        _PUBLIC_SIBLING.withdrawn_at.is_(None),
    )
    .order_by(_PUBLIC_SIBLING.index.desc())
    .limit(1)
    .correlate(Version)
    .scalar_subquery()
    .label("newest_public_id")
)
"""of the concept of each version in a statement"""
_VIEWS = (
    select(Version, Concept, FileSet, grants_held(Version.concept_id), NEWEST_PUBLIC_ID)
    .join(Concept, Version.concept_id == Concept.id)
    .join(FileSet, Version.file_set_id == FileSet.id)
    .where(in_list(Version.id, "ids"))
)


_NEIGHBOURS = (
    select(_OF.id, Version.id, Version.index, Version.description)
    .join(_OF, and_(_OF.concept_id == Version.concept_id, Version.index.in_([_OF.index - 1, _OF.index + 1])))
    .where(in_list(_OF.id, "ids"), IN_PUBLIC)
)


def record_views(snapshot: Snapshot, ids: Sequence[int]) -> list[RecordView]:
    """Return versions in the order of `ids`, whatever the actor may see, in at most five queries.

    Only `RecordView.is_latest` and `RecordView.grants`, which are those of the actor, depend on the actor.
    """
    rows = snapshot.session.execute(_VIEWS, {"ids": ids, **held_values(snapshot.actor)}).all()
    with_others = [row.Version.id for row in rows if row.Concept.versions > 1]
    beside = snapshot.session.execute(_NEIGHBOURS, {"ids": with_others}).all() if with_others else ()
    owners = {key for row in rows for key in (row.Version.id, row.Concept.id)} | {row[1] for row in beside}
    pids = identifiers_of(snapshot, owners)
    neighbours: dict[int, dict[int, Neighbour]] = {}
    for record_id, neighbour_id, index, description in beside:
        neighbour = Neighbour(neighbour_id, index, label_of(description, index), pids[neighbour_id])
        neighbours.setdefault(record_id, {})[index] = neighbour
    withdrawn = [row.Version.id for row in rows if row.Version.withdrawn_at is not None]
    tombstones = {tombstone.version_id: tombstone for tombstone in _tombstones(snapshot, withdrawn)}
    communities = communities_of(snapshot, {row.Concept.id for row in rows if row.Concept.default_community})
    by_id = {
        row.Version.id: RecordView(
            row.Version,
            row.Concept,
            row.FileSet,
            row.grants,
            pids[row.Version.id],
            pids[row.Concept.id],
            neighbours.get(row.Version.id, {}),
            tombstones.get(row.Version.id),
            communities.get(row.Concept.id, ()),
            row.Version.id == _latest_id(snapshot.actor, row),
        )
        for row in rows
    }
    return [by_id[key] for key in ids if key in by_id]


def _latest_id(actor: Actor, row: Any) -> int | None:
    """Return the version that is the latest one for the actor."""
    latest_id: int | None = row.newest_public_id
    resource = Resource(row.grants, concept_id=row.Concept.id)
    return row.Concept.latest_id if may(actor, Action.READ_RECORD, resource) else latest_id


def label_of(description: Mapping[str, object], index: int) -> str:
    """Return the name of a version: its makers' own, else its place."""
    return str(description.get("version") or f"v{index}")


def require_readable(actor: Actor, view: RecordView) -> None:
    """Raise `Forbidden`, `Gone` for a withdrawn version, or `NotFound` where its tombstone is hidden from the actor."""
    must(actor, Action.READ_RECORD, view.resource)
    tombstone = view.tombstone
    if tombstone is not None:
        if actor.is_referee:  # what remains of a version names its makers
            raise NotFound(UNKNOWN)
        if not tombstone.visible and not may(actor, Action.READ_HIDDEN_TOMBSTONE, view.resource):
            raise NotFound(UNKNOWN)
        raise Gone(tombstone=tombstone_json(tombstone))


def tombstone_json(stone: Tombstone) -> dict[str, object]:
    """Return the tombstone as JSON (InvenioRDM contract, section 1.11)."""
    by = {"removed_by": {"user": str(stone.removed_by)}} if stone.removed_by is not None else {}
    return {
        "removal_reason": {"id": stone.reason},
        "note": stone.note,
        **by,
        "removal_date": iso(stone.at),
        "citation_text": stone.citation,
        "is_visible": stone.visible,
    }


_TOMBSTONES = select(Tombstone).where(in_list(Tombstone.version_id, "ids"))


def _tombstones(snapshot: Snapshot, ids: Sequence[int]) -> Sequence[Tombstone]:
    return snapshot.session.scalars(_TOMBSTONES, {"ids": ids}).all() if ids else ()


def is_published(snapshot: Snapshot, record_id: int) -> bool:
    """Return whether a version, or a concept with versions, has this id, whatever the actor may read."""
    return snapshot.session.get(Version, record_id) is not None or _is_concept(snapshot, record_id)


def has_versions(snapshot: Snapshot) -> bool:
    """Return whether anything was ever published, public or not."""
    return snapshot.session.scalar(select(Version.id).where(Version.id > 0).limit(1)) is not None


def concept_of(snapshot: Snapshot, record_id: int) -> int:
    """Return the id of the concept that has this id or a version with it; raise `NotFound`, `Forbidden`, `Gone`."""
    return record_id if _is_concept(snapshot, record_id) else record_view(snapshot, record_id).concept.id


def latest_for(snapshot: Snapshot, concept_id: int) -> int:
    """Return the newest version of a concept that the actor may read, or the newest tombstone if all are withdrawn.

    Raises `Forbidden` if there is none.
    """
    values = {"concept_id": concept_id, **reader_values(snapshot.actor)}
    for newest in (_NEWEST_READABLE, _NEWEST_WITHDRAWN):
        version_id = snapshot.session.scalar(newest, values)
        if version_id is not None:
            return version_id
    raise Forbidden


def latest_of(snapshot: Snapshot, record_id: int) -> int:
    """Return `latest_for` the concept that has this id or a version with it, a withdrawn one too.

    Raises `NotFound`, `Forbidden`.
    """
    try:
        concept_id = concept_of(snapshot, record_id)
    except Gone:  # the link of its tombstone leads here
        concept_id = snapshot.session.get_one(Version, record_id).concept_id
    return latest_for(snapshot, concept_id)


_NEWEST_PUBLIC = (
    select(Version.concept_id, func.max(Version.index))
    .where(in_list(Version.concept_id, "concepts"), IN_PUBLIC)
    .group_by(Version.concept_id)
)


def newest_public(snapshot: Snapshot, concept_ids: Iterable[int]) -> dict[int, int]:
    """Return, by concept, the index of its newest public version; concepts without one are left out."""
    rows = snapshot.session.execute(_NEWEST_PUBLIC, {"concepts": concept_ids})
    return {row[0]: row[1] for row in rows}


_READABLE_PAGE = _NEWEST_FIRST.where(READABLE).offset(bindparam("offset")).limit(bindparam("size"))


_READABLE_COUNT = select(func.count(Version.id)).where(_OF_CONCEPT, READABLE)


def versions_of(snapshot: Snapshot, concept_id: int, page: Page) -> tuple[list[RecordView], int]:
    """Return a page of the versions of a concept that the actor may read, newest first, and their number."""
    values = {"concept_id": concept_id, **reader_values(snapshot.actor)}
    ids = snapshot.session.scalars(_READABLE_PAGE, {**values, "offset": page.offset, "size": page.size}).all()
    total = snapshot.session.scalar(_READABLE_COUNT, values)
    return record_views(snapshot, ids), total or 0


def reader_values(actor: Actor) -> dict[str, object]:
    """Return the parameters of `READABLE`."""
    return {"reads_all": may(actor, Action.READ_RECORD, Resource()), **subject_values(actor)}


def files_for_reading(snapshot: Snapshot, record_id: int) -> RecordView:
    """Return the version if the actor may have its files; raise `NotFound`, `Forbidden`."""
    view = record_view(snapshot, record_id)
    must(snapshot.actor, Action.READ_FILES, view.resource)
    return view


def sees_hidden_files(actor: Actor, view: RecordView) -> bool:
    """Return whether the actor learns of hidden files: whoever may correct the record does."""
    return may(actor, Action.READ_HIDDEN_FILES, view.resource)


def embedded_files(snapshot: Snapshot, view: RecordView, audience: Audience) -> Sequence[FileEntry]:
    """Return the first files of a version, as far as its `audience` learns of them."""
    listed = audience.sees_files and view.files.totals(hidden=False)[0]
    return first_entries(snapshot, view.files.id, EMBEDDED_FILES, hidden=False) if listed else ()


def audience_for(snapshot: Snapshot, view: RecordView) -> Audience:
    """Return the audience that the actor belongs to as a reader of `view`."""
    return audience_of(snapshot.actor, view.resource)


def _is_concept(snapshot: Snapshot, record_id: int) -> bool:
    """Return whether a concept with versions has this id."""
    concept = snapshot.session.get(Concept, record_id)
    return concept is not None and concept.latest_id is not None
