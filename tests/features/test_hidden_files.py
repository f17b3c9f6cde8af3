"""A file that its depositor has hidden: only those who may correct the record learn of it."""

import io
import zipfile
from collections.abc import Callable

import pytest

from repository.access.principals import visible_to
from repository.core.actor import ANONYMOUS
from repository.dataset.formats.registry import FORMATS
from repository.engines.search.port import Search
from repository.engines.search.query_tree import Term
from repository.engines.services import Services
from repository.search.index import differences
from tests.conftest import Caller, Deposits
from tests.features.steps import Json, base

pytestmark = pytest.mark.slow


@pytest.fixture
def record(author: Caller, deposits: Deposits, settle: Callable[[], None]) -> Json:
    """A published record with one file that is shown and one that is not."""
    draft = deposits.open()
    for name in ("shown.csv", "veiled.xyz"):
        deposits.upload(draft["id"], name)
    hidden = author.put(f"{base(draft)}/veiled.xyz", json={"access": {"hidden": True}})
    assert hidden.status_code == 200
    published = deposits.publish(draft["id"])
    settle()
    return published


def names_for(caller: Caller, record: Json) -> list[str]:
    return [entry["key"] for entry in caller.get(record["links"]["files"]).get_json()["entries"]]


def packed_for(caller: Caller, record: Json) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(caller.get(record["links"]["archive"]).data)) as archive:
        return archive.namelist()


def test_readers_do_not_learn_of_it(anyone: Caller, record: Json) -> None:
    files, itself = record["links"]["files"], record["links"]["self"]
    assert names_for(anyone, record) == ["shown.csv"]
    assert [entry["key"] for entry in anyone.get(f"{files}?size=10").get_json()["entries"]] == ["shown.csv"]
    assert packed_for(anyone, record) == ["shown.csv"]
    assert anyone.get(f"{files}/veiled.xyz").status_code == 404
    assert anyone.get(f"{files}/veiled.xyz/content").status_code == 404
    assert list(anyone.get(itself).get_json()["files"]["entries"]) == ["shown.csv"]
    assert anyone.get(f"/records/{record['id']}/files/veiled.xyz").status_code == 404
    names = (*FORMATS, "linkset", "linkset-json", "bibliography")
    pages = [itself, f"/records/{record['id']}", *(f"{itself}?format={name}" for name in names)]
    replies = {address: anyone.get(address) for address in pages}
    assert {reply.status_code for reply in replies.values()} == {200}
    assert [address for address, reply in replies.items() if "veiled" in reply.text] == []
    assert sum("shown.csv" in reply.text for reply in replies.values()) >= 8


def test_no_number_of_files_counts_it(anyone: Caller, author: Caller, record: Json) -> None:
    for caller in (anyone, author):
        files = caller.get(record["links"]["self"]).get_json()["files"]
        assert (files["count"], files["total_bytes"]) == (1, files["entries"]["shown.csv"]["size"])
    datacite = anyone.get(f"{record['links']['self']}?format=datacite-json").get_json()
    assert [size for size in datacite["sizes"] if "files" in size] == ["1 files"]
    assert "next" not in anyone.get(f"{record['links']['files']}?size=1").get_json()["links"]
    assert "next" in author.get(f"{record['links']['files']}?size=1").get_json()["links"]


def test_it_cannot_be_the_preview(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "a.csv")
    chosen = {**draft, "files": {"enabled": True, "default_preview": "a.csv"}}
    address = draft["links"]["self"]
    assert author.put(address, json=chosen).get_json()["files"]["default_preview"] == "a.csv"
    author.put(f"{base(draft)}/a.csv", json={"access": {"hidden": True}})
    assert "default_preview" not in author.get(address).get_json()["files"]
    refused = author.put(address, json=chosen).get_json()
    assert {
        "field": "files.default_preview",
        "messages": ["The file 'a.csv' is hidden."],
        "code": "file_hidden",
    } in refused["errors"]
    assert refused["files"]["default_preview"] == "a.csv", "kept with its error"
    assert author.post(draft["links"]["publish"]).status_code == 400


def test_those_who_may_correct_the_record_have_it(author: Caller, record: Json) -> None:
    files = record["links"]["files"]
    assert names_for(author, record) == ["shown.csv", "veiled.xyz"]
    assert packed_for(author, record) == ["shown.csv", "veiled.xyz"]
    assert author.get(f"{files}/veiled.xyz").get_json()["access"] == {"hidden": True}
    assert author.get(f"{files}/veiled.xyz/content").status_code == 200
    assert author.get(f"/records/{record['id']}/files/veiled.xyz").status_code == 200


def test_the_search_does_not_know_its_name(services: Services, record: Json) -> None:
    def found(name: str) -> set[int]:
        return {hit.id for hit in services.search.find(Search(Term(name, "filenames"), visible_to(ANONYMOUS))).hits}

    assert found("shown.csv") == {int(record["id"])}
    assert found("veiled.xyz") == set()
    assert [each.count for each in services.search.file_entries()] == [1]
    assert list(differences(services)) == []
