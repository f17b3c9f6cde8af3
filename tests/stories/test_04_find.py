"""A reader looks for data: by words in two languages, narrows down, walks through all, and takes what was found."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Caller, Deposits, a_dataset

pytestmark = pytest.mark.slow

Json = dict[str, Any]


def dataset(title: str, family: str, subject: str, year: str) -> Json:
    creator = {"person_or_org": {"type": "personal", "family_name": family}}
    return a_dataset(title=title, creators=[creator], subjects=[{"subject": subject}], publication_date=year)


@pytest.fixture
def library(deposits: Deposits, register: Callable[..., Caller], settle: Callable[[], None]) -> list[str]:
    """Seven records of two people."""
    other = Deposits(register("other@example.org"))
    ids = [
        deposits.published(dataset("Penguin colonies of the Antarctic", "Gorman", "birds", "2014"))["id"],
        deposits.published(dataset("青藏高原冰川变化数据集", "姚", "冰川", "2019"))["id"],
        other.published(dataset("Glacier inventory of the Himalaya", "Yao", "glaciers", "2019"))["id"],
        *(other.published(dataset(f"Sea ice extent {year}", "Fetterer", "ice", year))["id"] for year in _YEARS),
    ]
    settle()
    return ids


_YEARS = ("2015", "2016", "2017", "2018")


def test_a_reader_finds_narrows_and_downloads(anyone: Caller, library: list[str]) -> None:
    # a word in whatever form finds the record
    assert _ids(_search(anyone, q="penguins colony")) == [library[0]]
    # two characters are enough in Chinese
    assert _ids(_search(anyone, q="冰川")) == [library[1]]

    # too many hits: the facets say how to narrow, and their counts keep their promise
    ice = _search(anyone, q="ice")
    assert ice["hits"]["total"] == 4
    for bucket in ice["aggregations"]["year"]["buckets"]:
        narrowed = _search(anyone, q="ice", year=bucket["key"])
        assert narrowed["hits"]["total"] == bucket["doc_count"]
    chosen = _search(anyone, q="ice", year="2016")
    assert [hit["metadata"]["publication_date"] for hit in chosen["hits"]["hits"]] == ["2016"]

    # the hit leads to the record and its bytes
    (hit,) = chosen["hits"]["hits"]
    files = anyone.get(hit["links"]["files"]).get_json()["entries"]
    assert anyone.get(files[0]["links"]["content"]).data == b"a,b\n1,2\n"


def test_a_harvester_walks_through_everything_once(anyone: Caller, library: list[str]) -> None:
    seen: list[str] = []
    link: str | None = "/api/records?size=3&sort=oldest"
    while link:
        body = anyone.get(link).get_json()
        seen += _ids(body)
        link = body["links"].get("next")

    assert seen == library


def test_a_careful_question_is_asked_by_fields(anyone: Caller, library: list[str]) -> None:
    q = "metadata.creators.person_or_org.name:fetterer AND metadata.publication_date:[2016 TO 2017]"

    assert set(_ids(_search(anyone, q=q))) == {library[4], library[5]}


def test_a_mistake_in_a_question_is_explained(anyone: Caller, library: list[str]) -> None:
    reply = anyone.get("/api/records", query_string={"q": "penguins AND (ice"})

    assert reply.status_code == 400
    (error,) = reply.get_json()["errors"]
    assert error["field"] == "q"
    assert "position" in error["messages"][0]


def test_authors_find_their_own_and_only_their_own(author: Caller, library: list[str]) -> None:
    body = author.get("/api/user/records").get_json()

    assert set(_ids(body)) == {library[0], library[1]}


def _search(anyone: Caller, **arguments: Any) -> Json:
    reply = anyone.get("/api/records", query_string=arguments)
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def _ids(body: Json) -> list[str]:
    return [hit["id"] for hit in body["hits"]["hits"]]
