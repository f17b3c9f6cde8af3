"""Link files of one set into another, without copying a byte."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Table, bindparam, exists, insert, literal, null, select, update
from sqlalchemy.orm.attributes import set_committed_value

from repository.core.errors import Invalid
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.files.model import FileEntry, FileSet, StoredFile
from repository.files.name_clashes import clashes
from repository.files.queries import keys_of
from repository.files.uploads import add_to_counts, require_open

_ENTRY = cast(Table, FileEntry.__table__)
_LINK = (
    update(_ENTRY)
    .where(_ENTRY.c.id == bindparam("entry"))
    .values(file_id=bindparam("file"), pending=bindparam("unsound"))
)


def link_named(unit: UnitOfWork, files: FileSet, linked: Sequence[tuple[FileEntry, StoredFile]]) -> None:
    """Let new names of an open set have files of frozen ones; they cost the owner nothing (`FileSet.own_bytes`)."""
    unit.session.connection().execute(
        _LINK, [{"entry": entry.id, "file": file.id, "unsound": not file.is_sound} for entry, file in linked]
    )
    for entry, file in linked:
        for name, value in (("file_id", file.id), ("file", file), ("pending", not file.is_sound)):
            set_committed_value(entry, name, value)
    add_to_counts(unit, files, 0, sum(file.size for _, file in linked))


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
        FileEntry.about,
        FileEntry.hidden,
    )
    rows = select(
        literal(target.id),
        *same,
        FileEntry.pending | exists().where(StoredFile.id == FileEntry.file_id, StoredFile.fault != ""),
        null(),
        literal(unit.now, FileEntry.created.type),
        literal(unit.now, FileEntry.updated.type),
    ).where(FileEntry.file_set_id == source.id)
    columns = ["file_set_id", *(column.key for column in same), "pending", "staged_id", "created", "updated"]
    unit.session.execute(insert(FileEntry).from_select(columns, rows))
    target.count, target.total_bytes = source.count, source.total_bytes
