"""Files whose digests are not known (yet), and uploads that nobody goes on with."""

import hashlib
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select, update

from repository.core.actor import SYSTEM
from repository.core.errors import NotFound
from repository.engines.services import Services
from repository.engines.store.port import UploadToken
from repository.files.cleanup import STAGED_FOR, clear_uploads
from repository.files.fixity import verify_sets
from repository.files.model import FileEntry, Location, StoredFile, Upload, UploadPart, UploadState
from repository.files.rules import MOST_NAMED, FileState, UnreadyFile, reason_of, reasons_of
from repository.files.store_check import compare_with_store
from repository.publication.rules import PENDING_FILES
from tests.conftest import Caller, Deposits

CONTENT = b"a,b\n1,2\n"
WEEK = timedelta(days=7)


def unready(key: str, state: FileState | None, failure: str | None = None, is_staged: bool = False) -> UnreadyFile:
    return UnreadyFile(key, state, failure, is_staged)


def change_files(services: Services, **values: Any) -> None:
    """Every stored file is in another state, as it will be when files come in parts."""
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(StoredFile).values(**values))
        if values.get("state", FileState.VERIFIED) != FileState.VERIFIED:
            unit.session.execute(update(FileEntry).values(pending=True))


def receive_files(services: Services) -> None:
    change_files(services, state=FileState.RECEIVED.value, md5=None, sha256=None)


def messages(body: dict[str, Any]) -> list[str]:
    [error] = body["errors"]
    assert error["field"] == "files"
    return list(error["messages"])


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (unready("a.csv", None), "File 'a.csv' has not completed its transfer."),
        (unready("a.csv", FileState.VERIFIED, is_staged=True), "File 'a.csv' has not completed its transfer."),
        (unready("a.csv", FileState.RECEIVED), "File 'a.csv' is being verified."),
        (unready("a.csv", FileState.FAILED, "It has other bytes."), "File 'a.csv' failed: It has other bytes."),
        (unready("a.csv", FileState.FAILED), "File 'a.csv' failed: its content could not be verified."),
    ],
)
def test_a_file_that_stops_publication_says_why(file: UnreadyFile, reason: str) -> None:
    assert reason_of(file) == reason


@pytest.mark.parametrize(("count", "sentences"), [(0, 0), (1, 1), (MOST_NAMED, MOST_NAMED), (500, MOST_NAMED + 1)])
def test_a_refusal_names_some_files_and_says_that_there_are_more(count: int, sentences: int) -> None:
    reasons = reasons_of([unready(f"{number}.csv", None) for number in range(count)])
    assert len(reasons) == sentences
    assert (reasons[-1:] == ("There are more.",)) == (count > MOST_NAMED)


def test_a_file_sent_in_one_piece_is_verified_at_once(deposits: Deposits, services: Services) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "data.csv", CONTENT)
    with services.database.snapshot(SYSTEM) as snapshot:
        file = snapshot.session.scalars(select(StoredFile)).one()
    assert (file.state, file.failure, file.location) == (FileState.VERIFIED, None, Location.STAGING)
    assert file.digests is not None
    assert file.digests.sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_a_draft_whose_file_is_not_verified_is_not_published_and_says_which_waits(
    author: Caller, deposits: Deposits, services: Services
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "large.nc", CONTENT)
    receive_files(services)
    deposits.upload(draft["id"], "small.csv", CONTENT)

    refused = author.post(draft["links"]["publish"])

    assert refused.status_code == 400
    assert messages(refused.get_json()) == [PENDING_FILES, "File 'large.nc' is being verified."]


def test_a_draft_with_a_failed_file_says_the_reason(author: Caller, deposits: Deposits, services: Services) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "large.nc", CONTENT)
    change_files(services, state=FileState.FAILED.value, failure="Declared md5:1, received md5:2.")

    refused = author.post(draft["links"]["publish"])

    assert messages(refused.get_json())[1:] == ["File 'large.nc' failed: Declared md5:1, received md5:2."]
    assert author.delete(f"/api/records/{draft['id']}/draft/files/large.nc").status_code == 204
    deposits.upload(draft["id"], "large.nc", CONTENT)
    deposits.publish(draft["id"])


def test_a_received_file_has_no_digest_on_the_wire(author: Caller, deposits: Deposits, services: Services) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "large.nc", CONTENT)
    url = f"/api/records/{draft['id']}/draft/files/large.nc"
    assert "checksum" in author.get(url).get_json()
    receive_files(services)
    body = author.get(url).get_json()
    assert not {"checksum", "checksums"} & body.keys()
    assert body["size"] == len(CONTENT)
    assert (body["status"], body["verified"]) == ("completed", False)


@pytest.mark.parametrize(
    ("state", "reason"),
    [(FileState.RECEIVED, "is being verified"), (FileState.FAILED, "failed: It has other bytes.")],
)
def test_the_content_of_a_file_that_is_not_verified_cannot_be_downloaded(
    author: Caller, deposits: Deposits, services: Services, state: FileState, reason: str
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "large.nc", CONTENT)
    change_files(services, state=state.value, failure="It has other bytes.")
    reply = author.get(f"/api/records/{draft['id']}/draft/files/large.nc/content")
    assert reply.status_code == 409
    assert reason in reply.get_json()["message"]


def test_bytes_that_are_let_go_do_not_make_an_unverified_file_ready(deposits: Deposits, services: Services) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "large.nc", CONTENT)
    receive_files(services)
    reply = deposits.caller.put(f"/api/records/{draft['id']}/draft/files/large.nc/content", data=b"new")
    assert reply.status_code == 200
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(StoredFile).values(created=unit.now - STAGED_FOR - WEEK))

    assert clear_uploads(services.database, services.store).repaired == 1

    with services.database.snapshot(SYSTEM) as snapshot:
        entry = snapshot.session.scalars(select(FileEntry)).one()
    assert (entry.staged_id, entry.pending) == (None, True)


def test_fixity_asks_only_for_files_whose_digests_are_known(deposits: Deposits, services: Services) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "large.nc", CONTENT)
    receive_files(services)
    with services.database.snapshot(SYSTEM) as snapshot:
        set_id = snapshot.session.scalars(select(FileEntry.file_set_id)).one()

    verify_sets(services.database, services.store, [set_id])

    with services.database.snapshot(SYSTEM) as snapshot:
        file = snapshot.session.scalars(select(StoredFile)).one()
    assert (file.verified, file.fault) == (None, "")


def test_a_file_in_the_archive_misses_no_object_in_the_store(deposits: Deposits, services: Services) -> None:
    deposits.upload(deposits.open()["id"])
    with services.database.snapshot(SYSTEM) as snapshot:
        services.store.remove(snapshot.session.scalars(select(StoredFile.object_key)).all())
    change_files(services, location=Location.ARCHIVE.value)
    assert compare_with_store(services.database, services.store).faults == 0


def begin_upload(services: Services, key: str, expires_in: timedelta = WEEK, **values: Any) -> UploadToken:
    """An upload with one part in the store and in the tables."""
    token = services.store.uploads.begin(key, 100)
    part = services.store.uploads.put_part(token, 1, BytesIO(CONTENT), size=len(CONTENT))
    with services.database.transaction(SYSTEM) as unit:
        upload = Upload(
            object_key=token.key,
            store_upload_id=token.upload_id,
            size=100,
            created=unit.now,
            expires=unit.now + expires_in,
            **values,
        )
        unit.session.add(upload)
        unit.session.flush()
        unit.session.add(
            UploadPart(upload_id=upload.id, number=1, size=part.size, tag=part.tag, checksum=None, received=unit.now)
        )
    return token


def uploads(services: Services) -> list[str]:
    """The object keys of the uploads that have a row; parts go with their upload."""
    with services.database.snapshot(SYSTEM) as snapshot:
        keys = list(snapshot.session.scalars(select(Upload.object_key).order_by(Upload.id)))
        parts = snapshot.session.scalars(select(UploadPart.upload_id)).all()
    assert len(parts) == len(keys)
    return keys


@pytest.fixture
def entry_id(deposits: Deposits, services: Services) -> int:
    """A name that uploads are for."""
    deposits.upload(deposits.open()["id"])
    with services.database.snapshot(SYSTEM) as snapshot:
        return snapshot.session.scalars(select(FileEntry.id)).one()


def test_an_expired_upload_is_aborted_with_its_parts_and_another_goes_on(services: Services, entry_id: int) -> None:
    expired = begin_upload(services, "expired", -WEEK, file_entry_id=entry_id)
    going_on = begin_upload(services, "going-on", file_entry_id=entry_id)

    report = clear_uploads(services.database, services.store)

    assert (report.faults, report.repaired) == (1, 1)
    assert uploads(services) == ["going-on"]
    assert len(services.store.uploads.list_parts(going_on)) == 1
    with pytest.raises(NotFound):
        services.store.uploads.list_parts(expired)
    assert clear_uploads(services.database, services.store).faults == 0


def test_an_upload_whose_name_was_removed_is_aborted(author: Caller, deposits: Deposits, services: Services) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"])
    with services.database.snapshot(SYSTEM) as snapshot:
        entry_id = snapshot.session.scalars(select(FileEntry.id)).one()
    token = begin_upload(services, "of-a-name", file_entry_id=entry_id)
    assert author.delete(f"/api/records/{draft['id']}/draft/files/data.csv").status_code == 204

    assert clear_uploads(services.database, services.store).repaired == 1

    assert uploads(services) == []
    with pytest.raises(NotFound):
        services.store.uploads.list_parts(token)


def test_an_abort_that_was_killed_half_way_is_done_by_the_next_sweep(services: Services, entry_id: int) -> None:
    begin_upload(services, "marked", file_entry_id=entry_id, state=UploadState.DISCARDED.value)
    assert clear_uploads(services.database, services.store).repaired == 1
    assert uploads(services) == []


def test_a_completed_upload_is_forgotten_and_its_object_stays(services: Services, entry_id: int) -> None:
    token = begin_upload(services, "completed", -WEEK, file_entry_id=entry_id, state=UploadState.COMPLETED.value)
    services.store.uploads.complete(token, services.store.uploads.list_parts(token))

    assert clear_uploads(services.database, services.store).faults == 0

    assert uploads(services) == []
    assert services.store.size("completed") == len(CONTENT)
