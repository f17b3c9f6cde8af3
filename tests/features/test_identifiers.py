"""DOI and CSTR: reserved, kept, dropped, brought along, minted, registered."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest

from repository.core.actor import SYSTEM
from repository.core.errors import Invalid
from repository.engines.registrars.port import Registration
from repository.engines.services import Services
from repository.feature import Queue
from repository.identifiers.queries import owner_of
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import EXTERNAL, Json, doi_faults, external, pids_url
from tests.features.steps import read_self as read
from tests.support.registrar_servers import FakeRegistrar
from workers.relay import relay
from workers.runner import run_next

pytestmark = pytest.mark.slow


def test_a_doi_is_reserved_before_publication_and_stays_the_same(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    assert draft["pids"] == {}

    reserved = author.post(pids_url(draft))

    assert reserved.status_code == 201
    doi = reserved.get_json()["pids"]["doi"]
    assert doi["identifier"] == f"10.5072/data.{draft['id']}"
    assert doi["provider"] == "datacite"
    assert reserved.get_json()["links"]["doi"] == f"https://doi.org/{doi['identifier']}"
    deposits.upload(draft["id"])
    assert deposits.publish(draft["id"])["pids"]["doi"]["identifier"] == doi["identifier"]


def test_a_cstr_is_reserved_like_a_doi(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()

    reserved = author.post(pids_url(draft, "cstr")).get_json()

    assert reserved["pids"]["cstr"]["identifier"] == f"99999.11.data.{draft['id']}"


def test_reserving_twice_is_refused_and_keeps_the_first(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    first = author.post(pids_url(draft)).get_json()["pids"]

    again = author.post(pids_url(draft))

    assert again.status_code == 400
    assert again.get_json()["errors"] == [
        {"field": "pids.doi", "messages": ["A PID already exists for type doi"], "code": "pid_exists"},
    ]
    assert read(author, draft)["pids"] == first


def test_a_reserved_doi_is_dropped_once(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    author.post(pids_url(draft))

    dropped = author.delete(pids_url(draft))

    assert dropped.status_code == 200
    assert "doi" not in dropped.get_json()["pids"]
    assert "doi" not in dropped.get_json()["links"]
    assert author.delete(pids_url(draft)).status_code == 404
    assert author.post(pids_url(draft)).status_code == 201


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_an_unknown_scheme_is_the_clients_mistake(author: Caller, deposits: Deposits, method: str) -> None:
    draft = deposits.open()

    reply = author(method, pids_url(draft, "isbn"))

    assert reply.status_code == 400
    (error,) = reply.get_json()["errors"]
    assert error["field"] == "pids.isbn"
    assert all(len(message) > 1 for message in error["messages"])


@pytest.mark.parametrize("pids", [{}, {"pids": {}}, {"pids": {"doi": {}}}, {"pids": None}, {"pids": {"doi": None}}])
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_save_that_is_silent_about_a_reserved_doi_keeps_it(
    author: Caller, deposits: Deposits, method: str, pids: Json
) -> None:
    draft = deposits.open()
    reserved = author.post(pids_url(draft)).get_json()["pids"]

    saved = author(method, draft["links"]["self"], json=a_dataset() | pids)

    assert saved.get_json()["pids"] == reserved
    assert saved.get_json()["errors"] == []
    assert read(author, draft)["pids"] == reserved


def test_a_doi_of_this_repository_cannot_be_chosen(deposits: Deposits) -> None:
    draft = deposits.open(a_dataset() | {"pids": {"doi": {"identifier": "10.5072/mine", "provider": "datacite"}}})

    assert len(doi_faults(draft)) == 1
    assert draft["pids"] == {"doi": {"identifier": "10.5072/mine", "provider": "datacite"}}


def test_the_identifiers_of_a_published_version_can_neither_change_nor_go(author: Caller, deposits: Deposits) -> None:
    published = deposits.published()
    edit = author.post(published["links"]["draft"]).get_json()
    assert edit["pids"] == published["pids"]

    assert author.delete(pids_url(edit)).status_code == 403
    assert author.post(pids_url(edit)).status_code == 400
    changed = author.put(edit["links"]["self"], json=a_dataset() | external()).get_json()

    assert doi_faults(changed) == ["A published identifier cannot be changed."]
    assert changed["pids"] == published["pids"] | external()["pids"]
    assert author.post(changed["links"]["publish"]).status_code == 400
    author.delete(edit["links"]["self"])
    assert author.get(published["links"]["self"]).get_json()["pids"]["doi"] == published["pids"]["doi"]


def test_version_and_concept_have_doi_and_cstr_that_share_their_local_suffix(deposits: Deposits) -> None:
    record = deposits.published()

    for owner in (record, record["parent"]):
        doi, cstr = (owner["pids"][scheme]["identifier"] for scheme in ("doi", "cstr"))
        assert doi == f"10.5072/data.{owner['id']}"
        assert cstr == f"99999.11.data.{owner['id']}"
    assert record["id"] != record["parent"]["id"]
    assert record["links"]["parent_doi"].endswith(record["parent"]["pids"]["doi"]["identifier"])
    assert record["links"]["cstr"] == f"https://cstr.cn/99999.11.data.{record['id']}"


def test_each_version_gets_its_own_identifiers_under_one_concept(author: Caller, deposits: Deposits) -> None:
    first = deposits.published()
    draft = author.post(first["links"]["versions"]).get_json()
    assert draft["pids"] == {}
    deposits.upload(draft["id"])
    second = deposits.publish(draft["id"])

    assert first["parent"]["pids"].keys() == second["parent"]["pids"].keys()
    for scheme in ("doi", "cstr"):
        of_concept = {each["parent"]["pids"][scheme]["identifier"] for each in (first, second)}
        assert len(of_concept) == 1
        assert first["pids"][scheme]["identifier"] != second["pids"][scheme]["identifier"]


def test_identifiers_are_registered_after_publication(
    author: Caller, deposits: Deposits, settle: Callable[[], None]
) -> None:
    record = deposits.published()
    assert record["pids"]["doi"]["state"] == "reserved"

    settle()

    now = author.get(record["links"]["self"]).get_json()
    states = [owner["pids"][scheme]["state"] for owner in (now, now["parent"]) for scheme in ("doi", "cstr")]
    assert states == ["registered"] * 4


class Refusing(FakeRegistrar):
    """A registrar that will not have anything."""

    name = "refusing"

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Registration] = []

    def register_one(self, registration: Registration) -> None:
        self.asked.append(registration)
        raise Invalid("No such prefix.")


def test_a_refused_registration_is_visible_and_keeps_the_record_public(
    author: Caller, anyone: Caller, deposits: Deposits, services: Services
) -> None:
    record = deposits.published()
    registrar = Refusing()
    refused = replace(services, registrars={"doi": registrar, "cstr": services.registrars["cstr"]})
    while relay(services.database) or sum(run_next(refused, queue) for queue in Queue):
        pass

    now = anyone.get(record["links"]["self"])

    assert now.status_code == 200
    assert now.get_json()["pids"]["doi"]["state"] == "failed"
    assert now.get_json()["pids"]["cstr"]["state"] == "registered"
    assert {each.value for each in registrar.asked} == {
        record["pids"]["doi"]["identifier"],
        record["parent"]["pids"]["doi"]["identifier"],
    }
    assert {each.target for each in registrar.asked} == {
        record["links"]["self_html"],
        record["links"]["parent_html"],
    }


def test_identifiers_compare_without_regard_to_case(deposits: Deposits, services: Services) -> None:
    draft = deposits.open(a_dataset() | external())

    with services.database.snapshot(SYSTEM) as unit:
        assert owner_of(unit, "doi", EXTERNAL.upper()) == int(draft["id"])
        assert owner_of(unit, "doi", EXTERNAL.lower()) == int(draft["id"])


def test_every_address_of_a_doi_with_signs_of_its_own_leads_to_it(
    anyone: Caller, author: Caller, deposits: Deposits
) -> None:
    """A fragment, a query or a percent sign in an identifier is part of its name, not of its address."""
    awkward = "10.1594/PANGAEA.7#b?c%25<d>"
    published = deposits.published(a_dataset() | external(awkward))

    for link in (published["links"]["doi"], published["links"]["self_doi"]):
        where = urlsplit(link)
        assert (where.netloc, unquote(where.path), where.query, where.fragment) == ("doi.org", f"/{awkward}", "", "")
    for name in ("schema-org", "datacite-json", "ris", "csl"):
        written = anyone.get(f"/api/records/{published['id']}?format={name}").text
        assert published["links"]["doi"] in written
        assert f"https://doi.org/{awkward}" not in written
