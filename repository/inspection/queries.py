"""Read previews, and what of them others may use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, bindparam, func, or_, select

from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Snapshot
from repository.engines.inspector.port import VERSION
from repository.files.model import FileEntry, Location, StoredFile
from repository.files.rules import FileState
from repository.inspection.model import FilePreview

TABLES = ("table", "sheets")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name, empty if it has none, and a type, as ``integer``, ``number`` or ``text``."""

    name: str
    type: str


def preview_of(snapshot: Snapshot, file_id: int) -> FilePreview | None:
    """Return what was found in a stored file, None before anybody has looked."""
    return snapshot.session.get(FilePreview, file_id)


_COLUMNS = (
    select(FileEntry.key, FilePreview.body)
    .join(FilePreview, FilePreview.stored_file_id == FileEntry.file_id)
    .where(
        FileEntry.file_set_id == bindparam("set"),
        in_list(FileEntry.file_id, "files"),
        FilePreview.kind.in_(TABLES),
        FileEntry.hidden.is_(False),
    )
)


def columns_of(snapshot: Snapshot, set_id: int, file_ids: Sequence[int]) -> Mapping[str, Sequence[Column]]:
    """Return the columns of the tables among these files of a set, by key; hidden files are left out."""
    rows = snapshot.session.execute(_COLUMNS, {"set": set_id, "files": file_ids})
    return {
        key: [Column(column["name"], column["type"]) for column in body.get("columns", ())]
        for key, body in rows
        if body is not None
    }


_FIRST_ENTRY = (
    select(func.min(FileEntry.id)).where(FileEntry.file_id == StoredFile.id).correlate(StoredFile).scalar_subquery()
)
_FILES = (
    select(StoredFile.id, StoredFile.object_key, StoredFile.size, FileEntry.file_set_id, FileEntry.key)
    .join(FileEntry, FileEntry.id == _FIRST_ENTRY)
    .outerjoin(FilePreview, FilePreview.stored_file_id == StoredFile.id)
    .where(
        StoredFile.state == FileState.VERIFIED.value,
        StoredFile.location == Location.STAGING.value,
        StoredFile.fault == "",
        or_(FilePreview.stored_file_id.is_(None), FilePreview.inspector < VERSION),
    )
    .order_by(StoredFile.id)
)
_DUE_AMONG = _FILES.where(in_list(StoredFile.id, "ids"))


def due_files(snapshot: Snapshot, ids: Sequence[int]) -> Sequence[Row[int, str, int, int, str]]:
    """Return those of the verified files that this inspector has not looked into, each with its first name."""
    return snapshot.session.execute(_DUE_AMONG, {"ids": ids}).all()


_IDS_AFTER = (
    select(StoredFile.id).where(StoredFile.id > bindparam("after")).order_by(StoredFile.id).limit(bindparam("limit"))
)


def file_ids_after(snapshot: Snapshot, after: int, limit: int) -> Sequence[int]:
    """Return the ids of stored files that follow `after`, in their order."""
    return snapshot.session.scalars(_IDS_AFTER, {"after": after, "limit": limit}).all()


_OUTDATED = (
    select(FilePreview.stored_file_id)
    .where(FilePreview.inspector < bindparam("version"))
    .order_by(FilePreview.inspector, FilePreview.stored_file_id)
    .limit(bindparam("limit"))
)


def outdated_files(snapshot: Snapshot, limit: int) -> Sequence[int]:
    """Return files that an earlier inspector has looked into, or one that had no cage."""
    return snapshot.session.scalars(_OUTDATED, {"version": VERSION, "limit": limit}).all()
