"""Published records as JSON texts, made once for each change of them.

What a reader sees of a version depends on its row, which counts its changes, on its concept's identifiers and its own,
which count theirs, and on whether the reader may have its files.  One statement reads these marks for any number of
versions; the text is made again only when a mark moved, and kept in `Services.cache` otherwise.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import orjson

from repository.access.policy import Action, may
from repository.core.actor import Actor
from repository.core.unit_of_work import Snapshot
from repository.engines.services import Services
from repository.faces.api.records.serializers import record_json
from repository.files.queries import EMBEDDED_FILES, first_entries
from repository.records.cache_keys import CacheKey, cache_keys
from repository.records.queries import record_or_latest, record_views


@dataclass(frozen=True, slots=True)
class CachedJson:
    """A version's JSON text at one revision."""

    text: bytes
    revision: int


def cached_record(services: Services, actor: Actor, number: int) -> CachedJson | int:
    """The version with this id and its first files, or the id of the latest of the concept that has it.

    Raises `NotFound`, `Forbidden`.
    """
    shown = cached_records(services, actor, [number], embed=True).get(number)
    if shown is not None:
        return shown
    with services.database.snapshot(actor) as snapshot:  # no such version, or not for this actor
        found = record_or_latest(snapshot, number)
        return found if isinstance(found, int) else _made(services, snapshot, [number], embed=True)[number]


def cached_records(
    services: Services, actor: Actor, ids: Sequence[int], *, embed: bool = False
) -> dict[int, CachedJson]:
    """Those of `ids` that are versions which `actor` may read; with `embed` their first files are inside."""
    with services.database.connection() as connection:
        marks = cache_keys(connection, actor, ids)
    kept = {
        mark.id: CachedJson(text, mark.revision)
        for mark in marks
        if (text := services.cache.get(_key(actor, mark, embed))) is not None
    }
    missing = [mark.id for mark in marks if mark.id not in kept]
    if missing:
        with services.database.snapshot(actor) as snapshot:
            kept |= _made(services, snapshot, missing, embed)
    return kept


def _made(services: Services, snapshot: Snapshot, ids: Sequence[int], embed: bool) -> dict[int, CachedJson]:
    """Texts made now, from one view of the database, and kept."""
    marks = {mark.id: mark for mark in cache_keys(snapshot.session.connection(), snapshot.actor, ids)}
    made = {}
    for view in record_views(snapshot, list(marks)):
        mark = marks[view.version.id]
        allowed = may(snapshot.actor, Action.READ_FILES, mark.thing)
        entries = (
            first_entries(snapshot, view.files.id, EMBEDDED_FILES) if embed and allowed and view.files.count else ()
        )
        record = record_json(view, services.site, services.vocabularies, files_allowed=allowed, entries=entries)
        made[mark.id] = CachedJson(orjson.dumps(record), mark.revision)
        services.cache.put(_key(snapshot.actor, mark, embed), made[mark.id].text)
    return made


def _key(actor: Actor, mark: CacheKey, embed: bool) -> Hashable:
    """All that the text depends on: of the reader, only whether the files may be had."""
    return mark, may(actor, Action.READ_FILES, mark.thing), embed
