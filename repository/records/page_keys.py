"""Keys of cached pages: all that a record's page depends on, read in one statement."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, bindparam, func, or_, select

from repository.access.access_terms import PUBLIC
from repository.access.policy import Resource
from repository.access.queries import grants_on
from repository.core.unit_of_work import Snapshot
from repository.identifiers.model import Identifier
from repository.records.model import Concept, Version

# Columns of the tables rather than attributes of the classes: rows, without the cost of objects.
_VERSION, _CONCEPT, _IDENTIFIER = Version.__table__.c, Concept.__table__.c, Identifier.__table__.c
_SIBLING = Version.__table__.alias("sibling")


def _of_siblings(expression: Select[tuple[object]]) -> Select[tuple[object]]:
    return expression.where(_SIBLING.c.concept_id == _VERSION.concept_id).correlate(Version.__table__)


def _of_pids(expression: Select[tuple[object]]) -> Select[tuple[object]]:
    own = or_(_IDENTIFIER.owner == _VERSION.id, _IDENTIFIER.owner == _VERSION.concept_id)
    return expression.where(own).correlate(Version.__table__)


@dataclass(frozen=True, slots=True)
class PageKey:
    """The current state of a version, as far as its page depends on it; policy sees `resource`.

    The page names the other versions, so a change of any of them changes the key.
    """

    id: int
    resource: Resource
    withdrawn: bool
    changes: tuple[int | None, ...]
    modified: datetime


_KEY = (
    select(
        _VERSION.id,
        _VERSION.record_access,
        _VERSION.files_access,
        _VERSION.withdrawn_at,
        _VERSION.cache_version,
        grants_on(_VERSION.concept_id),
        _CONCEPT.latest_id,
        _of_siblings(select(func.sum(_SIBLING.c.cache_version))).scalar_subquery(),
        _of_pids(select(func.sum(_IDENTIFIER.change))).scalar_subquery(),
        _of_siblings(select(func.max(_SIBLING.c.updated))).scalar_subquery(),
        _of_pids(select(func.max(_IDENTIFIER.registered))).scalar_subquery(),
    )
    .join_from(Version.__table__, Concept.__table__, _VERSION.concept_id == _CONCEPT.id)
    .where(_VERSION.id == bindparam("id"))
)


def page_key(snapshot: Snapshot, record_id: int) -> PageKey | None:
    """Return the key of a version, whatever the actor may read; None when no version has this id."""
    row = snapshot.session.connection().execute(_KEY, {"id": record_id}).first()
    if row is None:
        return None
    key, record, files, withdrawn_at, change, grants, latest_id, siblings, pids, updated, registered = row
    return PageKey(
        id=key,
        resource=Resource(grants, record == PUBLIC, files == PUBLIC),
        withdrawn=withdrawn_at is not None,
        changes=(change, latest_id, siblings, pids),
        modified=max(moment for moment in (updated, registered) if moment is not None),
    )
