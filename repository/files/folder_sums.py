"""What lies in a folder of a set, added up from the index of names."""

from sqlalchemy import bindparam, func, select

from repository.core.unit_of_work import Snapshot
from repository.files.model import FileEntry, StoredFile

_SUMS = (
    select(func.count(), func.coalesce(func.sum(StoredFile.size), 0))
    .select_from(FileEntry)
    .outerjoin(StoredFile, StoredFile.id == FileEntry.file_id)
    .where(
        FileEntry.file_set_id == bindparam("set"),
        FileEntry.key >= bindparam("first"),
        FileEntry.key < bindparam("behind"),
    )
)


def folder_sums(snapshot: Snapshot, set_id: int, folder: str) -> tuple[int, int]:
    """Return the number of files in a folder, whose name ends with a slash, and their bytes."""
    place = {"set": set_id, "first": folder, "behind": f"{folder[:-1]}0"}  # "0" follows "/"
    count, size = snapshot.session.execute(_SUMS, place).one()
    return count, int(size)
