"""Files that are fetched from elsewhere: named, looked at, and what is kept of each while a job brings it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, delete, exists, select, update

from repository.core.actor import SYSTEM, Actor
from repository.core.database.bulk import insert_rows
from repository.core.database.id_list import in_list
from repository.core.errors import FieldError, Forbidden, Invalid
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.deposits.facts import FetchDue
from repository.deposits.model import Draft, FetchedFile, FetchState, ResumableUpload
from repository.engines.outgoing.guarded_fetch import GuardedFetch
from repository.files.model import FileEntry
from repository.files.part_uploads import FETCHED
from repository.files.rules import Declared
from repository.people.acting import acting
from repository.people.model import Person

LONGEST_REASON = 500
_FETCH = cast(Table, FetchedFile.__table__)


def require_fetchable(fetching: GuardedFetch, declared: Sequence[Declared]) -> None:
    """Raise `Invalid` for files that are to be fetched from where nothing may be, by their places."""
    faults = [(index, fetching.fault_of(file.url)) for index, file in enumerate(declared) if file.url]
    errors = [FieldError.of(f"{index}.transfer.url", fault) for index, fault in faults if fault]
    if errors:
        raise Invalid(errors=errors)


def begin_fetches(unit: UnitOfWork, declared: Sequence[Declared], entries: Sequence[FileEntry]) -> None:
    """Have the new names fetched whose declarations say where from; raise `Forbidden` for who is no person."""
    if not any(file.url for file in declared):
        return
    if unit.actor.person_id is None:  # an editor by a link: the job would act for nobody
        raise Forbidden("Sign in to have files fetched by their addresses.")
    rows = [
        FetchedFile(
            file_entry_id=entry.id,
            person_id=unit.actor.person_id,
            url=file.url,
            state=FetchState.WAITING.value,
            created=unit.now,
            touched=unit.now,
        )
        for file, entry in zip(declared, entries, strict=True)
        if file.url
    ]
    insert_rows(unit.session, rows)
    for row in rows:
        unit.emit(FetchDue(row.id))


_OF_ENTRIES = select(FetchedFile).where(in_list(FetchedFile.file_entry_id, "entries"))


def fetches_of(snapshot: Snapshot, entries: Iterable[FileEntry]) -> Mapping[int, FetchedFile]:
    """Return how far files are that are still fetched, by the ids of their entries; most sets have none."""
    ids = [entry.id for entry in entries if entry.transfer == FETCHED and entry.file_id is None]
    if not ids:
        return {}
    return {row.file_entry_id: row for row in snapshot.session.scalars(_OF_ENTRIES, {"entries": ids})}


@dataclass(frozen=True, slots=True)
class DueFetch:
    """A file to fetch; `actor` is None when the person may do nothing any more.

    `upload_name` is that of the upload that takes its bytes, None before they come.  It is not wanted any more when
    the name, the draft, or the wish to fetch it is gone.
    """

    id: int
    url: str
    state: str
    actor: Actor | None
    entry_id: int
    draft_id: int | None
    file: Declared
    is_wanted: bool
    upload_id: int | None
    upload_name: str | None
    received: int
    validator: str
    attempts: int
    begun: datetime | None
    tried: datetime | None


_DUE = (
    select(FetchedFile, FileEntry, Person, Draft.id.label("draft_id"), ResumableUpload.name.label("upload_name"))
    .join(FileEntry, FileEntry.id == FetchedFile.file_entry_id)
    .join(Person, Person.id == FetchedFile.person_id)
    .outerjoin(Draft, Draft.file_set_id == FileEntry.file_set_id)
    .outerjoin(ResumableUpload, ResumableUpload.upload_id == FetchedFile.upload_id)
    .where(FetchedFile.id == bindparam("fetch"))
)


def due_fetch(database: Database, fetch_id: int) -> DueFetch | None:
    """Return what is known of a fetch, None if it is over."""
    with database.snapshot(SYSTEM) as snapshot:
        row = snapshot.session.execute(_DUE, {"fetch": fetch_id}).first()
        if row is None:
            return None
        fetch, entry, person = row.FetchedFile, row.FileEntry, row.Person
        return DueFetch(
            id=fetch.id,
            url=fetch.url,
            state=fetch.state,
            actor=acting(snapshot, person) if person.active else None,
            entry_id=entry.id,
            draft_id=row.draft_id,
            file=Declared(entry.key, entry.declared_size, entry.declared_checksum),
            is_wanted=row.draft_id is not None and entry.transfer == FETCHED,
            upload_id=fetch.upload_id,
            upload_name=row.upload_name,
            received=fetch.received,
            validator=fetch.validator,
            attempts=fetch.attempts,
            begun=fetch.begun,
            tried=fetch.tried,
        )


_WANTED = exists().where(
    FileEntry.id == FetchedFile.file_entry_id,
    FileEntry.transfer == FETCHED,
    Draft.file_set_id == FileEntry.file_set_id,
)
_LOCKED = select(FetchedFile).where(FetchedFile.id == bindparam("fetch")).with_for_update()
_STILL_WANTED = _LOCKED.where(_WANTED)


def locked_fetch(unit: UnitOfWork, fetch_id: int) -> FetchedFile | None:
    """Return the row of a fetch that is still wanted, locked until this transaction ends."""
    return unit.session.scalars(_STILL_WANTED, {"fetch": fetch_id}).one_or_none()


def note_attempt(database: Database, fetch_id: int) -> None:
    """Remember that a job tries to fetch the file now."""
    with database.transaction(SYSTEM) as unit:
        if row := locked_fetch(unit, fetch_id):
            row.begun = row.begun or unit.now
            row.tried = row.touched = unit.now


_PROGRESS = (
    update(_FETCH)
    .where(_FETCH.c.id == bindparam("fetch"), _WANTED)
    .values(
        received=bindparam("bytes"),
        state=FetchState.FETCHING.value,
        touched=bindparam("at", type_=_FETCH.c.touched.type),
    )
)


def note_progress(database: Database, fetch_id: int, received: int) -> bool:
    """Tell how many bytes have come; return whether the file is still wanted."""
    with database.transaction(SYSTEM) as unit:
        values = {"fetch": fetch_id, "bytes": received, "at": unit.now}
        return bool(unit.session.connection().execute(_PROGRESS, values).rowcount)


def note_trouble(database: Database, fetch_id: int, reason: str, attempts: int, *, is_final: bool) -> None:
    """Keep why an attempt brought nothing, and whether it was the last one."""
    with database.transaction(SYSTEM) as unit:
        if row := locked_fetch(unit, fetch_id):
            row.state = (FetchState.FAILED if is_final else FetchState.WAITING).value
            row.reason, row.attempts, row.touched = reason[:LONGEST_REASON], attempts, unit.now


_GAIN = update(_FETCH).where(_FETCH.c.id == bindparam("fetch")).values(attempts=0, reason=None)


def note_gain(database: Database, fetch_id: int) -> None:
    """Count attempts anew: the last one brought something."""
    with database.transaction(SYSTEM) as unit:
        unit.session.connection().execute(_GAIN, {"fetch": fetch_id})


def go_on_later(database: Database, fetch_id: int) -> None:
    """Let other files be fetched before the rest of this one."""
    with database.transaction(SYSTEM) as unit:
        if row := locked_fetch(unit, fetch_id):
            row.attempts, row.reason, row.touched = 0, None, unit.now
            unit.emit(FetchDue(fetch_id))


def forget_upload(database: Database, fetch_id: int, *, ranges: bool) -> None:
    """Begin anew with the next attempt; without `ranges` nothing but the whole file is asked for from now on."""
    with database.transaction(SYSTEM) as unit:
        if row := locked_fetch(unit, fetch_id):
            row.upload_id, row.received, row.total, row.validator = None, 0, None, "" if ranges else NO_RANGES


NO_RANGES = "-"
"""in place of a validator: the server gives no ranges that fit"""


def forget_fetch(database: Database, fetch_id: int) -> None:
    """Remove the row of a fetch that is over."""
    with database.transaction(SYSTEM) as unit:
        unit.session.execute(delete(FetchedFile).where(FetchedFile.id == fetch_id))


_SILENT = (
    select(FetchedFile.id)
    .where(
        FetchedFile.touched < bindparam("before", type_=FetchedFile.touched.type),
        FetchedFile.state != FetchState.FAILED.value,
        FetchedFile.id > bindparam("after"),
    )
    .order_by(FetchedFile.id)
    .limit(bindparam("limit"))
)


def silent_fetches(snapshot: Snapshot, before: datetime, after: int, limit: int) -> Sequence[int]:
    """Return fetches that gave no sign of life since `before`: their jobs were given up."""
    return snapshot.session.scalars(_SILENT, {"before": before, "after": after, "limit": limit}).all()
