"""A published version changes: the one place that dates it, so that whoever follows changes misses none.

The date is registered before it is taken (`core.database.commit_horizon`), and the date before it is kept.  So a
harvester that walks all versions in the order of their datestamps gets each once, also those that change meanwhile.

Who calls this has locked the version's row and read it since.
"""

from repository.access.access_terms import PUBLIC
from repository.core.unit_of_work import UnitOfWork
from repository.records.model import PastDatestamp, Version


def touch(unit: UnitOfWork, version: Version) -> None:
    """Readers, the index and catalogues notice that `version` is another than it was."""
    version.change += 1
    version.updated = unit.event_time()
    touch_for_harvesters(unit, version)


def touch_for_harvesters(unit: UnitOfWork, version: Version) -> None:
    """Catalogues notice it, and nobody else: what they keep of `version` beside its description is another."""
    at = unit.event_time()
    if version.datestamp != at:
        unit.session.add(PastDatestamp(datestamp=version.datestamp, version_id=version.id, until=at))
        version.datestamp = at


def mark_public(version: Version) -> None:
    """Keep in mind what the public could read of `version` since its description or access was changed.

    The type of what is no longer public stays the one that the public knows.
    """
    public = version.record_access == PUBLIC
    if public or not version.exposed:
        term = version.description.get("resource_type")
        version.resource_type = term.get("id") if isinstance(term, dict) else None
    version.exposed = bool(version.exposed) or public
