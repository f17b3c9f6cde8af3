"""Files and folders of a draft under other names, and several of them removed at once."""

import io
from collections.abc import Callable
from urllib.parse import quote

import pytest

from repository.engines.services import Services
from tests.conftest import Caller, Deposits
from tests.features.steps import Json, base

pytestmark = pytest.mark.slow

NFD, NFC = "e\u0301", "\u00e9"


def names(caller: Caller, draft: Json) -> list[str]:
    return [entry["key"] for entry in caller.get(base(draft)).get_json()["entries"]]


def named(author: Caller, deposits: Deposits, *keys: str) -> Json:
    draft = deposits.open()
    assert author.post(base(draft), json=[{"key": key} for key in keys]).status_code == 201
    return draft


def test_all_that_is_known_of_a_file_follows_its_name(author: Caller, anyone: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "a.csv", b"1,2")
    author.put(f"{base(draft)}/a.csv", json={"metadata": {"description": "kept"}})
    author.put(f"{base(draft)}/a.csv/content", input_stream=io.BytesIO(b"1,2,3"))
    author.put(draft["links"]["self"], json={**draft, "files": {"enabled": True, "default_preview": "a.csv"}})

    renamed = author.post(f"{base(draft)}/a.csv", json={"key": "数据/b.txt"})

    assert renamed.status_code == 200, renamed.text
    body = renamed.get_json()
    assert (body["key"], body["ext"], body["mimetype"]) == ("数据/b.txt", "txt", "text/plain")
    assert body["metadata"] == {"description": "kept"}
    assert author.get(f"{base(draft)}/a.csv").status_code == 404
    assert author.post(f"{body['links']['self']}/commit").get_json()["mimetype"] == "text/plain"
    assert author.get(f"{body['links']['self']}/content").data == b"1,2,3"
    assert author.get(draft["links"]["self"]).get_json()["files"]["default_preview"] == "数据/b.txt"
    record = deposits.publish(draft["id"])
    refused = author.post(f"/api/records/{record['id']}/draft/files/b.txt", json={"key": "c"})
    assert refused.status_code == 404
    edit = author.post(record["links"]["draft"]).get_json()
    for act in (
        author.post(f"{base(edit)}/{quote('数据/b.txt')}", json={"key": "c"}),
        author.post(f"{base(edit)}/{quote('数据/')}", json={"key": "c/"}),
        author.delete(f"{base(edit)}?folder=数据"),
        author.delete(f"{base(edit)}?key=数据/b.txt"),
    ):
        assert act.status_code == 403, act.text
    assert [entry["key"] for entry in anyone.get(record["links"]["files"]).get_json()["entries"]] == ["数据/b.txt"]


def test_a_published_file_keeps_its_media_type(author: Caller, anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published(**{"a.csv": b"1"})
    second = author.post(record["links"]["versions"]).get_json()
    author.post(f"/api/records/{second['id']}/draft/actions/files-import")
    assert author.post(f"{base(second)}/a.csv", json={"key": "b.txt"}).get_json()["ext"] == "txt"
    assert anyone.get(f"{record['links']['files']}/a.csv").get_json()["mimetype"] == "text/csv"
    assert names(author, second) == ["b.txt"]


def test_names_that_clash_are_refused_and_nothing_is_renamed(author: Caller, deposits: Deposits) -> None:
    keys = [f"{NFC}.txt", "a/b", "c", "d/e", "f"]
    draft = named(author, deposits, *keys)
    for key, after in (
        ("f", "c"),
        ("f", f"{NFD}.txt"),
        ("f", "a"),
        ("f", "c/x"),
        ("f", "d/"),
        ("f", "../x"),
        ("f", "x" * 256),
        ("a/", "c/"),
        ("a/", "c/x/"),
        ("a/", "d/"),
        ("a/", "a/b/"),
        ("a/", "/"),
        ("a/", "é/../"),
        ("a/", "/".join(["x" * 250] * 4) + "/" + "y" * 19 + "/"),
    ):
        refused = author.post(f"{base(draft)}/{key}", json={"key": after})
        assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (400, "key"), (key, after)
    for body in ({}, {"key": 1}, [], {"key": None}):
        assert author.post(f"{base(draft)}/f", json=body).status_code == 400
    for key in ("none", "none/", "a"):
        assert author.post(f"{base(draft)}/{key}", json={"key": "x"}).status_code == 404, key
    assert names(author, draft) == sorted(keys)


def test_a_name_can_take_the_place_of_what_leaves_it(author: Caller, deposits: Deposits) -> None:
    draft = named(author, deposits, "a/b", NFC)
    for key, after in (("a/b", "a"), ("a", "a/c"), (NFC, NFD), ("a/c", "a/c")):
        assert author.post(f"{base(draft)}/{quote(key)}", json={"key": after}).status_code == 200, (key, after)
    assert names(author, draft) == ["a/c", NFD]


def test_a_folder_moves_with_all_that_is_in_it(author: Caller, deposits: Deposits) -> None:
    keys = ["w/a/a/a.csv", "w/a/a/b", "w/a/b", "w-x", "w0"]
    draft = named(author, deposits, *keys)
    author.put(draft["links"]["self"], json={**draft, "files": {"enabled": True, "default_preview": "w/a/b"}})
    moved = author.post(f"{base(draft)}/w/a/", json={"key": "w/"})
    assert moved.get_json() == {"key": "w/", "count": 3, "links": {"self": f"{draft['links']['files']}?prefix=w%2F"}}
    assert names(author, draft) == ["w-x", "w/a/a.csv", "w/a/b", "w/b", "w0"]
    assert author.get(draft["links"]["self"]).get_json()["files"]["default_preview"] == "w/b"
    for folder, after in (("w/", f"{NFC}/é/"), (f"{NFC}/", f"{NFD}/"), (f"{NFD}/", f"{NFD}/")):
        reply = author.post(f"{base(draft)}/{quote(folder)}", json={"key": after})
        assert (reply.status_code, reply.get_json().get("count")) == (200, 3), reply.text
    assert names(author, draft)[0] == f"{NFD}/é/a/a.csv"


def test_a_folder_or_a_selection_is_removed(
    author: Caller, deposits: Deposits, services: Services, settle: Callable[[], None]
) -> None:
    before = author.get("/api/user/quota").get_json()
    draft = deposits.open()
    for key in ("data/1", "data/2/3", "data-4", "data0", "冰"):
        deposits.upload(draft["id"], key, b"12345")
    author.put(f"{base(draft)}/data/1/content", input_stream=io.BytesIO(b"123"))
    objects = len(list(services.store.objects()))
    assert author.delete(f"{base(draft)}?prefix=data/").status_code == 204
    page = author.get(f"{base(draft)}?size=10").get_json()
    assert ([e["key"] for e in page["entries"]], page["count"], page["total_bytes"]) == (
        ["data-4", "data0", "冰"],
        3,
        15,
    )
    assert author.delete(f"{base(draft)}?key=data0&key=冰&key=冰").status_code == 204
    assert names(author, draft) == ["data-4"]
    settle()
    assert len(list(services.store.objects())) == objects - 5
    assert author.delete(base(draft)).status_code == 204
    assert names(author, draft) == []
    assert author.delete(draft["links"]["self"]).status_code == 204
    settle()
    assert author.get("/api/user/quota").get_json() == before


def test_a_slip_removes_nothing(author: Caller, deposits: Deposits) -> None:
    draft = named(author, deposits, "data/1", "data-2")
    for query, status in {
        "prefix=data": 400,
        "prefix=": 400,
        "folder=": 400,
        "folder=/": 400,
        "folder=data&key=data-2": 400,
        "prefix=data/&folder=data": 400,
        "praefix=data/": 400,
        "keys=data-2": 400,
        "key=data-2&key=none": 404,
        "key=": 404,
        "key=%00": 400,
        "folder=none": 404,
        "folder=data//": 404,
        "prefix=/data/": 404,
    }.items():
        assert author.delete(f"{base(draft)}?{query}").status_code == status, query
    refused = author.delete(base(draft), json=[{"key": "data-2"}])
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (400, "_schema")
    assert names(author, draft) == ["data-2", "data/1"]
