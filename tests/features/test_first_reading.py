"""Files that came in parts: a job reads them once, and says whether they are what was declared."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select, update

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.files import uploads
from repository.files.first_reading import verify_again, verify_file
from repository.files.model import FileEntry, FileSet, StoredFile
from repository.files.queries import find_entry
from repository.files.rules import FileState
from tests.conftest import Caller, Deposits
from tests.features.steps import Json, begin, commit, faults, objects, read_self, send

CONTENT = b"a,b\n1,2\n"
OTHER = b"a,b\n3,4\n"
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
SHA256 = hashlib.sha256(CONTENT).hexdigest()
KEY = "large.nc"
Settle = Callable[[], None]


def receive(services: Services, content: bytes = CONTENT, object_key: str = "0" * 32) -> int:
    """Let bytes that nobody has read become the one file of the one draft; its id."""
    services.store.write(object_key, BytesIO(content), limit=1000)
    with services.database.transaction(SYSTEM) as unit:
        files = unit.session.scalars(select(FileSet)).one()
        entry = find_entry(unit, files.id, KEY)
        assert entry is not None
        uploads.stage_received(unit, entry, object_key, len(content))
        assert uploads.complete(unit, files, entry).mismatches == ()
        assert entry.file_id is not None
        return entry.file_id


@pytest.fixture
def draft(author: Caller, deposits: Deposits) -> Json:
    """A draft with the name of a file to come."""
    opened = deposits.open()
    assert begin(author, opened, {"key": KEY}).status_code == 201
    return opened


def shown(author: Caller, draft: Json) -> Json:
    return author.get(f"/api/records/{draft['id']}/draft/files/{KEY}").get_json()


def declare(services: Services, checksum: str) -> None:
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(FileEntry).values(declared_checksum=checksum))


@pytest.mark.parametrize("checksum", [None, f"md5:{MD5}", f"sha256:{SHA256}"])
def test_a_received_file_gets_its_digests_and_is_published(
    author: Caller, deposits: Deposits, draft: Json, services: Services, settle: Settle, checksum: str | None
) -> None:
    if checksum:
        declare(services, checksum)
    receive(services)
    before = shown(author, draft)
    assert (before["status"], before["verified"], before["transfer"]) == ("completed", False, {"type": "L"})
    assert "checksum" not in before

    settle()

    after = shown(author, draft)
    assert after["status"] == "completed"
    assert "verified" not in after
    assert after["checksums"] == {"md5": MD5, "sha256": SHA256}
    record = deposits.publish(draft["id"])
    assert author.get(f"/api/records/{record['id']}/files/{KEY}/content").data == CONTENT


@pytest.mark.parametrize(
    ("checksum", "reason"),
    [
        ("md5:" + "0" * 32, f"Declared md5:{'0' * 32}, received md5:{MD5}."),
        ("sha256:" + "0" * 64, f"Declared sha256:{'0' * 64}, received sha256:{SHA256}."),
    ],
)
def test_a_file_with_another_digest_fails_with_its_reason_until_it_is_sent_anew(
    author: Caller, deposits: Deposits, draft: Json, services: Services, settle: Settle, checksum: str, reason: str
) -> None:
    declare(services, checksum)
    receive(services)
    settle()

    failed = shown(author, draft)
    assert (failed["status"], failed["verified"], failed["transfer"]["error"]) == ("failed", False, reason)
    refused = author.post(draft["links"]["publish"])
    assert faults(refused.get_json())["files"][1:] == [f"File '{KEY}' failed: {reason}"]
    assert author.get(f"/api/records/{draft['id']}/draft/files/{KEY}/content").status_code == 409

    declare(services, f"sha256:{hashlib.sha256(OTHER).hexdigest()}")
    assert send(author, draft, KEY, OTHER).status_code == 200
    assert commit(author, draft, KEY).get_json()["status"] == "completed"
    settle()
    assert objects(services) == 1
    deposits.publish(draft["id"])


def test_a_missing_or_short_object_fails(author: Caller, draft: Json, services: Services, settle: Settle) -> None:
    receive(services)
    services.store.remove(["0" * 32])
    settle()
    assert shown(author, draft)["transfer"]["error"] == "The object is not in the store."

    receive(services, object_key="1" * 32)
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(StoredFile).where(StoredFile.object_key == "1" * 32).values(size=9))
    settle()
    assert shown(author, draft)["transfer"]["error"] == "The object has 8 bytes instead of 9."


def test_verifying_twice_changes_nothing_and_a_removed_file_is_no_error(
    author: Caller, draft: Json, services: Services, settle: Settle
) -> None:
    file_id = receive(services)
    settle()
    declare(services, "md5:" + "0" * 32)
    verify_file(services.database, services.store, file_id)
    assert shown(author, draft)["status"] == "completed"

    removed = receive(services, OTHER, "1" * 32)
    assert author.delete(f"/api/records/{draft['id']}/draft/files/{KEY}").status_code == 204
    verify_file(services.database, services.store, removed)
    settle()
    verify_file(services.database, services.store, removed)
    assert objects(services) == 0


class ChangedWhileRead:
    """A store whose objects are read just before the draft changes."""

    def __init__(self, services: Services, change: Callable[[], Any]) -> None:
        self._store, self._change = services.store, change

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def open(self, key: str, start: int = 0) -> Any:
        content = self._store.open(key, start)
        self._change()
        return content


def test_a_file_that_is_replaced_while_it_is_read_is_the_new_one(
    author: Caller, draft: Json, services: Services, settle: Settle
) -> None:
    def replace() -> None:
        assert send(author, draft, KEY, OTHER).status_code == 200

    store: Any = ChangedWhileRead(services, replace)
    verify_file(services.database, store, receive(services))

    assert shown(author, draft)["status"] == "pending"  # what came last awaits its commit
    assert commit(author, draft, KEY).get_json()["checksums"]["sha256"] == hashlib.sha256(OTHER).hexdigest()
    settle()
    assert objects(services) == 1


def test_a_verification_that_was_given_up_is_asked_for_again(
    author: Caller, draft: Json, services: Services, settle: Settle
) -> None:
    file_id = receive(services)
    assert verify_again(services.database).faults == 0
    settle()
    with services.database.transaction(SYSTEM) as unit:
        values = {"state": FileState.RECEIVED.value, "created": unit.now - timedelta(days=2), "sha256": None}
        unit.session.execute(update(StoredFile).where(StoredFile.id == file_id).values(**values))
    assert "checksum" not in shown(author, draft)

    assert verify_again(services.database).repaired == 1

    settle()
    assert shown(author, draft)["checksums"]["sha256"] == SHA256
    assert verify_again(services.database).faults == 0
    assert read_self(author, draft)["files"]["total_bytes"] == len(CONTENT)
