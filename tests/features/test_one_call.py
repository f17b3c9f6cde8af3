"""One call that names, sends and commits a file; what it announces of its bytes is kept to or refused."""

import hashlib
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from repository.engines.services import Services
from tests.conftest import Caller, Deposits
from tests.contracts.together import at_once
from tests.features.steps import Json, base, begin, commit, faults, objects, read_self, send

CONTENT = b"depth,salinity\n5,35.1\n"
OTHER = b"depth,salinity\n6,35.2\n"
KEY = "raw/海洋.csv"


def encoded(algorithm: str, content: bytes = CONTENT) -> str:
    return b64encode(hashlib.new(algorithm, content).digest()).decode()


@pytest.fixture
def draft(deposits: Deposits) -> Json:
    return deposits.open()


def test_a_file_that_was_never_named_is_complete_after_one_call(
    author: Caller, deposits: Deposits, draft: Json, services: Services
) -> None:
    sent = send(author, draft, KEY, CONTENT)

    assert sent.status_code == 201, sent.text
    body = sent.get_json()
    assert (body["key"], body["status"], body["size"]) == (KEY, "completed", len(CONTENT))
    assert body["checksums"]["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert commit(author, draft, KEY).status_code == 200
    assert author.get("/api/user/quota").get_json()["draft_bytes"]["used"] == len(CONTENT)
    record = deposits.publish(draft["id"])
    assert author.get(f"{record['links']['files']}/{KEY}/content").data == CONTENT
    assert objects(services) == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Repr-Digest": f"sha-256=:{encoded('sha256')}:"}, 201),
        ({"Content-Digest": f"sha-512=:{encoded('sha512')}:, sha-256=:{encoded('sha256')}:"}, 201),
        ({"Repr-Digest": f"md5=:{encoded('md5')}:, crc32c=:AAAAAA==:"}, 201),
        ({"Content-MD5": encoded("md5"), "Repr-Digest": f"sha-256=:{encoded('sha256')}:"}, 201),
        ({"Repr-Digest": f"sha-256=:{encoded('sha256', OTHER)}:"}, 400),
        ({"Content-Digest": f"sha-256=:{encoded('sha256')}:, sha-512=:{encoded('sha512', OTHER)}:"}, 400),
        ({"Repr-Digest": "crc32c=:AAAAAA==:"}, 400),
        ({"Repr-Digest": "sha-256=:AAAA:"}, 400),
        ({"Repr-Digest": f"sha-256={encoded('sha256')}"}, 400),
        ({"Content-MD5": encoded("md5", OTHER)}, 400),
        ({"Content-Encoding": "gzip"}, 415),
        ({"Content-Type": "text/csv"}, 415),
    ],
)
def test_what_is_announced_is_kept_to_and_what_is_refused_leaves_nothing(
    author: Caller, draft: Json, services: Services, headers: dict[str, str], status: int
) -> None:
    sent = author.put(f"{base(draft)}/a.csv/content", data=CONTENT, headers=headers)

    assert sent.status_code == status, sent.text
    if status == 400:
        assert set(faults(sent.get_json())) <= headers.keys()
    assert objects(services) == (status == 201)
    assert read_self(author, draft)["files"]["count"] == (status == 201)


@pytest.mark.parametrize("key", ["a/b", "a.csv/x", "e\u0301", "../x", "x//y"])
def test_names_that_cannot_be_are_refused_before_the_bytes(
    author: Caller, draft: Json, services: Services, key: str
) -> None:
    assert begin(author, draft, {"key": "a"}, {"key": "a.csv"}, {"key": "\u00e9"}).status_code == 201
    sent = send(author, draft, key, CONTENT)
    assert sent.status_code in (400, 404), sent.text
    assert objects(services) == 0
    assert len(author.get(base(draft)).get_json()["entries"]) == 3


def test_others_create_nothing(
    author: Caller, anyone: Caller, register: Callable[..., Caller], deposits: Deposits, services: Services
) -> None:
    draft = deposits.open()
    assert send(register("other@example.org"), draft, KEY, CONTENT).status_code == 403
    assert send(anyone, draft, KEY, CONTENT).status_code == 403
    assert send(author, {"id": "999"}, KEY, CONTENT).status_code == 404
    assert objects(services) == 0


def test_two_calls_at_once_of_one_name_make_one_whole_file(
    author: Caller, app: Any, draft: Json, services: Services
) -> None:
    def sending(content: bytes) -> Callable[[], int]:
        return lambda: int(send(Caller(app.test_client(), author.token), draft, KEY, content).status_code)

    codes = sorted(at_once(sending(CONTENT), sending(OTHER)))

    assert codes in ([201, 409], [200, 201])
    files = read_self(author, draft)["files"]
    assert (files["count"], files["total_bytes"]) == (1, len(CONTENT))
    assert objects(services) == (1 if codes == [201, 409] else 2)


def test_names_that_differ_in_case_only_are_told_and_taken(author: Caller, draft: Json) -> None:
    told = begin(author, draft, {"key": "Data.csv"}, {"key": "data.csv"}, {"key": "other.csv"})
    assert told.status_code == 201
    [warning] = told.get_json()["errors"]
    assert (warning["field"], warning["severity"]) == ("1.key", "warning")
    assert "'Data.csv' differs in case only" in warning["messages"][0]
    assert "errors" not in begin(author, draft, {"key": "third.csv"}).get_json()
    sent = send(author, draft, "OTHER.csv", CONTENT)
    assert sent.status_code == 201
    assert "'other.csv' differs in case only" in sent.get_json()["errors"][0]["messages"][0]
    assert len(author.get(base(draft)).get_json()["entries"]) == 5
