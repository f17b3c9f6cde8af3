"""What changed between the files of two versions: names that are new, that are gone, and those with other bytes.

Each kind is one walk along the names of a set, with a look at the same name in the other one; it is done only for sets
of at most `MOST_COMPARED` files, so that no page costs more than that.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, select
from sqlalchemy.orm import aliased

from repository.core.unit_of_work import Snapshot
from repository.files.model import FileEntry, FileSet, StoredFile

MOST_COMPARED = 20_000
MOST_NAMED = 100
"""of each kind; all are counted"""


@dataclass(frozen=True, slots=True)
class NameChanges:
    """The first names of one kind of change, and the number of all."""

    names: Sequence[str] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class FileChanges:
    """What changed from one set to another."""

    added: NameChanges = NameChanges()
    removed: NameChanges = NameChanges()
    changed: NameChanges = NameChanges()

    @property
    def is_empty(self) -> bool:
        """Whether both sets have the same files."""
        return not (self.added.count or self.removed.count or self.changed.count)


_HERE, _THERE = aliased(FileEntry, name="here"), aliased(FileEntry, name="there")
_FILE_HERE, _FILE_THERE = aliased(StoredFile, name="file_here"), aliased(StoredFile, name="file_there")


def _shown(entry: type[FileEntry], name: str) -> ColumnElement[bool]:
    return and_(entry.file_set_id == bindparam(name), entry.file_id.is_not(None), entry.hidden.is_(False))


_SAME_NAME = and_(_shown(_THERE, "there"), _THERE.key == _HERE.key)
_ONLY_HERE = select(_HERE.key).where(_shown(_HERE, "here"), ~exists().where(_SAME_NAME))
_OTHER_BYTES = (
    select(_HERE.key)
    .join(_THERE, _SAME_NAME)
    .join(_FILE_HERE, _FILE_HERE.id == _HERE.file_id)
    .join(_FILE_THERE, _FILE_THERE.id == _THERE.file_id)
    .where(_shown(_HERE, "here"), _HERE.file_id != _THERE.file_id, _FILE_HERE.sha256 != _FILE_THERE.sha256)
)


def compare_sets(snapshot: Snapshot, before: FileSet, after: FileSet) -> FileChanges | None:
    """Return what changed, without hidden files; None for sets that are too large to compare."""
    if max(before.count, after.count) > MOST_COMPARED:
        return None
    if before.id == after.id:
        return FileChanges()
    return FileChanges(
        added=_changes(snapshot, _ONLY_HERE, after.id, before.id),
        removed=_changes(snapshot, _ONLY_HERE, before.id, after.id),
        changed=_changes(snapshot, _OTHER_BYTES, after.id, before.id),
    )


def _changes(snapshot: Snapshot, names: Select[str], here: int, there: int) -> NameChanges:
    values = {"here": here, "there": there}
    first = snapshot.session.scalars(names.order_by(_HERE.key).limit(MOST_NAMED), values).all()
    if len(first) < MOST_NAMED:
        return NameChanges(first, len(first))
    counted = names.with_only_columns(func.count(_HERE.id))
    return NameChanges(first, snapshot.session.scalar(counted, values) or 0)
