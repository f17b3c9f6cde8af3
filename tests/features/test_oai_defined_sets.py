"""Sets that an administrator defines by a search."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from repository.core.actor import SYSTEM, Role
from repository.core.clock import now
from repository.engines.search.port import DocumentKind, Search, SearchResults
from repository.engines.services import Services
from repository.harvest.model import SetMember
from repository.harvest.set_membership import file_everything, file_in_sets
from tests.conftest import Caller, Deposits, a_dataset
from tests.contracts.together import all_of
from tests.features.harvesting import OAI, RESTRICTED, ask, codes, correct, gone, ids, pages, told
from tests.features.steps import faults

pytestmark = pytest.mark.slow

SETS = "/api/oaipmh/sets"
BIRDS = {"spec": "birds", "name": "Birds", "search_pattern": "penguins OR condors", "description": "All that flies"}
Settle = Callable[[], None]


@pytest.fixture
def administrator(register: Callable[..., Caller]) -> Caller:
    return register("administrator@example.org", Role.ADMINISTRATOR)


@pytest.fixture
def define(administrator: Caller, settle: Settle) -> Callable[..., dict[str, Any]]:
    """Define a set and fill it."""

    def defined(**changes: str) -> dict[str, Any]:
        reply = administrator.post(SETS, json={**BIRDS, **changes})
        assert reply.status_code == 201, reply.text
        settle()
        return reply.get_json()

    return defined


def harvest(caller: Caller, spec: str = "birds", **span: str) -> list[str]:
    return [number for answer in pages(caller, "ListIdentifiers", set=spec, **span) for number in ids(answer)]


def retitled(author: Caller, deposits: Deposits, record: dict[str, Any], title: str, **changes: Any) -> None:
    edit = author.post(record["links"]["draft"]).get_json()
    author.put(edit["links"]["self"], json={**a_dataset(title=title), **changes})
    deposits.publish(record["id"])


def test_a_defined_set_holds_what_its_search_finds(
    anyone: Caller, deposits: Deposits, settle: Settle, define: Callable[..., dict[str, Any]]
) -> None:
    before = deposits.published()["id"]
    stones = deposits.published(a_dataset(title="Stones", description=None))["id"]
    hidden = deposits.published(a_dataset(title="Hidden penguins") | RESTRICTED)["id"]
    settle()
    define()
    after = deposits.published(a_dataset(title="Condors"))["id"]
    settle()

    answer = ask(anyone, "ListRecords", metadataPrefix="oai_dc", set="birds")

    assert ids(answer) == harvest(anyone) == [before, after]
    assert set(told(answer, "setSpec")) == {"type-dataset", "birds"}
    assert stones not in ids(answer)
    assert hidden not in ids(answer)
    listed = ask(anyone, "ListSets")
    (described,) = [each for each in listed.iter(f"{OAI}set") if each.findtext(f"{OAI}setSpec") == "birds"]
    assert described.findtext(f"{OAI}setName") == "Birds"
    assert "".join(described.find(f"{OAI}setDescription").itertext()) == "All that flies"


def test_a_set_can_be_harvested_once_it_is_filled_and_filling_changes_no_datestamp(
    anyone: Caller, administrator: Caller, deposits: Deposits, settle: Settle
) -> None:
    record = deposits.published()
    settle()
    made = administrator.post(SETS, json=BIRDS).get_json()

    assert made["filled"] is None
    assert codes(ask(anyone, "ListRecords", metadataPrefix="oai_dc", set="birds")) == ["noRecordsMatch"]
    assert "birds" not in told(ask(anyone, "ListSets"), "setSpec")
    settle()

    assert administrator.get(made["links"]["self"]).get_json()["filled"] is not None
    answer = ask(anyone, "ListIdentifiers", metadataPrefix="oai_dc", set="birds")
    assert told(answer, "datestamp") == [f"{record['updated'][:19]}Z"]


def test_what_comes_into_a_set_or_leaves_it_has_a_new_datestamp(
    anyone: Caller,
    administrator: Caller,
    deposits: Deposits,
    services: Services,
    settle: Settle,
    define: Callable[..., dict[str, Any]],
) -> None:
    penguins, stones = deposits.published(), deposits.published(a_dataset(title="Stones", description=None))
    settle()
    made = define()
    assert harvest(anyone) == [penguins["id"]]
    before = services.database.safe_until()

    changed = administrator.put(made["links"]["self"], json={**BIRDS, "search_pattern": "stones"})
    assert changed.status_code == 200, changed.text
    settle()

    assert harvest(anyone) == [stones["id"]]
    answer = ask(anyone, "ListIdentifiers", metadataPrefix="oai_dc", from_=f"{before:%Y-%m-%dT%H:%M:%SZ}")
    assert set(ids(answer)) == {penguins["id"], stones["id"]}
    shown = anyone.get(f"/api/records/{stones['id']}").get_json()
    assert shown["updated"] == stones["updated"]


def test_a_correction_moves_a_record_between_sets(
    anyone: Caller, author: Caller, deposits: Deposits, settle: Settle, define: Callable[..., dict[str, Any]]
) -> None:
    record = deposits.published()
    define()
    define(spec="stones", search_pattern="title:stones")
    retitled(author, deposits, record, "Stones", metadata=a_dataset(title="Stones", description=None)["metadata"])
    settle()
    assert codes(ask(anyone, "ListIdentifiers", metadataPrefix="oai_dc", set="birds")) == ["noRecordsMatch"]
    assert harvest(anyone, "stones") == [record["id"]]


def test_what_is_gone_is_deleted_in_the_sets_that_it_was_in(
    anyone: Caller, deposits: Deposits, services: Services, define: Callable[..., dict[str, Any]]
) -> None:
    record = deposits.published()
    define()
    correct(services, record["id"], withdrawn_at=now())
    services.search.drop(DocumentKind.RECORD, [int(record["id"])])

    file_in_sets(services, [int(record["id"])])
    file_everything(services)

    answer = ask(anyone, "ListRecords", metadataPrefix="oai_dc", set="birds")
    assert ids(answer) == gone(answer) == [record["id"]]


def test_the_sweep_files_what_no_job_has_filed(
    anyone: Caller, deposits: Deposits, services: Services, settle: Settle, define: Callable[..., dict[str, Any]]
) -> None:
    define()
    record = deposits.published()
    settle()
    with services.database.transaction(SYSTEM) as unit:
        unit.session.delete(unit.session.get_one(SetMember, (1, int(record["id"]))))

    assert file_everything(services) == 1
    assert file_everything(services) == 0
    assert harvest(anyone) == [record["id"]]


def test_an_answer_about_a_version_that_changed_meanwhile_does_not_count(
    anyone: Caller, deposits: Deposits, services: Services, settle: Settle, define: Callable[..., dict[str, Any]]
) -> None:
    record = deposits.published(a_dataset(title="Stones", description=None))
    settle()
    define(search_pattern="stones")

    class Overtaken:
        """Finds nothing, and while it looks the version changes."""

        def find(self, _search: Search) -> SearchResults:
            correct(services, record["id"])
            return SearchResults(hits=(), total=0)

    assert file_in_sets(replace(services, search=Overtaken()), [int(record["id"])]) == 0
    assert harvest(anyone) == [record["id"]]


def test_a_removed_set_is_gone_and_its_items_stay(
    anyone: Caller, administrator: Caller, deposits: Deposits, services: Services, define: Callable[..., Any]
) -> None:
    record = deposits.published()
    made = define()
    assert administrator.delete(made["links"]["self"]).status_code == 204

    assert administrator.get(made["links"]["self"]).status_code == 404
    assert codes(ask(anyone, "ListRecords", metadataPrefix="oai_dc", set="birds")) == ["noRecordsMatch"]
    assert all_of(services, SetMember) == []
    assert told(ask(anyone, "ListRecords", metadataPrefix="oai_dc"), "setSpec") == ["type-dataset"]
    assert ids(ask(anyone, "ListRecords", metadataPrefix="oai_dc")) == [record["id"]]
    assert define()["id"] != made["id"]


def test_a_set_reads_as_it_was_written(administrator: Caller, define: Callable[..., dict[str, Any]]) -> None:
    made = define()
    assert {name: made[name] for name in BIRDS} == BIRDS
    assert made["system_created"] is False
    assert made["links"]["oai-listrecords"] == (
        "http://repository.test/oai2d?metadataPrefix=oai_dc&set=birds&verb=ListRecords"
    )
    renamed = administrator.put(made["links"]["self"], json={**made, "name": "Vögel", "description": None}).get_json()
    assert (renamed["name"], renamed["description"]) == ("Vögel", "")
    listed = administrator.get(SETS).get_json()["hits"]
    assert listed["total"] == 1
    assert [each["name"] for each in listed["hits"]] == ["Vögel"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"spec": "bir ds"}, "spec"),
        ({"spec": "a:b"}, "spec"),
        ({"spec": "community-birds"}, "spec"),
        ({"spec": "type-birds"}, "spec"),
        ({"spec": ""}, "spec"),
        ({"spec": "stones"}, "spec"),
        ({"name": ""}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"search_pattern": "((("}, "search_pattern"),
        ({"search_pattern": 7}, "search_pattern"),
        ({"description": "x" * 2001}, "description"),
    ],
)
def test_a_set_that_cannot_be_is_refused(
    administrator: Caller, define: Callable[..., Any], changes: dict[str, Any], field: str
) -> None:
    define(spec="stones")
    reply = administrator.post(SETS, json={**BIRDS, **changes})
    assert reply.status_code == 400
    assert list(faults(reply.get_json())) == [field]


def test_harvesters_know_a_set_by_its_spec(administrator: Caller, define: Callable[..., Any]) -> None:
    made = define()
    reply = administrator.put(made["links"]["self"], json={**BIRDS, "spec": "others"})
    assert (reply.status_code, list(faults(reply.get_json()))) == (400, ["spec"])


def test_sets_are_an_administrators_business(
    anyone: Caller, author: Caller, register: Callable[..., Caller], define: Callable[..., Any]
) -> None:
    path = define()["links"]["self"]
    for caller in (anyone, author, register("curator@example.org", Role.CURATOR)):
        replies = (
            caller.get(SETS),
            caller.post(SETS, json=BIRDS),
            caller.get(path),
            caller.put(path, json=BIRDS),
            caller.delete(path),
        )
        assert {reply.status_code for reply in replies} == {403}
    assert "oai_dc" in [each["id"] for each in anyone.get("/api/oaipmh/formats").get_json()["hits"]["hits"]]
