"""Files that come in parts: named, sent in any order, looked at days later, committed, and given up."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from repository.core.actor import SYSTEM
from repository.deposits.use_recount import recount_use
from repository.engines.services import Services
from repository.engines.store.port import UploadToken
from repository.files.cleanup import clear_uploads
from repository.files.model import Upload, UploadState
from repository.files.part_uploads import LOST, NOT_THERE
from repository.people.model import DraftUse
from tests.conftest import Caller, Deposits
from tests.features.parts import CONTENT, DIGESTS, KEY, PART, SHA256, in_parts, named, put, sendable, shown
from tests.features.steps import Json, base, begin, commit, faults, objects, send

Settle = Callable[[], None]

pytestmark = pytest.mark.slow


def waiting(services: Services) -> list[str]:
    """The states of all uploads that are remembered."""
    with services.database.snapshot(SYSTEM) as snapshot:
        return list(snapshot.session.scalars(select(Upload.state).order_by(Upload.id)))


def used(services: Services) -> int:
    with services.database.snapshot(SYSTEM) as snapshot:
        return snapshot.session.scalars(select(DraftUse.bytes)).one()


@pytest.fixture
def draft(deposits: Deposits) -> Json:
    return deposits.open()


def test_parts_come_in_any_order_and_are_the_file_after_the_commit(
    author: Caller, deposits: Deposits, draft: Json, services: Services, settle: Settle
) -> None:
    entry = in_parts(author, draft, checksum=f"sha256:{SHA256}")
    assert "content" not in entry["links"]
    assert (entry["status"], entry["transfer"]["type"]) == ("pending", "M")
    assert (entry["transfer"]["parts"], entry["transfer"]["part_size"]) == (2, PART)
    assert [part["url"] for part in entry["links"]["parts"]] == [
        f"{entry['links']['self']}/content/{number}" for number in (1, 2)
    ]
    assert used(services) == len(CONTENT)

    assert put(author, draft, 2).status_code == 200
    later = shown(author, draft)
    assert later["transfer"]["received"] == [{"part": 2, "size": 7}]
    assert sendable(later) == [1]
    assert put(author, draft, 1, b"x" * PART).status_code == 200
    assert put(author, draft, 1).status_code == 200  # sent twice, as the last of its bytes

    done = commit(author, draft, KEY)
    assert done.status_code == 200, done.text
    body = done.get_json()
    assert (body["status"], body["verified"], body["transfer"]) == ("completed", False, {"type": "L"})
    assert body["size"] == len(CONTENT)
    assert commit(author, draft, KEY).status_code == 200
    refused = author.post(draft["links"]["publish"])
    assert faults(refused.get_json())["files"][1:] == [f"File '{KEY}' is being verified."]

    settle()

    assert shown(author, draft)["checksums"]["sha256"] == SHA256
    assert used(services) == len(CONTENT)
    record = deposits.publish(draft["id"])
    assert author.get(f"/api/records/{record['id']}/files/{KEY}/content").data == CONTENT
    assert clear_uploads(services.database, services.store).faults == 0
    assert objects(services) == 1


def test_a_wrong_checksum_is_a_failed_file_and_never_a_published_one(
    author: Caller, draft: Json, settle: Settle
) -> None:
    in_parts(author, draft, checksum="md5:" + "0" * 32)
    assert [put(author, draft, number).status_code for number in (1, 2)] == [200, 200]
    assert commit(author, draft, KEY).status_code == 200
    settle()
    body = shown(author, draft)
    assert (body["status"], body["verified"]) == ("failed", False)
    assert body["transfer"]["error"].startswith("Declared md5:0000")
    assert author.post(draft["links"]["publish"]).status_code == 400


@pytest.mark.parametrize(
    ("file", "field"),
    [
        (named(None), "0.size"),
        (named(0), "0.size"),
        (named(parts=3), "0.transfer.parts"),
        (named(parts=1), "0.transfer.parts"),
        (named(part_size=PART - 1), "0.transfer.part_size"),
        (named(parts=0), "0.transfer.parts"),
        (named(part_size=-1), "0.transfer.part_size"),
        (named(part_size="5"), "0.transfer.part_size"),
        (named(6 << 30, parts=1, part_size=6 << 30), "0.transfer.part_size"),
        (named(10_001 * PART, parts=10_001), "0.transfer.parts"),
        (named(1 << 45, parts=1 << 13, part_size=1 << 32), "0.size"),
        (named(type="Z"), "0.transfer.type"),
    ],
)
def test_parts_that_cannot_be_are_refused_before_a_byte_moves(
    author: Caller, draft: Json, services: Services, file: Json, field: str
) -> None:
    refused = begin(author, draft, file)
    assert refused.status_code == 400, refused.text
    assert list(faults(refused.get_json())) == [field]
    assert waiting(services) == []


def test_what_the_depositor_leaves_out_of_the_plan_is_chosen(author: Caller, draft: Json) -> None:
    entry = in_parts(author, draft, transfer={"type": "M"})
    assert (entry["transfer"]["parts"], len(entry["links"]["parts"])) == (1, 1)
    [other] = begin(author, draft, named(2 * PART, key="b", part_size=None)).get_json()["entries"]
    assert (other["transfer"]["parts"], other["transfer"]["part_size"]) == (2, PART)


def test_a_commit_names_what_is_missing_or_wrong_and_the_upload_goes_on(author: Caller, draft: Json) -> None:
    in_parts(author, draft)
    assert faults(commit(author, draft, KEY).get_json()) == {
        "parts.1": ["Part 1 has not arrived."],
        "parts.2": ["Part 2 has not arrived."],
        "size": [f"Declared {len(CONTENT)} bytes, received 0."],
    }
    assert put(author, draft, 2).status_code == 200
    assert list(faults(commit(author, draft, KEY).get_json())) == ["parts.1", "size"]
    for content, number in ((b"short", 1), (CONTENT[:8], 2)):
        refused = put(author, draft, number, content)
        assert refused.status_code == 400
        assert list(faults(refused.get_json())) == [f"parts.{number}"]
    for number in (0, 3, 10_001):
        assert put(author, draft, number, b"x").status_code == 400
    wrong = put(author, draft, 1, headers={"Content-MD5": "0" * 32})
    assert wrong.status_code == 400
    assert sendable(shown(author, draft)) == [1]
    assert put(author, draft, 1).status_code == 200
    assert commit(author, draft, KEY).status_code == 200
    assert put(author, draft, 1).status_code == 409


def test_others_and_readers_send_no_part_and_get_no_address(
    author: Caller, anyone: Caller, register: Callable[..., Caller], draft: Json, deposits: Deposits
) -> None:
    in_parts(author, draft)
    stranger = register("stranger@example.org")
    assert put(stranger, draft, 1).status_code == 403
    assert put(anyone, draft, 1).status_code == 403
    assert commit(stranger, draft, KEY).status_code == 403
    assert begin(stranger, draft, named(key="b")).status_code == 403
    assert put(author, deposits.open(), 1).status_code == 404
    grant = {"grants": [{"subject": {"type": "user", "id": _id_of(stranger)}, "permission": "preview"}]}
    assert author.post(f"/api/records/{draft['id']}/access/grants", json=grant).status_code in (200, 201)
    seen = shown(stranger, draft)
    assert "parts" not in seen["links"]
    assert seen["transfer"] == {"type": "M"}


def _id_of(caller: Caller) -> str:
    return str(caller.get("/api/me").get_json()["id"])


@pytest.mark.parametrize("way", ["file", "files", "draft", "whole"])
def test_an_upload_that_is_given_up_leaves_nothing(
    author: Caller, draft: Json, services: Services, settle: Settle, way: str
) -> None:
    in_parts(author, draft)
    assert put(author, draft, 1).status_code == 200
    if way == "whole":
        assert send(author, draft, KEY, CONTENT).status_code == 200
        assert commit(author, draft, KEY).get_json()["checksums"]["md5"]
    else:
        url = {"file": f"{base(draft)}/{KEY}", "files": base(draft), "draft": f"/api/records/{draft['id']}/draft"}[way]
        assert author.delete(url).status_code == 204
    settle()
    assert waiting(services) == []
    assert used(services) == (len(CONTENT) if way == "whole" else 0)
    assert clear_uploads(services.database, services.store).faults == 0
    assert objects(services) == (1 if way == "whole" else 0)
    assert recount_use(services.database).faults == 0


def test_names_that_are_refused_begin_nothing(author: Caller, draft: Json, services: Services) -> None:
    assert begin(author, draft, named(key="a")).status_code == 201
    for key in ("a", "a/b"):
        refused = begin(author, draft, named(key="new"), named(key=key))
        assert refused.status_code == 400
        assert list(faults(refused.get_json())) == ["1.key"]
    assert waiting(services) == [UploadState.OPEN]
    assert clear_uploads(services.database, services.store, timedelta()).faults == 0


def test_an_upload_of_too_long_ago_is_swept_and_its_name_takes_bytes_sent_whole(
    author: Caller, draft: Json, services: Services
) -> None:
    assert in_parts(author, draft)["transfer"]["expires"] > draft["created"]
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(Upload).values(expires=unit.now))
    assert clear_uploads(services.database, services.store).repaired == 1
    body = shown(author, draft)
    assert (body["transfer"], body["status"]) == ({"type": "L"}, "pending")
    assert recount_use(services.database).repaired == 1
    assert used(services) == 0
    assert put(author, draft, 1).status_code == 409
    assert send(author, draft, KEY, CONTENT).status_code == 200
    assert commit(author, draft, KEY).status_code == 200


def test_a_store_that_has_lost_the_upload_is_told(author: Caller, draft: Json, services: Services) -> None:
    in_parts(author, draft)
    with services.database.snapshot(SYSTEM) as snapshot:
        row = snapshot.session.scalars(select(Upload)).one()
    services.store.uploads.discard(UploadToken(row.object_key, row.store_upload_id))
    assert shown(author, draft)["status"] == "failed"
    assert shown(author, draft)["transfer"]["error"] == LOST
    assert put(author, draft, 1).status_code == 409
    assert commit(author, draft, KEY).get_json()["message"] == NOT_THERE


def test_a_commit_that_was_killed_half_way_is_done_by_the_next_one(
    author: Caller, draft: Json, services: Services
) -> None:
    in_parts(author, draft)
    assert [put(author, draft, number).status_code for number in (1, 2)] == [200, 200]
    with services.database.snapshot(SYSTEM) as snapshot:
        row = snapshot.session.scalars(select(Upload)).one()
    token = UploadToken(row.object_key, row.store_upload_id)
    services.store.uploads.complete(token, services.store.uploads.list_parts(token))

    assert commit(author, draft, KEY).get_json()["size"] == len(CONTENT)
    assert objects(services) == 1


def test_commits_at_once_make_one_file(author: Caller, app: Any, draft: Json, services: Services) -> None:
    in_parts(author, draft)
    assert [put(author, draft, number).status_code for number in (1, 2)] == [200, 200]

    def once(_: int) -> int:
        return int(commit(Caller(app.test_client(), author.token), draft, KEY).status_code)

    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(once, range(3))) == [200, 200, 200]
    assert objects(services) == 1
    assert used(services) == len(CONTENT)


def test_declared_digests_of_parts_are_kept_to(author: Caller, draft: Json) -> None:
    for wrong in (["md5:" + DIGESTS[0]], ["md5:" + DIGESTS[0], "sha256:" + DIGESTS[1]]):
        refused = begin(author, draft, named(checksums=wrong))
        assert refused.status_code == 400
        assert next(iter(faults(refused.get_json()))).startswith("0.transfer.checksums")
    in_parts(author, draft, **named(checksums=[f"md5:{digest}" for digest in DIGESTS]))
    assert put(author, draft, 2, b"1234567").status_code == 400
    assert put(author, draft, 2, headers={"Content-MD5": "0" * 32}).status_code == 400
    assert sendable(shown(author, draft)) == [1, 2]
    assert [put(author, draft, number).status_code for number in (1, 2)] == [200, 200]
    assert commit(author, draft, KEY).status_code == 200
