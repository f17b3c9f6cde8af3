"""Representations of published records, made once for each state of a record and each audience.

The read side reads in this order: content negotiation chooses a representation, the policy the audience; the text is
taken from the process's cache under a key of both and of the record's state, or written by a serializer.

A key (`cache_keys`) is the state of a version, as far as a text of it depends on it, and the audience.  One statement
reads the keys of any number of versions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from repository.access.policy import Audience, audience_of
from repository.core.actor import Actor
from repository.core.unit_of_work import Snapshot
from repository.engines.services import Services
from repository.records.cache_keys import CacheKey, cache_keys
from repository.records.queries import RecordView, record_views, resolve_record

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
