"""Take many names out of an open set at once: a folder or a selection.

They move into a set of their own that is discarded, so that the work for each file is a job's, as that of a whole set.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import ColumnElement, Executable, Table, and_, bindparam, case, exists, func, select, update
from sqlalchemy.orm import aliased

from repository.core.database.bulk import insert_rows
from repository.core.unit_of_work import UnitOfWork
from repository.files.facts import FileSetDiscarded
from repository.files.model import FileEntry, FileSet, SetState, StoredFile
from repository.files.uploads import add_to_counts, require_open

_ENTRIES = cast(Table, FileEntry.__table__)
_NAMES = _ENTRIES.c


@dataclass(frozen=True, slots=True)
class ChosenNames:
    """Names to take out: `keys`, or all in `folder`, which has no slash at its end."""

    keys: Sequence[str] = ()
    folder: str = ""

    def has(self, key: str) -> bool:
        """Return whether the name is among them."""
        return key.startswith(f"{self.folder}/") if self.folder else key in self.keys


_OTHER = aliased(FileEntry)
_LINKED = exists().where(_OTHER.file_id == _NAMES.file_id, _OTHER.file_set_id != _NAMES.file_set_id)
_CHOICES: tuple[ColumnElement[bool], ...] = (
    and_(_NAMES.key >= bindparam("first"), _NAMES.key < bindparam("behind")),
    _NAMES.key.in_(bindparam("keys", expanding=True)),
)


def _statements(choice: ColumnElement[bool]) -> tuple[Executable, Executable]:
    """Return what adds up the chosen names, and what moves them."""
    chosen = and_(_NAMES.file_set_id == bindparam("set"), choice)
    committed = select(
        func.count(),
        func.coalesce(func.sum(StoredFile.size), 0),
        func.coalesce(func.sum(case((~_LINKED, StoredFile.size))), 0),
    )
    joined = _ENTRIES.outerjoin(cast(Table, StoredFile.__table__), _NAMES.file_id == StoredFile.id)
    moved = update(_ENTRIES).where(chosen).values(file_set_id=bindparam("target"))
    return committed.select_from(joined).where(chosen), moved


_OF_FOLDER, _OF_KEYS = map(_statements, _CHOICES)


def take_out(unit: UnitOfWork, files: FileSet, owner_id: int, chosen: ChosenNames) -> tuple[int, int]:
    """Take names out of the owner's set; return their number and the committed bytes that no other set has.

    The statements are as many for any number of names.  Raises `Forbidden` if the set is frozen.
    """
    require_open(files.state)
    (added_up, moved), place = _OF_KEYS, {"set": files.id}
    values: dict[str, Any] = {**place, "keys": list(chosen.keys)}
    if chosen.folder:
        (added_up, moved), values = _OF_FOLDER, {**place, "first": f"{chosen.folder}/", "behind": f"{chosen.folder}0"}
    count, size, own = map(int, unit.session.execute(added_up, values).one())
    if count:
        gone = FileSet(state=SetState.DISCARDED.value, count=count, total_bytes=size, own_bytes=own)
        insert_rows(unit.session, [gone])
        unit.session.connection().execute(moved, {**values, "target": gone.id})
        add_to_counts(unit, files, -count, -size, -own)
        unit.emit(FileSetDiscarded(gone.id, owner_id))
    return count, own
