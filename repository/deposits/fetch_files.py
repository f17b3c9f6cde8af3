"""Fetch files of drafts from elsewhere: a job each, that goes on where it was cut and may run twice.

The bytes go into an upload by appending, as those of a client do: the store says how many are durable, a lease lets one
run at a time send them, and the commit checks rights and limits of the person who asked for the file.
"""

import time
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import BinaryIO, cast

from sqlalchemy import bindparam, select, update

from repository.core.actor import SYSTEM, Actor
from repository.core.check_report import CheckReport
from repository.core.clock import now
from repository.core.errors import (
    Busy,
    Conflict,
    Forbidden,
    Gone,
    NotFound,
    RepositoryError,
    TooLarge,
    Unavailable,
    Unsuitable,
)
from repository.core.unit_of_work import Database
from repository.deposits.arriving_bytes import ArrivingBytes
from repository.deposits.facts import FetchDue
from repository.deposits.fetch_places import (
    NO_RANGES,
    DueFetch,
    due_fetch,
    forget_fetch,
    forget_upload,
    go_on_later,
    locked_fetch,
    note_attempt,
    note_gain,
    note_progress,
    note_trouble,
    silent_fetches,
)
from repository.deposits.model import FetchedFile, FetchState, ResumableUpload
from repository.deposits.queries import slot_of
from repository.deposits.resumable_uploads import open_upload
from repository.deposits.upload_ends import commit_upload, require_room
from repository.deposits.upload_leases import await_free, held
from repository.deposits.upload_places import ENDED, UploadPlace, place_of
from repository.engines.outgoing.fetch_replies import OtherRange, ReplyHead
from repository.engines.outgoing.guarded_fetch import FetchedBytes
from repository.engines.services import Services
from repository.files.cleanup import end_upload
from repository.files.model import FileEntry, Upload

MOST_ATTEMPTS = 12
"""in a row without a gain: in about two hours"""
LONGEST = timedelta(days=1)
"""from the first attempt to the last"""
PAUSE = timedelta(seconds=1)
"""between two attempts, at least: jobs that failed together run one by one, at once"""
SLICE_SECONDS = 30.0
"""after which other files come first, if this one can be gone on with"""
LEAST_GAIN = 1 << 16
"""bytes that count as a gain"""
TOLD_SECONDS = 1.0
"""between two looks whether the file is still wanted"""
SILENT_FOR = timedelta(hours=2)
"""longer than any pause of a job that tries again"""
BATCH = 200
BUSY = "Another job fetches this file right now."


def fetch_files(services: Services, fetch_ids: Sequence[int]) -> None:
    """Fetch each file that waits; raise `Unavailable` when one has to be tried again later."""
    later = [reason for fetch_id in fetch_ids if (reason := _fetch(services, fetch_id))]
    if later:
        raise Unavailable(later[0])


def _fetch(services: Services, fetch_id: int) -> str:
    """Fetch one file, or a part of it; return why it must be tried again later, or nothing."""
    until = time.monotonic() + SLICE_SECONDS
    while True:
        due = due_fetch(services.database, fetch_id)
        if due is None or (due.is_wanted and due.state == FetchState.FAILED):
            return ""
        if not due.is_wanted:
            return _end(services, due)
        if due.tried is not None and now() - due.tried < PAUSE and due.attempts:
            return "The server was asked a moment ago."
        note_attempt(services.database, fetch_id)
        fetching = _Fetching(services, due, until)
        try:
            reason = fetching.run()
        except Busy as error:
            return error.reason
        except RepositoryError as error:
            reason = _trouble(services, due, fetching, error)
        if reason != _AT_ONCE:
            return reason


_AT_ONCE = "at once"
"""no reason: the rest is there to be fetched"""


def _trouble(services: Services, due: DueFetch, fetching: "_Fetching", error: RepositoryError) -> str:
    """Keep what went wrong; return why it must be tried again later, or nothing."""
    database = services.database
    is_lost = isinstance(error, OtherRange | Gone | NotFound | Conflict)
    if is_lost:
        forget_upload(database, due.id, ranges=not isinstance(error, OtherRange))
        _end_upload(services, due)
    elif fetching.gained:
        if time.monotonic() < fetching.until:
            note_gain(database, due.id)
            return _AT_ONCE
        go_on_later(database, due.id)
        return ""
    attempts = due.attempts + 1
    is_over = due.begun is not None and now() - due.begun > LONGEST
    is_final = is_over or attempts >= MOST_ATTEMPTS or not (is_lost or isinstance(error, Unavailable))
    note_trouble(database, due.id, error.reason, attempts, is_final=is_final)
    if is_final:
        _end_upload(services, due)
    return "" if is_final else error.reason


def _end(services: Services, due: DueFetch) -> str:
    """Let go of a file that nobody wants fetched any more, with what has come of it."""
    _end_upload(services, due)
    forget_fetch(services.database, due.id)
    return ""


def _end_upload(services: Services, due: DueFetch) -> None:
    current = due_fetch(services.database, due.id)
    for upload_id in filter(None, {due.upload_id, current.upload_id if current else None}):
        end_upload(services.database, services.store, upload_id)


class _Fetching:
    """One attempt; `gained` says that it brought bytes which the next one need not fetch again."""

    def __init__(self, services: Services, due: DueFetch, until: float) -> None:
        self._services = services
        self._due = due
        self.until = until
        self.gained = False

    def run(self) -> str:
        """Fetch what is lacking and commit the file; return why that is not all, as `_fetch` does.

        Raises `Unavailable` for what may be otherwise later, `Busy` while another run fetches the same file.
        """
        services, due = self._services, self._due
        if due.actor is None or due.draft_id is None:
            raise Forbidden
        place, offset = self._place(due.actor), 0
        if place is not None:
            if not await_free(services.database, place.upload_id):
                raise Busy(BUSY)
            offset = _durable(services, place)
            if offset and offset == place.progress.size:
                return self._commit(due.actor, place, offset)
            if offset and due.validator in ("", NO_RANGES):
                forget_upload(services.database, due.id, ranges=not due.validator)
                end_upload(services.database, services.store, place.upload_id)
                place, offset = None, 0
        with services.fetching.opened(due.url, offset, due.validator) as source:
            if place is not None and source.head.start != offset:
                raise OtherRange
            size = _size(due, source.head)
            if place is None:
                place = self._begin(due.actor, due.draft_id, size, source.head)
            if size is None or size > offset:
                room = (size or self._most(due.actor, due.draft_id)) - offset
                if self._append(place, offset, room, source):
                    go_on_later(services.database, due.id)
                    return ""
        return self._commit(due.actor, place, size)

    def _place(self, actor: Actor) -> UploadPlace | None:
        """Return where the bytes go that have come before; raises `Gone` if that is over."""
        name = self._due.upload_name
        return place_of(self._services.database, actor, name) if name else None

    def _most(self, actor: Actor, draft_id: int) -> int:
        """Return how many bytes a file of unknown size may have."""
        with self._services.database.connection() as connection:
            slot = slot_of(connection, actor, self._services.site, draft_id, self._due.file.key)
        most = slot.most_file_bytes or self._services.site.max_file_bytes
        return most if slot.quota.room is None else min(most, slot.quota.room)

    def _begin(self, actor: Actor, draft_id: int, size: int | None, head: ReplyHead) -> UploadPlace:
        """Begin an upload before a byte moves; raises what keeps the file from coming."""
        services, due = self._services, self._due
        require_room(services, actor, draft_id, due.file.key, size or 0)
        token = services.store.uploads.begin(uuid.uuid4().hex, size or 0)
        try:
            with services.database.transaction(actor) as unit:
                row, entry = locked_fetch(unit, due.id), unit.session.get(FileEntry, due.entry_id)
                if row is None or entry is None or entry.key != due.file.key or row.upload_id is not None:
                    raise Busy(BUSY)
                upload = open_upload(unit, services, draft_id, replace(due.file, size=size or 0), token, "")
                row.upload_id = unit.session.scalars(_ID, {"name": upload.name}).one()
                row.total = size
                row.validator = NO_RANGES if due.validator == NO_RANGES else head.validator
        except RepositoryError as error:
            if not isinstance(error, Unavailable):  # after a lost connection the commit may have happened
                services.store.uploads.discard(token)
            raise
        return place_of(services.database, actor, upload.name)

    def _append(self, place: UploadPlace, offset: int, room: int, source: FetchedBytes) -> bool:
        """Bring the bytes into the store; return whether there is a rest for later."""
        services, due = self._services, self._due
        resumes = source.head.resumes and due.validator != NO_RANGES
        watched = _WatchedBytes(services.database, due.id, source, offset, self.until if resumes else None)
        with held(services.database, place.upload_id, source.cut) as upload:
            if upload is None:
                raise Gone(ENDED)
            body = ArrivingBytes(cast(BinaryIO, watched), room, upload)
            durable = services.store.uploads.append(place.token, offset, cast(BinaryIO, body))
        self.gained = resumes and durable >= offset + LEAST_GAIN
        if not note_progress(services.database, due.id, durable):
            raise Gone(ENDED)
        if isinstance(body.failure, TooLarge):
            raise Unsuitable(f"The file has more than the allowed {offset + room} bytes.")
        if body.failure is not None:
            raise body.failure
        return watched.is_sliced

    def _commit(self, actor: Actor, place: UploadPlace, size: int | None) -> str:
        """Make the bytes the file; one whose size nobody told has as many as have come."""
        services, due = self._services, self._due
        if size is None:
            durable = _durable(services, place)
            if due.file.size not in (None, durable):
                raise Unsuitable(f"Declared {due.file.size} bytes, received {durable}.")
            with services.database.transaction(SYSTEM) as unit:
                unit.session.execute(_SET_SIZE, {"upload": place.upload_id, "bytes": durable})
            place = replace(place, progress=replace(place.progress, size=durable))
        commit_upload(services, actor, place)
        forget_fetch(services.database, due.id)
        return ""


_ID = select(ResumableUpload.upload_id).where(ResumableUpload.name == bindparam("name"))
_SET_SIZE = update(Upload).where(Upload.id == bindparam("upload")).values(size=bindparam("bytes"))


class _WatchedBytes:
    """The bytes that come, as long as they are wanted; they end `until` then, if a rest may wait."""

    def __init__(
        self, database: Database, fetch_id: int, source: FetchedBytes, offset: int, until: float | None
    ) -> None:
        self._database, self._fetch_id, self._source = database, fetch_id, source
        self._received = offset
        self._until = until
        self._told = 0.0
        self.is_sliced = False

    def read(self, size: int) -> bytes:
        moment = time.monotonic()
        if moment >= self._told + TOLD_SECONDS:
            self._told = moment
            if not note_progress(self._database, self._fetch_id, self._received):
                raise Gone(ENDED)
        if self._until is not None and moment >= self._until:
            self.is_sliced = True
            return b""
        piece = self._source.read(size)
        self._received += len(piece)
        return piece


def _size(due: DueFetch, head: ReplyHead) -> int | None:
    """Return the size of the file, None if nobody told it; raises `Unsuitable` if it is not the declared one."""
    declared = due.file.size
    if head.total is None:
        if not head.is_framed and declared is None and not due.file.checksum:
            raise Unsuitable("The server does not tell how long the file is: declare its size or its checksum.")
        return None if head.is_framed or declared is None else declared
    if declared not in (None, head.total):
        raise Unsuitable(f"Declared {declared} bytes, the server has {head.total}.")
    return head.total


def _durable(services: Services, place: UploadPlace) -> int:
    """Return how many bytes are there; all of them if the store has made the object already."""
    try:
        return services.store.uploads.appended_size(place.token)
    except NotFound:
        size = services.store.size(place.token.key)
        if size is None:
            raise Gone(ENDED) from None
        return size


def fetch_again(database: Database, hold: str = "") -> CheckReport:
    """Ask again for files whose jobs were given up."""
    report, after = CheckReport(), 0
    if hold:
        report.note(f"no file is fetched again: {hold}")
        return report
    before = now() - SILENT_FOR
    while True:
        with database.snapshot(SYSTEM) as snapshot:
            batch = silent_fetches(snapshot, before, after, BATCH)
        if not batch:
            return report
        with database.transaction(SYSTEM) as unit:
            unit.session.execute(update(FetchedFile).where(FetchedFile.id.in_(batch)).values(touched=unit.now))
            for fetch_id in batch:
                unit.emit(FetchDue(fetch_id))
                report.note(f"file {fetch_id} that is fetched", repaired=True)
        after = batch[-1]
