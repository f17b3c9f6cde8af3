"""Link files of one set into another, without copying a byte."""

from sqlalchemy import insert, literal, null, select

from repository.core.errors import Invalid
from repository.core.unit_of_work import UnitOfWork
from repository.files.model import FileEntry, FileSet
from repository.files.name_clashes import clashes
from repository.files.queries import keys_of
from repository.files.uploads import require_open


def import_files(unit: UnitOfWork, source: FileSet, target: FileSet) -> None:
    """Name all files of `source` in `target` too.

    Raises `Invalid`, and names none, if `target` has any file, or if names of `source` clash: a former release took
    them.
    """
    require_open(target.state)
    if target.count:
        raise Invalid.field("files.enabled", "Please remove all files first.")
    if errors := clashes(keys_of(unit, source.id, source.count)):
        raise Invalid("Files with these names cannot stand side by side: send them anew under others.", errors)
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
