"""What a file of a draft may be called, and how the files are listed."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from repository.app import create_app
from repository.engines.services import Services
from tests.conftest import BASE_URL, Caller, Deposits
from tests.features.steps import base, begin

pytestmark = pytest.mark.slow

CONTENT = b"species,bill\nAdelie,39.1\n"


@pytest.mark.parametrize(
    "key",
    [
        "a folder/another one/data set.csv",
        "数据/企鹅 测量.csv",
        "naïve café.txt",
        "100%/50% of it.csv",
        "question?and#hash&more=1.txt",
        "archive.tar.gz",
        ".hidden",
        "...",
        "draft/files/content",
        "x" * 255,
        "\U0001f427.txt",
        "content",
        "a/commit",
    ],
)
def test_a_file_name_keeps_folders_blanks_and_every_script(author: Caller, deposits: Deposits, key: str) -> None:
    draft = deposits.open()
    (entry,) = begin(author, draft, {"key": key}).get_json()["entries"]
    author.put(entry["links"]["content"], data=CONTENT)

    committed = author.post(entry["links"]["commit"])
    assert committed.status_code == 200, committed.text
    assert committed.get_json()["key"] == key
    assert author.get(f"{base(draft)}/{quote(key, safe='')}/content").data == CONTENT
    assert author.get(entry["links"]["content"]).data == CONTENT
    record = deposits.publish(draft["id"])
    (listed,) = author.get(record["links"]["files"]).get_json()["entries"]
    assert listed["key"] == key
    assert author.get(listed["links"]["content"]).data == CONTENT


@pytest.mark.parametrize(
    "key",
    [
        "",
        "..",
        ".",
        "../x",
        "a/../b",
        "/abs",
        "a//b",
        "a/",
        "a\\b",
        "C:\\data",
        "line\nbreak",
        "nul\x00",
        "bell\x07",
        "\x7f",
        " ",
        "a/ /b",
        "x" * 300,
        "/".join(["folder"] * 290),
        "数" * 100,
        "\u202etxt.exe",
    ],
)
def test_a_file_name_that_could_do_harm_is_refused(author: Caller, deposits: Deposits, key: str) -> None:
    draft = deposits.open()

    refused = begin(author, draft, {"key": "fine.txt"}, {"key": key})

    assert refused.status_code == 400
    assert [error["field"] for error in refused.get_json()["errors"]] == ["1.key"]
    assert author.get(base(draft)).get_json()["entries"] == []


COMPOSED, DECOMPOSED = "Smörgås/Å.csv", "Smo\u0308rga\u030as/A\u030a.csv"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("runs", "runs/1.csv"),
        ("runs/1.csv", "runs"),
        ("a/b", "a/b/c/d.csv"),
        ("a/b/c/d.csv", "a/b"),
        (COMPOSED, DECOMPOSED),
        (DECOMPOSED, COMPOSED),
        ("Smo\u0308rga\u030as/Å.csv", COMPOSED),
        ("Smörgås", DECOMPOSED),
        (DECOMPOSED, "Smörgås"),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_names_that_no_disk_holds_side_by_side_are_refused(
    author: Caller, deposits: Deposits, first: str, second: str, at_once: bool
) -> None:
    draft = deposits.open()
    names = [{"key": first}, {"key": second}]

    if not at_once:
        assert begin(author, draft, {"key": "other.txt"}, names.pop(0)).status_code == 201
    refused = begin(author, draft, *names)

    assert refused.status_code == 400
    assert [error["field"] for error in refused.get_json()["errors"]] == ["1.key" if at_once else "0.key"]
    assert len(author.get(base(draft)).get_json()["entries"]) == (0 if at_once else 2)


@pytest.mark.parametrize(
    ("first", "second"), [("Data.csv", "data.csv"), ("runs", "runs.csv"), ("runs", "runs-2/1.csv"), ("a/b", "a/bc")]
)
def test_names_that_disks_hold_side_by_side_are_fine(
    author: Caller, deposits: Deposits, first: str, second: str
) -> None:
    draft = deposits.open()
    for key in (first, second):
        assert begin(author, draft, {"key": key}).status_code == 201


def test_many_names_at_once_are_compared_with_all_that_are_there(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    begin(author, draft, {"key": "folder-63/x.csv"}, {"key": "file-40"})

    below = begin(author, draft, *({"key": f"folder-{number}"} for number in range(100)))
    above = begin(author, draft, *({"key": f"file-{number}/x.csv"} for number in range(100)))

    assert [error["field"] for error in below.get_json()["errors"]] == ["63.key"]
    assert [error["field"] for error in above.get_json()["errors"]] == ["40.key"]


def test_a_lone_surrogate_is_no_json(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()

    refused = author.post(base(draft), data=b'[{"key": "\\ud800.txt"}]', content_type="application/json")

    assert refused.status_code == 400


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"key": "a.txt"}, "0._schema"),
        ([], "_schema"),
        (["a.txt"], "0._schema"),
        ([{}], "0.key"),
        ([{"key": 7}], "0.key"),
        ([{"key": None}], "0.key"),
        ([{"key": "a.txt", "size": -1}], "0.size"),
        ([{"key": "a.txt", "size": "11"}], "0.size"),
        ([{"key": "a.txt", "size": 1e300}], "0.size"),
        ([{"key": "a.txt", "checksum": "crc32:1234"}], "0.checksum"),
        ([{"key": "a.txt", "checksum": "md5:abc"}], "0.checksum"),
        ([{"key": "a.txt", "checksum": 5}], "0.checksum"),
        ([{"key": "a.txt", "transfer": {"type": "Z"}}], "0.transfer.type"),
        ([{"key": "a.txt", "metadata": "x"}], "0.metadata"),
        ([{"key": "a.txt"}, {"key": "a.txt"}], "1.key"),
    ],
)
def test_a_malformed_list_of_files_names_its_fault_and_names_no_file(
    author: Caller, deposits: Deposits, body: Any, field: str
) -> None:
    draft = deposits.open()

    refused = author.post(base(draft), data=json.dumps(body), content_type="application/json")

    assert refused.status_code == 400, refused.text
    assert [error["field"] for error in refused.get_json()["errors"]] == [field]
    assert author.get(base(draft)).get_json()["entries"] == []


def test_a_name_that_is_taken_is_refused(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "a.txt", CONTENT)

    refused = begin(author, draft, {"key": "a.txt"})

    assert refused.status_code == 400
    assert refused.get_json()["message"] == "File with key a.txt already exists."
    assert author.get(f"{base(draft)}/a.txt/content").data == CONTENT


def test_more_files_than_allowed_are_refused(author: Caller, deposits: Deposits, services: Services) -> None:
    strict = Caller(create_app(replace(services, site=replace(services.site, max_files=2))).test_client(), author.token)
    draft = deposits.open()

    assert begin(strict, draft, *({"key": f"{n}.txt"} for n in range(3))).status_code == 400
    assert begin(strict, draft, {"key": "1.txt"}, {"key": "2.txt"}).status_code == 201
    assert begin(strict, draft, {"key": "3.txt"}).status_code == 400


def test_a_long_list_is_read_whole_or_by_pages(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    keys = [f"{number:04}.txt" for number in range(600)]
    assert begin(author, draft, *({"key": key} for key in keys)).status_code == 201

    whole = author.get(base(draft)).get_json()
    assert [entry["key"] for entry in whole["entries"]] == keys
    assert whole["links"]["self"] == f"{BASE_URL}{base(draft)}"
    page = author.get(f"{base(draft)}?size=50&page=3").get_json()
    assert [entry["key"] for entry in page["entries"]] == keys[100:150]


def test_the_reply_to_naming_lists_what_was_named(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    begin(author, draft, {"key": "first.txt"})

    second = begin(author, draft, {"key": "second.txt"}).get_json()

    assert "second.txt" in [entry["key"] for entry in second["entries"]]
