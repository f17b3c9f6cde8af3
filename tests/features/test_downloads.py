"""Downloads: byte for byte, in ranges, conditionally, safely, and only to those who may."""

import hashlib
import io
import zipfile
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine

from repository.engines.services import Services
from tests.conftest import Caller, Deposits, a_dataset

pytestmark = pytest.mark.slow

Json = dict[str, Any]
CONTENT = bytes(range(256)) * 40
SIZE = len(CONTENT)
MD5, SHA256 = hashlib.md5(CONTENT), hashlib.sha256(CONTENT)
RESTRICTED = {"access": {"record": "public", "files": "restricted"}}


@pytest.fixture
def record(deposits: Deposits) -> Json:
    return deposits.published(None, **{"data.bin": CONTENT})


@pytest.fixture
def content(record: Json) -> str:
    return f"{record['links']['files']}/data.bin/content"


def test_a_download_is_the_upload_byte_for_byte(anyone: Caller, content: str) -> None:
    reply = anyone.get(content)

    assert reply.status_code == 200
    assert reply.data == CONTENT
    assert reply.headers["Content-Length"] == str(SIZE)
    assert reply.headers["ETag"] == f'"md5:{MD5.hexdigest()}"'
    assert reply.headers["Content-MD5"] == b64encode(MD5.digest()).decode()
    assert reply.headers["Repr-Digest"] == f"sha-256=:{b64encode(SHA256.digest()).decode()}:"
    assert reply.headers["Accept-Ranges"] == "bytes"
    assert reply.headers["Last-Modified"]


def test_head_tells_all_but_the_bytes(anyone: Caller, content: str) -> None:
    whole, head = anyone.get(content), anyone("HEAD", content)

    assert head.status_code == 200
    assert head.data == b""
    for name in ("Content-Length", "ETag", "Content-Type", "Accept-Ranges", "Content-Disposition"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        ("bytes=5000-", 5000, SIZE - 1),
        ("bytes=-10", SIZE - 10, SIZE - 1),
        (f"bytes=-{SIZE * 2}", 0, SIZE - 1),
        (f"bytes=100-{SIZE * 2}", 100, SIZE - 1),
    ],
)
def test_a_range_is_sent_as_asked(anyone: Caller, content: str, wanted: str, first: int, last: int) -> None:
    reply = anyone.get(content, headers={"Range": wanted})

    assert reply.status_code == 206
    assert reply.data == CONTENT[first : last + 1]
    assert reply.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert reply.headers["Content-Length"] == str(last - first + 1)


@pytest.mark.parametrize("wanted", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}"])
def test_a_range_beyond_the_end_is_not_satisfiable(anyone: Caller, content: str, wanted: str) -> None:
    reply = anyone.get(content, headers={"Range": wanted})

    assert reply.status_code == 416
    assert reply.headers["Content-Range"] == f"bytes */{SIZE}"
    assert reply.get_json()["status"] == 416


@pytest.mark.parametrize("wanted", ["lines=1-2", "bytes", "bytes=a-b", "bytes=9-3", ""])
def test_a_range_that_means_nothing_is_ignored_or_refused_but_never_a_failure(
    anyone: Caller, content: str, wanted: str
) -> None:
    reply = anyone.get(content, headers={"Range": wanted})

    assert reply.status_code in (200, 416)
    assert reply.status_code == 416 or reply.data == CONTENT


NAMES = {
    "气温.csv": "file-{}.csv",
    "气压.csv": "file-{}.csv",
    "Größe.txt": "Gro_e-{}.txt",
    "été 2020.tar.gz": "ete 2020.tar.gz",
    "数据2020.csv": "__2020-{}.csv",
    "данные": "file-{}",
    "data.数据": "data-{}.bin",
    '90% "quoted" (1).csv': "90_ _quoted_ (1)-{}.csv",
}


def test_a_name_in_any_script_leaves_old_readers_a_name_of_its_own_too(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published(None, **dict.fromkeys(NAMES, b"a"))

    plain = set()
    for name, pattern in NAMES.items():
        told = anyone.get(f"{record['links']['files']}/{quote(name)}/content").headers["Content-Disposition"]
        kept = pattern.format(hashlib.sha256(name.encode()).hexdigest()[:12])
        assert f'; filename="{kept}"' in told
        assert told.endswith(f"; filename*=UTF-8''{quote(name)}")
        plain.add(kept)
    assert len(plain) == len(NAMES)


def test_archives_of_the_same_files_are_the_same_bytes_and_are_not_sent_again(
    anyone: Caller, deposits: Deposits
) -> None:
    files = {"b.csv": b"1", "数据/a.txt": b"2"}
    archive = deposits.published(None, **files)["links"]["archive"]

    first = anyone.get(archive)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5)):  # an S3 server takes no later request
        second = anyone.get(archive)
        again = anyone.get(archive, headers={"If-None-Match": first.headers["ETag"]})
        other = anyone.get(archive, headers={"If-None-Match": '"zip-0"'})

    assert second.data == first.data == other.data
    assert second.headers["ETag"] == first.headers["ETag"]
    assert first.headers["ETag"].startswith('"zip-')
    assert (again.status_code, again.data) == (304, b"")
    with zipfile.ZipFile(io.BytesIO(first.data)) as unpacked:
        assert [each.filename for each in unpacked.infolist()] == sorted(files)
        assert {each.date_time[0] for each in unpacked.infolist()} == {datetime.now(UTC).year}
        assert unpacked.testzip() is None


def test_a_download_is_resumed_only_while_the_file_is_the_same(anyone: Caller, content: str) -> None:
    tag = anyone.get(content).headers["ETag"]

    same = anyone.get(content, headers={"Range": "bytes=10-19", "If-Range": tag})
    other = anyone.get(content, headers={"Range": "bytes=10-19", "If-Range": '"md5:0"'})

    assert (same.status_code, same.data) == (206, CONTENT[10:20])
    assert (other.status_code, other.data) == (200, CONTENT)


def test_what_the_client_has_already_is_not_sent_again(anyone: Caller, content: str) -> None:
    first = anyone.get(content)

    again = anyone.get(content, headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.data == b""
    assert anyone.get(content, headers={"If-None-Match": '"md5:0"'}).status_code == 200
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert anyone.get(content, headers=since).status_code == 304


@pytest.mark.parametrize(
    ("key", "media_type", "place"),
    [
        ("page.html", "text/html", "attachment"),
        ("drawing.svg", "image/svg+xml", "attachment"),
        ("page.xml", "text/xml", "attachment"),
        ("data.csv", "text/csv", "attachment"),
        ("notes.txt", "text/plain", "inline"),
        ("picture.png", "image/png", "inline"),
        ("wave.mseed", "application/vnd.fdsn.mseed", "attachment"),
        ("table.csv.gz", "application/gzip", "attachment"),
        ("unknown", "application/octet-stream", "attachment"),
    ],
)
def test_what_could_act_in_a_browser_is_saved_not_shown(
    anyone: Caller, deposits: Deposits, key: str, media_type: str, place: str
) -> None:
    record = deposits.published(None, **{key: b"<script>alert(1)</script>"})

    for path in (f"{record['links']['files']}/{key}/content", f"/records/{record['id']}/files/{key}"):
        reply = anyone.get(path)
        assert reply.mimetype == media_type
        assert reply.headers["Content-Disposition"].partition(";")[0] == place
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in reply.headers["Content-Security-Policy"]
        saved = anyone.get(f"{path}?download=1")
        assert saved.headers["Content-Disposition"].partition(";")[0] == "attachment"


def test_a_file_is_saved_under_its_own_name_in_any_script(anyone: Caller, deposits: Deposits) -> None:
    key = 'folder/企鹅 "quoted".csv'
    record = deposits.published(None, **{key: b"x"})

    reply = anyone.get(f"{record['links']['files']}/{quote(key)}/content")

    disposition = reply.headers["Content-Disposition"]
    assert "filename*=UTF-8''" + quote(key.rpartition("/")[2], safe="") in disposition
    assert "\n" not in disposition


def test_the_archive_holds_every_file_and_knows_its_length(anyone: Caller, deposits: Deposits) -> None:
    files = {"data.bin": CONTENT, "a folder/数据.csv": b"1,2", "empty.txt": b""}
    record = deposits.published(None, **files)

    reply = anyone.get(record["links"]["archive"])

    assert reply.status_code == 200
    assert reply.mimetype == "application/zip"
    assert reply.headers["Content-Length"] == str(len(reply.data))
    assert reply.headers["Content-Disposition"] == f"attachment; filename={record['id']}.zip"
    with zipfile.ZipFile(io.BytesIO(reply.data)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_a_drafts_archive_holds_what_is_committed(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "a.txt", b"a")
    author.post(f"/api/records/{draft['id']}/draft/files", json=[{"key": "b.txt"}])

    reply = author.get(draft["links"]["archive"])

    with zipfile.ZipFile(io.BytesIO(reply.data)) as archive:
        assert archive.namelist() == ["a.txt"]


def test_a_record_lists_its_files_with_checksums(anyone: Caller, record: Json) -> None:
    body = anyone.get(record["links"]["files"]).get_json()

    (entry,) = body["entries"]
    assert body["enabled"] is True
    assert entry["checksums"] == {"md5": MD5.hexdigest(), "sha256": SHA256.hexdigest()}
    assert entry["checksum"] == f"md5:{MD5.hexdigest()}"
    assert (entry["key"], entry["size"], entry["ext"]) == ("data.bin", SIZE, "bin")
    assert "commit" not in entry["links"]
    assert anyone.get(entry["links"]["self"]).get_json() == entry
    assert anyone.get(entry["links"]["content"]).data == CONTENT
    assert record["files"]["entries"]["data.bin"]["links"] == entry["links"]


def test_an_unknown_file_is_not_found_by_name(anyone: Caller, record: Json) -> None:
    for path in ("none.csv", "none.csv/content", "folder/none.csv"):
        reply = anyone.get(f"{record['links']['files']}/{path}")
        key = path.removesuffix("/content")
        assert reply.status_code == 404
        assert reply.get_json()["message"] == f"Record '{record['id']}' has no file '{key}'."


def test_restricted_files_are_for_their_owner_only(
    anyone: Caller, author: Caller, deposits: Deposits, register: Callable[..., Caller]
) -> None:
    record = deposits.published(a_dataset() | RESTRICTED, **{"data.bin": CONTENT})
    files = record["links"]["files"]
    paths = (files, f"{files}/data.bin", f"{files}/data.bin/content", record["links"]["archive"])

    for caller in (anyone, register("someone.else@example.org")):
        assert [caller.get(path).status_code for path in paths] == [403] * 4
        assert caller.get(f"/records/{record['id']}/files/data.bin").status_code == 403
        shown = caller.get(record["links"]["self"])
        assert shown.status_code == 200
        assert shown.get_json()["files"] == {"enabled": True}
        assert shown.get_json()["access"]["status"] == "restricted"
    assert [author.get(path).status_code for path in paths] == [200] * 4
    assert author.get(f"{files}/data.bin/content").data == CONTENT


def test_missing_bytes_are_an_outage_not_a_short_file(
    anyone: Caller, record: Json, content: str, services: Services
) -> None:
    services.store.remove([stored.key for stored in services.store.objects()])

    for path in (content, record["links"]["archive"]):
        reply = anyone.get(path)
        assert reply.status_code == 503
        assert reply.headers["Retry-After"]
        assert reply.get_json()["status"] == 503


def test_a_file_named_without_content_cannot_be_downloaded(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    files = f"/api/records/{draft['id']}/draft/files"
    author.post(files, json=[{"key": "late.csv"}])

    assert author.get(f"{files}/late.csv/content").status_code == 404
