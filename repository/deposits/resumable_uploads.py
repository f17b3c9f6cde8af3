"""Uploads that go on where they were cut.

One is begun with its size, sent from its beginning to its end, then committed; a job verifies the file.  The bytes go
into the store's own upload as they come, and the store alone says how many are durable.  Permission, name, limits and
room are looked at before the first byte, and again when the last one is there; no transaction is open while bytes flow.

An upload belongs to the person who began it: to all others it is not there.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import BinaryIO, cast

from sqlalchemy import delete

from repository.core.actor import Actor
from repository.core.errors import Conflict, Forbidden, Gone, Invalid, NotFound, OverQuota, TooLarge
from repository.core.unit_of_work import UnitOfWork
from repository.deposits.arriving_bytes import ArrivingBytes, BodyChecksum, compared
from repository.deposits.model import ResumableUpload
from repository.deposits.queries import files_to_change
from repository.deposits.record_limits import limits_of, require_bytes
from repository.deposits.upload_ends import commit_upload, require_room
from repository.deposits.upload_leases import LIFETIME, await_free, held
from repository.deposits.upload_places import (
    ENDED,
    UploadPlace,
    UploadProgress,
    bytes_coming,
    entry_of,
    open_uploads,
    place_of,
)
from repository.engines.services import Services
from repository.engines.store.port import ByteStore, UploadToken
from repository.files import uploads
from repository.files.model import FileEntry, FileSet, Upload, UploadState
from repository.files.name_clashes import named_files
from repository.files.queries import find_entry
from repository.files.rules import Declared
from repository.people.quotas import give_back, person_quota

MOST_AT_ONCE = 20
"""Open uploads of one name."""


def begin_upload(
    services: Services, actor: Actor, draft_id: int, declared: Declared, size: int, about: str
) -> UploadProgress:
    """Begin an upload of `size` bytes, and name its file if it has no name yet.

    One of no bytes is complete at once.  `about` is the client's description of it.  Raises `NotFound`, `Forbidden`,
    `OverQuota`, `Invalid` for a name that cannot be, `Conflict` for too many uploads, `TooLarge`, and `NoRoom`.
    """
    require_room(services, actor, draft_id, declared.key, size)
    token = services.store.uploads.begin(uuid.uuid4().hex, size)
    try:
        with services.database.transaction(actor) as unit:
            upload = open_upload(unit, services, draft_id, replace(declared, size=size), token, about)
    except (NotFound, Forbidden, Invalid, Conflict, OverQuota):
        # Only a certain refusal removes the upload: after a lost connection the commit may have happened.
        services.store.uploads.discard(token)
        raise
    if not size:
        commit_upload(services, actor, place_of(services.database, actor, upload.name))
    return upload


def upload_progress(services: Services, actor: Actor, name: str) -> UploadProgress:
    """Return how far an upload is; one whose bytes are all there is committed, if a kill was faster.

    Raises `NotFound`, `Forbidden`, `Gone`.
    """
    place = place_of(services.database, actor, name)
    if place.is_open:
        await_free(services.database, place.upload_id)
    return _settled(services, actor, place, _durable(services.store, place))


def send_bytes(
    services: Services,
    actor: Actor,
    name: str,
    offset: int,
    source: BinaryIO,
    length: int | None,
    checksum: BodyChecksum | None,
    stop: Callable[[], None],
) -> UploadProgress:
    """Append the bytes of `source`, of `length` bytes if that is known, behind the first `offset` ones.

    `stop` ends the wait for a client that sends nothing, while another request waits to send.  What came before a
    connection broke is kept.  Raises `Conflict` for another offset, `TooLarge` for more bytes than the upload lacks,
    `Altered` for bytes without the `checksum`, `Busy` while another request sends, and as `upload_progress`.
    """
    place = place_of(services.database, actor, name)
    room = place.progress.size - offset
    if room >= 0 and length is not None and length > room:
        raise TooLarge("The body has more bytes than the upload lacks.")
    with held(services.database, place.upload_id, stop) as upload:
        if upload is None:
            durable = _durable(services.store, place_of(services.database, actor, name))
            if offset != durable or length != 0:
                raise Conflict(f"The upload has {durable} bytes: nothing can be appended at {offset}.")
        else:
            body = ArrivingBytes(source, room, upload)
            durable = _append(services.store, place, offset, body, length, checksum)
    return _settled(services, actor, place, durable)


def _append(
    store: ByteStore,
    place: UploadPlace,
    offset: int,
    body: ArrivingBytes,
    length: int | None,
    checksum: BodyChecksum | None,
) -> int:
    """Return the durable size; raise what ended the body too early once the bytes before it are durable."""
    try:
        if checksum is not None and (durable := store.uploads.appended_size(place.token)) != offset:
            raise Conflict(f"The upload has {durable} bytes: nothing can be appended at {offset}.")
        source = cast(BinaryIO, body)
        with nullcontext(source) if checksum is None else compared(body, length, checksum) as sound:
            durable = store.uploads.append(place.token, offset, sound)
    except NotFound as error:
        raise Gone(ENDED) from error
    if body.failure is not None:
        raise body.failure
    return durable


def end_upload(services: Services, actor: Actor, name: str) -> None:
    """Give up an upload, with what has arrived and the name that it gave; a file that was committed stays.

    Raises `NotFound`, `Forbidden`, `Gone`.
    """
    place = place_of(services.database, actor, name)
    with services.database.transaction(actor) as unit:
        _, concept, files = files_to_change(unit, place.draft_id)
        upload = unit.session.get(Upload, place.upload_id, with_for_update=True, populate_existing=True)
        if upload is None:
            raise Gone(ENDED)
        was_open = upload.state == UploadState.OPEN
        if was_open:
            upload.state = UploadState.DISCARDED.value
            unit.session.flush()
            give_back(unit, concept.owner_id, size=_take_name_back(unit, files, place))
    if was_open:
        services.store.uploads.discard(place.token)
    with services.database.transaction(actor) as unit:
        unit.session.execute(delete(Upload).where(Upload.id == place.upload_id))


def _settled(services: Services, actor: Actor, place: UploadPlace, durable: int) -> UploadProgress:
    """Return the progress of an upload with so many durable bytes, which is committed if these are all."""
    if place.is_open and durable == place.progress.size:
        commit_upload(services, actor, place)
    return replace(place.progress, offset=durable)


def _durable(store: ByteStore, place: UploadPlace) -> int:
    """Return how many bytes are durable: all of them if the store has made the object already."""
    if not place.is_open:
        return place.progress.size
    try:
        return store.uploads.appended_size(place.token)
    except NotFound as error:
        if store.size(place.token.key) != place.progress.size:
            raise Gone(ENDED) from error
        return place.progress.size


def open_upload(
    unit: UnitOfWork, services: Services, draft_id: int, declared: Declared, token: UploadToken, about: str
) -> UploadProgress:
    """Write the rows of an upload, and that of its file if it has none.

    Raises `NotFound`, `Forbidden`, `OverQuota`, `Invalid` for a name that cannot be, `Conflict` for too many uploads.
    """
    draft, concept, files = files_to_change(unit, draft_id)
    uploads.require_open(files.state)
    if not draft.files_enabled:
        raise Forbidden("Files are not enabled.")
    size = cast(int, declared.size)
    entry = find_entry(unit, files.id, declared.key)
    is_new = entry is None
    limits = limits_of(concept)
    require_bytes(unit, limits, files, size)
    quota = person_quota(unit, services.site, concept.owner_id)
    if quota.room is not None:
        coming = bytes_coming(unit, entry.id if entry else None)
        quota.require_room(size + coming, own=concept.owner_id == unit.actor.person_id)
    if entry is None:
        entry = _name(unit, files, declared, limits.files(services.site))
    elif open_uploads(unit, entry.id) >= MOST_AT_ONCE:
        raise Conflict(f"The file has {MOST_AT_ONCE} uploads under way. End one of them, or let it expire.")
    upload = _row(unit, entry, declared, token)
    assert unit.actor.person_id is not None
    resumable = ResumableUpload(
        upload_id=upload.id,
        name=uuid.uuid4().hex,
        person_id=unit.actor.person_id,
        about=about,
        names_file=is_new,
    )
    unit.session.add(resumable)
    return UploadProgress(resumable.name, size, upload.expires, about)


def _row(unit: UnitOfWork, entry: FileEntry, declared: Declared, token: UploadToken) -> Upload:
    algorithm, _, digest = (declared.checksum or "").partition(":")
    upload = Upload(
        file_entry_id=entry.id,
        object_key=token.key,
        store_upload_id=token.upload_id,
        size=declared.size,
        declared_md5=digest if algorithm == "md5" else None,
        declared_sha256=digest if algorithm == "sha256" else None,
        created=unit.now,
        expires=unit.now + LIFETIME,
    )
    unit.session.add(upload)
    unit.session.flush()
    return upload


def _name(unit: UnitOfWork, files: FileSet, declared: Declared, limit: int) -> FileEntry:
    with _of_one_file():
        [entry] = uploads.begin(unit, files, named_files([declared]), limit)
    return entry


@contextmanager
def _of_one_file() -> Iterator[None]:
    """Name the fields of a refusal as those of a file, not of the first in a list."""
    try:
        yield
    except Invalid as error:
        errors = [replace(fault, field=fault.field.removeprefix("0.")) for fault in error.errors]
        raise Invalid(error.reason, errors) from None


def _take_name_back(unit: UnitOfWork, files: FileSet, place: UploadPlace) -> int:
    """Remove the name that the upload gave, unless it has bytes by another way; return what it counted."""
    entry = entry_of(unit, place, files.id) if place.names_file else None
    if entry is None or entry.file_id is not None or entry.staged_id is not None:
        return 0
    return 0 if open_uploads(unit, entry.id) else uploads.remove(unit, files, entry)
