"""What would become of files is told before a byte of them is sent."""

import hashlib
import unicodedata
from typing import Any

import pytest
from flask import Flask

from repository.core.actor import SYSTEM, TokenScope
from repository.engines.services import Services
from repository.people.access_tokens import issue_token
from repository.people.quotas import set_limits
from tests.conftest import Caller, Deposits
from tests.features.bundle_steps import bundle, person_of
from tests.features.steps import Json, base, begin, objects, send, statements
from tests.features.tars import tar

PART = 5 << 20


@pytest.fixture
def draft(deposits: Deposits) -> Json:
    return deposits.open()


def check(caller: Caller, draft: Json, *keys: str, size: int = 1, beside: Json | None = None, **headers: str) -> Any:
    body: Json = {"files": [{"key": key, "size": size} for key in keys], **({"beside": beside} if beside else {})}
    return caller.post(f"{base(draft)}-check", json=body, headers=headers)


def statuses(reply: Any) -> dict[str, str]:
    assert reply.status_code == 200, reply.text
    return {entry["key"]: entry["status"] for entry in reply.get_json()["entries"]}


def reasons(reply: Any) -> dict[str, str]:
    return {entry["key"]: entry["reason"] for entry in reply.get_json()["entries"] if "reason" in entry}


def test_new_files_files_that_are_there_and_impossible_ones_are_told_apart(author: Caller, draft: Json) -> None:
    bundle(author, draft, tar({"raw/a.csv": b"1\n"}))
    begin(author, draft, {"key": "waves.nc", "size": 2 * PART, "transfer": {"type": "M", "part_size": PART}})

    reply = check(author, draft, "raw/a.csv", "waves.nc", "b.csv", "up/../c", "back\\slash", "raw")

    assert statuses(reply) == {
        "raw/a.csv": "there",
        "waves.nc": "there",
        "b.csv": "new",
        "up/../c": "refused",
        "back\\slash": "refused",
        "raw": "refused",
    }
    body = reply.get_json()
    assert (body["new"], body["there"], body["refused"]) == (1, 2, 3)
    there = {entry["key"]: entry["file"] for entry in body["entries"] if "file" in entry}
    assert there["raw/a.csv"]["checksums"]["sha256"] == hashlib.sha256(b"1\n").hexdigest()
    assert (there["waves.nc"]["status"], there["waves.nc"]["transfer"]["type"]) == ("pending", "M")
    assert reasons(reply)["raw"] == "'raw/a.csv' is in a folder of this name: a disk cannot hold a file of it too."


def test_two_spellings_of_one_name_are_told_before_either_is_sent(author: Caller, draft: Json) -> None:
    composed, decomposed = "caf\u00e9.csv", unicodedata.normalize("NFD", "caf\u00e9.csv")

    reply = check(author, draft, composed, decomposed)

    assert statuses(reply) == {composed: "new", decomposed: "refused"}
    assert "NFC, NFD" in reasons(reply)[decomposed]


def test_reasons_of_refusals_are_in_the_readers_language(author: Caller, draft: Json) -> None:
    reply = check(author, draft, "../a", **{"Accept-Language": "zh"})
    assert reasons(reply)["../a"] == "文件名中不得有空的、“.”或“..”部分。"


def test_a_file_that_is_too_large_is_refused_and_the_others_are_not(author: Caller, draft: Json) -> None:
    limits = author.get("/api/limits").get_json()["files"]
    body = {"files": [{"key": "small", "size": 1}, {"key": "large", "size": limits["file_bytes"] + 1}]}

    reply = author.post(f"{base(draft)}-check", json=body)

    assert statuses(reply) == {"small": "new", "large": "refused"}


def test_too_many_files_and_too_many_bytes_are_told_together_with_those_beside(
    author: Caller, draft: Json, services: Services
) -> None:
    most = author.get("/api/limits").get_json()["files"]["per_record"]
    assert "reason" not in check(author, draft, "a", beside={"files": most - 1, "bytes": 0}).get_json()
    too_many = check(author, draft, "a", beside={"files": most, "bytes": 0}).get_json()
    assert (too_many["new"], too_many["reason"]) == (1, f"A record holds at most {most} files.")

    with services.database.transaction(SYSTEM) as unit:
        set_limits(unit, person_of(services), None, 10)
    assert "reason" not in check(author, draft, "a", "b", size=5).get_json()
    too_much = check(author, draft, "a", "b", size=5, beside={"files": 1, "bytes": 1}).get_json()
    assert too_much["reason"].startswith("Your drafts hold 0 bytes of files; the limit is 10")


def test_a_question_writes_nothing(author: Caller, draft: Json, services: Services) -> None:
    with statements(services) as seen:
        check(author, draft, *(f"f{number}" for number in range(1000)))

    assert [sql for sql in seen if not sql.lstrip().upper().startswith(("SELECT", "BEGIN", "SET", "SHOW"))] == []
    assert objects(services) == 0
    assert author.get(base(draft)).get_json()["count"] == 0


def test_only_who_may_change_the_draft_may_ask(author: Caller, anyone: Caller, draft: Json) -> None:
    assert check(anyone, draft, "a").status_code in (401, 403)
    begin(author, draft, {"key": "a"})
    send(author, draft, "a", b"1")
    staged = check(author, draft, "a").get_json()["entries"][0]
    assert (staged["status"], staged["file"]["status"]) == ("there", "pending")


def test_who_may_only_write_is_not_told_what_is_there(
    author: Caller, draft: Json, services: Services, app: Flask
) -> None:
    bundle(author, draft, tar({"a.csv": b"1"}))
    with services.database.transaction(SYSTEM) as unit:
        _, secret = issue_token(unit, person_of(services), (TokenScope.WRITE,))

    [entry] = check(Caller(app.test_client(), secret), draft, "a.csv").get_json()["entries"]

    assert entry == {"key": "a.csv", "status": "there"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"files": [{"key": "a"}]},
        {"files": [{"key": "a", "size": -1}]},
        {"files": [{"key": "a", "size": 1}] * 1001},
        {"files": [], "beside": {"files": "many"}},
    ],
)
def test_a_question_that_cannot_be_read_is_an_error_of_its_field(author: Caller, draft: Json, body: Json) -> None:
    reply = author.post(f"{base(draft)}-check", json=body)
    assert reply.status_code == 400
    assert reply.get_json()["errors"]
