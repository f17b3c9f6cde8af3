"""Tell readers of records that a file is damaged, or whole again: their pages and lists say so."""

from collections.abc import Sequence

from sqlalchemy import exists, select

from repository.core.actor import SYSTEM
from repository.core.database.id_list import in_list
from repository.core.preservation_events import EventOutcome, EventType, ObjectKind, PreservationEventRow
from repository.core.unit_of_work import Database, UnitOfWork
from repository.files.model import FileEntry
from repository.publication.facts import FilesJudged
from repository.records.change_tracking import touch
from repository.records.model import Concept, Version

_EVER_DAMAGED = exists().where(
    PreservationEventRow.object_kind == ObjectKind.FILE.value,
    PreservationEventRow.object_id == FileEntry.file_id,
    PreservationEventRow.type == EventType.FIXITY_CHECK.value,
    PreservationEventRow.outcome == EventOutcome.FAIL.value,
)
_VERSIONS = (
    select(Version.id, Version.concept_id)
    .join(FileEntry, FileEntry.file_set_id == Version.file_set_id)
    .where(in_list(FileEntry.file_id, "files"), _EVER_DAMAGED)
    .order_by(Version.id)
    .distinct()
)


def tell_damage(database: Database, file_ids: Sequence[int]) -> None:
    """Record a public change of every version that has one of these files: kept copies of its pages are stale.

    A file that was never damaged has none to tell.
    """
    with database.snapshot(SYSTEM) as snapshot:
        versions = snapshot.session.execute(_VERSIONS, {"files": file_ids}).all()
    for version_id, concept_id in versions:
        with database.transaction(SYSTEM) as unit:
            _touch(unit, version_id, concept_id)


def _touch(unit: UnitOfWork, version_id: int, concept_id: int) -> None:
    # The concept first: its row is the turnstile of all that changes its versions.
    unit.session.get_one(Concept, concept_id, with_for_update=True)
    version = unit.session.get_one(Version, version_id, with_for_update=True, populate_existing=True)
    touch(unit, version)
    unit.emit(FilesJudged(version_id))
