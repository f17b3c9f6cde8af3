"""One level of the tree for people: folders before files, in the order they choose, on numbered pages.

To number pages and to sort, a statement reads all names below the level, from the index of names.  That takes time with
their number, so a set has these pages only up to `MOST_SORTED` files; larger ones are read by `folder_levels`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Text, bindparam, case, func, literal, select
from sqlalchemy.orm import aliased

from repository.core.database.engine import ordered_text
from repository.core.database.text_position import position_of
from repository.core.unit_of_work import Snapshot
from repository.files.file_places import NameRange
from repository.files.folder_levels import Folder, Level, level_of
from repository.files.model import FileEntry, StoredFile
from repository.files.queries import entries_named
from repository.files.rules import MAX_KEY_BYTES

MOST_SORTED = 20_000
NAME, SIZE, TYPE = "name", "size", "type"
SORTS = (NAME, SIZE, TYPE)
"""Size begins with the largest; files of one type are in the order of names."""
_KEY = ordered_text(MAX_KEY_BYTES)


@dataclass(frozen=True, slots=True)
class LevelPage:
    """A page of a level; `total` counts folders and files on all its pages, None where nobody has counted."""

    level: Level
    total: int | None


def _range(*, hidden: bool) -> tuple[Any, Sequence[ColumnElement[bool]]]:
    name = aliased(FileEntry)
    within = (name.file_set_id == bindparam("set"), name.key >= bindparam("start"), name.key < bindparam("end"))
    return name, (*within, *(() if hidden else (name.hidden.is_(False),)))


_LENGTH = bindparam("length", type_=Integer)


def _slash(key: Any) -> ColumnElement[int]:
    """Return the place of the first slash behind the prefix, from 1; 0 for a file of the level."""
    return position_of(func.substr(key, _LENGTH + 1), literal("/", Text))


def _names(*, hidden: bool) -> Any:
    """Return the folder of each name below the level, None for a file of the level."""
    name, conditions = _range(hidden=hidden)
    folder = func.substr(name.key, 1, _LENGTH + _slash(name.key) - 1, type_=_KEY)
    return select(case((_slash(name.key) > 0, folder)).label("folder")).where(*conditions).subquery()


def _counts(*, hidden: bool) -> Select[int, int]:
    folder = _names(hidden=hidden).c.folder
    return select(func.count(folder.distinct()), func.count() - func.count(folder))


def _folders(*, hidden: bool) -> Select[Any]:
    names = _names(hidden=hidden)
    folder = names.c.folder
    page = (
        select(folder.label("folder"), func.count().label("count"))
        .where(folder.is_not(None))
        .group_by(folder)
        .order_by(folder)
        .offset(bindparam("offset"))
        .limit(bindparam("limit"))
        .cte("page")
    )
    inner = aliased(FileEntry)
    shown = () if hidden else (inner.hidden.is_(False),)
    size = (
        select(func.coalesce(func.sum(StoredFile.size), 0))
        .select_from(inner)
        .join(StoredFile, StoredFile.id == inner.file_id)
        .where(
            inner.file_set_id == bindparam("set"),
            inner.key >= page.c.folder.concat("/"),
            inner.key < page.c.folder.concat("0"),
            *shown,
        )
        .scalar_subquery()
    )
    return select(page.c.folder, page.c.count, size).order_by(page.c.folder)


def _files(sort: str, *, hidden: bool) -> Select[Any]:
    name, conditions = _range(hidden=hidden)
    files = select(name.key).where(*conditions, _slash(name.key) == 0)
    if sort != NAME:
        files = files.outerjoin(StoredFile, StoredFile.id == name.file_id)
        files = files.order_by(StoredFile.size.desc() if sort == SIZE else StoredFile.media_type)
    return files.order_by(name.key).offset(bindparam("offset")).limit(bindparam("limit"))


_COUNTS = {hidden: _counts(hidden=hidden) for hidden in (True, False)}
_FOLDERS = {hidden: _folders(hidden=hidden) for hidden in (True, False)}
_FILES: Mapping[tuple[str, bool], Select[Any]] = {
    (sort, hidden): _files(sort, hidden=hidden) for sort in SORTS for hidden in (True, False)
}


def level_page(
    snapshot: Snapshot, set_id: int, prefix: str, sort: str, offset: int, size: int, *, hidden: bool, count: int
) -> LevelPage:
    """Return a page of the level of `prefix` in a set of `count` files, folders first.

    Hidden files count only with `hidden`.  A set of more than `MOST_SORTED` files is in the order of names, without a
    total.
    """
    within = NameRange(prefix, prefix)
    if count > MOST_SORTED:
        return LevelPage(level_of(snapshot, set_id, within, offset, size, hidden=hidden), None)
    place = {"set": set_id, "start": within.start, "end": within.end, "length": len(prefix)}
    folder_count, file_count = snapshot.session.execute(_COUNTS[hidden], place).one()
    folders: Sequence[Folder] = ()
    if offset < folder_count:
        rows = snapshot.session.execute(_FOLDERS[hidden], {**place, "offset": offset, "limit": size})
        folders = [Folder(f"{folder}/", number, int(bytes_)) for folder, number, bytes_ in rows]
    keys: Sequence[str] = ()
    if file_count and len(folders) < size:
        page = {**place, "offset": max(0, offset - folder_count), "limit": size - len(folders)}
        keys = snapshot.session.scalars(_FILES[sort, hidden], page).all()
    entries = {entry.key: entry for entry in entries_named(snapshot, set_id, keys)}
    return LevelPage(Level(folders, [entries[key] for key in keys], None), folder_count + file_count)
