"""A dataset from the first word to a download: as a program that follows links lives it."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from typing import Any

from tests.conftest import BASE_URL, Caller, Deposits, a_dataset

Json = dict[str, Any]
FILES = {
    "penguins.csv": b"species,bill_length_mm\nAdelie,39.1\nGentoo,46.1\n",
    "raw data/2009 季节/notes.txt": "测量记录\n".encode(),
    "empty.log": b"",
}


def test_a_dataset_is_deposited_published_found_and_downloaded_byte_for_byte(
    author: Caller, anyone: Caller, settle: Callable[[], None]
) -> None:
    # a draft is opened with half of what it needs, and says what it lacks
    opened = author.post("/api/records", json={"metadata": {"title": "Bill dimensions of penguins"}})
    assert opened.status_code == 201
    draft = opened.get_json()
    assert {error["field"] for error in draft["errors"]} >= {"metadata.creators", "metadata.resource_type"}

    # a DOI is reserved, so that it can be printed before anything is public
    doi = author.post(draft["links"]["reserve_doi"]).get_json()["pids"]["doi"]["identifier"]

    # the description is completed
    saved = author.put(draft["links"]["self"], json=a_dataset(subjects=[{"subject": "企鹅"}])).get_json()
    assert saved["errors"] == []
    assert saved["pids"]["doi"]["identifier"] == doi

    # files are named all at once, with what is known of them, and sent by the links of the reply
    declared = [
        {"key": key, "size": len(content), "checksum": f"sha256:{hashlib.sha256(content).hexdigest()}"}
        for key, content in FILES.items()
    ]
    named = author.post(draft["links"]["files"], json=declared)
    assert named.status_code == 201
    for entry in named.get_json()["entries"]:
        assert author.put(entry["links"]["content"], data=FILES[entry["key"]]).status_code == 200
        assert author.post(entry["links"]["commit"]).get_json()["status"] == "completed"

    # nobody else sees any of it yet
    assert anyone.get(draft["links"]["record"]).status_code == 404
    assert anyone.get(draft["links"]["self"]).status_code == 403

    # published: public at once, found as soon as the consequences are worked off
    published = author.post(draft["links"]["publish"])
    assert published.status_code == 202
    record = published.get_json()
    assert record["pids"]["doi"]["identifier"] == doi
    assert record["pids"]["cstr"]["identifier"].endswith(doi.partition("/")[2])
    assert anyone.get(record["links"]["self"]).status_code == 200
    settle()
    for words in ("penguin", "企鹅", "penguins.csv", doi):
        found = anyone.get("/api/records", query_string={"q": words}).get_json()
        assert [hit["id"] for hit in found["hits"]["hits"]] == [record["id"]], words
    assert anyone.get(record["links"]["self"]).get_json()["pids"]["doi"]["state"] == "registered"

    # and what comes down is what went up
    _expect_downloads(anyone, record)


def _expect_downloads(anyone: Caller, record: Json) -> None:
    entries = anyone.get(record["links"]["files"]).get_json()["entries"]
    assert {entry["key"] for entry in entries} == set(FILES)
    for entry in entries:
        content = anyone.get(entry["links"]["content"]).data
        assert content == FILES[entry["key"]]
        assert hashlib.sha256(content).hexdigest() == entry["checksums"]["sha256"]
    with zipfile.ZipFile(io.BytesIO(anyone.get(record["links"]["archive"]).data)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FILES


def test_a_published_dataset_can_be_cited_and_read_by_machines(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    url, doi = record["links"]["self"], record["pids"]["doi"]["identifier"]

    def get(accept: str, **query: str) -> Any:
        reply = anyone.get(url, headers={"Accept": accept}, query_string=query)
        assert reply.status_code == 200, reply.text
        return reply

    assert get("application/ld+json").get_json()["@type"] == "Dataset"
    assert get("application/vnd.citationstyles.csl+json").get_json()["DOI"] == doi
    assert doi in get("application/x-bibtex").text
    apa = get("text/x-bibliography")
    assert apa.mimetype == "text/plain"
    assert "Gorman" in apa.text
    assert doi in apa.text
    chinese = get("text/x-bibliography", style="gb-t-7714-2015-numeric", locale="zh-CN").text
    assert "[DS/OL]" in chinese
    unknown = anyone.get(url, headers={"Accept": "text/x-bibliography"}, query_string={"style": "no-such-style"})
    assert unknown.status_code == 400
    assert [error["field"] for error in unknown.get_json()["errors"]] == ["style"]


def test_the_page_under_the_record_opens_and_downloads(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published(None, **{"data.csv": b"1,2"})

    page = anyone.get(record["links"]["self_html"])
    file = anyone.get(f"/records/{record['id']}/files/data.csv?download=1")

    assert page.status_code == 200
    assert record["metadata"]["title"] in page.text
    assert file.data == b"1,2"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert record["links"]["self_html"] == f"{BASE_URL}/records/{record['id']}"


def test_an_author_who_changes_their_mind_leaves_nothing_behind(
    author: Caller, deposits: Deposits, settle: Callable[[], None]
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"])
    settle()
    own = "/api/user/records"
    assert author.get(own).get_json()["hits"]["total"] == 1

    assert author.delete(draft["links"]["self"]).status_code == 204
    settle()

    assert author.get(draft["links"]["self"]).status_code == 404
    assert author.get(draft["links"]["files"]).status_code == 404
    assert author.get(own).get_json()["hits"]["total"] == 0
