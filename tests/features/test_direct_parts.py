"""Parts that go from the client straight to an S3 store."""

import socket
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from config.settings import Settings, read_settings
from repository.engines.services import Services
from tests.conftest import BASE_URL, Caller, Deposits
from tests.contracts.bytestore_addresses import fetch
from tests.features.parts import DIGESTS, KEY, PART, PARTS, SHA256, in_parts, named, put, sendable, shown
from tests.features.steps import Json, base, commit, faults, objects

Settle = Callable[[], None]
pytestmark = pytest.mark.slow


@pytest.fixture
def draft(deposits: Deposits) -> Json:
    return deposits.open()


@pytest.fixture
def settings(database_url: str, s3_store_url: str, search_url: str) -> Settings:
    return read_settings(
        inspection="off", base_url=BASE_URL, database_url=database_url, store_url=s3_store_url, search_url=search_url
    )


@pytest.mark.minio
def test_parts_need_no_token_and_no_address_works_after_the_commit(
    author: Caller, draft: Json, services: Services, settle: Settle
) -> None:
    entry = in_parts(author, draft, checksum=f"sha256:{SHA256}")
    urls = {part["part"]: part["url"] for part in entry["links"]["parts"]}
    assert all("X-Amz-Signature" in url for url in urls.values())
    assert entry["links"]["parts"][0]["expiration"] < entry["transfer"]["expires"]
    assert fetch(urls[2], method="PUT", body=PARTS[1]).status == 200  # too large for it
    assert fetch(urls[1], method="PUT", body=PARTS[1]).status == 200
    assert fetch(urls[1], method="GET").status >= 400
    assert fetch(urls[1], method="DELETE").status >= 400
    assert fetch(urls[1].replace("partNumber=1", "partNumber=2"), method="PUT", body=b"x").status >= 400
    assert list(faults(commit(author, draft, KEY).get_json())) == ["parts.2", "size"]
    later = shown(author, draft)
    assert later["transfer"]["received"] == [{"part": 1, "size": PART}, {"part": 2, "size": PART}]
    assert sendable(later) == [2]
    assert put(author, draft, 2).status_code == 200  # through the server works too

    assert commit(author, draft, KEY).status_code == 200
    assert fetch(urls[1], method="PUT", body=b"other").status >= 400
    settle()
    assert shown(author, draft)["checksums"]["sha256"] == SHA256
    assert objects(services) == 1


@pytest.mark.minio
def test_an_address_with_a_digest_takes_no_other_bytes(author: Caller, draft: Json) -> None:
    entry = in_parts(author, draft, **named(checksums=[f"md5:{digest}" for digest in DIGESTS]))
    link = entry["links"]["parts"][1]
    assert fetch(link["url"], method="PUT", body=PARTS[2]).status >= 400
    assert fetch(link["url"], link["headers"], method="PUT", body=b"1234567").status >= 400
    assert fetch(link["url"], link["headers"], method="PUT", body=PARTS[2]).status == 200
    assert sendable(shown(author, draft)) == [1]


@pytest.mark.minio
def test_a_part_that_was_cut_off_is_never_part_of_a_verified_file(author: Caller, draft: Json, settle: Settle) -> None:
    """Some servers keep it at its full length, filled up with zeros, and nothing in their list tells."""
    entry = in_parts(author, draft)
    urls = {part["part"]: part["url"] for part in entry["links"]["parts"]}
    cut_off(urls[1], PARTS[1])
    assert fetch(urls[2], method="PUT", body=PARTS[2]).status == 200

    is_listed = sendable(shown(author, draft)) == []
    assert commit(author, draft, KEY).status_code == (200 if is_listed else 400)
    settle()
    told = shown(author, draft)
    assert (told["status"], "checksums" in told) == ("failed" if is_listed else "pending", False)
    assert not is_listed or "cut off" in told["transfer"]["error"]


def cut_off(url: str, body: bytes) -> None:
    """Send half of a part, and leave; return when the server has noticed."""
    parts = urlsplit(url)
    head = f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(head.encode() + body[: len(body) // 2])
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(10)
        while connection.recv(1 << 16):
            pass


def test_no_address_works_after_the_file_was_removed(author: Caller, draft: Json, settle: Settle) -> None:
    url = in_parts(author, draft)["links"]["parts"][1]["url"]
    assert author.delete(f"{base(draft)}/{KEY}").status_code == 204
    settle()
    assert fetch(url, method="PUT", body=PARTS[2]).status >= 400
