"""An index that was lost is filled again, and nobody takes its part for the whole meanwhile.

An engine that finds no index makes an empty one: after an upgrade to a release whose index has another shape, or where
somebody removed it.  Before that it says so, and this is noted in the database, which refuses searches (503) until a
job has brought everything over.
"""

from sqlalchemy import inspect, select

from repository.core.actor import SYSTEM
from repository.core.unit_of_work import Database, Snapshot
from repository.deposits.model import Draft
from repository.engines.services import Services
from repository.records.model import Version
from repository.records.narrowed_access import WHOLE_INDEX, IndexedPart, note_narrowed
from repository.records.queries import has_versions
from repository.search.facts import IndexLost
from repository.search.index.index_rebuild import rebuild


def note_index_lost(database: Database, *, filled_by_job: bool = True) -> None:
    """Note that the index is about to be empty, unless nothing can be found; let a job fill it."""
    with database.connection() as connection:
        if not inspect(connection).has_table(Version.__tablename__):
            return  # the database comes into being, too
    database.require_schema()
    with database.snapshot(SYSTEM) as snapshot:
        if not _has_anything(snapshot):
            return
    with database.transaction(SYSTEM) as unit:
        note_narrowed(unit, [WHOLE_INDEX], IndexedPart.ALL)
        if filled_by_job:
            unit.emit(IndexLost(WHOLE_INDEX))


def fill_lost_index(services: Services) -> None:
    """Fill the index from the database; after an interruption the next run goes on."""
    rebuild(services, lambda _done, _everything: None)


def clear_place(services: Services) -> str:
    """Make an empty index where something else lies; return in words what that was, nothing where an index is.

    Searches are refused until `rebuild` has filled it.
    """
    obstacle = services.search.obstacle()
    if not obstacle:
        return ""
    note_index_lost(services.database, filled_by_job=False)
    name = services.search.clear()
    return f"{obstacle}, kept as {name}" if name else obstacle


def _has_anything(snapshot: Snapshot) -> bool:
    return has_versions(snapshot) or snapshot.session.scalar(select(Draft.id).where(Draft.id > 0).limit(1)) is not None
