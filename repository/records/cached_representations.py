"""Representations of published records, made once for each state of a record and each audience.

The read side reads in this order: content negotiation chooses a representation, the policy the audience; the text is
taken from the process's cache under a key of both and of the record's state, or written by a serializer.

A key (`cache_keys`) is the state of a version, as far as a text of it depends on it: on the version's row, on the
identifiers of the version and its concept and on the titles of its communities, which all count their changes, and on
the audience.  One statement reads the keys of any number of versions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select

from repository.access.access_terms import PUBLIC
from repository.access.policy import Action, Audience, Resource, audience_of, may
from repository.access.queries import grants_on
from repository.communities.model import Community, CommunityDataset
from repository.core.actor import Actor
from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Snapshot
from repository.engines.services import Services
from repository.identifiers.model import Identifier
from repository.records.model import Concept, Version
from repository.records.queries import RecordView, record_views, resolve_record

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
_OF_MANY = _KEY.where(in_list(_VERSION.id, "ids"))


@dataclass(frozen=True, slots=True)
class CacheKey:
    """The current state of a version, as far as its text depends on it; policy sees `resource`."""

    id: int
    revision: int
    resource: Resource
    changes: tuple[int | None, ...]


_OF_ONE = _KEY.where(_VERSION.id == bindparam("id"))


def cache_keys(connection: Connection, actor: Actor, ids: Sequence[int]) -> list[CacheKey]:
    """Return the keys of the versions among `ids` that the actor may read, in one query."""
    rows = connection.execute(_OF_MANY, {"ids": ids}) if len(ids) != 1 else connection.execute(_OF_ONE, {"id": ids[0]})
    keys = (
        CacheKey(record_id, revision, Resource(grants, record == PUBLIC, files == PUBLIC), tuple(changes))
        for record_id, revision, record, files, grants, *changes, withdrawn in rows
        if withdrawn is None
    )
    return [key for key in keys if may(actor, Action.READ_RECORD, key.resource)]


Serializer = Callable[[Services, Snapshot, RecordView, Audience], bytes]


@dataclass(frozen=True, slots=True)
class CachedRepresentation:
    """A record's text in one representation, and the revision of the record that it shows."""

    text: bytes
    revision: int


def cached_representation(
    services: Services, actor: Actor, record_id: int, name: str, serialize: Serializer
) -> CachedRepresentation:
    """Return the version with this id in the representation `name`, which `serialize` writes.

    Raises `MovedTo` for a concept's id, `NotFound`, `Forbidden`, `Gone`.
    """
    texts = cached_representations(services, actor, [record_id], name, serialize)
    if record_id not in texts:
        with services.database.snapshot(actor) as snapshot:
            resolve_record(snapshot, record_id)  # raises why the actor cannot have it
            texts = _write(services, snapshot, [record_id], name, serialize)
    return texts[record_id]


def cached_representations(
    services: Services, actor: Actor, record_ids: Sequence[int], name: str, serialize: Serializer
) -> dict[int, CachedRepresentation]:
    """Return, by id, those of `record_ids` that are versions which the actor may read; one query if all are cached."""
    with services.database.connection() as connection:
        keys = cache_keys(connection, actor, record_ids)
    cached = {key.id: CachedRepresentation(text, key.revision) for key, text in _cached(services, actor, keys, name)}
    missing = [key.id for key in keys if key.id not in cached]
    if missing:
        with services.database.snapshot(actor) as snapshot:
            cached |= _write(services, snapshot, missing, name, serialize)
    return cached


def _cached(services: Services, actor: Actor, keys: Sequence[CacheKey], name: str) -> list[tuple[CacheKey, bytes]]:
    texts = ((key, services.cache.get((name, audience_of(actor, key.resource), key))) for key in keys)
    return [(key, text) for key, text in texts if text is not None]


def _write(
    services: Services, snapshot: Snapshot, record_ids: Sequence[int], name: str, serialize: Serializer
) -> dict[int, CachedRepresentation]:
    """Write texts from one view of the database, and keep them."""
    keys = {key.id: key for key in cache_keys(snapshot.session.connection(), snapshot.actor, record_ids)}
    written = {}
    for view in record_views(snapshot, list(keys)):
        key = keys[view.version.id]
        audience = audience_of(snapshot.actor, key.resource)
        text = serialize(services, snapshot, view, audience)
        services.cache.put((name, audience, key), text)
        written[key.id] = CachedRepresentation(text, key.revision)
    return written
