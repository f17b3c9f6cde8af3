"""Queries of file sets and entries; none loads a whole set at once unless the caller streams it."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from sqlalchemy import Select, and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from repository.core.actor import ANONYMOUS
from repository.core.database.id_list import in_list
from repository.core.errors import NotFound
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.files.model import FileEntry, FileSet, StoredFile
from repository.files.rules import MOST_NAMED, FileState, UnreadyFile

EMBEDDED_FILES = 100
"""Entries inside a record; clients read a larger set by its own list (`files.count`, `links.files`)."""
BATCH = 500

_WITH_FILES = select(FileEntry).options(joinedload(FileEntry.file), joinedload(FileEntry.staged))
_SHOWN = FileEntry.hidden.is_(False)
"""what readers of a published record are told of"""
_IN_SET = FileEntry.file_set_id == bindparam("set")
_OWN = aliased(FileEntry)
_PLACES = (
    select(_OWN.key)
    .where(_OWN.file_set_id == bindparam("set"), _OWN.key > bindparam("after"))
    .order_by(_OWN.key)
    .offset(bindparam("offset"))
    .limit(1)
)
_HAS_HIDDEN = exists().where(_OWN.file_set_id == bindparam("set"), _OWN.hidden.is_(True))
_PLACE = _PLACES.scalar_subquery()
"""the first name of a page: the index alone counts those before it"""
_SHOWN_PLACE = case((_HAS_HIDDEN, _PLACES.where(_OWN.hidden.is_(False)).scalar_subquery()), else_=_PLACE)
_FIRST = _WITH_FILES.where(_IN_SET).order_by(FileEntry.key).limit(bindparam("limit"))
_ENTRIES = _FIRST.where(FileEntry.key >= _PLACE)
_SHOWN_ENTRIES = _FIRST.where(_SHOWN, FileEntry.key >= _SHOWN_PLACE)
_COMMITTED = _FIRST.where(FileEntry.file_id.is_not(None))
_SHOWN_COMMITTED = _COMMITTED.where(_SHOWN)
_AFTER = _FIRST.where(FileEntry.key > bindparam("after"))
_SHOWN_AFTER = _AFTER.where(_SHOWN)
_IN_SETS = in_list(FileEntry.file_set_id, "sets")
_NAMES = FileEntry.__table__.c  # columns rather than attributes: the query returns no objects


class ListedFile(NamedTuple):
    """A committed file in the list of a set."""

    key: str
    extension: str
    media_type: str
    size: int


def file_set(snapshot: Snapshot, set_id: int) -> FileSet:
    """Return the set, without any check of permission."""
    return snapshot.session.get_one(FileSet, set_id)


_SET_FOR_CHANGE = (
    select(FileSet)
    .where(FileSet.id == bindparam("set"))
    .with_for_update()
    # While this one waited for the lock, another transaction may have changed the row.
    .execution_options(populate_existing=True)
)


def file_set_for_change(unit: UnitOfWork, set_id: int) -> FileSet:
    """Return the set, locked until this transaction ends."""
    return unit.session.scalars(_SET_FOR_CHANGE, {"set": set_id}).one()


_ENTRY = _WITH_FILES.where(FileEntry.file_set_id == bindparam("set"), FileEntry.key == bindparam("key"))


def find_entry(snapshot: Snapshot, set_id: int, key: str) -> FileEntry | None:
    """Return the entry with its files, or None."""
    if "\x00" in key:
        return None  # no file has such a name, and PostgreSQL refuses the query
    return snapshot.session.scalar(_ENTRY, {"set": set_id, "key": key})


def entry(snapshot: Snapshot, set_id: int, key: str, record_id: int, *, hidden: bool) -> FileEntry:
    """Return the entry with its files, a hidden one only with `hidden`; raises `NotFound` in the contract's words."""
    named = find_entry(snapshot, set_id, key)
    if named is None or (named.hidden and not hidden):
        raise no_file(record_id, key)
    return named


def no_file(record_id: int, key: str) -> NotFound:
    """Return the error that there is no such file, in the contract's words."""
    return NotFound(f"Record '{record_id}' has no file '{key}'.")


def first_entries(snapshot: Snapshot, set_id: int, limit: int, offset: int = 0, *, hidden: bool) -> Sequence[FileEntry]:
    """Return entries in the order of their keys, hidden ones only with `hidden`."""
    begin, first = (_ENTRIES, _AFTER) if hidden else (_SHOWN_ENTRIES, _SHOWN_AFTER)
    place = {"set": set_id, "limit": limit, "after": ""}
    if offset:
        return snapshot.session.scalars(begin, {**place, "offset": offset}).all()
    return snapshot.session.scalars(first, place).all()


def first_committed(snapshot: Snapshot, set_id: int, limit: int, *, hidden: bool) -> Sequence[FileEntry]:
    """Return the first entries that have a committed file; names that wait for theirs cost nothing."""
    query = _COMMITTED if hidden else _SHOWN_COMMITTED
    return snapshot.session.scalars(query, {"set": set_id, "limit": limit}).all()


_KEYS = select(_NAMES.key).where(_NAMES.file_set_id == bindparam("set")).order_by(_NAMES.key).limit(bindparam("limit"))


def keys_of(snapshot: Snapshot, set_id: int, limit: int) -> Iterator[str]:
    """Yield the first `limit` names of the set in their order, as they are read."""
    yield from snapshot.session.connection().scalars(_KEYS, {"set": set_id, "limit": limit})


_UNFINISHED = _KEYS.where(_NAMES.pending.is_(True), _NAMES.file_id.is_(None))


def unfinished_keys(snapshot: Snapshot, set_id: int, limit: int) -> Sequence[str]:
    """Return the first names for which nothing was ever committed."""
    return snapshot.session.connection().scalars(_UNFINISHED, {"set": set_id, "limit": limit}).all()


_TAKEN = select(_NAMES.key).where(
    _NAMES.file_set_id == bindparam("set"), _NAMES.key.in_(bindparam("keys", expanding=True))
)


def keys_taken(snapshot: Snapshot, set_id: int, keys: Iterable[str]) -> set[str]:
    """Return those of `keys` that the set has."""
    taken: set[str] = set()
    for some in _batches(keys, BATCH):
        taken |= set(snapshot.session.connection().scalars(_TAKEN, {"set": set_id, "keys": some}))
    return taken


def _batches(keys: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(keys)
    while batch := list(islice(rest, size)):
        yield batch


BELOW_AT_ONCE = 32


def _below(count: int) -> Select[str]:
    """Return the query of one name below any of `count` folders; an index serves each range."""
    ranges = (
        and_(
            _NAMES.file_set_id == bindparam("set"), _NAMES.key > bindparam(f"from{n}"), _NAMES.key < bindparam(f"to{n}")
        )
        for n in range(count)
    )
    return select(_NAMES.key).where(or_(*ranges)).limit(1)


_BELOW = {count: _below(count) for count in (1, BELOW_AT_ONCE)}


def keys_below(snapshot: Snapshot, set_id: int, folders: Iterable[str]) -> list[str]:
    """Return one name that lies below one of `folders`, if there is any, and maybe a few more."""
    below: list[str] = []
    for some in _batches(folders, BELOW_AT_ONCE):
        size = 1 if len(some) == 1 else BELOW_AT_ONCE
        padded = [*some, *some[-1:] * (size - len(some))]
        ranges = {f"from{n}": f"{folder}/" for n, folder in enumerate(padded)}
        ranges |= {f"to{n}": f"{folder}0" for n, folder in enumerate(padded)}  # "0" follows "/"
        below += snapshot.session.connection().scalars(_BELOW[size], {"set": set_id, **ranges})
    return below


def streamed_entries(
    database: Database, set_id: int, offset: int = 0, limit: int | None = None, *, hidden: bool, after: str = ""
) -> Iterator[FileEntry]:
    """Yield entries behind `after` from `offset` on, in the order of their keys, at constant memory.

    Hidden ones come only with `hidden`.  Each batch is read in a short transaction of its own, for the reader of a
    stream may be slow.
    """
    begin, go_on = (_ENTRIES, _AFTER) if hidden else (_SHOWN_ENTRIES, _SHOWN_AFTER)
    query = begin if offset else go_on
    left = sys.maxsize if limit is None else limit
    while left > 0:
        size = min(left, BATCH)
        place = {"set": set_id, "after": after, "limit": size, **({"offset": offset} if query is begin else {})}
        with database.snapshot(ANONYMOUS) as snapshot:
            batch = snapshot.session.scalars(query, place).all()
        yield from batch
        if len(batch) < size:
            return
        query, after, left = go_on, batch[-1].key, left - len(batch)


_NAMED = _WITH_FILES.where(_IN_SET, FileEntry.key.in_(bindparam("keys", expanding=True))).order_by(FileEntry.key)


def entries_named(snapshot: Snapshot, set_id: int, keys: Iterable[str]) -> Sequence[FileEntry]:
    """Return the entries of these names, as far as the set has them, in the order of their keys."""
    return [
        entry
        for some in _batches(sorted(keys), BATCH)
        for entry in snapshot.session.scalars(_NAMED, {"set": set_id, "keys": some})
    ]


# Not ordered: to find the first keys without a sort, PostgreSQL would read all entries of a set that has no such file.
_UNREADY = (
    select(FileEntry.key, StoredFile.state, StoredFile.failure, FileEntry.staged_id.is_not(None), StoredFile.fault)
    .outerjoin(StoredFile, StoredFile.id == FileEntry.file_id)
    .where(FileEntry.file_set_id == bindparam("set"), FileEntry.pending.is_(True))
    .limit(MOST_NAMED + 1)
)


def unready_files(snapshot: Snapshot, set_id: int) -> Sequence[UnreadyFile]:
    """Return files that stop publication, at most `MOST_NAMED` and one more, in the order of their keys."""
    rows = sorted(snapshot.session.execute(_UNREADY, {"set": set_id}), key=lambda row: str(row.key))
    return [
        UnreadyFile(key, FileState(state) if state else None, failure, is_staged, fault or "")
        for key, state, failure, is_staged, fault in rows
    ]


_LISTED = (
    select(FileEntry.file_set_id, FileEntry.key, FileEntry.extension, StoredFile.media_type, StoredFile.size)
    .join(StoredFile, FileEntry.file_id == StoredFile.id)
    .where(_IN_SETS, _SHOWN)
    .order_by(FileEntry.file_set_id, FileEntry.key)
)


def listed_files(snapshot: Snapshot, set_ids: Sequence[int]) -> Mapping[int, Sequence[ListedFile]]:
    """Return all committed files of small sets in the order of their keys, by one query."""
    by_set: dict[int, list[ListedFile]] = {}
    for row in snapshot.session.execute(_LISTED, {"sets": set_ids}):
        by_set.setdefault(row[0], []).append(ListedFile(*row[1:]))
    return by_set


_LISTED_AFTER = _LISTED.where(FileEntry.key > bindparam("after")).limit(bindparam("limit"))


def listed_files_after(snapshot: Snapshot, set_id: int, after: str, limit: int) -> Sequence[ListedFile]:
    """Return the committed files of a set that follow the key `after`; the first ones after ``""``."""
    rows = snapshot.session.execute(_LISTED_AFTER, {"sets": [set_id], "after": after, "limit": limit})
    return [ListedFile(*row[1:]) for row in rows]


_NUMBERED = (
    select(
        FileEntry.file_set_id,
        FileEntry.key,
        func.row_number().over(partition_by=FileEntry.file_set_id, order_by=FileEntry.key).label("number"),
    )
    .where(_IN_SETS, _SHOWN)
    .subquery()
)
_FIRST_KEYS = (
    select(_NUMBERED.c.file_set_id, _NUMBERED.c.key)
    .where(_NUMBERED.c.number <= bindparam("limit"))
    .order_by(_NUMBERED.c.file_set_id, _NUMBERED.c.number)
)


def first_keys(snapshot: Snapshot, set_ids: Sequence[int], limit: int) -> Mapping[int, Sequence[str]]:
    """Return the first names of each set, at most `limit`, by one query."""
    by_set: dict[int, list[str]] = {}
    for set_id, key in snapshot.session.execute(_FIRST_KEYS, {"sets": set_ids, "limit": limit}):
        by_set.setdefault(set_id, []).append(key)
    return by_set


_EXTENSIONS = (
    select(FileEntry.file_set_id, FileEntry.extension)
    .where(_IN_SETS, _SHOWN, FileEntry.extension != "")
    .distinct()
    .order_by(FileEntry.file_set_id, FileEntry.extension)
)


def extensions(snapshot: Snapshot, set_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """Return the different endings of each set's file names, by one query."""
    by_set: dict[int, list[str]] = {}
    for set_id, extension in snapshot.session.execute(_EXTENSIONS, {"sets": set_ids}):
        by_set.setdefault(set_id, []).append(extension)
    return by_set
