"""Find files of one set by their names and types.

Names are compared here and not by the database, which knows neither the capitals of all scripts nor the two spellings
of one name (Unicode, NFC and NFD).  A request looks at so many names at most, and the next one goes on behind them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, bindparam, select

from repository.core.actor import ANONYMOUS
from repository.core.unit_of_work import Database, Snapshot
from repository.dataset.unicode_forms import normalised
from repository.files.file_places import NameRange, behind
from repository.files.model import FileEntry, StoredFile
from repository.files.queries import entries_named
from repository.files.rules import media_type_of

LOOKED_AT = 20_000
"""names in one request, at most"""
AT_ONCE = 2_000
_NAMES = (
    select(FileEntry.key)
    .where(
        FileEntry.file_set_id == bindparam("set"),
        FileEntry.key >= bindparam("start"),
        FileEntry.key < bindparam("end"),
    )
    .order_by(FileEntry.key)
    .limit(bindparam("limit"))
)
_TYPES = _NAMES.outerjoin_from(FileEntry, StoredFile, StoredFile.id == FileEntry.file_id).add_columns(
    StoredFile.media_type
)
_SHOWN = FileEntry.hidden.is_(False)
_Rows = Sequence[Row[Any]]
_Read = Callable[[Select[Any], Mapping[str, object]], _Rows]
_STATEMENTS = {
    (of_type, hidden): statement if hidden else statement.where(_SHOWN)
    for of_type, statement in ((False, _NAMES), (True, _TYPES))
    for hidden in (True, False)
}


@dataclass(frozen=True, slots=True)
class NameCriteria:
    """What to find: names with all of the `words`, of the `type`, an ending or a media type."""

    words: Sequence[str] = ()
    type: str = ""

    @classmethod
    def of(cls, query: str | None, file_type: str | None) -> "NameCriteria":
        """Return what a request's texts mean."""
        return cls(_folded(query or "").split(), _folded(file_type or "").strip())

    @property
    def is_media_type(self) -> bool:
        """Whether the type is one of the bytes, as ``text/csv`` or ``image/*``, not the ending of a name."""
        return "/" in self.type


@dataclass(frozen=True, slots=True)
class Matches:
    """Files that match; `after` is where to go on, if there may be more."""

    entries: Sequence[FileEntry]
    after: str | None


def matches(
    database: Database, set_id: int, within: NameRange, criteria: NameCriteria, offset: int, size: int, *, hidden: bool
) -> Matches:
    """Return a page of the files that match, in the order of their names, hidden ones only with `hidden`.

    The page is short, and maybe empty, where too many names had to be looked at for it.  Names are read in short
    transactions.
    """

    def read(statement: Select[Any], values: Mapping[str, object]) -> _Rows:
        with database.connection() as connection:
            return connection.execute(statement, values).all()

    keys, last = _matching(_names(read, set_id, within, criteria, hidden=hidden), criteria, offset + size)
    with database.snapshot(ANONYMOUS) as snapshot:
        return Matches(entries_named(snapshot, set_id, keys[offset:]), last)


def matches_in(
    snapshot: Snapshot, set_id: int, within: NameRange, criteria: NameCriteria, offset: int, size: int, *, hidden: bool
) -> Matches:
    """Return what `matches` returns, all from one view of the database."""

    def read(statement: Select[Any], values: Mapping[str, object]) -> _Rows:
        return snapshot.session.execute(statement, values).all()

    keys, last = _matching(_names(read, set_id, within, criteria, hidden=hidden), criteria, offset + size)
    return Matches(entries_named(snapshot, set_id, keys[offset:]), last)


def _matching(
    names: Iterator[tuple[str, str | None]], criteria: NameCriteria, most: int
) -> tuple[list[str], str | None]:
    """Return the first names that match, and the last one that was looked at if there may be more."""
    fits, last = _condition(criteria), None
    keys: list[str] = []
    for looked_at, (key, media_type) in enumerate(names):
        if looked_at == LOOKED_AT or len(keys) == most:
            return keys, last
        last = key
        if fits(key, media_type):
            keys.append(key)
    return keys, None


def _names(
    read: _Read, set_id: int, within: NameRange, criteria: NameCriteria, *, hidden: bool
) -> Iterator[tuple[str, str | None]]:
    """Yield names and, if one is asked for, media types, in batches."""
    statement = _STATEMENTS[criteria.is_media_type, hidden]
    start = within.start
    while True:
        rows = read(statement, {"set": set_id, "start": start, "end": within.end, "limit": AT_ONCE})
        yield from ((row.key, row.media_type if criteria.is_media_type else None) for row in rows)
        if len(rows) < AT_ONCE:
            return
        start = behind(rows[-1].key)


def _condition(criteria: NameCriteria) -> Callable[[str, str | None], bool]:
    kind = criteria.type
    ending = f".{kind.removeprefix('.')}"

    def is_of_type(key: str, folded: str, media_type: str | None) -> bool:
        if not kind:
            return True
        if not criteria.is_media_type:
            return folded.endswith(ending)
        own = (media_type or media_type_of(key)).partition(";")[0].strip().lower()
        return own == kind or (kind.endswith("/*") and own.startswith(kind[:-1]))

    def fits(key: str, media_type: str | None) -> bool:
        folded = _folded(key)
        return all(word in folded for word in criteria.words) and is_of_type(key, folded, media_type)

    return fits


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else normalised("NFC", text.casefold())
