"""The one place that dates changes of published versions, so that a harvester misses none.

The date is registered before it is taken (`core.database.commit_horizon`), and the date before it is kept.  So a
harvester that walks all versions in the order of their datestamps gets each once, also those that change meanwhile.

The caller has locked the version's row and read it after that.
"""

from repository.access.access_terms import PUBLIC
from repository.core.unit_of_work import UnitOfWork
from repository.records.model import PastDatestamp, Version


def touch(unit: UnitOfWork, version: Version) -> None:
    """Record a public change: raise `change`, set `updated`, give a new OAI datestamp."""
    version.cache_version += 1
    version.updated = unit.event_time()
    touch_for_harvesters(unit, version)


def touch_for_harvesters(unit: UnitOfWork, version: Version) -> None:
    """Record a change that only harvesters see, such as another set: give a new OAI datestamp."""
    at = unit.event_time()
    if version.datestamp != at:
        unit.session.add(PastDatestamp(datestamp=version.datestamp, version_id=version.id, until=at))
        version.datestamp = at


def mark_public(version: Version) -> None:
    """Remember that the public could read `version`, and the resource type that it read.

    A version that is no longer public keeps the type that the public knows.
    """
    public = version.record_access == PUBLIC
    if public or not version.exposed:
        term = version.description.get("resource_type")
        version.resource_type = term.get("id") if isinstance(term, dict) else None
    version.exposed = bool(version.exposed) or public
