"""The latest versions of a dataset: its newest version, and the newest one that the public may read.

A change of one version can make another the latest, or no longer the latest.  Its pages and its document in the index
show that, so the other version changes too.
"""

from sqlalchemy import bindparam, select

from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.records.model import Concept, Version
from repository.records.queries import IN_PUBLIC

_NEWEST_PUBLIC = (
    select(Version.id)
    .where(Version.concept_id == bindparam("concept_id"), IN_PUBLIC)
    .order_by(Version.index.desc())
    .limit(1)
)


def latest_ids(snapshot: Snapshot, concept: Concept) -> frozenset[int]:
    """Return the id of the newest version and that of the newest public one; none before the first version."""
    if concept.versions == 0:
        return frozenset()
    public = snapshot.session.scalar(_NEWEST_PUBLIC, {"concept_id": concept.id})
    return frozenset(version_id for version_id in (concept.latest_id, public) if version_id is not None)


def touch_changed_latest(unit: UnitOfWork, concept: Concept, before: frozenset[int]) -> list[int]:
    """Raise `cache_version` of every version whose "is latest" flag has changed; return their ids.

    `before` is `latest_ids` before the change.  The version that the caller has changed may be among the ids, except
    for the first version: there is no other.
    """
    if not before:
        return []
    unit.session.flush()
    changed = sorted(before ^ latest_ids(unit, concept))
    for version_id in changed:
        unit.session.get_one(Version, version_id).cache_version += 1
    return changed
