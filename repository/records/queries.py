"""Reading concepts and versions; a list costs as many queries as one record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Boolean, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from repository.access.access_terms import PUBLIC
from repository.access.audience import Audience, audience_of
from repository.access.policy import Action, Grant, Resource, may, must
from repository.access.queries import granted_to_actor, grants_on, subject_values
from repository.core.actor import Actor
from repository.core.clock import iso
from repository.core.database.id_list import in_list
from repository.core.errors import Forbidden, Gone, MovedTo, NotFound
from repository.core.paging import Page
from repository.core.unit_of_work import Snapshot
from repository.files.model import FileSet
from repository.identifiers.queries import ByScheme, identifiers_of
from repository.records.model import Concept, RecordId, Tombstone, Version

# Built once: composing a statement costs more than running it.
_VIEWS = (
    select(Version, Concept, FileSet, grants_on(Version.concept_id))
    .join(Concept, Version.concept_id == Concept.id)
    .join(FileSet, Version.file_set_id == FileSet.id)
    .where(in_list(Version.id, "ids"))
)
UNKNOWN = "The persistent identifier does not exist."
NOT_PUBLISHED = "The persistent identifier is not registered."


IN_PUBLIC = and_(Version.record_access == PUBLIC, Version.withdrawn_at.is_(None))
"""The versions that everybody may read."""
_NEWEST_PUBLIC = (
    select(Version.concept_id, func.max(Version.index))
    .where(in_list(Version.concept_id, "concepts"), IN_PUBLIC)
    .group_by(Version.concept_id)
)
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
_READABLE_PAGE = _NEWEST_FIRST.where(READABLE).offset(bindparam("offset")).limit(bindparam("size"))
_READABLE_COUNT = select(func.count(Version.id)).where(_OF_CONCEPT, READABLE)
_NEWEST_READABLE = _NEWEST_FIRST.where(READABLE).limit(1)
_NEWEST_WITHDRAWN = _NEWEST_FIRST.where(Version.withdrawn_at.is_not(None)).limit(1)
_OF = aliased(Version)
_NEIGHBOURS = (
    select(_OF.id, Version.id, Version.index, Version.description)
    .join(_OF, and_(_OF.concept_id == Version.concept_id, Version.index.in_([_OF.index - 1, _OF.index + 1])))
    .where(in_list(_OF.id, "ids"), IN_PUBLIC)
)
_TOMBSTONES = select(Tombstone).where(in_list(Tombstone.version_id, "ids"))


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A public version beside another one, or one of its concept's; `label` is what its makers call it."""

    id: int
    index: int
    label: str
    pids: ByScheme


@dataclass(frozen=True, slots=True)
class RecordView:
    """A version with all that belongs to its reading, but its files' entries; `neighbours` are by their index."""

    version: Version
    concept: Concept
    files: FileSet
    grants: frozenset[Grant]
    pids: ByScheme
    concept_pids: ByScheme
    neighbours: Mapping[int, Neighbour]
    tombstone: Tombstone | None = None

    @property
    def resource(self) -> Resource:
        return resource_of(self.version, self.grants)

    @property
    def is_latest(self) -> bool:
        return self.concept.latest_id == self.version.id

    @property
    def public(self) -> bool:
        """Everybody may read it, or its tombstone."""
        return self.version.record_access == PUBLIC


def resource_of(version: Version, grants: frozenset[Grant]) -> Resource:
    """Return what the policy needs to know of a published version."""
    return Resource(
        grants,
        record_public=version.record_access == PUBLIC,
        files_public=version.files_access == PUBLIC,
        published=version.created,
    )


def record_view(snapshot: Snapshot, record_id: int) -> RecordView:
    """Return one version for the actor; raise `NotFound` (for a concept's id too), `Forbidden`, `Gone`."""
    try:
        return resolve_record(snapshot, record_id)
    except MovedTo:
        raise NotFound(UNKNOWN) from None


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


def record_views(snapshot: Snapshot, ids: Sequence[int]) -> list[RecordView]:
    """Versions in the order of `ids`, whoever may see them, in two queries and two more where they are needed."""
    rows = snapshot.session.execute(_VIEWS, {"ids": ids}).all()
    several = [row.Version.id for row in rows if row.Concept.versions > 1]
    beside = snapshot.session.execute(_NEIGHBOURS, {"ids": several}).all() if several else ()
    owners = {key for row in rows for key in (row.Version.id, row.Concept.id)} | {each[1] for each in beside}
    pids = identifiers_of(snapshot, owners)
    neighbours: dict[int, dict[int, Neighbour]] = {}
    for of, each, index, description in beside:
        neighbours.setdefault(of, {})[index] = Neighbour(each, index, label_of(description, index), pids[each])
    withdrawn = [row.Version.id for row in rows if row.Version.withdrawn_at is not None]
    tombstones = {each.version_id: each for each in _tombstones(snapshot, withdrawn)}
    by_id = {
        row.Version.id: RecordView(
            *row,
            pids[row.Version.id],
            pids[row.Concept.id],
            neighbours.get(row.Version.id, {}),
            tombstones.get(row.Version.id),
        )
        for row in rows
    }
    return [by_id[key] for key in ids if key in by_id]


def label_of(description: Mapping[str, object], index: int) -> str:
    """What a version is called: by its makers, else by its place."""
    return str(description.get("version") or f"v{index}")


def require_readable(actor: Actor, view: RecordView) -> None:
    """Raises `Forbidden`; `Gone` for what was withdrawn, or `NotFound` for whom its tombstone is not meant."""
    must(actor, Action.READ_RECORD, view.resource)
    stone = view.tombstone
    if stone is not None:
        if not stone.visible and not may(actor, Action.READ_HIDDEN_TOMBSTONE, view.resource):
            raise NotFound(UNKNOWN)
        raise Gone(tombstone=tombstone_json(stone))


def tombstone_json(stone: Tombstone) -> dict[str, object]:
    """The tombstone in an answer (InvenioRDM contract, section 1.11)."""
    by = {"removed_by": {"user": str(stone.removed_by)}} if stone.removed_by is not None else {}
    return {
        "removal_reason": {"id": stone.reason},
        "note": stone.note,
        **by,
        "removal_date": iso(stone.at),
        "citation_text": stone.citation,
        "is_visible": stone.visible,
    }


def _tombstones(snapshot: Snapshot, ids: Sequence[int]) -> Sequence[Tombstone]:
    return snapshot.session.scalars(_TOMBSTONES, {"ids": ids}).all() if ids else ()


def is_published(snapshot: Snapshot, number: int) -> bool:
    """A version or a concept with versions has this id, whoever may read it."""
    return snapshot.session.get(Version, number) is not None or _is_concept(snapshot, number)


def concept_of(snapshot: Snapshot, number: int) -> int:
    """The id of the concept that has this number, or of the version with it; raises `NotFound`, `Forbidden`, `Gone`."""
    return number if _is_concept(snapshot, number) else record_view(snapshot, number).concept.id


def latest_for(snapshot: Snapshot, concept_id: int) -> int:
    """The newest version of a published concept that the actor may read, the newest tombstone if all are withdrawn.

    Raises `Forbidden` if there is none.
    """
    values = {"concept_id": concept_id, **reader_values(snapshot.actor)}
    for newest in (_NEWEST_READABLE, _NEWEST_WITHDRAWN):
        version_id = snapshot.session.scalar(newest, values)
        if version_id is not None:
            return version_id
    raise Forbidden


def latest_of(snapshot: Snapshot, number: int) -> int:
    """`latest_for` the concept that has this number or a version with it, be it withdrawn.

    Raises `NotFound`, `Forbidden`.
    """
    try:
        concept_id = concept_of(snapshot, number)
    except Gone:  # as those may know who follow its tombstone's link
        concept_id = snapshot.session.get_one(Version, number).concept_id
    return latest_for(snapshot, concept_id)


def newest_public(snapshot: Snapshot, concept_ids: Iterable[int]) -> dict[int, int]:
    """Concept -> index of its newest version that everybody may read, of those that have one."""
    rows = snapshot.session.execute(_NEWEST_PUBLIC, {"concepts": concept_ids})
    return {row[0]: row[1] for row in rows}


def versions_of(snapshot: Snapshot, concept_id: int, page: Page) -> tuple[list[RecordView], int]:
    """The versions of a concept that the actor may read, newest first, and how many there are."""
    values = {"concept_id": concept_id, **reader_values(snapshot.actor)}
    ids = snapshot.session.scalars(_READABLE_PAGE, {**values, "offset": page.offset, "size": page.size}).all()
    total = snapshot.session.scalar(_READABLE_COUNT, values)
    return record_views(snapshot, ids), total or 0


def reader_values(actor: Actor) -> dict[str, object]:
    """Return the parameters of `READABLE`."""
    return {"reads_all": may(actor, Action.READ_RECORD, Resource()), **subject_values(actor)}


def files_for_reading(snapshot: Snapshot, record_id: int) -> RecordView:
    """The version, if the actor may have its files; raises `NotFound`, `Forbidden`."""
    view = record_view(snapshot, record_id)
    must(snapshot.actor, Action.READ_FILES, view.resource)
    return view


def audience_for(snapshot: Snapshot, view: RecordView) -> Audience:
    """Return the audience that the actor belongs to as a reader of `view`."""
    return audience_of(snapshot.actor, view.resource)


def _is_concept(snapshot: Snapshot, number: int) -> bool:
    """A concept with versions has this id."""
    concept = snapshot.session.get(Concept, number)
    return concept is not None and concept.latest_id is not None
