"""Reading concepts and versions; a list costs as many queries as one record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select, true

from repository.access.policy import Action, Thing, may, must
from repository.access.terms import PUBLIC
from repository.access.visibility import visible_to
from repository.files.model import FileSet
from repository.foundation.actor import Actor
from repository.foundation.among import Among
from repository.foundation.errors import Forbidden, NotFound
from repository.foundation.paging import Page
from repository.foundation.work import Work
from repository.identifiers.queries import ByScheme, identifiers_of
from repository.records.model import Concept, Number, Version

# Built once: composing a statement costs more than running it.
_VIEWS = (
    select(Version, Concept, FileSet)
    .join(Concept, Version.concept_id == Concept.id)
    .join(FileSet, Version.file_set_id == FileSet.id)
    .where(Among(Version.id, "ids"))
)
UNKNOWN = "The persistent identifier does not exist."
NOT_PUBLISHED = "The persistent identifier is not registered."


_NEWEST_PUBLIC = (
    select(Version.concept_id, func.max(Version.index))
    .where(Among(Version.concept_id, "concepts"), Version.record_access == PUBLIC)
    .group_by(Version.concept_id)
)


@dataclass(frozen=True, slots=True)
class RecordView:
    """A version with all that belongs to its reading, but its files' entries."""

    version: Version
    concept: Concept
    files: FileSet
    pids: ByScheme
    concept_pids: ByScheme

    @property
    def thing(self) -> Thing:
        return thing_of(self.version, self.concept)

    @property
    def is_latest(self) -> bool:
        return self.concept.latest_id == self.version.id


def thing_of(version: Version, concept: Concept) -> Thing:
    """What policy needs to know of a published version."""
    return Thing(
        owner_id=concept.owner_id,
        record_public=version.record_access == PUBLIC,
        files_public=version.files_access == PUBLIC,
    )


def record_view(work: Work, record_id: int) -> RecordView:
    """One version for `work.actor`; raises `NotFound`, `Forbidden`."""
    view = record_or_latest(work, record_id)
    if isinstance(view, int):
        raise NotFound(UNKNOWN)
    return view


def record_or_latest(work: Work, number: int) -> RecordView | int:
    """The version with this id for `work.actor` or, if a concept has it, the id of the latest that the actor may read.

    Raises `NotFound`, `Forbidden`.
    """
    found = record_views(work, [number])
    if found:
        must(work.actor, Action.READ_RECORD, found[0].thing)
        return found[0]
    concept = concept_by_id(work, number)
    if concept is not None and concept.latest_id is not None:
        return latest_for(work, concept.id)
    known = work.session.get(Number, number) is not None
    raise NotFound(NOT_PUBLISHED if known else UNKNOWN)


def record_views(work: Work, ids: Sequence[int]) -> list[RecordView]:
    """Versions in the order of `ids`, in two queries, whoever may see them."""
    rows = work.session.execute(_VIEWS, {"ids": ids}).all()
    pids = identifiers_of(work, {key for row in rows for key in (row.Version.id, row.Concept.id)})
    views = (RecordView(*row, pids[row.Version.id], pids[row.Concept.id]) for row in rows)
    by_id = {view.version.id: view for view in views}
    return [by_id[key] for key in ids if key in by_id]


def concept_by_id(work: Work, concept_id: int) -> Concept | None:
    return work.session.get(Concept, concept_id)


def latest_for(work: Work, concept_id: int) -> int:
    """The newest version of a published concept that `work.actor` may read; raises `Forbidden` if there is none."""
    found = work.session.scalar(
        select(Version.id)
        .join(Concept)
        .where(Version.concept_id == concept_id, readable(work.actor))
        .order_by(Version.index.desc())
        .limit(1)
    )
    if found is None:
        raise Forbidden
    return found


def newest_public(work: Work, concept_ids: Iterable[int]) -> dict[int, int]:
    """Concept -> index of its newest version that everybody may read, of those that have one."""
    rows = work.session.execute(_NEWEST_PUBLIC, {"concepts": concept_ids})
    return {row[0]: row[1] for row in rows}


def versions_of(work: Work, concept_id: int, page: Page) -> tuple[list[RecordView], int]:
    """The versions of a concept that `work.actor` may read, newest first, and how many there are."""
    wanted = (Version.concept_id == concept_id, readable(work.actor))
    ids = work.session.scalars(
        select(Version.id)
        .join(Concept)
        .where(*wanted)
        .order_by(Version.index.desc())
        .offset(page.offset)
        .limit(page.size)
    ).all()
    total = work.session.scalar(select(func.count(Version.id)).join(Concept).where(*wanted))
    return record_views(work, ids), total or 0


def readable(actor: Actor) -> ColumnElement[bool]:
    """The visibility filter for a query over `Version` joined with `Concept`."""
    scope = visible_to(actor)
    if scope.everything:
        return true()
    public = Version.record_access == PUBLIC
    return public if scope.owner_id is None else public | (Concept.owner_id == scope.owner_id)


def files_for_reading(work: Work, record_id: int) -> RecordView:
    """The version, if `work.actor` may have its files; raises `NotFound`, `Forbidden`."""
    view = record_view(work, record_id)
    must(work.actor, Action.READ_FILES, view.thing)
    return view


def may_have_files(work: Work, view: RecordView) -> bool:
    return may(work.actor, Action.READ_FILES, view.thing)
