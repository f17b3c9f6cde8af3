"""Which versions of a dataset count as its latest: the newest, and the newest that everybody may read."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.records.model import Concept, Version
from repository.records.queries import IN_PUBLIC


@contextmanager
def touching_other_versions(unit: UnitOfWork, concept: Concept) -> Iterator[list[int]]:
    """Note a change of those other versions that the block makes one of the latest, or no longer one.

    The list that is given holds their ids after the block; the version that the block is about may be among them.
    """
    noticed: list[int] = []
    if concept.versions == 0:  # it is about the first, which has no others
        yield noticed
        return
    before = _latest(unit, concept)
    yield noticed
    unit.session.flush()
    for version_id in sorted(before ^ _latest(unit, concept)):
        unit.session.get_one(Version, version_id).change += 1
        noticed.append(version_id)


def _latest(snapshot: Snapshot, concept: Concept) -> set[int]:
    public = snapshot.session.scalar(
        select(Version.id).where(Version.concept_id == concept.id, IN_PUBLIC).order_by(Version.index.desc()).limit(1)
    )
    return {version_id for version_id in (concept.latest_id, public) if version_id is not None}
