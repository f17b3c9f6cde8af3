"""Files of published versions that a draft takes over by a link: no byte moves, and none is counted.

Whoever may read a file may link it.  To all others it is as if it were not there, whatever keeps it from them.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from repository.core.errors import FieldError, Forbidden, Gone, Invalid, MovedTo, NotFound
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.files.declarations import mismatches_of
from repository.files.link_files import link_named
from repository.files.model import FileEntry, FileSet, StoredFile
from repository.files.rules import Declared
from repository.records.queries import files_for_reading, sees_hidden_files

MOST_RECORDS = 20
"""whose files one request can link"""
NOT_THERE = "There is no such file, or it is not yours to read."


def linked_sources(snapshot: Snapshot, declared: Sequence[Declared]) -> Mapping[int, StoredFile]:
    """Return the files that are to be linked, by their places among the declared ones.

    Raises `NotFound` naming all that the actor may not read or that are not there, and `Invalid` for too many records.
    """
    keys_of_records: dict[int, dict[int, str]] = {}
    for index, file in enumerate(declared):
        if file.source is not None:
            keys_of_records.setdefault(file.source.record_id, {})[index] = file.source.key
    if len(keys_of_records) > MOST_RECORDS:
        raise Invalid.field("_schema", f"Files of at most {MOST_RECORDS} records can be linked at once.")
    sources: dict[int, StoredFile] = {}
    for record_id, keys in keys_of_records.items():
        readable = _readable_files(snapshot, record_id, set(keys.values()))
        sources |= {index: readable[key] for index, key in keys.items() if key in readable}
    absent = sorted(index for keys in keys_of_records.values() for index in keys.keys() - sources.keys())
    if absent:
        raise NotFound(NOT_THERE, [FieldError.of(f"{index}.transfer", NOT_THERE) for index in absent])
    return sources


_COMMITTED = (
    select(FileEntry)
    .options(joinedload(FileEntry.file, innerjoin=True))
    .where(FileEntry.file_set_id == bindparam("set"), FileEntry.key.in_(bindparam("keys", expanding=True)))
)


def _readable_files(snapshot: Snapshot, record_id: int, keys: set[str]) -> Mapping[str, StoredFile]:
    """Return the files of a version that the actor may read, by key; none if it is closed to them."""
    try:
        view = files_for_reading(snapshot, record_id)
    except (NotFound, Forbidden, Gone, MovedTo):
        return {}
    hidden = sees_hidden_files(snapshot.actor, view)
    # PostgreSQL refuses a parameter that contains NUL, and no file has such a name
    values = {"set": view.files.id, "keys": sorted(key for key in keys if "\x00" not in key)}
    entries = snapshot.session.scalars(_COMMITTED, values)
    return {entry.key: entry.file for entry in entries if entry.file is not None and (hidden or not entry.hidden)}


def link_sources(
    unit: UnitOfWork, files: FileSet, entries: Sequence[FileEntry], sources: Mapping[int, StoredFile]
) -> None:
    """Let new names of an open set have the files that were found; raise `Invalid` for those not as declared."""
    errors = [
        FieldError(f"{index}.{fault.field}", fault.messages)
        for index, file in sources.items()
        for fault in mismatches_of(entries[index], file)
    ]
    if errors:
        raise Invalid(errors=errors)
    link_named(unit, files, [(entries[index], file) for index, file in sources.items()])
