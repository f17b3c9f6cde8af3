"""Damaged files: no reader gets their bytes as if they were those that were deposited."""

import io
import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from werkzeug.test import EnvironBuilder

from repository.app import create_app
from repository.core.errors import Unavailable
from repository.core.web.file_responses import BLOCK
from repository.engines.services import Services
from repository.files.model import StoredFile
from tests.conftest import Caller, Deposits
from tests.features.damage import WatchedStore, put, run_due, stored
from tests.features.steps import Json
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
LARGE = bytes(range(256)) * (BLOCK // 128)


@pytest.fixture
def record(deposits: Deposits, settle: Settle) -> Json:
    record = deposits.published(None, **{"a.csv": b"aaa", "large.bin": LARGE})
    settle()
    return record


@pytest.fixture
def file(record: Json, services: Services) -> StoredFile:
    """The small file."""
    assert record
    return next(file for file in stored(services) if file.size == 3)


@pytest.fixture
def large(record: Json, services: Services) -> StoredFile:
    assert record
    return next(file for file in stored(services) if file.size == len(LARGE))


def content(record: Json, name: str = "a.csv") -> str:
    return f"{record['links']['files']}/{name}/content"


def damage(services: Services, file: StoredFile, changed: bytes) -> None:
    """Change the stored bytes in place, as a bad disk or a wrong hand does."""
    path = services.store.local_path(file.object_key)
    if path is None:
        put(services, file, changed)
        return
    path.chmod(0o644)
    path.write_bytes(changed)


def flipped(whole: bytes) -> bytes:
    return whole[:-1] + bytes([whole[-1] ^ 1])


@pytest.mark.parametrize("changed", [b"aab", b"aa", b"aaaa", None])
def test_a_damaged_file_is_told_as_such_in_every_way_until_it_is_whole_again(
    changed: bytes | None, anyone: Caller, services: Services, record: Json, file: StoredFile
) -> None:
    damage(services, file, changed or b"")
    if changed is None:
        services.store.remove([file.object_key])
    run_now(services, "fixity")

    page = f"/records/{record['id']}/files/a.csv"
    for path in (content(record), page, record["links"]["archive"]):
        for method in ("GET", "HEAD"):
            for headers in ({}, {"Range": "bytes=0-0"}, {"If-None-Match": f'"md5:{file.md5}"'}):
                reply = anyone(method, path, headers=headers)
                assert reply.status_code == 503, (method, path, headers)
                for name in ("Retry-After", "Repr-Digest", "Content-MD5", "ETag"):
                    assert name not in reply.headers
    told = anyone.get(content(record)).get_json()["message"]
    assert told == ("The file 'a.csv' is damaged: its bytes are not those that were deposited. The curators know it.")
    assert "已损坏" in anyone.get(content(record), headers={"Accept-Language": "zh"}).get_json()["message"]
    shown = anyone.get(page, headers={"Accept": "text/html"})
    assert (shown.status_code, "is damaged" in shown.text) == (503, True)
    assert anyone.get(content(record, "large.bin")).data == LARGE

    put(services, file, b"aaa")
    run_now(services, "fixity")
    whole = anyone.get(content(record))
    assert (whole.status_code, whole.data) == (200, b"aaa")
    assert anyone.get(record["links"]["archive"]).status_code == 200


@pytest.mark.parametrize("changed", [b"aa", b"aaaa", None])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_file_that_is_missing_or_of_another_length_is_no_success_before_any_check(
    method: str, changed: bytes | None, anyone: Caller, services: Services, record: Json, file: StoredFile
) -> None:
    damage(services, file, changed or b"")
    if changed is None:
        services.store.remove([file.object_key])

    for headers in ({}, {"Range": "bytes=0-0"}):
        assert anyone(method, content(record), headers=headers).status_code == 503

    assert run_due(services).changes.faulty.keys() == {file.id}  # whoever reads in vain has it checked next


def test_a_small_file_with_another_digest_is_no_success_before_any_check(
    anyone: Caller, services: Services, record: Json, file: StoredFile
) -> None:
    damage(services, file, b"aab")

    reply = anyone.get(content(record))

    assert (reply.status_code, reply.mimetype) == (503, "application/json")
    assert reply.get_json()["status"] == 503
    assert run_due(services).changes.faulty.keys() == {file.id}


def test_a_large_file_with_another_digest_breaks_off_before_its_end(
    anyone: Caller, services: Services, record: Json, large: StoredFile
) -> None:
    damage(services, large, flipped(LARGE))

    reply = anyone.get(content(record, "large.bin"), buffered=False)
    received: list[bytes] = []
    with pytest.raises(Unavailable):
        received.extend(reply.iter_encoded())
    reply.close()

    assert reply.headers["Content-Length"] == str(len(LARGE))
    assert 0 < sum(map(len, received)) < len(LARGE)
    assert run_due(services).changes.faulty.keys() == {large.id}


def test_an_archive_with_a_member_of_another_length_does_not_begin(
    anyone: Caller, services: Services, record: Json, large: StoredFile
) -> None:
    for changed in (LARGE[:-1], LARGE + b"1"):
        damage(services, large, changed)
        reply = anyone.get(record["links"]["archive"])
        assert (reply.status_code, "'large.bin'" in reply.get_json()["message"]) == (503, True)
        assert run_due(services).changes.faulty.keys() <= {large.id}
    assert anyone.get(f"{record['links']['archive']}?key=a.csv").status_code == 200


def test_an_archive_with_a_damaged_member_breaks_off(
    anyone: Caller, services: Services, record: Json, large: StoredFile
) -> None:
    damage(services, large, flipped(LARGE))

    reply = anyone.get(record["links"]["archive"], buffered=False)
    received: list[bytes] = []
    with pytest.raises(Unavailable):
        received.extend(reply.iter_encoded())
    reply.close()

    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(io.BytesIO(b"".join(received)))
    assert run_due(services).changes.faulty.keys() == {large.id}


def test_a_file_that_was_only_touched_is_sent_and_trusted_again_after_its_check(
    anyone: Caller, services: Services, record: Json, file: StoredFile
) -> None:
    path = services.store.local_path(file.object_key)
    if path is not None:
        os.utime(path)

    assert anyone.get(content(record)).data == b"aaa"
    assert anyone.get(content(record), headers={"Range": "bytes=1-1"}).data == b"a"
    run_due(services)

    assert stored(services)[0].fault == ""
    assert anyone.get(content(record)).data == b"aaa"
    assert run_due(services).checked == set()


class RemoteStore(WatchedStore):
    """A store on another machine; keeps the sources that it gave."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self.sources: list[BinaryIO] = []

    def local_path(self, _key: str) -> Path | None:
        return None

    def open(self, key: str, start: int = 0) -> BinaryIO:
        self.sources.append(super().open(key, start))
        return self.sources[-1]


@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=5-"}])
@pytest.mark.parametrize("read", [0, 1])
def test_a_reader_who_leaves_lets_go_of_the_store(
    read: int, headers: dict[str, str], services: Services, record: Json
) -> None:
    store = RemoteStore(services)
    app = create_app(replace(services, store=store))  # type: ignore[arg-type]
    environ = EnvironBuilder(path=content(record, "large.bin").removeprefix("http://repository.test"), headers=headers)

    body: Any = app.wsgi_app(environ.get_environ(), lambda *_: len)
    blocks: Iterator[bytes] = iter(body)
    for _ in range(read):
        assert next(blocks)
    body.close()

    assert [source.closed for source in store.sources] == [True]
