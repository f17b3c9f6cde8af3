"""Published records as JSON texts, made once for each change of them.

What a reader sees of a version depends on its row, which counts its changes, on its concept's identifiers and its own,
which count theirs, and on whether the reader may have its files.  One statement reads these marks for any number of
versions; the text is made again only when a mark moved, and kept in `Facilities.kept` otherwise.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import Connection, bindparam, func, select

from repository.access.policy import Action, Thing, may
from repository.access.terms import PUBLIC
from repository.engines.facilities import Facilities
from repository.files.queries import first_entries
from repository.foundation.actor import Actor
from repository.foundation.among import Among
from repository.foundation.work import Work
from repository.identifiers.model import Identifier
from repository.records.model import Concept, Version
from repository.records.queries import record_or_latest, record_views
from repository.records.wire import EMBEDDED_FILES, record_json

# Columns of the tables rather than attributes of the classes: rows, without the cost of objects.
_VERSION, _CONCEPT, _IDENTIFIER = Version.__table__.c, Concept.__table__.c, Identifier.__table__.c
_PIDS = (
    select(func.sum(_IDENTIFIER.change))
    .where(_IDENTIFIER.owner.in_([_VERSION.id, _VERSION.concept_id]))
    .correlate(Version.__table__)
    .scalar_subquery()
)
_MARK = select(
    _VERSION.id,
    _VERSION.revision,
    _VERSION.record_access,
    _VERSION.files_access,
    _CONCEPT.owner_id,
    _VERSION.change,
    _PIDS,
    _CONCEPT.latest_id,
    _VERSION.withdrawn_at,
).join_from(Version.__table__, Concept.__table__, _VERSION.concept_id == _CONCEPT.id)
_OF_ONE = _MARK.where(_VERSION.id == bindparam("id"))
_OF_MANY = _MARK.where(Among(_VERSION.id, "ids"))


@dataclass(frozen=True, slots=True)
class Mark:
    """A version as it is now, as far as its text depends on it; `thing` is what policy needs to know."""

    id: int
    revision: int
    thing: Thing
    changes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A version's JSON text at one revision."""

    text: bytes
    revision: int


def shown_or_latest(facilities: Facilities, actor: Actor, number: int) -> Shown | int:
    """The version with this id and its first files, or the id of the latest of the concept that has it.

    Raises `NotFound`, `Forbidden`.
    """
    shown = shown_to(facilities, actor, [number], embed=True).get(number)
    if shown is not None:
        return shown
    with facilities.works.reading(actor) as work:  # no such version, or not for this actor
        found = record_or_latest(work, number)
        return found if isinstance(found, int) else _made(facilities, work, [number], embed=True)[number]


def shown_to(facilities: Facilities, actor: Actor, ids: Sequence[int], *, embed: bool = False) -> dict[int, Shown]:
    """Those of `ids` that are versions which `actor` may read; with `embed` their first files are inside."""
    with facilities.works.glancing() as connection:
        marks = marks_of(connection, actor, ids)
    kept = {
        mark.id: Shown(text, mark.revision)
        for mark in marks
        if (text := facilities.kept.get(_key(actor, mark, embed))) is not None
    }
    missing = [mark.id for mark in marks if mark.id not in kept]
    if missing:
        with facilities.works.reading(actor) as work:
            kept |= _made(facilities, work, missing, embed)
    return kept


def marks_of(connection: Connection, actor: Actor, ids: Sequence[int]) -> list[Mark]:
    """The marks of those of `ids` that are versions which `actor` may read, in one query."""
    rows = connection.execute(_OF_MANY, {"ids": ids}) if len(ids) != 1 else connection.execute(_OF_ONE, {"id": ids[0]})
    marks = (
        Mark(number, revision, Thing(owner_id, record == PUBLIC, files == PUBLIC), (change, pids, latest))
        for number, revision, record, files, owner_id, change, pids, latest, withdrawn in rows
        if withdrawn is None
    )
    return [mark for mark in marks if may(actor, Action.READ_RECORD, mark.thing)]


def _made(facilities: Facilities, work: Work, ids: Sequence[int], embed: bool) -> dict[int, Shown]:
    """Texts made now, from one view of the database, and kept."""
    marks = {mark.id: mark for mark in marks_of(work.session.connection(), work.actor, ids)}
    made = {}
    for view in record_views(work, list(marks)):
        mark = marks[view.version.id]
        allowed = may(work.actor, Action.READ_FILES, mark.thing)
        entries = first_entries(work, view.files.id, EMBEDDED_FILES) if embed and allowed and view.files.count else ()
        record = record_json(view, facilities.site, facilities.vocabularies, files_allowed=allowed, entries=entries)
        made[mark.id] = Shown(orjson.dumps(record), mark.revision)
        facilities.kept.put(_key(work.actor, mark, embed), made[mark.id].text)
    return made


def _key(actor: Actor, mark: Mark, embed: bool) -> Hashable:
    """All that the text depends on: of the reader, only whether the files may be had."""
    return mark, may(actor, Action.READ_FILES, mark.thing), embed
