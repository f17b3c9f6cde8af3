"""Searching through the API: words in English and Chinese, fields, facets, sorts, pages, cursors, and who sees what."""

import re
from collections.abc import Callable

import pytest

from repository.engines.search.port import Sort
from tests.conftest import Caller
from tests.features.steps import Json, buckets, ids_of, search

pytestmark = pytest.mark.slow

Settle = Callable[[], None]


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("penguins", {"penguins"}),
        ("penguin", {"penguins"}),
        ("PENGUIN", {"penguins"}),
        ("dimension", {"penguins"}),
        ("measuring", {"penguins"}),
        ("gorman", {"penguins", "earthquake"}),
        ("palmer station", {"penguins"}),
        ("ecology", {"penguins", "climate"}),
        ("地震", {"earthquake"}),
        ("余震", {"earthquake"}),
        ("波形", {"earthquake"}),
        ("青藏高原", {"earthquake"}),
        ("张", {"earthquake"}),
        ("penguins_lter.csv", {"penguins"}),
        ("mseed", {"earthquake"}),
        ("temperature.nc", {"climate"}),
        ("unrelated", set()),
        ("企鹅", set()),
    ],
)
def test_words_are_found_in_every_text_of_a_record(
    anyone: Caller, shelf: dict[str, str], q: str, names: set[str]
) -> None:
    body = search(anyone, q)

    assert set(ids_of(body)) == {shelf[name] for name in names}
    assert body["hits"]["total"] == len(names)


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("metadata.title:penguins", {"penguins"}),
        ("title:penguins", {"penguins"}),
        ("metadata.title:palmer", set()),
        ("metadata.description:palmer", {"penguins"}),
        ('metadata.title:"bill dimensions"', {"penguins"}),
        ('metadata.title:"dimensions bill"', set()),
        ("metadata.creators.person_or_org.family_name:gorman", {"penguins", "earthquake"}),
        ("creators.name:office", {"climate"}),
        ("keywords:ecology", {"penguins", "climate"}),
        ("metadata.rights.id:cc0-1.0", {"penguins"}),
        ("metadata.resource_type.id:software", {"climate"}),
        ("metadata.publication_date:[2020 TO 2021]", {"earthquake", "climate"}),
        ("metadata.publication_date:{2020 TO *]", {"climate"}),
        ("metadata.publication_date:2014", {"penguins"}),
        ("files.count:2", {"penguins"}),
        ("files.types:csv", {"penguins"}),
        ("access.status:open AND metadata.languages.id:zho", {"earthquake"}),
        ("ecology AND NOT penguins", {"climate"}),
        ("penguins OR 地震", {"penguins", "earthquake"}),
        ("(penguins OR 地震) AND gorman", {"penguins", "earthquake"}),
        ("temperat*", {"climate"}),
        ("_exists_:metadata.rights.id", {"penguins", "earthquake"}),
    ],
)
def test_fields_are_asked_by_their_documented_paths(
    anyone: Caller, shelf: dict[str, str], q: str, names: set[str]
) -> None:
    assert set(ids_of(search(anyone, q))) == {shelf[name] for name in names}


def test_identifiers_lead_to_their_record(anyone: Caller, shelf: dict[str, str]) -> None:
    record = anyone.get(f"/api/records/{shelf['penguins']}").get_json()
    doi, cstr = (record["pids"][scheme]["identifier"] for scheme in ("doi", "cstr"))
    concept = record["parent"]["pids"]["doi"]["identifier"]

    for q in (
        f'pids.doi.identifier:"{doi}"',
        f'pids.doi.identifier:"{doi.upper()}"',
        f'pids.cstr.identifier:"{cstr}"',
        f'parent.pids.doi.identifier:"{concept}"',
        f"parent.id:{record['parent']['id']}",
        f"id:{record['id']}",
        doi,
        f"https://doi.org/{doi}",
        f"DOI {doi}.",
        cstr,
        f"CSTR:{cstr}",
        f"({cstr})",
    ):
        assert ids_of(search(anyone, q)) == [record["id"]], q


@pytest.mark.parametrize(
    "q",
    [
        "metadata.title:(penguins",
        'title:"open',
        "penguins AND",
        "(a OR b",
        "publication_date:[2020 TO",
        "a)",
        "metadata.title:[a b]",
        "metadata.nothing:penguins",
        "penguin~1",
        '"bill dimensions"~5',
        "/pengu.*/",
    ],
)
def test_broken_syntax_is_refused_and_says_where(anyone: Caller, q: str) -> None:
    reply = anyone.get("/api/records", query_string={"q": q})

    assert reply.status_code == 400, reply.text
    (error,) = reply.get_json()["errors"]
    assert error["field"] == "q"
    assert re.search(r"\d", error["messages"][0])


@pytest.mark.parametrize(
    "q",
    [
        "C++",
        "https://example.org/a?b=c",
        "10.1234/abc",
        "Title: with colon",
        "a&b",
        "「地震」",
        "50% of",
        "it's",
        "#1",
        "\\",
    ],
)
def test_what_people_paste_is_text(anyone: Caller, shelf: dict[str, str], q: str) -> None:
    assert anyone.get("/api/records", query_string={"q": q}).status_code in (200, 400)


def test_facets_count_every_kind(anyone: Caller, shelf: dict[str, str]) -> None:
    body = search(anyone)

    assert buckets(body, "resource_type") == {"dataset": 2, "software": 1}
    assert buckets(body, "access_status") == {"open": 3}
    assert buckets(body, "file_type") == {"csv": 1, "txt": 1, "mseed": 1, "nc": 1}
    assert buckets(body, "year") == {"2014": 1, "2020": 1, "2021": 1}
    assert buckets(body, "subject") == {"birds": 1, "ecology": 2, "地震学": 1}
    assert buckets(body, "license") == {"cc0-1.0": 1, "cc-by-4.0": 1}
    assert buckets(body, "language") == {"eng": 1, "zho": 1}
    assert buckets(body, "creator") == {"Gorman, Kristen": 2, "张, 伟": 1, "Climate Office": 1}
    labels = {b["key"]: b["label"] for b in body["aggregations"]["language"]["buckets"]}
    assert labels == {"eng": "English", "zho": "Chinese"}


def test_facets_count_what_the_words_found(anyone: Caller, shelf: dict[str, str]) -> None:
    assert buckets(search(anyone, "gorman"), "resource_type") == {"dataset": 2}


def test_a_selected_facet_narrows_the_hits_but_not_its_own_buckets(anyone: Caller, shelf: dict[str, str]) -> None:
    body = search(anyone, resource_type="software")

    assert ids_of(body) == [shelf["climate"]]
    assert buckets(body, "resource_type") == {"dataset": 2, "software": 1}
    selected = {b["key"]: b["is_selected"] for b in body["aggregations"]["resource_type"]["buckets"]}
    assert selected == {"dataset": False, "software": True}
    assert buckets(body, "year") == {"2021": 1}


def test_values_of_one_facet_are_alternatives_and_facets_restrict_each_other(
    anyone: Caller, shelf: dict[str, str]
) -> None:
    either = search(anyone, resource_type=["software", "dataset"], subject="ecology")
    neither = search(anyone, resource_type="software", file_type="csv")

    assert set(ids_of(either)) == {shelf["climate"], shelf["penguins"]}
    assert ids_of(neither) == []


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ({"language": "zho"}, "earthquake"),
        ({"license": "cc0-1.0"}, "penguins"),
        ({"licence": "cc0-1.0"}, "penguins"),
        ({"creator": "Climate Office"}, "climate"),
        ({"year": "2014"}, "penguins"),
        ({"publication_date": "2013..2015"}, "penguins"),
        ({"file_type": "nc"}, "climate"),
    ],
)
def test_every_facet_can_be_selected(anyone: Caller, shelf: dict[str, str], arguments: Json, name: str) -> None:
    assert ids_of(search(anyone, **arguments)) == [shelf[name]]


def test_a_period_that_is_none_is_refused(anyone: Caller) -> None:
    reply = anyone.get("/api/records?publication_date=soon")

    assert reply.status_code == 400
    assert [error["field"] for error in reply.get_json()["errors"]] == ["publication_date"]


def test_hits_are_sorted_as_asked(anyone: Caller, shelf: dict[str, str]) -> None:
    order = [shelf[name] for name in ("penguins", "earthquake", "climate")]

    assert ids_of(search(anyone, sort="oldest")) == order
    assert ids_of(search(anyone, sort="newest")) == order[::-1]
    newest = search(anyone)
    assert newest["sortBy"] == "newest"
    assert ids_of(newest) == order[::-1]
    best = search(anyone, "penguins OR ecology")
    assert best["sortBy"] == "bestmatch"
    assert ids_of(best)[0] == shelf["penguins"]
    assert search(anyone, sort="bestmatch")["sortBy"] == "newest"


def test_an_unknown_sort_is_refused_in_the_contracts_words(anyone: Caller) -> None:
    reply = anyone.get("/api/records?sort=foo")

    assert reply.status_code == 400
    assert "Invalid sort option 'foo'." in reply.get_json()["errors"][0]["messages"]


@pytest.mark.parametrize("sort", list(Sort))
def test_every_sort_gives_every_hit(anyone: Caller, shelf: dict[str, str], sort: Sort) -> None:
    assert sorted(ids_of(search(anyone, sort=sort.value))) == sorted(shelf.values())


def test_highlights_stand_beside_the_values_and_never_in_them(anyone: Caller, shelf: dict[str, str]) -> None:
    (hit,) = search(anyone, "palmer penguin")["hits"]["hits"]

    texts = [text for texts in hit["highlights"].values() for text in texts]
    assert any("<em>penguins</em>" in text for text in texts)
    assert "<hand>" not in "".join(texts)
    record = anyone.get(f"/api/records/{hit['id']}").get_json()
    assert hit["metadata"] == record["metadata"]
    assert "<em>" not in str({**hit, "highlights": None})
    assert "highlights" not in search(anyone)["hits"]["hits"][0]


def test_a_hit_is_the_record_without_its_files(anyone: Caller, shelf: dict[str, str]) -> None:
    (hit,) = search(anyone, "birds")["hits"]["hits"]
    record = anyone.get(f"/api/records/{hit['id']}").get_json()

    same = ("id", "parent", "pids", "metadata", "access", "links", "versions", "created", "updated", "revision_id")
    assert {name: hit[name] for name in same} == {name: record[name] for name in same}
    assert (hit["files"]["count"], hit["files"]["entries"]) == (2, {})
