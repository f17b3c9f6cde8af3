"""What people look for by name, identifier, kind or community, as they write it."""

from collections.abc import Callable, Mapping

import pytest

from repository.dataset.pinyin import pinyin_forms
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json, buckets, ids_of, search

pytestmark = pytest.mark.slow

Settle = Callable[[], None]


def a_person(family_name: str, given_name: str, **more: object) -> Json:
    return {"person_or_org": {"type": "personal", "family_name": family_name, "given_name": given_name, **more}}


ORCID = {"scheme": "orcid", "identifier": "0000-0002-1825-0097"}


@pytest.fixture
def by_li(deposits: Deposits, settle: Settle) -> str:
    """A record of persons with names in Chinese, Uzbek and Polish letters."""
    creators = [a_person("李", "伟"), a_person("欧阳", "小明", identifiers=[ORCID]), a_person("Gʻulomov", "Łukasz")]
    record = deposits.published(a_dataset(creators=creators))
    settle()
    return str(record["id"])


@pytest.mark.parametrize(
    "q",
    [
        "李伟",
        "伟李",
        "李 伟",
        "李，伟",
        "欧阳小明",
        "小明欧阳",
        "li wei",
        "Wei Li",
        "LiWei",
        '"Wei Li"',
        "Ouyang Xiaoming",
        "xiao ming ouyang",
        "Xiao-Ming Ouyang",
        "creators.name:ouyang",
        "creators.name:李伟",
        'metadata.creators.person_or_org.name:"欧阳小明"',
        "G'ulomov",
        "gulomov lukasz",
        "https://orcid.org/0000-0002-1825-0097",
        "ORCID 0000-0002-1825-0097",
    ],
)
def test_a_creator_is_found_as_the_name_is_written(anyone: Caller, by_li: str, q: str) -> None:
    assert ids_of(search(anyone, q)) == [by_li]


@pytest.mark.parametrize("q", ["李明", "伟欧阳", "明小", "李小明", "wang wei", "0000-0001-5109-3700"])
def test_a_creator_is_not_found_by_another_name(anyone: Caller, by_li: str, q: str) -> None:
    assert ids_of(search(anyone, q)) == []


@pytest.mark.parametrize(
    ("family_name", "given_name", "forms"),
    [
        ("李", "伟", {"Li Wei", "Wei Li", "liwei", "weili"}),
        ("曾", "国藩", {"Zeng Guofan", "Guofan Zeng", "zengguofan", "Zeng Guo Fan"}),
        ("吕", "布", {"Lu Bu", "Lv Bu", "Lyu Bu"}),
        ("欧阳修", "", {"Ouyang Xiu", "Xiu Ouyang"}),
        ("任正非", "", {"Ren Zhengfei", "Ren Zheng Fei"}),
        ("長孫", "無忌", {"Zhangsun Wuji"}),
    ],
)
def test_a_chinese_name_has_its_forms_in_pinyin(family_name: str, given_name: str, forms: set[str]) -> None:
    assert forms <= set(pinyin_forms(family_name, given_name))


@pytest.mark.parametrize(
    ("family_name", "given_name"),
    [("Li", "Wei"), ("山田", "タロウ"), ("김", "철수"), ("李", "Wei"), ("", ""), ("李", "")],
)
def test_another_name_has_none(family_name: str, given_name: str) -> None:
    assert list(pinyin_forms(family_name, given_name)) == []


def test_identifiers_are_found_in_any_form_that_people_paste(
    anyone: Caller, deposits: Deposits, settle: Settle
) -> None:
    identifiers = [
        {"scheme": "isbn", "identifier": "978-3-16-148410-0"},
        {"scheme": "ark", "identifier": "ark:/123/456"},
    ]
    related = [
        {"scheme": "arxiv", "identifier": "arXiv:2101.00001", "relation_type": {"id": "issupplementto"}},
        {"scheme": "doi", "identifier": "10.1016/S0021(99)12", "relation_type": {"id": "cites"}},
    ]
    record = deposits.published(a_dataset(identifiers=identifiers, related_identifiers=related))
    deposits.published()
    settle()

    for q in (
        "9783161484100",
        "ISBN 978-3-16-148410-0.",
        "arXiv:2101.00001",
        "https://arxiv.org/abs/2101.00001",
        "ark:/123/456",
        "related.identifier:10.1016/S0021\\(99\\)12",
        "metadata.identifiers.identifier:9783161484100",
    ):
        assert ids_of(search(anyone, q)) == [record["id"]], q


@pytest.fixture
def kinds(deposits: Deposits, settle: Settle) -> Mapping[str, str]:
    """Records of three types, by type."""
    names = ("image", "image-photo", "software")
    ids = {name: deposits.published(a_dataset(resource_type={"id": name}))["id"] for name in names}
    settle()
    return ids


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("image", {"image", "image-photo"}),
        ("image-photo", {"image-photo"}),
        ("image::image-photo", {"image-photo"}),
        ("software", {"software"}),
        ("video", set()),
        ("nonsense", set()),
    ],
)
def test_a_type_stands_for_all_of_its_terms(
    anyone: Caller, kinds: Mapping[str, str], asked: str, names: set[str]
) -> None:
    body = search(anyone, resource_type=asked)

    assert set(ids_of(body)) == {kinds[name] for name in names}
    assert buckets(body, "resource_type") == {"image": 2, "software": 1}


def test_the_bucket_of_a_type_has_those_of_its_terms_inside(anyone: Caller, kinds: Mapping[str, str]) -> None:
    image, software = search(anyone, resource_type="image-photo")["aggregations"]["resource_type"]["buckets"]

    assert (image["label"], image["is_selected"], software["inner"]) == ("Image", False, {"buckets": []})
    assert image["inner"]["buckets"] == [{"key": "image-photo", "doc_count": 1, "label": "Photo", "is_selected": True}]


@pytest.mark.parametrize(
    ("period", "total"),
    [("2026", 1), ("2026-01", 1), ("2026-01-15", 1), ("2025", 0), ("*..2025", 0), ("2026-01..*", 1)],
)
def test_a_publication_date_is_a_period(
    anyone: Caller, deposits: Deposits, settle: Settle, period: str, total: int
) -> None:
    deposits.published()
    settle()

    assert search(anyone, publication_date=period)["hits"]["total"] == total


@pytest.mark.parametrize("period", ["soon", "2020..soon", "..", "*", "1..2..3"])
def test_what_is_no_period_is_refused(anyone: Caller, period: str) -> None:
    reply = anyone.get("/api/records", query_string={"publication_date": period})

    assert reply.status_code == 400
    assert [error["field"] for error in reply.get_json()["errors"]] == ["publication_date"]


def test_a_community_finds_its_records_by_id_and_slug(
    anyone: Caller, curator: Caller, deposits: Deposits, settle: Settle, community_ids: Mapping[str, str]
) -> None:
    record, _ = deposits.published(), deposits.published()
    slug, community_id = next(iter(community_ids.items()))
    reply = curator.post(f"/api/records/{record['id']}/communities", json={"communities": [{"id": slug}]})
    assert reply.status_code == 200, reply.text
    settle()

    for q in (
        f"communities:{slug}",
        f"parent.communities.ids:{community_id}",
        f'parent.communities.entries.slug:"{slug}"',
        "_exists_:communities",
    ):
        assert ids_of(search(anyone, q)) == [record["id"]], q
    assert ids_of(search(anyone, "communities:no-such-one")) == []
