"""One level of the tree that names with slashes make: its files and its folders.

A page costs a search in an index for each item on it, however many files the level and its folders have: from a name in
a folder the next search begins behind the folder.  What lies in a folder is counted where it is on the page, from the
index of names, and its bytes are added up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, Integer, Select, Text, bindparam, case, func, literal, select
from sqlalchemy.orm import aliased

from repository.core.database.engine import ordered_text
from repository.core.database.text_position import position_of
from repository.core.unit_of_work import Snapshot
from repository.files.file_places import NameRange
from repository.files.model import FileEntry, StoredFile
from repository.files.queries import entries_named
from repository.files.rules import MAX_KEY_BYTES

_KEY = ordered_text(MAX_KEY_BYTES)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of a level: its whole name, with a slash at its end, and what lies in it."""

    key: str
    count: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Level:
    """A page of a level, in the order of names; `after` is its last item if there are more."""

    folders: Sequence[Folder]
    files: Sequence[FileEntry]
    after: str | None


def _names(*, hidden: bool) -> tuple[Any, Sequence[ColumnElement[bool]]]:
    """Return the table of names, and the conditions for those of the set."""
    name = aliased(FileEntry)
    shown = () if hidden else (name.hidden.is_(False),)
    return name, (name.file_set_id == bindparam("set"), *shown)


def _next_name(start: ColumnElement[str], *, hidden: bool) -> ColumnElement[str]:
    name, conditions = _names(hidden=hidden)
    within = (name.key >= start, name.key < bindparam("end"))
    return select(name.key).where(*conditions, *within).order_by(name.key).limit(1).scalar_subquery()


_LENGTH = bindparam("length", type_=Integer)


def _slash(key: ColumnElement[str]) -> ColumnElement[int]:
    """Return the place of the first slash behind the prefix, from 1; 0 for a file of the level."""
    return position_of(func.substr(key, _LENGTH + 1), literal("/", Text))


def _folder(key: ColumnElement[str]) -> ColumnElement[str]:
    """Return the folder's name without its slash."""
    return func.substr(key, 1, _LENGTH + _slash(key) - 1, type_=_KEY)


def _items(*, hidden: bool) -> CTE:
    """Return one name for each item of the level, numbered from 1."""
    first = _next_name(bindparam("start", type_=_KEY), hidden=hidden)
    items = select(first.label("key"), literal(1).label("number")).cte("items", recursive=True)
    key = items.c.key
    start = case((_slash(key) == 0, key.concat("\x01")), else_=_folder(key).concat("0"))
    return items.union_all(
        select(_next_name(start, hidden=hidden), items.c.number + 1).where(
            key.is_not(None), items.c.number < bindparam("last")
        )
    )


def _level(*, hidden: bool) -> Select[Any]:
    items = _items(hidden=hidden)
    key, number = items.c.key, items.c.number

    def inside(value: ColumnElement[int], *, of_bytes: bool) -> ColumnElement[int | None]:
        name, conditions = _names(hidden=hidden)
        folder = _folder(key)
        inner = select(value).select_from(name)
        if of_bytes:
            inner = inner.join(StoredFile, StoredFile.id == name.file_id)
        inner = inner.where(*conditions, name.key >= folder.concat("/"), name.key < folder.concat("0"))
        return case((_slash(key) > 0, inner.scalar_subquery()))

    count, size = func.count(), func.coalesce(func.sum(StoredFile.size), 0)
    return (
        select(key, inside(count, of_bytes=False), inside(size, of_bytes=True))
        .where(key.is_not(None), number > bindparam("offset"), number < bindparam("last"))
        .order_by(number)
    )


_ALL_ITEMS, _SHOWN_ITEMS = _level(hidden=True), _level(hidden=False)


def level_of(snapshot: Snapshot, set_id: int, within: NameRange, offset: int, size: int, *, hidden: bool) -> Level:
    """Return a page of the level of `within.prefix`: all that its names have before their next slash.

    Hidden files count only with `hidden`, and a folder that has no others is not there without.
    """
    length, last = len(within.prefix), offset + size + 1
    place = {"set": set_id, "start": within.start, "end": within.end, "length": length, "offset": offset}
    statement = _ALL_ITEMS if hidden else _SHOWN_ITEMS
    rows = snapshot.session.execute(statement, {**place, "last": last + 1}).all()
    shown = rows[:size]
    folders = [Folder(_item(key, length), count, int(bytes_)) for key, count, bytes_ in shown if count is not None]
    files = entries_named(snapshot, set_id, [key for key, count, _ in shown if count is None])
    return Level(folders, files, _item(shown[-1][0], length) if len(rows) > size else None)


def _item(key: str, length: int) -> str:
    folder, slash, _ = key[length:].partition("/")
    return key[:length] + folder + slash
