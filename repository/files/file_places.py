"""Places in the list of a set's files, and what all files come to.

Names are ordered by their bytes, and have no control characters: so ``key + "\\x01"`` is the place just behind `key`,
and ``folder + "0"`` the one behind all that lies in the folder, for "0" follows "/".
"""

from dataclasses import dataclass

from sqlalchemy import ScalarSelect, and_, bindparam, case, func, or_, select

from repository.core.unit_of_work import Snapshot
from repository.files.model import FileEntry, FileSet, SetState, StoredFile
from repository.files.rules import FileState

_BEHIND = "\x01"
_END = "\U0010ffff" * 64
"""behind every name: a part of one has at most 63 characters of four bytes"""


@dataclass(frozen=True, slots=True)
class NameRange:
    """The names from `start` on that begin with `prefix`."""

    start: str
    prefix: str = ""

    @property
    def end(self) -> str:
        return self.prefix + _END


def range_of(prefix: str, after: str | None) -> NameRange:
    """Return the names that begin with `prefix` and follow the item `after`: a name, or a folder with its slash."""
    if after is None or after < prefix:
        return NameRange(prefix, prefix)
    return NameRange(behind(after), prefix)


def behind(item: str) -> str:
    """Return the place behind a name, or behind all names in a folder, which ends with a slash."""
    return f"{item[:-1]}0" if item.endswith("/") else item + _BEHIND


@dataclass(frozen=True, slots=True)
class Totals:
    """What the files come to: their number, their bytes, and how many of them stop publication for which reason.

    `pending` ones wait for bytes or for their commit, `failed` ones have bytes that are not those that were declared or
    received, the bytes of `unverified` ones are being read.
    """

    count: int
    total_bytes: int
    pending: int = 0
    failed: int = 0
    unverified: int = 0


_UNREADY = and_(FileEntry.file_set_id == bindparam("set"), FileEntry.pending.is_(True))
_COMMITTED = and_(_UNREADY, FileEntry.file_id.is_not(None), FileEntry.staged_id.is_(None))
_FAILED = or_(StoredFile.state == FileState.FAILED.value, StoredFile.fault != "")


def _number(condition: object) -> ScalarSelect[int]:
    return select(func.count()).select_from(FileEntry).where(condition).scalar_subquery()  # type: ignore[arg-type]


_ALL_UNREADY, _SHOWN_UNREADY = (
    select(
        _number(and_(_UNREADY, *shown)),
        func.count(case((_FAILED, 1))),
        func.count(case((and_(~_FAILED, StoredFile.state == FileState.RECEIVED.value), 1))),
    )
    .select_from(FileEntry)
    .join(StoredFile, StoredFile.id == FileEntry.file_id)
    .where(_COMMITTED, *shown)
    for shown in ((), (FileEntry.hidden.is_(False),))
)
_HIDDEN = (
    select(func.count(), func.coalesce(func.sum(StoredFile.size), 0))
    .select_from(FileEntry)
    .outerjoin(StoredFile, StoredFile.id == FileEntry.file_id)
    .where(FileEntry.file_set_id == bindparam("set"), FileEntry.hidden.is_(True))
)


def totals_of(snapshot: Snapshot, files: FileSet, *, hidden: bool) -> Totals:
    """Return what the files come to, hidden ones counted only with `hidden`; all files of a frozen set are ready.

    Number and bytes stand in the set.  Those that are not ready are counted in indexes that hold no others.
    """
    count, total_bytes = files.totals(hidden=hidden)
    if files.state != SetState.OPEN:
        return Totals(count, total_bytes)
    if not hidden:
        more, bytes_ = snapshot.session.execute(_HIDDEN, {"set": files.id}).one()
        count, total_bytes = count - more, total_bytes - int(bytes_)
    statement = _ALL_UNREADY if hidden else _SHOWN_UNREADY
    unready, failed, unverified = snapshot.session.execute(statement, {"set": files.id}).one()
    return Totals(count, total_bytes, unready - failed - unverified, failed, unverified)
