"""Withdrawing a published version: its tombstone, what closes, and how it is undone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from repository.access.policy import OWN_WITHDRAWAL
from repository.core import clock
from repository.core.actor import Role
from repository.engines.services import Services
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json, faults

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
RETRACTED: Json = {"removal_reason": {"id": "retracted"}, "note": "The sensor was broken. 传感器损坏。"}


@pytest.fixture
def curator(register: Callable[..., Caller]) -> Caller:
    return register("curator@example.org", role=Role.CURATOR)


def withdraw(caller: Caller, record: Json, **changes: Any) -> Any:
    return caller.delete(f"/api/records/{record['id']}/delete", json=RETRACTED | changes)


def restore(caller: Caller, record: Json) -> Any:
    return caller.post(f"/api/records/{record['id']}/restore")


def found(caller: Caller, record: Json) -> int:
    return int(caller.get(f"/api/records?q=id:{record['id']}&allversions=true").get_json()["hits"]["total"])


def test_a_withdrawn_record_leaves_a_tombstone(
    author: Caller, curator: Caller, anyone: Caller, deposits: Deposits
) -> None:
    record = deposits.published()

    assert withdraw(curator, record).status_code == 204

    gone = anyone.get(record["links"]["self"])
    assert gone.status_code == 410
    assert gone.get_json()["message"] == "Record deleted"
    stone = gone.get_json()["tombstone"]
    assert stone["removal_reason"] == {"id": "retracted"}
    assert stone["note"] == RETRACTED["note"]
    assert stone["is_visible"] is True
    assert record["pids"]["doi"]["identifier"] in stone["citation_text"]
    assert stone["removal_date"].endswith("+00:00")


@pytest.mark.parametrize("path", ["/files", "/files/data.csv", "/files/data.csv/content", "/files-archive"])
def test_its_files_are_closed_to_everybody(
    author: Caller, curator: Caller, anyone: Caller, deposits: Deposits, path: str
) -> None:
    record = deposits.published()
    withdraw(curator, record)

    for caller in (anyone, author, curator):
        assert caller.get(record["links"]["self"] + path).status_code == 410
    assert anyone.get(f"/records/{record['id']}/files/data.csv?download=1").status_code == 410


def test_the_index_forgets_it_and_finds_it_again_when_it_is_restored(
    curator: Caller, anyone: Caller, author: Caller, deposits: Deposits, settle: Settle
) -> None:
    record = deposits.published()
    settle()
    assert found(anyone, record) == 1

    withdraw(curator, record)
    settle()
    assert (found(anyone, record), found(author, record), found(curator, record)) == (0, 0, 0)

    assert restore(curator, record).status_code == 200
    settle()
    assert found(anyone, record) == 1
    again = anyone.get(record["links"]["self"]).get_json()
    assert again["metadata"] == record["metadata"]
    assert anyone.get(record["links"]["self"] + "/files/data.csv/content").status_code == 200


def test_its_identifiers_are_withdrawn_at_the_registrar_and_come_back(
    curator: Caller, deposits: Deposits, services: Services, settle: Settle, register: Callable[..., Caller]
) -> None:
    administrator = register("admin@example.org", role=Role.ADMINISTRATOR)
    record = deposits.published()
    settle()

    def states() -> set[str]:
        return {
            each["identifier"]
            for each in administrator.get("/api/identifiers?state=withdrawn").get_json()["hits"]
            if each["owner"] == record["id"]
        }

    withdraw(curator, record)
    settle()
    assert states() == {record["pids"][scheme]["identifier"] for scheme in ("doi", "cstr")}

    restore(curator, record)
    settle()
    assert states() == set()


def test_a_hidden_tombstone_is_for_owner_and_curators_only(
    author: Caller, curator: Caller, anyone: Caller, deposits: Deposits
) -> None:
    record = deposits.published()
    withdraw(curator, record, is_visible=False)

    assert anyone.get(record["links"]["self"]).status_code == 404
    assert author.get(record["links"]["self"]).status_code == 410
    assert curator.get(record["links"]["self"]).get_json()["tombstone"]["is_visible"] is False


def test_its_owner_may_withdraw_a_version_while_it_is_new(author: Caller, deposits: Deposits) -> None:
    assert withdraw(author, deposits.published()).status_code == 204


def test_later_only_a_curator_may(author: Caller, curator: Caller, deposits: Deposits) -> None:
    record = deposits.published()

    with time_machine.travel(clock.now() + OWN_WITHDRAWAL + timedelta(seconds=1), tick=False):
        assert withdraw(author, record).status_code == 403
        assert withdraw(curator, record).status_code == 204


def test_others_may_not_withdraw_and_owners_may_not_restore(
    author: Caller, deposits: Deposits, register: Callable[..., Caller], anyone: Caller
) -> None:
    record = deposits.published()

    assert withdraw(register("stranger@example.org"), record).status_code == 403
    assert withdraw(anyone, record).status_code == 403
    assert withdraw(author, record).status_code == 204
    assert restore(author, record).status_code == 403


def test_withdrawing_twice_changes_nothing(curator: Caller, anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    withdraw(curator, record)
    before = anyone.get(record["links"]["self"]).get_json()["tombstone"]

    assert withdraw(curator, record, note="Another reason.").status_code == 410

    assert anyone.get(record["links"]["self"]).get_json()["tombstone"] == before


def test_what_is_not_withdrawn_cannot_be_restored(curator: Caller, deposits: Deposits) -> None:
    assert restore(curator, deposits.published()).status_code == 409
    assert restore(curator, {"id": "999999"}).status_code == 404
    assert restore(curator, deposits.open()).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "removal_reason.id"),
        ({"removal_reason": "retracted"}, "removal_reason.id"),
        ({"removal_reason": {"id": "boredom"}}, "removal_reason.id"),
        (RETRACTED | {"note": 7}, "note"),
        (RETRACTED | {"note": "x" * 5_001}, "note"),
        (RETRACTED | {"note": "a\x00b"}, "note"),
        (RETRACTED | {"is_visible": "yes"}, "is_visible"),
        (RETRACTED | {"citation_text": ["a"]}, "citation_text"),
    ],
)
def test_a_withdrawal_without_a_proper_reason_is_refused(
    curator: Caller, anyone: Caller, deposits: Deposits, body: Json, field: str
) -> None:
    record = deposits.published()

    reply = curator.delete(f"/api/records/{record['id']}/delete", json=body)

    assert reply.status_code == 400
    assert field in faults(reply.get_json())
    assert anyone.get(record["links"]["self"]).status_code == 200


def test_the_version_before_becomes_the_latest(
    author: Caller, curator: Caller, anyone: Caller, deposits: Deposits, settle: Settle
) -> None:
    first = deposits.published()
    draft = author.post(first["links"]["versions"]).get_json()
    deposits.upload(draft["id"])
    second = deposits.publish(draft["id"])

    withdraw(curator, second)
    settle()

    assert anyone.get(first["links"]["self"]).get_json()["versions"] == {"index": 1, "is_latest": True}
    assert anyone.get(f"/api/records/{first['parent']['id']}").headers["Location"] == first["links"]["self"]
    listed = anyone.get(first["links"]["versions"]).get_json()["hits"]["hits"]
    assert [each["id"] for each in listed] == [first["id"]]
    assert found(anyone, first) == 1
    for link, target in (("latest", "self"), ("latest_html", "self_html")):
        assert anyone.get(second["links"][link]).headers["Location"] == first["links"][target]


def test_a_dataset_all_of_whose_versions_are_withdrawn_leads_to_a_tombstone(
    curator: Caller, anyone: Caller, deposits: Deposits
) -> None:
    record = deposits.published()
    withdraw(curator, record)

    reply = anyone.get(f"/api/records/{record['parent']['id']}")

    assert (reply.status_code, reply.headers["Location"]) == (302, record["links"]["self"])


def test_neither_an_edit_nor_a_new_version_begins_from_a_withdrawn_one(
    author: Caller, curator: Caller, deposits: Deposits
) -> None:
    record = deposits.published()
    edit = author.post(record["links"]["draft"]).get_json()
    withdraw(curator, record)

    assert author.post(record["links"]["versions"]).status_code == 410
    assert author.post(edit["links"]["publish"]).status_code == 410
    assert author.get(edit["links"]["self"]).status_code == 200, "what was written is kept"


def test_a_withdrawn_version_of_a_restricted_dataset_tells_strangers_nothing(
    author: Caller, curator: Caller, anyone: Caller, deposits: Deposits
) -> None:
    record = deposits.published({**a_dataset(), "access": {"record": "restricted", "files": "restricted"}})
    withdraw(curator, record)

    reply = anyone.get(record["links"]["self"])

    assert reply.status_code == 403
    assert "tombstone" not in reply.get_json()
