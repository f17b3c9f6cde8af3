"""Lists of many files: pages by a cursor, levels of the tree, numbers at the head, search by name and type."""

import io
from collections.abc import Sequence
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.files import name_search
from repository.files.model import StoredFile
from repository.files.queries import find_entry
from repository.files.rules import FileState
from tests.conftest import BASE_URL, Caller, Deposits
from tests.features.steps import Json, base

pytestmark = pytest.mark.slow

KEYS = [
    "data",
    "data-1.csv",
    "data.d/a.csv",
    "data.d/b/c.csv",
    "data.d/b/d/e.csv",
    "data.d/b0",
    "data.d0",
    "冰川/北.CSV",
    "冰川/南.txt",
    "冰川0/Größe.tsv",
    "\U0010fffd/z",
]


def draft_with(author: Caller, deposits: Deposits, keys: Sequence[str]) -> Json:
    draft = deposits.open()
    assert author.post(base(draft), json=[{"key": key} for key in keys]).status_code == 201
    return draft


def followed(caller: Caller, address: str) -> list[Json]:
    """All pages of a list, by their links."""
    pages, url = [], f"{BASE_URL}{address}"
    while url:
        reply = caller.get(url)
        assert reply.status_code == 200, reply.text
        pages.append(reply.get_json())
        url = pages[-1]["links"].get("next")
    return pages


def items_of(page: Json) -> list[str]:
    return sorted([*(entry["key"] for entry in page["entries"]), *(folder["key"] for folder in page["folders"])])


def level_in(keys: Sequence[str], prefix: str) -> list[str]:
    """What the level should have: all that names have up to their next slash."""
    rests = (key[len(prefix) :].partition("/") for key in keys if key.startswith(prefix))
    return sorted({prefix + name + slash for name, slash, _ in rests})


def test_a_level_has_each_file_and_folder_once(author: Caller, deposits: Deposits) -> None:
    path = base(draft_with(author, deposits, KEYS))
    for prefix, size in product(
        ("", "data", "data.d/", "data.d/b", "data.d/b/", "冰", "data.d/a.csv", "none/"), (1, 100)
    ):
        pages = followed(author, f"{path}?prefix={quote(prefix)}&size={size}")
        assert [item for page in pages for item in items_of(page)] == level_in(KEYS, prefix), prefix
        assert all(len(items_of(page)) <= size for page in pages)
        folders = [folder for page in pages for folder in page["folders"]]
        assert [f["count"] for f in folders] == [sum(k.startswith(f["key"]) for k in KEYS) for f in folders]


def test_a_folder_is_named_with_or_without_its_slash(author: Caller, deposits: Deposits) -> None:
    path = base(draft_with(author, deposits, KEYS))
    for folder in ("data.d", "data.d/"):
        page = author.get(f"{path}?folder={folder}").get_json()
        assert (page["prefix"], items_of(page)) == ("data.d/", level_in(KEYS, "data.d/"))
        assert [folder["name"] for folder in page["folders"]] == ["b"]
        assert author.get(page["folders"][0]["links"]["self"]).get_json()["prefix"] == "data.d/b/"
    assert items_of(author.get(f"{path}?folder=").get_json()) == level_in(KEYS, "")
    assert items_of(author.get(f"{path}?prefix=&page=2&size=3").get_json()) == level_in(KEYS, "")[3:6]
    refused = author.get(f"{path}?folder=a&prefix=b")
    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (400, "folder")
    for query in ("prefix=a%00", "after=%01", "folder=%0a", f"prefix={'a' * 1_026}", f"q={'a' * 201}"):
        assert author.get(f"{path}?{query}").status_code == 400, query


def test_a_page_leads_on_by_a_cursor(author: Caller, deposits: Deposits) -> None:
    path = base(draft_with(author, deposits, KEYS))
    page = author.get(f"{path}?size=4").get_json()
    assert page["links"]["next"] == f"{BASE_URL}{path}?size=4&after={quote('data.d/b/c.csv', safe='')}"
    assert [key for page in followed(author, f"{path}?size=4") for key in (e["key"] for e in page["entries"])] == KEYS
    second = author.get(f"{path}?size=4&page=2").get_json()
    assert [entry["key"] for entry in second["entries"]] == KEYS[4:8]
    rest = author.get(f"{path}?after=data.d0").get_json()
    assert [entry["key"] for entry in rest["entries"]] == KEYS[7:]


def test_the_head_counts_what_stops_publication(author: Caller, deposits: Deposits, services: Services) -> None:
    draft = draft_with(author, deposits, ["named", "staged"])
    author.put(f"{base(draft)}/staged/content", input_stream=io.BytesIO(b"12"))
    for key in ("ready", "failed", "damaged", "unverified", "staged again"):
        deposits.upload(draft["id"], key, b"123")
    author.put(f"{base(draft)}/staged again/content", input_stream=io.BytesIO(b"1234"))
    set_id = int(author.get(f"{base(draft)}/ready").get_json()["bucket_id"])

    def spoil(key: str, **values: Any) -> None:
        with services.database.transaction(SYSTEM) as unit:
            entry = find_entry(unit, set_id, key)
            assert entry is not None
            file = unit.session.get_one(StoredFile, entry.file_id)
            for name, value in values.items():
                setattr(file, name, value)
            entry.pending = True

    spoil("failed", state=FileState.FAILED.value)
    spoil("damaged", fault="The object is not in the store.")
    spoil("unverified", state=FileState.RECEIVED.value)
    for query in ("", "?size=2", "?folder=", "?q=a"):
        page = author.get(base(draft) + query).get_json()
        numbers = [page[name] for name in ("count", "total_bytes", "pending", "failed", "unverified")]
        assert numbers == [7, 15, 3, 2, 1], query


def test_readers_find_no_hidden_file_in_any_list(anyone: Caller, author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    for key in ("a/shown.csv", "a/veiled.csv", "b/veiled.csv", "c.csv"):
        deposits.upload(draft["id"], key, b"123")
        author.put(f"{base(draft)}/{key}", json={"access": {"hidden": "veiled" in key}})
    record = deposits.publish(draft["id"])
    path = f"/api/records/{record['id']}/files"
    level = anyone.get(f"{path}?folder=").get_json()
    assert [(folder["key"], folder["count"], folder["total_bytes"]) for folder in level["folders"]] == [("a/", 1, 3)]
    assert (level["count"], level["total_bytes"], items_of(level)) == (2, 6, ["a/", "c.csv"])
    own = author.get(f"{path}?folder=").get_json()
    assert (own["count"], items_of(own)) == (4, ["a/", "b/", "c.csv"])
    for query in ("q=veiled", "q=vei&type=csv", "q=ve&type=text/csv", "prefix=b/", "size=3&page=2"):
        assert anyone.get(f"{path}?{query}").get_json()["entries"] == [], query
    assert [e["key"] for e in anyone.get(f"{path}?size=1&page=2").get_json()["entries"]] == ["c.csv"]


FOUND = {
    "q=北": ["冰川/北.CSV"],
    "q=冰川": ["冰川/北.CSV", "冰川/南.txt", "冰川0/Größe.tsv"],
    "q=GRÖSSE": ["冰川0/Größe.tsv"],
    "q=gro%CC%88ße": ["冰川0/Größe.tsv"],
    "q=csv data": ["data-1.csv", "data.d/a.csv", "data.d/b/c.csv", "data.d/b/d/e.csv"],
    "q=csv&prefix=data.d/b": ["data.d/b/c.csv", "data.d/b/d/e.csv"],
    "type=.CSV&folder=冰川": ["冰川/北.CSV"],
    "type=text/*&q=冰": ["冰川/北.CSV", "冰川/南.txt", "冰川0/Größe.tsv"],
    "type=text/plain": ["冰川/南.txt"],
    "q=%00": [],
    "q=%25": [],
}
"""Query -> the names that it finds."""


def test_files_are_found_by_words_and_types(author: Caller, deposits: Deposits) -> None:
    path = base(draft_with(author, deposits, KEYS))
    for (query, keys), size in product(FOUND.items(), (1, 100)):
        pages = followed(author, f"{path}?size={size}&{query}")
        assert [entry["key"] for page in pages for entry in page["entries"]] == keys, query


def test_a_search_looks_at_so_many_names_at_once(
    author: Caller, deposits: Deposits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(name_search, "LOOKED_AT", 4)
    monkeypatch.setattr(name_search, "AT_ONCE", 3)
    path = base(draft_with(author, deposits, KEYS))
    pages = followed(author, f"{path}?q=.tsv")
    assert [[entry["key"] for entry in page["entries"]] for page in pages] == [[], [], ["冰川0/Größe.tsv"]]
