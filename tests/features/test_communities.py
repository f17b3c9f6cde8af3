"""Datasets in communities: sets of harvesters, a journal's own series of identifiers, a node's own registrar."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from repository.app import create_app
from repository.communities.model import Community, CommunityDataset
from repository.core.actor import SYSTEM
from repository.core.registration_accounts import RegistrationAccount, RegistrationAccounts
from repository.engines.services import Services
from repository.records.model import Version
from repository.search.index.comparison import IndexPart, differences
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.communities import JOURNAL, REGION, communities_in, join, named, path
from tests.features.steps import Json, faults, read_draft, statements

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("community_ids")]


@pytest.fixture
def app(services: Services) -> Flask:
    """With a node for a community, and a journal that has a series of its own."""
    accounts = (
        RegistrationAccount("doi", "doi", "10.5072", "data"),
        RegistrationAccount("cstr", "cstr", "99999", "data"),
        RegistrationAccount(REGION, "cstr", "88888", "data", communities=frozenset({REGION})),
    )
    site = replace(services.site, accounts=RegistrationAccounts(accounts, {JOURNAL: "{series}.j00189.{number:05}"}))
    return create_app(replace(services, site=site))


def test_a_journal_s_datasets_have_its_own_series(
    curator: Caller, deposits: Deposits, community_ids: Mapping[str, str]
) -> None:
    draft = deposits.open()
    assert join(curator, draft).get_json() == {"processed": [{"community_id": community_ids[JOURNAL]}]}
    deposits.upload(draft["id"])

    record = deposits.publish(draft["id"])

    number = f"{int(record['id']):05}"
    assert record["pids"]["doi"]["identifier"] == f"10.5072/data.j00189.{number}"
    assert record["pids"]["cstr"]["identifier"] == f"99999.11.data.j00189.{number}"


def test_a_record_shows_its_communities_with_id_slug_and_titles(
    curator: Caller, anyone: Caller, deposits: Deposits, community_ids: Mapping[str, str]
) -> None:
    record = deposits.published()
    join(curator, record)

    shown = anyone.get(record["links"]["self"]).get_json()["parent"]["communities"]

    assert shown["entries"][0].pop("created").endswith("+00:00")
    assert shown == {
        "ids": [community_ids[JOURNAL]],
        "default": community_ids[JOURNAL],
        "entries": [
            {
                "id": community_ids[JOURNAL],
                "slug": JOURNAL,
                "metadata": {"title": "A journal", "titles": {"en": "A journal", "zh": "期刊"}},
            }
        ],
    }


def test_a_draft_shows_its_communities_wherever_it_is_shown(
    author: Caller, curator: Caller, deposits: Deposits, settle: Callable[[], None], community_ids: Mapping[str, str]
) -> None:
    draft = deposits.open()
    join(curator, draft)
    settle()

    saved = author.put(draft["links"]["self"], json=a_dataset()).get_json()
    [hit] = author.get("/api/user/records").get_json()["hits"]["hits"]

    for body in (read_draft(author, draft["id"]), saved, hit):
        assert communities_in(body) == ([JOURNAL], community_ids[JOURNAL])


def test_a_new_version_is_in_the_communities_of_its_dataset(
    author: Caller, curator: Caller, anyone: Caller, deposits: Deposits, community_ids: Mapping[str, str]
) -> None:
    record = deposits.published()
    join(curator, record, REGION, JOURNAL)

    draft = author.post(record["links"]["versions"]).get_json()
    deposits.upload(draft["id"])
    second = deposits.publish(draft["id"])

    both = ([REGION, JOURNAL], community_ids[REGION])
    assert communities_in(draft) == both
    assert communities_in(second) == both
    hits = anyone.get(record["links"]["versions"]).get_json()["hits"]["hits"]
    assert [communities_in(hit) for hit in hits] == [both, both]


def test_a_community_with_a_node_of_its_own_gets_its_identifiers_there(curator: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    join(curator, draft, REGION)
    deposits.upload(draft["id"])

    record = deposits.publish(draft["id"])

    assert record["pids"]["cstr"]["identifier"] == f"88888.11.data.{record['id']}"
    assert record["pids"]["doi"]["identifier"].startswith("10.5072/")


def test_the_default_of_two_communities_chooses_the_series(
    author: Caller, curator: Caller, deposits: Deposits, community_ids: Mapping[str, str]
) -> None:
    first, other, reserved = deposits.open(), deposits.open(), deposits.open()
    for draft in (first, other, reserved):
        join(curator, draft, REGION, JOURNAL)
        deposits.upload(draft["id"])
    for draft in (other, reserved):
        reply = curator.put(path(draft), json={"default": JOURNAL})
        assert reply.get_json() == {"processed": [{"community_id": community_ids[JOURNAL]}]}

    cstr = [deposits.publish(draft["id"])["pids"]["cstr"]["identifier"] for draft in (first, other)]
    doi = author.post(f"{reserved['links']['self']}/pids/doi").get_json()["pids"]["doi"]["identifier"]

    assert cstr == [f"88888.11.data.{first['id']}", f"99999.11.data.j00189.{int(other['id']):05}"]
    assert doi == f"10.5072/data.j00189.{int(reserved['id']):05}"


def test_the_first_community_is_the_default_until_another_is_chosen_or_it_is_left(
    curator: Caller, anyone: Caller, deposits: Deposits, community_ids: Mapping[str, str]
) -> None:
    record = deposits.published()

    def now() -> tuple[list[str], str | None]:
        return communities_in(anyone.get(record["links"]["self"]).get_json())

    join(curator, record, REGION)
    join(curator, record, JOURNAL)
    assert now() == ([REGION, JOURNAL], community_ids[REGION])
    curator.put(path(record), json={"default": community_ids[JOURNAL]})
    assert now() == ([JOURNAL, REGION], community_ids[JOURNAL])
    curator.delete(path(record), json=named(JOURNAL))
    assert now() == ([REGION], community_ids[REGION])
    curator.delete(path(record), json=named(REGION))
    assert now() == ([], None)


def test_a_dataset_in_two_communities_is_harvested_with_both_sets(
    curator: Caller, anyone: Caller, deposits: Deposits
) -> None:
    record = deposits.published()
    join(curator, record, REGION, JOURNAL)

    for slug in (REGION, JOURNAL):
        listed = f"/oai2d?verb=ListIdentifiers&metadataPrefix=oai_dc&set=community-{slug}"
        assert f":{record['id']}</identifier>" in anyone.get(listed).text
    sets = anyone.get("/oai2d?verb=ListSets").text
    assert "<setName>A journal</setName>" in sets
    assert "<setName>Central Asia</setName>" in sets


def test_a_published_dataset_keeps_its_identifiers_and_is_harvested_with_the_set(
    curator: Caller, anyone: Caller, deposits: Deposits, community_ids: Mapping[str, str]
) -> None:
    record = deposits.published()
    listed = f"/oai2d?verb=ListIdentifiers&metadataPrefix=oai_dc&set=community-{JOURNAL}"
    assert "noRecordsMatch" in anyone.get(listed).text

    join(curator, record)

    now = anyone.get(record["links"]["self"]).get_json()
    assert now["pids"] == record["pids"]
    assert now["parent"]["communities"]["default"] == community_ids[JOURNAL]
    assert f":{record['id']}</identifier>" in anyone.get(listed).text
    assert f"community-{JOURNAL}" in anyone.get("/oai2d?verb=ListSets").text


def test_harvesters_are_told_of_another_community_but_not_of_another_default(
    curator: Caller, deposits: Deposits, services: Services
) -> None:
    record = deposits.published()

    def datestamp() -> Any:
        with services.database.snapshot(SYSTEM) as snapshot:
            return snapshot.session.get_one(Version, int(record["id"])).datestamp

    before = datestamp()
    join(curator, record, REGION, JOURNAL)
    joined = datestamp()
    curator.put(path(record), json={"default": JOURNAL})

    assert before < joined == datestamp()


def test_the_index_follows_with_records_and_leaves_their_files(
    curator: Caller, deposits: Deposits, services: Services, settle: Callable[[], None]
) -> None:
    record = deposits.published()
    settle()
    join(curator, record)
    assert [difference.part for difference in differences(services)] == [IndexPart.RECORD]

    settle()

    assert list(differences(services)) == []


def test_it_can_be_taken_out_again(curator: Caller, anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    join(curator, record)

    assert curator.delete(path(record), json=named(REGION)).status_code == 400
    assert curator.delete(path(record), json=named(JOURNAL)).status_code == 200

    assert anyone.get(record["links"]["self"]).get_json()["parent"]["communities"] == {}


def test_joining_twice_changes_nothing_the_second_time(curator: Caller, deposits: Deposits, services: Services) -> None:
    record = deposits.published()
    assert join(curator, record, JOURNAL, JOURNAL).status_code == 200

    with statements(services) as seen:
        assert join(curator, record).status_code == 200

    assert not any(statement.startswith(("INSERT", "UPDATE")) for statement in seen)


def test_who_is_no_curator_may_not(author: Caller, anyone: Caller, deposits: Deposits, curator: Caller) -> None:
    record = deposits.published()

    assert join(author, record).status_code == 403
    assert join(anyone, record).status_code == 403
    assert author.put(path(record), json={"default": JOURNAL}).status_code == 403
    assert join(curator, {"id": "987654"}).status_code == 404


def test_a_typed_slug_creates_nothing(curator: Caller, anyone: Caller, deposits: Deposits, services: Services) -> None:
    record = deposits.published()

    reply = join(curator, record, JOURNAL, "unheard-of")

    assert reply.status_code == 400
    assert faults(reply.get_json()) == {"communities.1.id": ["There is no such community."]}
    assert anyone.get(record["links"]["self"]).get_json()["parent"]["communities"] == {}
    with services.database.snapshot(SYSTEM) as snapshot:
        assert set(snapshot.session.scalars(select(Community.slug))) == {JOURNAL, REGION}
        assert snapshot.session.scalar(select(func.count()).select_from(CommunityDataset)) == 0
    assert "unheard-of" not in anyone.get("/oai2d?verb=ListSets").text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"communities": []},
        {"communities": ["a"]},
        named(*[JOURNAL] * 11),
        *map(named, ("Ä b", 7, "-", "", "99999", "9" * 30, "0", "a\x00b", "J00189")),
    ],
)
def test_a_community_that_is_none_is_refused(curator: Caller, deposits: Deposits, body: Json) -> None:
    record = deposits.published()

    reply = curator.post(path(record), json=body)

    assert reply.status_code == 400
    assert all(field.startswith("communities") for field in faults(reply.get_json()))


@pytest.mark.parametrize(
    "body", [{}, {"default": None}, {"default": 7}, {"default": "unheard-of"}, {"default": REGION}]
)
def test_a_default_is_a_community_that_the_dataset_is_in(curator: Caller, deposits: Deposits, body: Json) -> None:
    record = deposits.published()
    join(curator, record)

    reply = curator.put(path(record), json=body)

    assert reply.status_code == 400
    assert list(faults(reply.get_json())) == ["default"]
