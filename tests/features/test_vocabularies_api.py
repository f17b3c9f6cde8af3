"""Controlled terms over HTTP: listed, read, suggested."""

import pytest

from tests.conftest import Caller
from tests.features.steps import ids_of, search


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


@pytest.mark.parametrize(
    ("kind", "q", "some", "others"),
    [
        ("licenses", "id:cc-by-4.0", {"cc-by-4.0"}, {"cc-by-sa-4.0"}),
        ("licenses", "id:cc-by-?.0", {"cc-by-4.0", "cc-by-3.0"}, {"cc-by-nc-4.0"}),
        ("licenses", "id:(cc0-1.0 OR mit)", {"cc0-1.0", "mit"}, {"cc-by-4.0"}),
        ("resourcetypes", "props.type:image AND NOT id:image", {"image-photo"}, {"image", "dataset"}),
        ("resourcetypes", 'title.en:"journal article"', {"publication-article"}, {"publication"}),
        ("resourcetypes", "title.zh:数据集", {"dataset"}, {"software"}),
        ("resourcetypes", r"title.\*:Phot*", {"image-photo"}, {"image-plot"}),
        ("resourcetypes", "tags:linkable -image", {"dataset"}, {"image"}),
        ("resourcetypes", "_exists_:props.coar", {"dataset"}, {"model"}),
        ("resourcetypes", "*", {"dataset", "model"}, set()),
    ],
)
def test_terms_are_asked_by_paths_wildcards_and_operators(
    anyone: Caller, kind: str, q: str, some: set[str], others: set[str]
) -> None:
    body = search(anyone, q, f"/api/vocabularies/{kind}", size=1000)

    assert some <= set(ids_of(body))
    assert not others & set(ids_of(body))


@pytest.mark.parametrize(
    ("q", "position"),
    [
        ("id:(mit", 8),
        ("mit AND", 8),
        ("metadata.title:x", 1),
        ("mit~1", 1),
        ("props.type:[a TO b]", 12),
        ("/mi[tx]/", 1),
    ],
)
def test_a_query_over_terms_that_cannot_be_understood_is_refused_with_its_place(
    anyone: Caller, q: str, position: int
) -> None:
    reply = anyone.get("/api/vocabularies/licenses", query_string={"q": q})

    assert reply.status_code == 400, reply.text
    [error] = reply.get_json()["errors"]
    assert error["field"] == "q"
    assert f"at position {position}: " in error["messages"][0]
