"""Keys of cached texts: the state of a version, as far as a text of it depends on it.

A text depends on the version's row, on the identifiers of the version and its concept and on the titles of its
communities, which all count their changes, and on the audience.  One statement reads the keys of any number of
versions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select

from repository.access.access_terms import PUBLIC
from repository.access.policy import Action, Resource, may
from repository.access.queries import grants_on
from repository.communities.model import Community, CommunityDataset
from repository.core.actor import Actor
from repository.core.database.id_list import in_list
from repository.identifiers.model import Identifier
from repository.records.model import Concept, Version

# Columns of the tables rather than attributes of the classes: rows, without the cost of objects.
_VERSION, _CONCEPT, _IDENTIFIER = Version.__table__.c, Concept.__table__.c, Identifier.__table__.c
_PIDS = (
    select(func.sum(_IDENTIFIER.change))
    .where(_IDENTIFIER.owner.in_([_VERSION.id, _VERSION.concept_id]))
    .correlate(Version.__table__)
    .scalar_subquery()
)
_LINK, _COMMUNITY = CommunityDataset.__table__.c, Community.__table__.c
_TITLES = (
    select(func.sum(_COMMUNITY.change))
    .join_from(CommunityDataset.__table__, Community.__table__, _LINK.community_id == _COMMUNITY.id)
    .where(_LINK.concept_id == _VERSION.concept_id)
    .correlate(Version.__table__)
    .scalar_subquery()
)
_KEY = select(
    _VERSION.id,
    _VERSION.revision,
    _VERSION.record_access,
    _VERSION.files_access,
    grants_on(_VERSION.concept_id),
    _VERSION.cache_version,
    _PIDS,
    _TITLES,
    _CONCEPT.latest_id,
    _VERSION.withdrawn_at,
).join_from(Version.__table__, Concept.__table__, _VERSION.concept_id == _CONCEPT.id)
_OF_ONE = _KEY.where(_VERSION.id == bindparam("id"))
_OF_MANY = _KEY.where(in_list(_VERSION.id, "ids"))


@dataclass(frozen=True, slots=True)
class CacheKey:
    """The current state of a version, as far as its text depends on it; policy sees `resource`."""

    id: int
    revision: int
    resource: Resource
    changes: tuple[int | None, ...]


def cache_keys(connection: Connection, actor: Actor, ids: Sequence[int]) -> list[CacheKey]:
    """Return the keys of the versions among `ids` that the actor may read, in one query."""
    rows = connection.execute(_OF_MANY, {"ids": ids}) if len(ids) != 1 else connection.execute(_OF_ONE, {"id": ids[0]})
    keys = (
        CacheKey(record_id, revision, Resource(grants, record == PUBLIC, files == PUBLIC), tuple(changes))
        for record_id, revision, record, files, grants, *changes, withdrawn in rows
        if withdrawn is None
    )
    return [key for key in keys if may(actor, Action.READ_RECORD, key.resource)]
