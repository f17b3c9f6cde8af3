"""Link files of one set into another, without copying a byte."""

from sqlalchemy import insert, literal, null, select

from repository.core.errors import Invalid
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.files.model import FileEntry, FileSet
from repository.files.name_clashes import clashes
from repository.files.queries import keys_of
from repository.files.uploads import require_open


def require_importable(snapshot: Snapshot, source: FileSet, target: FileSet) -> None:
    """Raise `Invalid` if `target` has any file, or if names of `source` clash: a former release took them."""
    _require_empty(target)
    if errors := clashes(keys_of(snapshot, source.id, source.count)):
        raise Invalid("Files with these names cannot stand side by side: send them anew under others.", errors)


def _require_empty(target: FileSet) -> None:
    require_open(target.state)
    if target.count:
        raise Invalid.field("files.enabled", "Please remove all files first.")


def import_files(unit: UnitOfWork, source: FileSet, target: FileSet) -> None:
    """Name all files of an importable `source` in `target` too; raise `Invalid`, and name none, if it has any file."""
    _require_empty(target)
    same = (
        FileEntry.key,
        FileEntry.extension,
        FileEntry.file_id,
        FileEntry.pending,
        FileEntry.about,
        FileEntry.hidden,
    )
    rows = select(
        literal(target.id),
        *same,
        null(),
        literal(unit.now, FileEntry.created.type),
        literal(unit.now, FileEntry.updated.type),
    ).where(FileEntry.file_set_id == source.id)
    columns = ["file_set_id", *(column.key for column in same), "staged_id", "created", "updated"]
    unit.session.execute(insert(FileEntry).from_select(columns, rows))
    target.count, target.total_bytes = source.count, source.total_bytes
