"""Look into stored files and keep what was found.

Files of one draft are looked into together, those of several never: what a hostile file has made of its reader could
tell what the next file is.  Bytes are read outside of any transaction; what was found of all is kept in one, since each
one of its own would take the database's turn from people who deposit.  A worker that was killed leaves all as it was,
and a second look at a file changes nothing.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import cast

from sqlalchemy import Row, Table, bindparam, delete, insert, select, update

from repository.core.actor import SYSTEM
from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Database, UnitOfWork
from repository.engines.inspector.cage.formats import FORMATS, Knowledge
from repository.engines.inspector.cage.reasons import Reason
from repository.engines.inspector.port import VERSION, FileToInspect, Finding, Inspector
from repository.engines.store.port import ByteStore
from repository.files.model import FileEntry, FileSet, SetState, StoredFile
from repository.files.rules import media_type_of
from repository.inspection.model import FilePreview
from repository.inspection.queries import due_files
from repository.inspection.rules import ContentType, settled_media_type

CLAIMS = frozenset(form.media_type for form in FORMATS.values() if form.tells is not Knowledge.TEXT)
"""The media types that content shows always."""
_FILE, _PREVIEW = cast(Table, StoredFile.__table__), cast(Table, FilePreview.__table__)
DueFile = Row[int, str, int, int, str]


def look_into(database: Database, store: ByteStore, inspector: Inspector, file_ids: Sequence[int]) -> int:
    """Look into those of the files that this inspector has not seen; return how many.

    Raises `Unavailable` if the store does not answer; what was found until then is kept.
    """
    if not inspector.is_looking:
        return 0
    with database.snapshot(SYSTEM) as snapshot:
        due = sorted(due_files(snapshot, file_ids), key=lambda row: (row[3], row[0]))
    seen: list[tuple[DueFile, Finding]] = []
    try:
        for _, rows in groupby(due, key=lambda row: row[3]):
            files = list(rows)
            findings = inspector.inspect(store, [FileToInspect(row[1], row[2], row[4]) for row in files])
            seen += zip(files, findings, strict=True)
    finally:
        if seen:
            _keep(database, seen)
    return len(due)


_SETS = (
    select(FileSet.id)
    .where(FileSet.id.in_(select(FileEntry.file_set_id).where(in_list(FileEntry.file_id, "files"))))
    .order_by(FileSet.id)
    .with_for_update()
)
_SET = cast(Table, FileSet.__table__)
_COUNT_CHANGE = update(_SET).where(in_list(_SET.c.id, "sets")).values(preview_changes=_SET.c.preview_changes + 1)
_SET_PREVIEWED = update(_FILE).where(in_list(_FILE.c.id, "files")).values(previewed=bindparam("is_shown"))
_STILL_THERE = (
    select(_FILE.c.id, _FILE.c.media_type).where(in_list(_FILE.c.id, "files")).order_by(_FILE.c.id).with_for_update()
)
_FORGET = delete(_PREVIEW).where(in_list(_PREVIEW.c.stored_file_id, "files"))
_INSERT = insert(_PREVIEW).inline()


def _keep(database: Database, seen: Sequence[tuple[DueFile, Finding]]) -> None:
    """Keep what was found of files that are still there.

    Sets are locked before files, as publication does it: a set that is open here is frozen afterwards.
    """
    by_id = {row[0]: (row[4], finding) for row, finding in seen}
    with database.transaction(SYSTEM) as unit:
        connection, ids = unit.session.connection(), {"files": list(by_id)}
        sets = connection.scalars(_SETS, ids).all()
        types = {row.id: row.media_type for row in connection.execute(_STILL_THERE, ids)}
        if not types:
            return
        connection.execute(_FORGET, {"files": list(types)})
        connection.execute(_INSERT, [_row(unit, file_id, by_id[file_id][1]) for file_id in types])
        shown = {file_id: bool(by_id[file_id][1].kind) for file_id in types}
        for is_shown in set(shown.values()):
            chosen = [file_id for file_id in types if shown[file_id] is is_shown]
            connection.execute(_SET_PREVIEWED, {"files": chosen, "is_shown": is_shown})
        connection.execute(_COUNT_CHANGE, {"sets": sets})
        _settle_types(unit, types, {file_id: by_id[file_id] for file_id in types})


def _row(unit: UnitOfWork, file_id: int, finding: Finding) -> Mapping[str, object]:
    return {
        "stored_file_id": file_id,
        "inspector": VERSION if finding.is_final else 0,
        "format": finding.format,
        "kind": finding.kind or None,
        "body": finding.body,
        "reason": finding.reason or None,
        "inspected": unit.now,
    }


_FROZEN = (
    select(FileEntry.file_id)
    .join(FileSet, FileSet.id == FileEntry.file_set_id)
    .where(in_list(FileEntry.file_id, "files"), FileSet.state == SetState.FROZEN.value)
    .distinct()
)
_SET_TYPE = update(_FILE).where(_FILE.c.id == bindparam("file")).values(media_type=bindparam("type"))


def _settle_types(unit: UnitOfWork, types: Mapping[int, str], seen: Mapping[int, tuple[str, Finding]]) -> None:
    """Correct the media types that are not what was found, of files that no published version has."""
    settled = {file_id: _media_type(*seen[file_id]) for file_id in types if seen[file_id][1].is_final}
    changed = [file_id for file_id, media_type in settled.items() if media_type != types[file_id]]
    if changed:
        connection = unit.session.connection()
        frozen = set(connection.scalars(_FROZEN, {"files": changed}))
        if rows := [{"file": file_id, "type": settled[file_id]} for file_id in changed if file_id not in frozen]:
            connection.execute(_SET_TYPE, rows)


def _media_type(key: str, finding: Finding) -> str:
    by_name = media_type_of(key)
    form = FORMATS.get(finding.format)
    if form is None:
        is_seen = finding.reason == Reason.NO_READER  # it was looked into, and nobody knows what it is
        return settled_media_type(None, by_name, CLAIMS) if is_seen else by_name
    content = ContentType(form.media_type, form.tells is Knowledge.CONTAINER, form.tells is Knowledge.TEXT)
    return settled_media_type(content, by_name, CLAIMS)
