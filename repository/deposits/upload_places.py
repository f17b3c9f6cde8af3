"""Where a resumable upload belongs: its draft, its file, and what of it is in the store."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload

from repository.access.policy import Action, Resource, must
from repository.access.queries import grants_held, held_values
from repository.core import clock
from repository.core.actor import Actor
from repository.core.errors import Gone, NotFound
from repository.core.unit_of_work import Database, Snapshot
from repository.deposits.model import Draft, ResumableUpload
from repository.engines.store.port import UploadToken
from repository.files.model import FileEntry, Upload, UploadState

UNKNOWN_UPLOAD = "There is no such upload."
ENDED = "This upload is over. Please begin a new one."


@dataclass(frozen=True, slots=True)
class UploadProgress:
    """An upload as its client sees it: `offset` of `size` bytes are durable; `about` is its description as it came."""

    name: str
    size: int
    expires: datetime
    about: str
    offset: int = 0


@dataclass(frozen=True, slots=True)
class UploadPlace:
    """An upload of the actor; `progress` does not know the offset yet.  `names_file`: the file's name is of it."""

    upload_id: int
    draft_id: int
    entry_id: int
    key: str
    names_file: bool
    token: UploadToken
    is_open: bool
    progress: UploadProgress


_PLACE = (
    select(
        Upload.id,
        Upload.object_key,
        Upload.store_upload_id,
        Upload.size,
        Upload.state,
        Upload.expires,
        ResumableUpload.name,
        ResumableUpload.person_id,
        ResumableUpload.about,
        ResumableUpload.names_file,
        FileEntry.id.label("entry_id"),
        FileEntry.key,
        Draft.id.label("draft_id"),
        Draft.concept_id,
        grants_held(Draft.concept_id),
    )
    .select_from(ResumableUpload)
    .join(Upload, Upload.id == ResumableUpload.upload_id)
    .outerjoin(FileEntry, FileEntry.id == Upload.file_entry_id)
    .outerjoin(Draft, Draft.file_set_id == FileEntry.file_set_id)
    .where(ResumableUpload.name == bindparam("name"))
)


def place_of(database: Database, actor: Actor, name: str) -> UploadPlace:
    """Return an upload of the actor, who may change its draft.

    Raises `NotFound` for one of another person, `Gone` for one that is over or whose file is, and `Forbidden`.
    """
    with database.connection() as connection:
        values = {"name": "" if "\x00" in name else name, **held_values(actor)}
        row = connection.execute(_PLACE, values).one_or_none()
    if row is None or row.person_id != actor.person_id:
        raise NotFound(UNKNOWN_UPLOAD)
    if row.draft_id is None or row.state == UploadState.DISCARDED:
        raise Gone(ENDED)
    must(actor, Action.CHANGE_DRAFT, Resource(row.grants, concept_id=row.concept_id))
    is_open = row.state == UploadState.OPEN
    if is_open and row.expires <= clock.now():
        raise Gone(ENDED)
    token = UploadToken(row.object_key, row.store_upload_id)
    progress = UploadProgress(row.name, row.size, row.expires, row.about)
    return UploadPlace(row.id, row.draft_id, row.entry_id, row.key, row.names_file, token, is_open, progress)


_OPEN_UPLOADS = select(func.count()).where(
    Upload.file_entry_id == bindparam("entry"), Upload.state == UploadState.OPEN.value
)


def open_uploads(snapshot: Snapshot, entry_id: int) -> int:
    """Return how many uploads of a name are under way."""
    return snapshot.session.scalar(_OPEN_UPLOADS, {"entry": entry_id}) or 0


_COMING = (
    select(func.coalesce(func.sum(Upload.size), 0))
    .join(ResumableUpload, ResumableUpload.upload_id == Upload.id)
    .where(
        ResumableUpload.person_id == bindparam("person"),
        Upload.state == UploadState.OPEN.value,
        Upload.expires > bindparam("at", type_=Upload.expires.type),
        Upload.file_entry_id != bindparam("entry"),
    )
)


def bytes_coming(snapshot: Snapshot, entry_id: int | None) -> int:
    """Return the bytes of the actor's uploads under way, but for those of one name.

    Of several of one name, one will be the file.
    """
    values = {"person": snapshot.actor.person_id, "at": snapshot.now, "entry": entry_id or 0}
    return int(snapshot.session.scalar(_COMING, values) or 0)


_ENTRY = (
    select(FileEntry)
    .options(joinedload(FileEntry.file), joinedload(FileEntry.staged))
    .where(FileEntry.id == bindparam("entry"), FileEntry.file_set_id == bindparam("set"))
)


def entry_of(snapshot: Snapshot, place: UploadPlace, set_id: int) -> FileEntry | None:
    """Return the name that an upload is for, None if the set does not have it any more."""
    return snapshot.session.scalar(_ENTRY, {"entry": place.entry_id, "set": set_id})
