"""Downloads by redirect: a reader who may have the file is sent to the store for its bytes, for a short while."""

import io
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from werkzeug.http import parse_options_header

from config.settings import Settings, read_settings
from repository.app import create_app
from repository.core.errors import Unavailable
from repository.engines.services import Services
from repository.engines.store.digests import BLOCK
from repository.engines.store.s3_address import s3_address
from repository.engines.store.s3_sizes import WORTH_A_PAGE
from repository.engines.store.s3_store import S3Store
from tests.conftest import BASE_URL, Caller, Deposits, a_dataset
from tests.contracts.bytestore_addresses import fetch
from tests.contracts.bytestore_contract import content_of
from tests.contracts.s3_faults import cut_after, spoiled

Json = dict[str, Any]
CONTENT = bytes(range(256)) * 40
SIZE = len(CONTENT)


@pytest.fixture
def settings(database_url: str, s3_store_url: str, search_url: str) -> Settings:
    return read_settings(
        inspection="off",
        base_url=BASE_URL,
        database_url=database_url,
        store_url=s3_store_url,
        search_url=search_url,
        download_seconds=60,
    )


@pytest.fixture
def record(deposits: Deposits) -> Json:
    return deposits.published(None, **{"data.bin": CONTENT})


@pytest.fixture
def content(record: Json) -> str:
    return f"{record['links']['files']}/data.bin/content"


def test_a_download_leads_to_the_bytes_in_the_store(anyone: Caller, content: str) -> None:
    reply = anyone.get(content)

    assert reply.status_code == 302
    assert reply.data == b""
    assert reply.headers["Cache-Control"] == "private, no-store"
    assert parse_qs(urlsplit(reply.location).query)["X-Amz-Expires"] == ["60"]
    fetched = fetch(reply.location)
    assert (fetched.status, fetched.body) == (200, CONTENT)
    assert fetched.headers["Content-Type"] == "application/octet-stream"
    assert parse_options_header(fetched.headers["Content-Disposition"]) == ("attachment", {"filename": "data.bin"})


def test_an_address_of_what_not_everybody_may_have_is_good_for_a_minute(
    services: Services, deposits: Deposits, author: Caller
) -> None:
    long = Caller(create_app(replace(services, signed_for=timedelta(minutes=5))).test_client(), author.token)
    closed = a_dataset() | {"access": {"record": "public", "files": "restricted"}}

    def seconds(of: Json) -> list[str]:
        contents = (f"{of['links']['files']}/data.bin/content", f"/records/{of['id']}/files/data.bin")
        replies = [long.get(content) for content in contents]
        return [parse_qs(urlsplit(reply.location).query)["X-Amz-Expires"][0] for reply in replies]

    assert seconds(deposits.published(None, **{"data.bin": CONTENT})) == ["300", "300"]
    assert seconds(deposits.published(closed, **{"data.bin": CONTENT})) == ["60", "60"]
    draft = deposits.open()
    deposits.upload(draft["id"], "data.bin", CONTENT)
    reply = long.get(f"/api/records/{draft['id']}/draft/files/data.bin/content")
    assert parse_qs(urlsplit(reply.location).query)["X-Amz-Expires"] == ["60"]


def test_a_range_is_the_stores_to_answer(anyone: Caller, content: str) -> None:
    wanted = {"Range": "bytes=100-199"}
    reply = anyone.get(content, headers=wanted)

    assert reply.status_code == 302
    part = fetch(reply.location, wanted)
    assert (part.status, part.body) == (206, CONTENT[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{SIZE}"
    assert anyone.get(content, headers={"Range": f"bytes={SIZE}-"}).status_code == 416


def test_ranges_that_servers_answer_each_in_their_way_are_answered_here(anyone: Caller, content: str) -> None:
    several = anyone.get(content, headers={"Range": "bytes=0-9,100-199"})

    assert several.status_code == 206
    assert several.headers["Content-Type"].startswith("multipart/byteranges")
    assert CONTENT[:10] in several.data
    assert CONTENT[100:200] in several.data
    for odd in ("lines=1-2", "bytes=9-3", f"bytes=-{SIZE * 2}"):
        reply = anyone.get(content, headers={"Range": odd})
        assert (reply.status_code, reply.data) == (206 if odd[6] == "-" else 200, CONTENT), odd


def test_a_resumed_download_is_checked_here_since_the_store_has_other_entity_tags(anyone: Caller, content: str) -> None:
    tag = anyone("HEAD", content).headers["ETag"]

    same = anyone.get(content, headers={"Range": "bytes=10-19", "If-Range": tag})
    other = anyone.get(content, headers={"Range": "bytes=10-19", "If-Range": '"md5:0"'})

    assert (same.status_code, same.data) == (206, CONTENT[10:20])
    assert (other.status_code, other.data) == (200, CONTENT)


def test_head_tells_of_the_file_and_leads_nowhere(anyone: Caller, content: str) -> None:
    head = anyone("HEAD", content)

    assert head.status_code == 200
    assert "Location" not in head.headers
    assert head.headers["Content-Length"] == str(SIZE)
    assert head.headers["Content-Type"] == "application/octet-stream"
    assert head.headers["Accept-Ranges"] == "bytes"
    assert head.headers["ETag"].startswith('"md5:')
    assert head.headers["Repr-Digest"].startswith("sha-256=:")


def test_what_the_client_has_already_needs_no_store(anyone: Caller, content: str) -> None:
    tag = anyone("HEAD", content).headers["ETag"]

    assert anyone.get(content, headers={"If-None-Match": tag}).status_code == 304
    assert anyone.get(content, headers={"If-None-Match": '"md5:0"'}).status_code == 302
    assert anyone.get(content, headers={"If-Match": '"md5:0"'}).status_code == 412


@pytest.mark.parametrize(
    ("key", "media_type", "place"),
    [
        ("notes.txt", "text/plain", "inline"),
        ("page.html", "text/html", "attachment"),
        ("企鹅.png", "image/png", "inline"),
    ],
)
def test_the_store_shows_only_what_is_safe_and_saves_all_else(
    anyone: Caller, deposits: Deposits, key: str, media_type: str, place: str
) -> None:
    record = deposits.published(None, **{f"folder/{key}": b"<script>alert(1)</script>"})

    for path in (
        f"{record['links']['files']}/folder/{quote(key)}/content",
        f"/records/{record['id']}/files/folder/{key}",
    ):
        shown, saved = fetch(anyone.get(path).location), fetch(anyone.get(f"{path}?download=1").location)
        assert shown.headers["Content-Type"] == media_type
        assert parse_options_header(shown.headers["Content-Disposition"]) == (place, {"filename": key})
        assert parse_options_header(saved.headers["Content-Disposition"]) == ("attachment", {"filename": key})


def test_nobody_is_led_to_what_they_may_not_have(anyone: Caller, author: Caller, deposits: Deposits) -> None:
    restricted = {"access": {"record": "public", "files": "restricted"}}
    record = deposits.published(a_dataset() | restricted, **{"data.bin": CONTENT})
    content = f"{record['links']['files']}/data.bin/content"

    refused = anyone.get(content)

    assert refused.status_code == 403
    assert "Location" not in refused.headers
    assert fetch(author.get(content).location).body == CONTENT
    assert fetch(author.get(content).location.partition("?")[0]).status == 403


def test_a_drafts_file_is_fetched_by_its_owner_only(anyone: Caller, author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "data.bin", CONTENT)
    content = f"/api/records/{draft['id']}/draft/files/data.bin/content"

    assert fetch(author.get(content).location).body == CONTENT
    assert anyone.get(content).status_code == 403


def test_the_archive_is_put_together_from_the_store(anyone: Caller, deposits: Deposits) -> None:
    files = {"data.bin": CONTENT, "a folder/数据.csv": b"1,2", "empty.txt": b""}
    record = deposits.published(None, **files)

    reply = anyone.get(record["links"]["archive"])

    assert reply.status_code == 200
    with zipfile.ZipFile(io.BytesIO(reply.data)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_an_archive_whose_last_file_is_missing_does_not_begin(
    anyone: Caller, deposits: Deposits, services: Services
) -> None:
    record = deposits.published(None, **{f"{number:02}.txt": b"%d" % number for number in range(WORTH_A_PAGE + 1)})
    last = f"{WORTH_A_PAGE:02}.txt"
    object_key = urlsplit(anyone.get(f"{record['links']['files']}/{last}/content").location).path.rpartition("/")[2]
    services.store.remove([object_key])

    reply = anyone.get(record["links"]["archive"])

    assert (reply.status_code, f"'{last}'" in reply.get_json()["message"]) == (503, True)
    assert anyone.get(f"{record['links']['archive']}?prefix=0").status_code == 200


def test_a_store_that_breaks_off_breaks_the_reply_off(
    deposits: Deposits, services: Services, s3_store_url: str
) -> None:
    record = deposits.published(None, **{"data.bin": content_of(4 * BLOCK)})
    with spoiled(s3_store_url, cut_after(5 * BLOCK // 2)) as url:
        store = S3Store(s3_address(url))
        anyone = Caller(create_app(replace(services, store=store, signed_for=None)).test_client())
        reply = anyone.get(f"{record['links']['files']}/data.bin/content", buffered=False)

        assert reply.status_code == 200
        assert reply.headers["Content-Length"] == str(4 * BLOCK)
        with pytest.raises(Unavailable, match="does not answer"):
            reply.get_data()
        reply.close()
        store.close()


def test_bytes_that_cannot_be_all_there_are_an_outage_before_the_first(deposits: Deposits, services: Services) -> None:
    record = deposits.published(None, **{"data.bin": CONTENT})
    (stored,) = services.store.objects()
    services.store.remove([stored.key])
    services.store.write(stored.key, io.BytesIO(CONTENT[:-1]), limit=SIZE)
    anyone = Caller(create_app(replace(services, signed_for=None)).test_client())

    for wanted in ({}, {"Range": "bytes=0-9"}):
        reply = anyone.get(f"{record['links']['files']}/data.bin/content", headers=wanted)
        assert reply.status_code == 503
        assert reply.headers["Retry-After"]
