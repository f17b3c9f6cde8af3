"""Give a file, or a whole folder, another name in an open set."""

from collections.abc import Sequence
from itertools import pairwise
from typing import cast

from sqlalchemy import Table, and_, bindparam, exists, func, literal, not_, select, update
from sqlalchemy.orm import aliased

from repository.core.database.bulk import update_row
from repository.core.database.engine import ordered_text
from repository.core.errors import Invalid
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.files.model import FileEntry, FileSet, StoredFile
from repository.files.name_clashes import Names, folders_of, spellings
from repository.files.queries import keys_taken
from repository.files.rules import MAX_KEY_BYTES, extension_of, fault_of_key, media_type_of
from repository.files.uploads import require_open

_ENTRIES = cast(Table, FileEntry.__table__)
_NAMES = _ENTRIES.c
_ON_THE_WAY = "\x01"
"""a folder that no file can lie in"""


def rename(unit: UnitOfWork, files: FileSet, entry: FileEntry, key: str) -> None:
    """Name the file `key`; raises `Invalid` for a name that is impossible, taken, or in the way of another."""
    require_open(files.state)
    if key == entry.key:
        return
    _require_possible(key)
    near = [*_files_on_the_way(unit, files, key), *_names_below(unit, files, key)]
    _require_no_clash(Names(name for name in near if name != entry.key), key)
    _follow_media_type(unit, entry, key)
    update_row(unit.session, entry, key=key, extension=extension_of(key), updated=unit.now)


def rename_folder(unit: UnitOfWork, files: FileSet, folder: str, target: str) -> int:
    """Move all files of `folder` to `target`, both without the slash at their ends; return their number.

    Raises `Invalid` if `target` is impossible, or if there is a folder or file of this name.
    """
    require_open(files.state)
    if target == folder:
        return int(unit.session.scalar(_COUNTED, _range(files, folder)) or 0)
    _require_possible(target)
    if target.startswith(f"{folder}/"):
        raise Invalid.field("key", "A folder cannot be moved into itself.")
    _require_room(unit, files, folder, target)
    _require_no_clash(Names(_files_on_the_way(unit, files, target)), f"{target}/_")
    for name in _names_below(unit, files, target, without=folder):
        raise Invalid.field("key", f"There is a folder of this name already, with '{name}'.")
    steps = [folder, _ON_THE_WAY, target] if folder.startswith(f"{target}/") else [folder, target]
    # Not at once from a folder to the one around it: names on their way could meet others that have not left.
    counts = [_move(unit, files, *step) for step in pairwise(steps)]
    return counts[-1]


def _require_possible(key: str) -> None:
    if fault := fault_of_key(key):
        raise Invalid.field("key", fault)


def _require_no_clash(names: Names, key: str) -> None:
    if fault := names.clash(key):
        raise Invalid.field("key", fault)


def _files_on_the_way(snapshot: Snapshot, files: FileSet, key: str) -> set[str]:
    """Return files that have the name, or that of a folder on the way to it, in any spelling."""
    return keys_taken(snapshot, files.id, {s for name in (key, *folders_of(key)) for s in spellings(name)})


_IN_FOLDER = and_(
    _NAMES.file_set_id == bindparam("set"), _NAMES.key >= bindparam("first"), _NAMES.key < bindparam("behind")
)
_COUNTED = select(func.count()).select_from(_ENTRIES).where(_IN_FOLDER)


def _range(files: FileSet, folder: str) -> dict[str, object]:
    return {"set": files.id, "first": f"{folder}/", "behind": f"{folder}0"}


_BELOW = (
    select(_NAMES.key)
    .where(_IN_FOLDER, not_(and_(_NAMES.key >= bindparam("left"), _NAMES.key < bindparam("left_behind"))))
    .limit(2)
)


def _names_below(snapshot: Snapshot, files: FileSet, folder: str, without: str = "") -> Sequence[str]:
    """Return two names in the folder, if there are so many; those in `without` do not count."""
    left = {"left": f"{without}/", "left_behind": f"{without}0"} if without else {"left": "", "left_behind": ""}
    return [
        name
        for spelling in sorted(spellings(folder))
        for name in snapshot.session.connection().scalars(_BELOW, _range(files, spelling) | left)
    ]


_IN_IT = select(_NAMES.key).where(_IN_FOLDER)


def _require_room(snapshot: Snapshot, files: FileSet, folder: str, target: str) -> None:
    """Raise `Invalid` if a file of the folder would have too long a name."""
    more = len(target.encode()) - len(folder.encode())
    if more <= 0:
        return
    for key in snapshot.session.connection().scalars(_IN_IT, _range(files, folder)):
        if len(key.encode()) + more > MAX_KEY_BYTES:
            raise Invalid.field("key", f"'{key}' would be longer than {MAX_KEY_BYTES} bytes.")


_MOVED = (
    update(_ENTRIES)
    .where(_IN_FOLDER)
    .values(
        key=bindparam("target", type_=ordered_text(MAX_KEY_BYTES)).concat(
            func.substr(_NAMES.key, bindparam("length") + literal(1))
        ),
        updated=bindparam("now"),
    )
)


def _move(unit: UnitOfWork, files: FileSet, folder: str, target: str) -> int:
    place = {**_range(files, folder), "target": target, "length": len(folder), "now": unit.now}
    return unit.session.connection().execute(_MOVED, place).rowcount


_OTHER = aliased(FileEntry)
_FILES = cast(Table, StoredFile.__table__)
_TYPED = (
    update(_FILES)
    .where(
        _FILES.c.id.in_([bindparam("file"), bindparam("staged")]),
        _FILES.c.media_type == bindparam("before"),
        ~exists().where(_OTHER.file_id == _FILES.c.id, _OTHER.file_set_id != bindparam("set")),
    )
    .values(media_type=bindparam("after"))
)


def _follow_media_type(unit: UnitOfWork, entry: FileEntry, key: str) -> None:
    """Let the media type follow the name that it came of; a published file keeps its own."""
    before, after = media_type_of(entry.key), media_type_of(key)
    ids = {"file": entry.file_id or 0, "staged": entry.staged_id or 0}
    if before != after and any(ids.values()):
        unit.session.connection().execute(_TYPED, {**ids, "before": before, "after": after, "set": entry.file_set_id})
        for file in filter(None, (entry.file, entry.staged)):
            unit.session.refresh(file, ["media_type"])
