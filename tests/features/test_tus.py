"""Resumable uploads by tus 1.0 (tus.io, "Resumable upload protocol 1.0.x"): the protocol, and what a refusal keeps."""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from sqlalchemy import update

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.files.model import Upload
from tests.conftest import Caller, Deposits
from tests.features.steps import base, begin, objects
from tests.features.tus_client import BYTES, UPLOADS, VERSION, TusClient, about
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
CONTENT = b"depth,salinity\n5,35.1\n"
SIZE = len(CONTENT)


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


HERE = encoded("{id}")
"""stands for the id of the test's own draft"""


@pytest.fixture
def tus(author: Caller) -> TusClient:
    return TusClient(author)


def files(caller: Caller, draft: dict[str, str]) -> dict[str, dict[str, object]]:
    return {file["key"]: file for file in caller.get(base(draft)).get_json()["entries"]}


def test_options_tell_everybody_what_is_spoken(anyone: Caller, tus: TusClient, deposits: Deposits) -> None:
    upload = tus.begun(deposits.open()["id"], "a.csv", 1)
    for path in (UPLOADS, upload):
        told = anyone("OPTIONS", path)
        assert (told.status_code, told.headers["Tus-Version"]) == (204, "1.0.0")
        assert told.headers["Tus-Extension"].split(",") == [
            "creation", "creation-with-upload", "expiration", "checksum", "termination",
        ]  # fmt: skip
        assert told.headers["Tus-Checksum-Algorithm"].split(",") == ["sha1", "sha256", "md5"]
        assert int(told.headers["Tus-Max-Size"]) == 1 << 40


def test_a_file_is_sent_in_pieces_committed_with_the_last_and_verified_by_a_job(
    author: Caller, tus: TusClient, deposits: Deposits, settle: Settle
) -> None:
    draft = deposits.open()
    begun = tus.create(draft["id"], "wasser/tiefe 深.csv", SIZE)
    url = begun.headers["Location"]
    assert begun.status_code == 201
    assert {name: begun.headers[name] for name in ("Upload-Offset", "Tus-Resumable")} == {
        "Upload-Offset": "0",
        "Tus-Resumable": "1.0.0",
    }
    assert begun.headers["Upload-Expires"].endswith("GMT")
    assert files(author, draft)["wasser/tiefe 深.csv"]["status"] == "pending"

    for start, end in ((0, 5), (5, 6), (6, SIZE)):
        head = tus.head(url)
        assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == (str(start), str(SIZE))
        assert "no-store" in head.headers["Cache-Control"]
        assert "filename" in head.headers["Upload-Metadata"]
        sent = tus.patch(url, start, CONTENT[start:end])
        assert (sent.status_code, sent.headers["Upload-Offset"]) == (204, str(end))
        assert ("Upload-Expires" in sent.headers) == (end < SIZE)

    assert tus.offset(url) == SIZE
    file = files(author, draft)["wasser/tiefe 深.csv"]
    assert (file["status"], file["size"], file["verified"]) == ("completed", SIZE, False)
    settle()
    file = files(author, draft)["wasser/tiefe 深.csv"]
    assert file["checksums"] == {
        "md5": hashlib.md5(CONTENT).hexdigest(),
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
    }
    assert author.get(file["links"]["content"]).data == CONTENT
    deposits.publish(draft["id"])
    assert tus.head(url).status_code == 410
    assert tus.patch(url, SIZE, b"").status_code == 410


def test_the_first_bytes_may_come_with_the_beginning(tus: TusClient, deposits: Deposits, author: Caller) -> None:
    draft = deposits.open()
    begun = tus.create(draft["id"], "a.csv", SIZE, CONTENT[:7])
    assert (begun.status_code, begun.headers["Upload-Offset"]) == (201, "7")
    whole = tus.create(draft["id"], "b.csv", SIZE, CONTENT)
    assert (whole.status_code, whole.headers["Upload-Offset"]) == (201, str(SIZE))
    assert tus.patch(begun.headers["Location"], 7, CONTENT[7:]).status_code == 204
    assert {file["size"] for file in files(author, draft).values()} == {SIZE}


def test_a_file_without_bytes_is_complete_at_once(tus: TusClient, deposits: Deposits, author: Caller) -> None:
    draft = deposits.open()
    url = tus.begun(draft["id"], "empty.txt", 0)
    assert tus.offset(url) == 0
    assert files(author, draft)["empty.txt"]["size"] == 0


REFUSED: Sequence[tuple[Mapping[str, str | None], int, str | None]] = (
    ({"Tus-Resumable": None}, 412, None),
    ({"Tus-Resumable": "0.2.2"}, 412, None),
    ({"Upload-Length": None}, 400, "Upload-Length"),
    ({"Upload-Length": "-1"}, 400, "Upload-Length"),
    ({"Upload-Length": "ten"}, 400, "Upload-Length"),
    ({"Upload-Length": "²"}, 400, "Upload-Length"),
    ({"Upload-Length": "9" * 30}, 400, "Upload-Length"),
    ({"Upload-Length": str((1 << 40) + 1)}, 413, None),
    ({"Upload-Length": None, "Upload-Defer-Length": "1"}, 400, "Upload-Defer-Length"),
    ({"Upload-Concat": "partial"}, 400, "Upload-Concat"),
    ({"Upload-Metadata": None}, 400, "Upload-Metadata.record"),
    ({"Upload-Metadata": about(filename="a")}, 400, "Upload-Metadata.record"),
    ({"Upload-Metadata": "record"}, 400, "Upload-Metadata.record"),
    ({"Upload-Metadata": "record MQ==,record MQ=="}, 400, "Upload-Metadata"),
    ({"Upload-Metadata": "record ===,filename YQ=="}, 400, "Upload-Metadata"),
    ({"Upload-Metadata": "record  MQ=="}, 400, "Upload-Metadata"),
    ({"Upload-Metadata": about(record="999999", filename="a")}, 404, None),
    ({"Upload-Metadata": about(record="x", filename="a")}, 404, None),
    ({"Upload-Metadata": about(record="{id}")}, 400, "Upload-Metadata.filename"),
    ({"Upload-Metadata": about(record="{id}", filename="../a")}, 400, "Upload-Metadata.filename"),
    ({"Upload-Metadata": about(record="{id}", filename="a\x00")}, 400, "Upload-Metadata.filename"),
    ({"Upload-Metadata": about(record="{id}", filename=b"\xff")}, 400, "Upload-Metadata.filename"),
    ({"Upload-Metadata": about(record="{id}", filename="a", checksum="crc:1")}, 400, "Upload-Metadata.checksum"),
    ({"Upload-Metadata": about(record="{id}", filename="taken/b")}, 400, "key"),
    ({"Upload-Metadata": about(record="{id}", filename="a" * 200, x="y" * 9000)}, 400, "Upload-Metadata"),
    ({"Content-Type": "application/octet-stream"}, 415, None),
    ({"Content-Encoding": "gzip"}, 415, None),
    ({"Upload-Checksum": "crc32 AAAA"}, 400, "Upload-Checksum"),
    ({"Upload-Checksum": "sha1 AAAA"}, 400, "Upload-Checksum"),
    ({"Upload-Checksum": "sha1 ===="}, 400, "Upload-Checksum"),
    ({"Upload-Checksum": f"sha1 {b64encode(b'x' * 20).decode()}"}, 460, None),
)


def test_what_cannot_be_begun_is_refused_and_leaves_nothing(
    author: Caller, deposits: Deposits, services: Services
) -> None:
    draft = deposits.open()
    begin(author, draft, {"key": "taken"})
    for changes, status, field in REFUSED:
        headers = {
            **VERSION,
            "Upload-Length": str(SIZE),
            "Upload-Metadata": about(record="{id}", filename="a.csv"),
            "Content-Type": BYTES,
            **changes,
        }
        sent = {name: value.replace(HERE, encoded(draft["id"])) for name, value in headers.items() if value}

        reply = author.post(UPLOADS, data=CONTENT, headers=sent)

        assert reply.status_code == status, (changes, reply.text)
        assert reply.headers["Tus-Resumable"] == "1.0.0"
        assert ("Tus-Version" in reply.headers) == (status == 412)
        body = reply.get_json()
        assert [fault["field"] for fault in body.get("errors", ())] == ([field] if field else []), changes
        assert files(author, draft).keys() == {"taken"}
    assert objects(services) == 0
    assert services.store.clear_abandoned(timedelta(0), uploads_older_than=timedelta(0)) == 0


WRONG_PIECES: Sequence[tuple[Mapping[str, str | None], int]] = (
    ({"Upload-Offset": "2"}, 409),
    ({"Upload-Offset": "4"}, 409),
    ({"Upload-Offset": str(SIZE + 5)}, 409),
    ({"Upload-Offset": None}, 400),
    ({"Upload-Offset": "-3"}, 400),
    ({"Content-Type": "application/octet-stream"}, 415),
    ({"Content-Type": None}, 415),
    ({"Tus-Resumable": "2.0.0"}, 412),
    ({"Upload-Checksum": "nothing"}, 400),
)


def test_a_wrong_piece_changes_nothing(author: Caller, tus: TusClient, deposits: Deposits) -> None:
    url = tus.begun(deposits.open()["id"], "a.csv", SIZE)
    assert tus.patch(url, 0, CONTENT[:3]).status_code == 204
    for changes, status in WRONG_PIECES:
        headers = {**VERSION, "Upload-Offset": "3", "Content-Type": BYTES, **changes}

        reply = author.patch(url, data=CONTENT[3:5], headers={name: value for name, value in headers.items() if value})

        assert reply.status_code == status, (changes, reply.text)
        assert tus.offset(url) == 3
    assert tus.patch(url, 3, CONTENT[3:] + b"x").status_code == 413
    assert tus.offset(url) == 3
    assert tus.patch(url, 3, CONTENT[3:]).status_code == 204


def test_a_piece_counts_only_with_its_checksum(tus: TusClient, deposits: Deposits) -> None:
    draft = deposits.open()
    for algorithm in ("sha1", "sha256", "md5"):
        expect_checksums_to_count(tus, tus.begun(draft["id"], algorithm, SIZE), algorithm)


def expect_checksums_to_count(tus: TusClient, url: str, algorithm: str) -> None:
    def checksum(content: bytes) -> str:
        return f"{algorithm} {b64encode(hashlib.new(algorithm, content).digest()).decode()}"

    wrong = tus.patch(url, 0, CONTENT[:9], Upload_Checksum=checksum(b"other"))
    assert (wrong.status_code, wrong.status) == (460, "460 Checksum Mismatch")
    assert tus.offset(url) == 0
    assert tus.patch(url, 0, CONTENT[:9], Upload_Checksum=checksum(CONTENT[:9])).status_code == 204
    assert tus.patch(url, 0, CONTENT[9:], Upload_Checksum=checksum(CONTENT[9:])).status_code == 409
    assert tus.offset(url) == 9


def test_an_ended_upload_is_gone_and_so_is_the_name_that_it_gave(
    author: Caller, tus: TusClient, deposits: Deposits, services: Services
) -> None:
    draft = deposits.open()
    begin(author, draft, {"key": "named.csv"})
    for key in ("named.csv", "new.csv"):
        url = tus.begun(draft["id"], key, SIZE)
        tus.patch(url, 0, CONTENT[:3])
        assert tus.end(url).status_code == 204
        assert {tus.head(url).status_code, tus.patch(url, 3, b"x").status_code, tus.end(url).status_code} == {404}
    assert files(author, draft).keys() == {"named.csv"}
    assert services.store.clear_abandoned(timedelta(0)) == 0

    done = tus.create(draft["id"], "named.csv", SIZE, CONTENT).headers["Location"]
    assert tus.end(done).status_code == 204
    assert tus.head(done).status_code == 404
    assert files(author, draft)["named.csv"]["status"] == "completed"


def test_an_upload_expires_and_every_piece_prolongs_it(services: Services, tus: TusClient, deposits: Deposits) -> None:
    url, soon = tus.begun(deposits.open()["id"], "a.csv", SIZE), clock.now() + timedelta(minutes=1)

    def expire(moment: datetime) -> None:
        with services.database.transaction(SYSTEM) as unit:
            unit.session.execute(update(Upload).values(expires=moment))

    expire(soon)
    assert parsedate_to_datetime(tus.head(url).headers["Upload-Expires"]) <= soon
    assert tus.patch(url, 0, CONTENT[:3]).status_code == 204
    assert parsedate_to_datetime(tus.head(url).headers["Upload-Expires"]) > soon + timedelta(days=6)
    expire(clock.now())
    assert {reply.status_code for reply in (tus.head(url), tus.patch(url, 3, CONTENT[3:]))} == {410}

    assert run_now(services, "uploads").repaired == 1
    assert tus.head(url).status_code == 404
    assert services.store.clear_abandoned(timedelta(0), uploads_older_than=timedelta(0)) == 0


def test_clients_that_send_no_patch_write_its_name_into_a_header(tus: TusClient, deposits: Deposits) -> None:
    url = tus.begun(deposits.open()["id"], "a.csv", SIZE)

    def override(method: str, body: bytes = b"", **headers: str) -> int:
        named = VERSION | {"X-HTTP-Method-Override": method} | headers
        return tus.caller.post(url, data=body, content_type=BYTES, headers=named).status_code

    assert override("PATCH", CONTENT[:4], **{"Upload-Offset": "0"}) == 204
    assert tus.offset(url) == 4
    assert override("PUT") == 405
    assert override("DELETE") == 204
    assert tus.head(url).status_code == 404


def test_the_bytes_of_a_file_are_replaced_by_those_of_a_later_upload(
    author: Caller, tus: TusClient, deposits: Deposits, settle: Settle
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "a.csv", b"before", size=6)
    url = tus.begun(draft["id"], "a.csv", SIZE)
    tus.patch(url, 0, CONTENT[:5])
    assert author.get(f"{base(draft)}/a.csv/content").data == b"before"
    tus.patch(url, 5, CONTENT[5:])
    settle()
    assert author.get(f"{base(draft)}/a.csv/content").data == CONTENT
    assert files(author, draft)["a.csv"]["size"] == SIZE


def test_what_is_not_as_declared_fails_and_is_not_published(
    author: Caller, tus: TusClient, deposits: Deposits, settle: Settle
) -> None:
    draft = deposits.open()
    declared = about(record=draft["id"], filename="a.csv", checksum=f"md5:{hashlib.md5(b'other').hexdigest()}")
    assert tus.create(draft["id"], "a.csv", SIZE, CONTENT, Upload_Metadata=declared).status_code == 201
    settle()
    assert files(author, draft)["a.csv"]["status"] == "failed"
    assert author.post(f"/api/records/{draft['id']}/draft/actions/publish").status_code == 400
