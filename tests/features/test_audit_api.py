"""Administrators read who did what, when and by which credential; nobody else does."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from repository.core import clock
from repository.core.actor import SYSTEM, Role, TokenScope
from repository.deposits.facts import DraftSaved
from repository.engines.services import Services
from repository.people.accounts import set_role
from repository.people.queries import person_by_email, tokens_of
from repository.people.quotas import set_limits
from tests.conftest import Caller, Deposits
from tests.features.sealed import seal, tell
from tests.features.steps import Json, faults

AUDIT = "/api/audit"


@pytest.fixture
def administrator(register: Callable[..., Caller]) -> Caller:
    return register("administrator@example.org", Role.ADMINISTRATOR)


def entries(caller: Caller, **query: object) -> list[Json]:
    reply = caller.get(AUDIT, query_string=query)
    assert reply.status_code == 200, reply.text
    return reply.get_json()["hits"]["hits"]


def kinds(found: list[Json]) -> list[str]:
    return [entry["kind"] for entry in found]


def test_only_administrators_read_it(anyone: Caller, register: Callable[..., Caller], administrator: Caller) -> None:
    others = [anyone, register("a@example.org"), register("c@example.org", Role.CURATOR)]
    narrow = register("b@example.org", Role.ADMINISTRATOR, (TokenScope.WRITE, TokenScope.ACTIONS))

    assert [caller.get(AUDIT).status_code for caller in (*others, narrow)] == [403] * 4
    assert administrator.get(AUDIT).status_code == 200


def test_an_entry_tells_who_did_what_when_by_which_credential_and_in_which_request(
    services: Services, author: Caller, deposits: Deposits, administrator: Caller
) -> None:
    reply = author.post("/api/records", json={}, headers={"X-Request-ID": "depositing"})
    with services.database.snapshot(SYSTEM) as snapshot:
        person = person_by_email(snapshot, "author@example.org")
        assert person is not None
        (token,) = tokens_of(snapshot, person.id)

    (entry,) = entries(administrator, kind="DraftOpened")

    assert (entry["actor"], entry["credential"]) == (f"person:{person.id}", f"token:{token.id}")
    assert (entry["subject"], entry["request_id"]) == (reply.get_json()["id"], "depositing")
    assert entry["phrase"] == {"en": "opened the draft", "zh": "新建草稿"}
    assert entry["seal"] is None
    seal(services)
    assert entries(administrator, kind="DraftOpened")[0]["seal"] > 0


def test_it_is_found_by_person_kind_subject_credential_and_time(
    services: Services, author: Caller, deposits: Deposits, administrator: Caller
) -> None:
    draft = deposits.open()
    begun = clock.now()
    tell(services, "later")
    (opened,) = entries(administrator, kind="DraftOpened", subject=draft["id"])
    everything = entries(administrator, size=1000)

    by_author = entries(administrator, person=opened["actor"].removeprefix("person:"))
    assert by_author == [entry for entry in everything if entry["actor"] == opened["actor"]]
    assert opened in by_author
    assert entries(administrator, credential=opened["credential"]) == by_author
    assert kinds(entries(administrator, since=begun.isoformat())) == ["VersionWithdrawn"]
    assert entries(administrator, until=begun.isoformat()) == everything[1:]
    assert kinds(entries(administrator, person="system"))[0] == "VersionWithdrawn"
    assert entries(administrator, person="anonymous") == entries(administrator, kind="VolcanoErupted") == []
    assert entries(administrator, since=(clock.now() + timedelta(days=1)).isoformat()) == []


def test_pages_are_newest_first_without_gap_or_doubles(services: Services, administrator: Caller) -> None:
    with services.database.transaction(SYSTEM) as unit:
        for revision in range(5):
            unit.emit(DraftSaved(9, revision))  # all of the same moment
    tell(services, *"abcdefg")
    whole = [entry["id"] for entry in entries(administrator, size=1000)]
    walked, address = [], f"{AUDIT}?size=2&person=system"
    while address:
        page = administrator.get(address).get_json()
        walked += [entry["id"] for entry in page["hits"]["hits"]]
        address = page["links"].get("next")

    assert walked == [entry["id"] for entry in entries(administrator, size=1000, person="system")]
    assert whole == sorted(whole, key=int, reverse=True)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("person=me", "person"),
        ("person=1%0A", "person"),
        ("kind=Draft-Opened", "kind"),
        ("subject=-1", "subject"),
        ("subject=9223372036854775808", "subject"),
        ("credential=token 1", "credential"),
        ("since=yesterday", "since"),
        ("since=2026-01-01T00:00:00", "since"),
        ("until=9999", "until"),
        ("size=0", "size"),
        ("since=0001-01-01T00:00:00%2B14:00", "since"),
        ("until=9999-12-31T23:59:59-14:00", "until"),
        ("cursor=x", "cursor"),
        ("cursor=2026-01-01T00:00:00_", "cursor"),
        ("cursor=2026-01-01T00:00:00_9223372036854775808", "cursor"),
    ],
)
def test_what_is_wrong_is_named(administrator: Caller, query: str, field: str) -> None:
    reply = administrator.get(f"{AUDIT}?{query}")

    assert reply.status_code == 400, reply.text
    assert field in faults(reply.get_json())


def test_a_change_tells_what_was_before(services: Services, author: Caller, administrator: Caller) -> None:
    with services.database.transaction(SYSTEM) as unit:
        person = person_by_email(unit, "author@example.org")
        assert person is not None
        set_role(unit, person, Role.CURATOR)
        set_limits(unit, person, 3, None)
        set_limits(unit, person, 4, 0)

    quota, _, role = entries(administrator, subject=person.id)[:3]

    assert role["details"] == {"role": "curator", "reason": "", "before": "depositor"}
    assert quota["details"] == {"drafts": 4, "bytes": 0, "reason": "", "drafts_before": 3, "bytes_before": None}
