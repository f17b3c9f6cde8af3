"""A disk that is nearly full: uploads are refused in words, and all else goes on."""

import errno
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from repository.app import create_app
from repository.core.actor import SYSTEM
from repository.core.errors import NoRoom
from repository.engines.services import Services
from repository.engines.store import digests, s3_writes
from repository.engines.store.local_store import LocalStore
from repository.engines.store.s3_address import s3_address
from repository.engines.store.s3_store import S3Store
from tests.conftest import Caller, Deposits
from tests.contracts.test_bytestore_local import failing
from tests.support.s3_server import ACCESS_KEY, SECRET_KEY, Memory, s3_in_memory

pytestmark = pytest.mark.slow

PART = 1 << 14
WAYS = {"whole": (1, 0), "stream": (3 * PART, 0), "parts": (3 * PART, 1 << 60)}
"""to an object store: size, and bytes a second from which a source counts as fast"""


def test_an_upload_into_the_reserve_is_refused_with_507_and_publishing_and_deleting_go_on(
    services: Services, author: Caller, deposits: Deposits, tmp_path: Path
) -> None:
    ready, other = deposits.open(), deposits.open()
    deposits.upload(ready["id"])
    store = LocalStore(tmp_path / "full", reserve=1 << 60)
    caller = Caller(create_app(replace(services, store=store)).test_client(), author.token)
    base = f"/api/records/{other['id']}/draft/files"
    caller.post(base, json=[{"key": "a.csv"}])

    refused = caller.put(f"{base}/a.csv/content", data=b"bytes")
    in_chinese = caller.put(f"{base}/a.csv/content", data=b"bytes", headers={"Accept-Language": "zh"})

    assert (refused.status_code, refused.get_json()["message"]) == (507, "The store has no room left.")
    assert in_chinese.get_json()["message"] == "存储空间已满。"
    assert list(store.objects()) == []
    assert list((tmp_path / "full" / "incoming").iterdir()) == []
    assert caller.post(f"/api/records/{ready['id']}/draft/actions/publish").status_code == 202
    assert caller.delete(f"/api/records/{other['id']}/draft").status_code == 204


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_any_other_disk_that_is_full_is_told_too(
    services: Services, author: Caller, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(code, "as the system words it", "/tmp/spool")

    monkeypatch.setattr("repository.imports.begin.read_draft_body", full)
    reply = author.post("/api/records", json={})
    assert (reply.status_code, reply.get_json()["message"]) == (507, "A disk of the server has no room left.")


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[S3Store, Memory]]:
    """A store on a server that is told what to refuse."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCESS_KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
    with s3_in_memory() as (endpoint, memory):
        store = S3Store(s3_address(f"s3://data-store?endpoint={endpoint}"))
        store.prepare()
        yield store, memory
        store.close()


@pytest.mark.parametrize(
    ("status", "code", "answer", "message"),
    [
        (507, "XMinioStorageFull", 507, "The store has no room left."),
        (507, "InsufficientStorage", 507, "The store has no room left."),
        (403, "QuotaExceeded", 507, "The store has no room left."),
        (503, "SlowDown", 503, "The store fails: 503 SlowDown."),
        (503, "ServiceUnavailable", 503, "The store fails: 503 ServiceUnavailable."),
    ],
)
@pytest.mark.parametrize(("size", "quick"), WAYS.values(), ids=WAYS)
def test_an_object_store_without_room_is_told_and_keeps_nothing(
    services: Services,
    author: Caller,
    deposits: Deposits,
    s3: tuple[S3Store, Memory],
    status: int,
    code: str,
    answer: int,
    message: str,
    size: int,
    quick: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(digests, "BLOCK", PART // 4)
    monkeypatch.setattr(s3_writes, "FIRST_PART", PART)
    monkeypatch.setattr(s3_writes, "QUICK", quick)
    store, memory = s3
    caller = Caller(create_app(replace(services, store=store)).test_client(), author.token)
    base = f"/api/records/{deposits.open()['id']}/draft/files"
    caller.post(base, json=[{"key": "a.bin"}])
    content = bytes(size)
    memory.refused, memory.code = {"writing": status, "uploads in parts": status}, code

    refused = caller.put(f"{base}/a.bin/content", data=content)

    assert memory.refusals, "the server was asked"
    assert (refused.status_code, refused.get_json()["message"]) == (answer, message)
    assert "Retry-After" in refused.headers
    memory.refused, memory.code = {}, ""
    assert list(store.objects()) == []
    assert caller.put(f"{base}/a.bin/content", data=content).status_code == 200


def test_a_full_database_is_told_and_nothing_is_half_changed(services: Services) -> None:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = "SQLITE_FULL"
    with pytest.raises(NoRoom, match="database has no room"), services.database.transaction(SYSTEM):
        raise OperationalError("INSERT", {}, error)


@pytest.mark.parametrize("act", ["write", "fsync", "replace", "link"])
def test_a_mark_for_which_there_is_no_room_leaves_nothing_on_its_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    store = LocalStore(tmp_path)
    store.marks.write("kept", b"before")
    write = store.marks.create if act == "link" else store.marks.write
    with monkeypatch.context() as patch:
        patch.setattr(os, act, failing(errno.ENOSPC))
        with pytest.raises(NoRoom):
            write("new", b"content")
    assert list((tmp_path / "incoming").iterdir()) == []
    assert (store.marks.read("new"), store.marks.read("kept")) == (None, b"before")
