"""The files of an archive or a manifest: all of a set, those below a prefix, or chosen ones.

They are read in the order of their names, a batch at a time, each batch in a short transaction of its own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast

from sqlalchemy import Table, bindparam, select

from repository.core.actor import ANONYMOUS
from repository.core.errors import Conflict, NotFound
from repository.core.unit_of_work import Database, Snapshot
from repository.files.downloads import require_sound
from repository.files.model import FileEntry, StoredFile
from repository.files.queries import no_file
from repository.files.rules import FileState, UnreadyFile, reason_of

BATCH = 500
_LAST_CHARACTER = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)


@dataclass(frozen=True, slots=True)
class FileSelection:
    """What a reader asks for of a set: names that begin with `prefix`, or the names `keys`; else all.

    Hidden files are of it only with `hidden`.  `record_id` is the draft or record that errors name.
    """

    set_id: int
    record_id: int
    hidden: bool
    prefix: str = ""
    keys: Sequence[str] = ()

    @property
    def is_whole(self) -> bool:
        return not (self.prefix or self.keys)


class SelectedFile(NamedTuple):
    """A committed file; `md5` and `sha256` are None until it is verified, `crc32` if nobody has computed it."""

    key: str
    file_id: int
    object_key: str
    size: int
    state: str
    failure: str | None
    fault: str
    md5: str | None
    sha256: str | None
    crc32: int | None
    created: datetime
    verified: datetime | None
    reading: datetime | None

    @property
    def known(self) -> datetime:
        """When the bytes were last seen to be those of the digests."""
        return max(self.created, self.verified or self.created)

    def require_whole(self) -> None:
        """Raise `Conflict` unless the file is verified, `Damaged` if a check has found it damaged."""
        if self.state != FileState.VERIFIED or self.sha256 is None:
            raise Conflict(reason_of(UnreadyFile(self.key, FileState(self.state), self.failure, is_staged=False)))
        require_sound(self.fault, self.key)


_ENTRIES, _FILES = cast(Table, FileEntry.__table__), cast(Table, StoredFile.__table__)
_ENTRY, _FILE = _ENTRIES.c, _FILES.c
# columns, not attributes: an archive reads thousands of rows, each for half of the cost
_NAMED = (
    select(
        _ENTRY.key,
        _FILE.id,
        _FILE.object_key,
        _FILE.size,
        _FILE.state,
        _FILE.failure,
        _FILE.fault,
        _FILE.md5,
        _FILE.sha256,
        _FILE.crc32,
        _FILE.created,
        _FILE.verified,
        _FILE.reading,
    )
    .select_from(_ENTRIES.join(_FILES, _FILE.id == _ENTRY.file_id))
    .where(_ENTRY.file_set_id == bindparam("set"))
    .order_by(_ENTRY.key)
)
_AFTER = _NAMED.where(_ENTRY.key > bindparam("after")).limit(bindparam("limit"))
_FROM = _AFTER.where(_ENTRY.key >= bindparam("first"))
_SHOWN = _ENTRY.hidden.is_(False)


def archived_files(database: Database, selection: FileSelection, after: str = "") -> Iterator[SelectedFile]:
    """Yield the committed files of the selection whose names follow `after`, in the order of their names."""
    if selection.keys:
        yield from (file for file in _chosen(database, selection) if file.key > after)
        return
    bounded = _FROM if selection.prefix else _AFTER
    end = end_of(selection.prefix)
    query = bounded if end is None else bounded.where(_ENTRY.key < bindparam("end"))
    query = query if selection.hidden else query.where(_SHOWN)
    place = {"set": selection.set_id, "limit": BATCH, "first": selection.prefix, "end": end}
    while True:
        with database.snapshot(ANONYMOUS) as snapshot:
            rows = snapshot.session.connection().execute(query, place | {"after": after}).all()
        yield from map(SelectedFile._make, rows)
        if len(rows) < BATCH:
            return
        after = rows[-1][0]


_CHOSEN = _NAMED.where(_ENTRY.key.in_(bindparam("keys", expanding=True)))


def _chosen(database: Database, selection: FileSelection) -> Iterator[SelectedFile]:
    query = _CHOSEN if selection.hidden else _CHOSEN.where(_SHOWN)
    keys = sorted(set(selection.keys))
    with database.snapshot(ANONYMOUS) as snapshot:
        rows = snapshot.session.connection().execute(query, {"set": selection.set_id, "keys": keys}).all()
    return map(SelectedFile._make, rows)


def end_of(prefix: str) -> str | None:
    """Return the first text that follows all that begin with `prefix`, None if there is none.

    Texts are ordered by their characters' numbers.
    """
    while prefix:
        number = ord(prefix[-1]) + 1
        if number <= _LAST_CHARACTER:
            return prefix[:-1] + chr(_SURROGATES.stop if number in _SURROGATES else number)
        prefix = prefix[:-1]
    return None


def require_selected(database: Database, selection: FileSelection) -> None:
    """Raise `NotFound`, which names it, for a chosen name that has no content, or a prefix of no name."""
    texts = (selection.prefix, *selection.keys)
    if any("\x00" in text for text in texts):  # no file has such a name, and PostgreSQL refuses the query
        raise no_file(selection.record_id, next(text for text in texts if "\x00" in text))
    if selection.keys:
        there = {file.key for file in _chosen(database, selection)}
        for key in selection.keys:
            if key not in there:
                raise no_file(selection.record_id, key)
    elif selection.prefix and next(archived_files(database, selection), None) is None:
        raise NotFound(f"Record '{selection.record_id}' has no file whose name begins with '{selection.prefix}'.")


_FAULTY = (
    select(FileEntry.key, StoredFile.fault)
    .join(StoredFile, StoredFile.id == FileEntry.file_id)
    .where(FileEntry.file_set_id == bindparam("set"), StoredFile.fault != "")
    .limit(1)
)


def require_sound_files(snapshot: Snapshot, selection: FileSelection) -> None:
    """Raise `Damaged`, which names it, if a check has found a file of the set damaged."""
    query = _FAULTY if selection.hidden else _FAULTY.where(_SHOWN)
    faulty = snapshot.session.execute(query, {"set": selection.set_id}).first()
    if faulty is not None:
        require_sound(faulty.fault, faulty.key)
