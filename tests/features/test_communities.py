"""Datasets in communities: sets of harvesters, a journal's own series of identifiers, a node's own registrar."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from repository.app import create_app
from repository.core.actor import Role
from repository.core.registration_accounts import RegistrationAccount, RegistrationAccounts
from repository.engines.services import Services
from repository.search.index.comparison import IndexPart, differences
from tests.conftest import Caller, Deposits
from tests.features.steps import Json, faults

pytestmark = pytest.mark.slow

JOURNAL = "j00189"


@pytest.fixture
def app(services: Services) -> Flask:
    """With a node for a community, and a journal that has a series of its own."""
    nodes = (
        RegistrationAccount("doi", "doi", "10.5072", "data"),
        RegistrationAccount("cstr", "cstr", "99999", "data"),
        RegistrationAccount("central-asia", "cstr", "88888", "data", communities=frozenset({"central-asia"})),
    )
    site = replace(services.site, nodes=RegistrationAccounts(nodes, {JOURNAL: "{series}.j00189.{number:05}"}))
    return create_app(replace(services, site=site))


@pytest.fixture
def curator(register: Callable[..., Caller]) -> Caller:
    return register("curator@example.org", role=Role.CURATOR)


def named(slug: Any) -> Json:
    return {"communities": [{"id": slug}]}


def join(caller: Caller, record: Json, slug: Any = JOURNAL) -> Any:
    return caller.post(f"/api/records/{record['id']}/communities", json=named(slug))


def test_a_journal_s_datasets_have_its_own_series(curator: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    assert join(curator, draft).status_code == 200
    deposits.upload(draft["id"])

    record = deposits.publish(draft["id"])

    number = f"{int(record['id']):05}"
    assert record["pids"]["doi"]["identifier"] == f"10.5072/data.j00189.{number}"
    assert record["pids"]["cstr"]["identifier"] == f"99999.11.data.j00189.{number}"
    assert record["parent"]["communities"] == {
        "ids": [JOURNAL],
        "default": JOURNAL,
        "entries": [{"id": JOURNAL, "slug": JOURNAL}],
    }


def test_a_community_with_a_node_of_its_own_gets_its_identifiers_there(curator: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    join(curator, draft, "central-asia")
    deposits.upload(draft["id"])

    record = deposits.publish(draft["id"])

    assert record["pids"]["cstr"]["identifier"] == f"88888.11.data.{record['id']}"
    assert record["pids"]["doi"]["identifier"].startswith("10.5072/")


def test_a_published_dataset_keeps_its_identifiers_and_is_harvested_with_the_set(
    curator: Caller, anyone: Caller, deposits: Deposits
) -> None:
    record = deposits.published()
    listed = f"/oai2d?verb=ListIdentifiers&metadataPrefix=oai_dc&set=community-{JOURNAL}"
    assert "noRecordsMatch" in anyone.get(listed).text

    join(curator, record)

    now = anyone.get(record["links"]["self"]).get_json()
    assert now["pids"] == record["pids"]
    assert now["parent"]["communities"]["default"] == JOURNAL
    assert f":{record['id']}</identifier>" in anyone.get(listed).text
    assert f"community-{JOURNAL}" in anyone.get("/oai2d?verb=ListSets").text


def test_the_index_follows_with_records_and_their_files(
    curator: Caller, deposits: Deposits, services: Services, settle: Callable[[], None]
) -> None:
    record = deposits.published()
    settle()
    join(curator, record)
    assert [difference.part for difference in differences(services)] == [IndexPart.RECORD, IndexPart.FILES]

    settle()

    assert list(differences(services)) == []


def test_it_can_be_taken_out_again(curator: Caller, anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    join(curator, record)
    path = f"/api/records/{record['id']}/communities"

    assert curator.delete(path, json=named("elsewhere")).status_code == 400
    assert curator.delete(path, json=named(JOURNAL)).status_code == 200

    assert anyone.get(record["links"]["self"]).get_json()["parent"]["communities"] == {}


def test_who_is_no_curator_may_not(author: Caller, anyone: Caller, deposits: Deposits, curator: Caller) -> None:
    record = deposits.published()

    assert join(author, record).status_code == 403
    assert join(anyone, record).status_code == 403
    assert join(curator, {"id": "987654"}).status_code == 404


@pytest.mark.parametrize("body", [{}, {"communities": []}, {"communities": ["a"]}, named("Ä b"), named(7), named("-")])
def test_a_community_that_is_none_is_refused(curator: Caller, deposits: Deposits, body: Json) -> None:
    record = deposits.published()

    reply = curator.post(f"/api/records/{record['id']}/communities", json=body)

    assert reply.status_code == 400
    assert all(field.startswith("communities") for field in faults(reply.get_json()))
