"""Controlled terms over HTTP: listed, read, suggested."""

import pytest

from tests.conftest import Caller


def test_vocabularies_are_listed_and_their_terms_read(anyone: Caller) -> None:
    listed = {hit["id"]: hit for hit in anyone.get("/api/vocabularies/").get_json()["hits"]["hits"]}

    assert {
        "resourcetypes",
        "languages",
        "licenses",
        "creatorsroles",
        "contributorsroles",
        "datetypes",
        "descriptiontypes",
        "titletypes",
        "relationtypes",
    } <= set(listed)
    term = anyone.get("/api/vocabularies/licenses/cc-by-4.0").get_json()
    assert term["id"] == "cc-by-4.0"
    assert term["type"] == "licenses"
    assert term["title"]["en"]
    assert term["props"]["url"].startswith("https://creativecommons.org/")
    assert anyone.get(term["links"]["self"]).get_json() == term


@pytest.mark.parametrize("kind", ["licenses", "languages", "resourcetypes"])
def test_a_thousand_terms_come_at_once(anyone: Caller, kind: str) -> None:
    body = anyone.get(f"/api/vocabularies/{kind}?size=1000").get_json()

    assert len(body["hits"]["hits"]) == min(1000, body["hits"]["total"])
    assert body["hits"]["total"] >= {"licenses": 500, "languages": 7000, "resourcetypes": 47}[kind]
    if body["hits"]["total"] > 1000:
        following = anyone.get(body["links"]["next"]).get_json()["hits"]["hits"]
        assert not {hit["id"] for hit in following} & {hit["id"] for hit in body["hits"]["hits"]}


@pytest.mark.parametrize(
    ("kind", "text", "first"),
    [
        ("licenses", "cc0", "cc0-1.0"),
        ("languages", "chin", "zho"),
        ("languages", "英语", "eng"),
        ("resourcetypes", "data", "dataset"),
    ],
)
def test_terms_are_suggested(anyone: Caller, kind: str, text: str, first: str) -> None:
    body = anyone.get(f"/api/vocabularies/{kind}", query_string={"suggest": text}).get_json()

    assert body["hits"]["hits"][0]["id"] == first
    assert anyone.get(f"/api/vocabularies/{kind}?suggest=qqqzzz").get_json()["hits"]["total"] == 0


def test_a_trailing_slash_does_not_matter_for_vocabularies(anyone: Caller) -> None:
    for path in (
        "/api/vocabularies",
        "/api/vocabularies/",
        "/api/vocabularies/licenses",
        "/api/vocabularies/licenses/",
    ):
        assert anyone.get(path).status_code == 200, path
