"""Commit an upload whose bytes have all arrived; before that, see whether there is room for them.

What a kill or a lost connection interrupts is done to its end by the next call: the store completes an upload again
with the same result, and the row says whether the file was committed.
"""

from contextlib import suppress
from io import BytesIO

from repository.access.policy import Action, must
from repository.core.actor import Actor
from repository.core.errors import Conflict, Gone, NotFound, TooLarge
from repository.core.unit_of_work import UnitOfWork
from repository.deposits.queries import files_to_change, slot_of
from repository.deposits.record_limits import limits_of, require_bytes
from repository.deposits.upload_places import ENDED, UploadPlace, entry_of
from repository.engines.services import Services
from repository.engines.store.port import ByteStore, UploadToken
from repository.files import uploads
from repository.files.model import Upload, UploadState
from repository.people.quotas import count_bytes, give_back


def require_room(services: Services, actor: Actor, draft_id: int, key: str, size: int) -> None:
    """Raise `NotFound`, `Forbidden`, `TooLarge` or `OverQuota` unless the actor may send `size` bytes to the draft."""
    with services.database.connection() as connection:
        slot = slot_of(connection, actor, services.site, draft_id, key)
    must(actor, Action.CHANGE_DRAFT, slot.resource)
    uploads.require_open(slot.state)
    most = slot.most_file_bytes or services.site.max_file_bytes
    if size > most:
        raise TooLarge(f"The content is larger than the allowed {most} bytes.")
    slot.quota.require_room(size, own=slot.owner_id == actor.person_id)


def commit_upload(services: Services, actor: Actor, place: UploadPlace) -> None:
    """Make the object of an upload that has all its bytes, and commit it as the file; may run again.

    Raises `NotFound`, `Forbidden`, `TooLarge`, `OverQuota`, and `Gone`; then the upload waits, and may be ended.
    """
    require_room(services, actor, place.draft_id, place.key, place.progress.size)
    _make_object(services.store, place)
    with services.database.transaction(actor) as unit:
        _commit(unit, services, place)


def _make_object(store: ByteStore, place: UploadPlace) -> None:
    if not place.progress.size:
        _make_empty(store, place.token)
        return
    try:
        store.uploads.complete(place.token, store.uploads.list_parts(place.token))
    except NotFound as error:
        if store.size(place.token.key) != place.progress.size:
            raise Gone(ENDED) from error


def _make_empty(store: ByteStore, token: UploadToken) -> None:
    """Write an object without bytes: no store makes one out of no parts."""
    if store.size(token.key) is None:
        with suppress(Conflict):  # another request was faster
            store.write(token.key, BytesIO(), limit=0, size=0)
    store.uploads.discard(token)


def _commit(unit: UnitOfWork, services: Services, place: UploadPlace) -> None:
    """Commit the file of an upload that is still open; its size and checksum are what was declared last."""
    _, concept, files = files_to_change(unit, place.draft_id)
    upload = unit.session.get(Upload, place.upload_id, with_for_update=True, populate_existing=True)
    entry = entry_of(unit, place, files.id)
    if upload is None or entry is None or upload.state == UploadState.DISCARDED:
        raise Gone(ENDED)
    if upload.state == UploadState.COMPLETED:
        return
    uploads.require_open(files.state)
    entry.declared_size = upload.size
    entry.declared_checksum = _declared_checksum(upload) or entry.declared_checksum
    unit.session.flush()
    more = uploads.stage_received(unit, entry, upload.object_key, upload.size)
    freed = uploads.complete(unit, files, entry).freed
    upload.state = UploadState.COMPLETED.value
    unit.session.flush()
    require_bytes(unit, limits_of(concept), files)
    count_bytes(unit, services.site, concept.owner_id, more)
    give_back(unit, concept.owner_id, size=freed)


def _declared_checksum(upload: Upload) -> str | None:
    if upload.declared_sha256:
        return f"sha256:{upload.declared_sha256}"
    return f"md5:{upload.declared_md5}" if upload.declared_md5 else None
