"""What a representation of a record depends on, and the keys of cached texts that are made of it.

A text of a version (a page, a record in a format) depends on

* the version's row, whose `cache_version` counts all its changes, and its access;
* what its dataset says of requests for access, whose `settings_change` counts their changes;
* the identifiers of the version and of its concept, and the titles of its communities, which count their changes;
* what was found in its files, whose set counts the changes;
* the versions beside it, which it names, and their identifiers: a page lists all versions, a format names the
  previous and the next one;
* which version is the latest, for who may read all of them and for everybody else.

The grants of its dataset decide for which audience a text is, and nothing else: a key has the audience beside it, and
not the grants, whose number has no end.

Nothing else may stand in a text without being added to `_dependencies`.  What readers are told of the versions that
they may not read is nothing: for them the latest version is the newest that they may read.  Files of a published
version never change; what is said of them changes with the version's `cache_version`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, func, select

from repository.access.access_terms import PUBLIC
from repository.access.policy import Action, Resource, may
from repository.access.queries import grants_held, held_values
from repository.communities.model import Community, CommunityDataset
from repository.core.actor import Actor
from repository.core.database.direct_reads import DirectRead
from repository.core.database.id_list import in_list
from repository.files.model import FileSet
from repository.identifiers.model import Identifier
from repository.records.model import Concept, Version
from repository.records.queries import NEWEST_PUBLIC_ID

# Columns of the tables rather than attributes of the classes: rows, without the cost of objects.
_VERSION, _CONCEPT, _IDENTIFIER = Version.__table__.c, Concept.__table__.c, Identifier.__table__.c
_SETS = FileSet.__table__.c
_LINK, _COMMUNITY = CommunityDataset.__table__.c, Community.__table__.c
_SIBLING = Version.__table__.alias("sibling")
_OF_CONCEPT = _SIBLING.c.concept_id == _VERSION.concept_id
_BESIDE = _SIBLING.c.index.between(_VERSION.index - 1, _VERSION.index + 1)


def _of_version(expression: Select[Any]) -> Any:
    return expression.correlate(Version.__table__).scalar_subquery()


def _of_versions(expression: Select[Any], *, all_versions: bool) -> Any:
    chosen = expression.where(_OF_CONCEPT) if all_versions else expression.where(_OF_CONCEPT, _BESIDE)
    return _of_several(_of_version(chosen))


def _of_several(value: Any) -> Any:
    """Return the value where there are several versions: most datasets have one, which has no versions beside it."""
    return case((_CONCEPT.versions > 1, value))


_OWN = _IDENTIFIER.owner.in_([_VERSION.id, _VERSION.concept_id])
_PIDS = select(func.sum(_IDENTIFIER.change)).where(_OWN)
_TITLES = (
    select(func.sum(_COMMUNITY.change))
    .join_from(CommunityDataset.__table__, Community.__table__, _LINK.community_id == _COMMUNITY.id)
    .where(_LINK.concept_id == _VERSION.concept_id)
)
_PREVIEWS = select(_SETS.preview_changes).where(_SETS.id == _VERSION.file_set_id)
_PIDS_OF_VERSIONS = select(func.sum(_IDENTIFIER.change)).join_from(
    _SIBLING, Identifier.__table__, _IDENTIFIER.owner == _SIBLING.c.id
)


def _dependencies(*further: Any, all_versions: bool) -> Select[Any]:
    """Return the statement that reads what texts depend on; `further` columns follow."""
    return select(
        _VERSION.id,
        _VERSION.revision,
        _VERSION.record_access,
        _VERSION.files_access,
        _VERSION.withdrawn_at,
        _VERSION.concept_id,
        grants_held(_VERSION.concept_id),
        _CONCEPT.versions,
        _CONCEPT.latest_id,
        _of_several(NEWEST_PUBLIC_ID),
        _CONCEPT.settings_change,
        _VERSION.cache_version,
        _of_version(_PIDS),
        _of_version(_TITLES),
        _of_version(_PREVIEWS),
        _of_versions(select(func.sum(_SIBLING.c.cache_version)), all_versions=all_versions),
        _of_versions(_PIDS_OF_VERSIONS, all_versions=all_versions),
        *further,
    ).join_from(Version.__table__, Concept.__table__, _VERSION.concept_id == _CONCEPT.id)


@dataclass(frozen=True, slots=True)
class CacheKey:
    """The current state of a version for one reader, as far as a text depends on it.

    Policy sees `resource`, which is no part of the key.  `sees_all` says that the reader may read all versions of the
    dataset, closed ones too.
    """

    id: int
    revision: int
    resource: Resource = field(compare=False)
    withdrawn: bool
    sees_all: bool
    is_latest: bool
    changes: tuple[int | str | None, ...]


@dataclass(frozen=True, slots=True)
class PageKey(CacheKey):
    """The state that a page depends on, with the time of its last change.

    `modified` is that of what the reader may see; `changed` includes what the public could once see: a page that lost
    a neighbour must be read again, and may not tell when that neighbour was changed since.
    """

    modified: datetime
    changed: datetime


def _key(actor: Actor, row: Sequence[Any]) -> CacheKey:
    record_id, revision, record, files, withdrawn_at, concept_id, grants, versions, latest_id, public_id, *changes = row
    sees_all = may(actor, Action.READ_RECORD, Resource(grants, concept_id=concept_id))
    return CacheKey(
        id=record_id,
        revision=revision,
        resource=Resource(grants, record == PUBLIC, files == PUBLIC, concept_id=concept_id),
        withdrawn=withdrawn_at is not None,
        sees_all=sees_all,
        is_latest=versions == 1 or record_id == (latest_id if sees_all else public_id),
        changes=(record, files, *changes),
    )


_OF_MANY = DirectRead(_dependencies(all_versions=False).where(in_list(_VERSION.id, "ids")))
_OF_ONE = DirectRead(_dependencies(all_versions=False).where(_VERSION.id == bindparam("id")))


def cache_keys(connection: Connection, actor: Actor, ids: Sequence[int]) -> list[CacheKey]:
    """Return the keys of the versions among `ids` that the actor may read, in one query."""
    subjects = held_values(actor)
    rows = (
        _OF_MANY.rows(connection, {"ids": ids, **subjects})
        if len(ids) != 1
        else _OF_ONE.rows(connection, {"id": ids[0], **subjects})
    )
    keys = (_key(actor, row) for row in rows)
    return [key for key in keys if not key.withdrawn and may(actor, Action.READ_RECORD, key.resource)]


_IN_PUBLIC = _SIBLING.c.record_access == PUBLIC
_LAST_UPDATE = select(func.max(_SIBLING.c.updated))
_PAGE = DirectRead(
    _dependencies(
        _VERSION.created,
        _VERSION.updated,
        _of_versions(_LAST_UPDATE, all_versions=True),
        _of_versions(_LAST_UPDATE.where(_IN_PUBLIC), all_versions=True),
        _of_versions(_LAST_UPDATE.where(_SIBLING.c.exposed), all_versions=True),
        _of_version(select(func.max(_IDENTIFIER.registered)).where(_OWN)),
        all_versions=True,
    ).where(_VERSION.id == bindparam("id"))
)
_MOMENTS = 6


def page_key(connection: Connection, actor: Actor, record_id: int) -> PageKey | None:
    """Return the key of a version's page, whatever the actor may read; None when no version has this id."""
    rows = _PAGE.rows(connection, {"id": record_id, **held_values(actor)})
    if not rows:
        return None
    [row] = rows
    key = _key(actor, row[:-_MOMENTS])
    published, updated, of_all, of_public, of_exposed, registered = row[-_MOMENTS:]
    shown, changed = (of_all, of_all) if key.sees_all else (of_public, of_exposed)
    return PageKey(
        key.id,
        key.revision,
        replace(key.resource, published=published),
        key.withdrawn,
        key.sees_all,
        key.is_latest,
        key.changes,
        modified=_latest(updated, shown, registered),
        changed=_latest(updated, changed, registered),
    )


def _latest(*moments: datetime | None) -> datetime:
    return max(moment for moment in moments if moment is not None)
