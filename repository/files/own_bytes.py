"""What sets of drafts hold of their own, counted from their entries: the truth behind ``own_bytes``."""

from collections.abc import Mapping, Sequence
from typing import cast

from sqlalchemy import Table, bindparam, exists, func, select, update
from sqlalchemy.orm import aliased

from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.files.model import FileEntry, FileSet, SetState, StoredFile, Upload, UploadState

_OTHER = aliased(FileEntry)
_OF_SETS = (
    select(FileEntry.file_set_id, func.sum(StoredFile.size))
    .where(in_list(FileEntry.file_set_id, "sets"))
    .group_by(FileEntry.file_set_id)
)
_STAGED = _OF_SETS.join(StoredFile, StoredFile.id == FileEntry.staged_id)
# The declared size counts from the beginning.  Uploads by appending are counted when they are complete.
_COMING = (
    select(FileEntry.file_set_id, func.sum(Upload.size))
    .join(Upload, Upload.file_entry_id == FileEntry.id)
    .where(
        in_list(FileEntry.file_set_id, "sets"),
        FileEntry.transfer.is_not(None),
        Upload.state == UploadState.OPEN.value,
        Upload.part_count.is_not(None),
    )
    .group_by(FileEntry.file_set_id)
)
_COUNTED = select(FileSet.id, FileSet.own_bytes).where(in_list(FileSet.id, "sets"), FileSet.state == SetState.OPEN)


def held_bytes(snapshot: Snapshot, set_ids: Sequence[int]) -> Mapping[int, int]:
    """Return what open sets hold of their own: committed, staged, and on its way in parts."""
    sets = {"sets": set_ids}
    sizes = {row.id: row.own_bytes for row in snapshot.session.execute(_COUNTED, sets)}
    for more in (_STAGED, _COMING):
        for set_id, size in snapshot.session.execute(more, sets):
            if set_id in sizes:
                sizes[set_id] += int(size)
    return sizes


_OWN = _OF_SETS.join(StoredFile, StoredFile.id == FileEntry.file_id).where(
    ~exists().where(_OTHER.file_id == FileEntry.file_id, _OTHER.file_set_id != FileEntry.file_set_id)
)


def wrong_counts(snapshot: Snapshot, set_ids: Sequence[int]) -> Mapping[int, tuple[int, int]]:
    """Return for open sets whose ``own_bytes`` are wrong what they are and what they should be."""
    sets = {"sets": set_ids}
    own = {set_id: int(size) for set_id, size in snapshot.session.execute(_OWN, sets)}
    counted = {row.id: row.own_bytes for row in snapshot.session.execute(_COUNTED, sets)}
    return {key: (before, own.get(key, 0)) for key, before in counted.items() if before != own.get(key, 0)}


_SET = cast(Table, FileSet.__table__)
_CORRECT = (
    update(_SET)
    .where(_SET.c.id == bindparam("set"), _SET.c.own_bytes == bindparam("before"))
    .values(own_bytes=bindparam("own"))
)


def correct_count(unit: UnitOfWork, set_id: int, before: int, own: int) -> None:
    """Set ``own_bytes``, unless somebody has changed the set since it was counted."""
    unit.session.connection().execute(_CORRECT, {"set": set_id, "before": before, "own": own})
