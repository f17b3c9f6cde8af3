"""Grants over HTTP: who has a part in a dataset, by ids that stay."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine

from repository.core import clock
from repository.core.actor import Role, TokenScope
from repository.engines.services import Services
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json, ids_of, search

pytestmark = pytest.mark.slow

HIDDEN = a_dataset() | {"access": {"record": "restricted", "files": "restricted"}}
ROR = "01an7q238"
NO_SUBJECT = "Could not find the specified subject."


def person_id(caller: Caller) -> str:
    """The id of a caller, who opens a draft of their own for it."""
    return str(Deposits(caller).open()["parent"]["access"]["owned_by"]["user"])


@pytest.fixture
def friend(register: Callable[..., Caller]) -> Caller:
    return register("friend@example.org")


def access(record: Json, rest: str = "grants") -> str:
    return f"/api/records/{record['id']}/access/{rest}"


def grant(subject_id: str, permission: str = "view", kind: str = "user", **more: object) -> Json:
    return {"permission": permission, "subject": {"type": kind, "id": subject_id}, **more}


def give(caller: Caller, record: Json, *grants: Json) -> list[Json]:
    reply = caller.post(access(record), json={"grants": list(grants)})
    assert reply.status_code == 201, reply.text
    return list(reply.get_json()["hits"]["hits"])


def faults(caller: Caller, record: Json, body: object) -> dict[str, list[str]]:
    reply = caller.post(access(record), json=body)
    assert reply.status_code == 400, reply.text
    return {error["field"]: error["messages"] for error in reply.get_json()["errors"]}


def test_a_grant_opens_every_door_and_its_end_closes_them_at_once(
    deposits: Deposits, friend: Caller, settle: Callable[[], None]
) -> None:
    record = deposits.published(HIDDEN)
    at = f"/api/records/{record['id']}"
    page = f"/records/{record['id']}"
    doors = [
        at,
        f"{at}/files",
        f"{at}/files/data.csv/content",
        f"{at}/files-archive",
        f"{at}/export/datacite-json",
        page,
    ]
    doors += [f"{page}/export/csl", f"{page}/linkset.json", f"{at}/versions", f"{page}/files/data.csv"]
    settle()
    assert {friend.get(door).status_code for door in doors} == {403}
    [given] = give(deposits.caller, record, grant(person_id(friend)))
    tags = {}
    for door in doors:
        reply = friend.get(door)
        assert reply.status_code == 200, door
        tags[door] = reply.headers.get("ETag")
    settle()
    assert record["id"] in ids_of(search(friend))
    assert deposits.caller.delete(given["links"]["self"]).status_code == 204
    for door in doors:
        known = {"If-None-Match": tags[door]} if tags[door] else {}
        assert friend.get(door, headers=known).status_code == 403, door
    assert record["id"] not in ids_of(search(friend))  # before the index learnt of it
    settle()
    assert record["id"] not in ids_of(search(friend))


def test_a_grant_is_listed_read_changed_and_taken_by_its_id_and_by_its_subject(
    deposits: Deposits, friend: Caller
) -> None:
    draft, caller, subject = deposits.open(), deposits.caller, person_id(friend)
    owner = draft["parent"]["access"]["owned_by"]["user"]
    [given] = give(caller, draft, grant(subject, "edit", message="Please look at the units."))
    listed = caller.get(access(draft)).get_json()["hits"]
    assert [(hit["permission"], hit["subject"]) for hit in listed["hits"]] == [
        ("owner", {"type": "user", "id": owner}),
        ("edit", {"type": "user", "id": subject}),
    ]
    assert listed["total"] == 2
    assert caller.get(given["links"]["self"]).get_json() == given
    assert caller.get(access(draft, f"users/{subject}")).get_json() == given
    assert caller.get(access(draft, "users")).get_json()["hits"]["total"] == 2
    assert caller.get(access(draft, "groups")).get_json()["hits"]["total"] == 0

    changed = caller.patch(given["links"]["self"], json={"permission": "preview"}).get_json()
    assert (changed["id"], changed["permission"], changed["message"]) == (given["id"], "preview", given["message"])
    assert friend.put(f"/api/records/{draft['id']}/draft", json=a_dataset()).status_code == 403
    anew = caller.put(access(draft, f"users/{subject}"), json={"permission": "view"}).get_json()
    assert (anew["id"], anew["message"]) == (given["id"], None)
    assert caller.delete(access(draft, f"users/{subject}")).status_code == 204
    assert caller.get(given["links"]["self"]).get_json()["message"] == "No grant found with the given ID."
    [again] = give(caller, draft, grant(subject))
    assert again["id"] != given["id"]


def test_grants_are_given_all_or_none_and_every_fault_is_told(deposits: Deposits, friend: Caller) -> None:
    draft, caller, subject = deposits.open(), deposits.caller, person_id(friend)
    owner = draft["parent"]["access"]["owned_by"]["user"]
    body = {
        "grants": [
            grant(subject),
            grant("987654"),
            grant("x", kind="role"),
            grant("everybody", kind="system_role"),
            grant(owner),
            grant(subject, expires_at="2001-01-01"),
        ]
    }
    assert faults(caller, draft, body) == {
        "grants.1.subject.id": [NO_SUBJECT],
        "grants.2.subject.id": [NO_SUBJECT],
        "grants.3.subject.id": [NO_SUBJECT],
        "grants.4.subject.id": ["The owner of a dataset cannot be changed by sharing."],
        "grants.5.subject.id": ["The same subject is named twice."],
        "grants.5.expires_at": ["The grant must end in the future."],
    }
    assert caller.get(access(draft)).get_json()["hits"]["total"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "grants"),
        ({"grants": []}, "grants"),
        ({"grants": [grant("1")] * 101}, "grants"),
        ({"grants": [grant("1", "owner")]}, "grants.0.permission"),
        ({"grants": [grant("1", kind="link")]}, "grants.0.subject.type"),
        ({"grants": [grant("1", concept_id=1)]}, "grants.0.concept_id"),
        ({"grants": [grant("1", expires_at="soon")]}, "grants.0.expires_at"),
        ({"grants": [grant("1", expires_at="9999-12-31T23:59:59-23:59")]}, "grants.0.expires_at"),
        ({"grants": [grant("1", expires_at="2030-01-01T00:00:00")]}, "grants.0.expires_at"),
        ({"grants": [grant("1", message="\x00")]}, "grants.0.message"),
    ],
)
def test_a_body_that_is_no_list_of_grants_is_refused(deposits: Deposits, body: object, field: str) -> None:
    assert field in faults(deposits.caller, deposits.open(), body)


def test_the_owner_is_neither_changed_nor_removed_nor_a_stranger_let_in(deposits: Deposits, friend: Caller) -> None:
    draft, caller, subject = deposits.open(), deposits.caller, person_id(friend)
    [owner] = caller.get(access(draft)).get_json()["hits"]["hits"]
    at = owner["links"]["self"]
    assert caller.delete(at).status_code == 409
    assert caller.patch(at, json={"permission": "view"}).status_code == 409
    assert friend.get(access(draft)).status_code == 403
    assert friend.post(access(draft), json={"grants": [grant(subject, "manage")]}).status_code == 403
    [given] = give(caller, draft, grant(subject, "edit"))
    assert friend.patch(given["links"]["self"], json={"permission": "manage"}).status_code == 403
    give(caller, draft, grant(subject, "manage"))
    assert friend.get(access(draft)).get_json()["hits"]["total"] == 2
    assert friend.delete(at).status_code == 409
    other = deposits.open()
    assert caller.get(access(other, f"grants/{given['id']}")).status_code == 404
    assert caller.delete(access(other, f"grants/{given['id']}")).status_code == 404


def test_everybody_signed_in_a_team_and_an_institution_have_grants(
    deposits: Deposits, friend: Caller, anyone: Caller, register: Callable[..., Caller]
) -> None:
    administrator = register("administrator@example.org", Role.ADMINISTRATOR)
    institution = administrator.post("/api/institutions", json={"id": ROR, "name": "Institute"})
    assert institution.status_code == 201, institution.text
    team = deposits.caller.post("/api/teams", json={"name": "Soil group"}).get_json()["id"]
    record = deposits.published(HIDDEN)
    granted = give(
        deposits.caller,
        record,
        grant("authenticated", kind="system_role"),
        grant(team, kind="group"),
        grant(ROR, kind="institution"),
    )
    assert [(hit["subject"]["type"], hit["subject"]["id"]) for hit in granted] == [
        ("system_role", "authenticated"),
        ("role", team),
        ("institution", ROR),
    ]
    assert faults(deposits.caller, record, {"grants": [grant("02mhbdp94", kind="institution")]}) == {
        "grants.0.subject.id": [NO_SUBJECT]
    }
    at = f"/api/records/{record['id']}"
    assert (friend.get(at).status_code, anyone.get(at).status_code) == (200, 403)
    assert deposits.caller.delete(access(record, f"groups/{team}")).status_code == 204
    assert deposits.caller.get(access(record, f"groups/{team}")).status_code == 404


def test_a_grant_ends_by_itself(deposits: Deposits, friend: Caller) -> None:
    record = deposits.published(HIDDEN)
    end = clock.now().replace(year=clock.now().year + 1)
    give(deposits.caller, record, grant(person_id(friend), expires_at=end.isoformat()))
    at = f"/api/records/{record['id']}"
    assert friend.get(at).status_code == 200
    with time_machine.travel(end, tick=False):
        assert friend.get(at).status_code == 403
        [_, ended] = deposits.caller.get(access(record)).get_json()["hits"]["hits"]
        assert deposits.caller.patch(ended["links"]["self"], json={"message": "Over."}).status_code == 200
        assert friend.get(at).status_code == 403


def test_two_who_give_and_take_at_once_lose_nothing(
    deposits: Deposits, friend: Caller, register: Callable[..., Caller], services: Services
) -> None:
    draft, caller = deposits.open(), deposits.caller
    others = [person_id(register(f"other{number}@example.org")) for number in range(4)]
    give(caller, draft, grant(person_id(friend), "manage"))
    [taken] = give(caller, draft, grant(others[0]))

    def act(number: int) -> int:
        manager = (Caller(caller.http.application.test_client(), one.token) for one in (caller, friend))
        by = list(manager)[number % 2]
        if number < 2:
            return by.delete(taken["links"]["self"]).status_code
        return by.post(access(draft), json={"grants": [grant(others[1 + number % 3])]}).status_code

    with ThreadPoolExecutor(4) as together:
        answers = list(together.map(act, range(8)))
    assert sorted(answers[:2]) == [204, 404]
    assert set(answers[2:]) == {201}
    left = {hit["subject"]["id"] for hit in caller.get(access(draft, "users")).get_json()["hits"]["hits"]}
    assert left == {draft["parent"]["access"]["owned_by"]["user"], person_id(friend), *others[1:]}


def test_a_list_of_grants_has_pages(deposits: Deposits, friend: Caller) -> None:
    draft, caller = deposits.open(), deposits.caller
    give(caller, draft, grant(person_id(friend)))
    page = caller.get(access(draft, "grants?size=1&page=2")).get_json()
    assert (page["hits"]["total"], len(page["hits"]["hits"])) == (2, 1)
    assert page["links"]["prev"].endswith("?page=1&size=1")


def test_a_token_needs_its_scope_for_reading_and_for_giving(
    deposits: Deposits, register: Callable[..., Caller], friend: Caller
) -> None:
    narrow = register("narrow@example.org", Role.DEPOSITOR, (TokenScope.WRITE,))
    draft = Deposits(narrow).open()
    assert narrow.get(access(draft)).status_code == 403
    assert narrow.post(access(draft), json={"grants": [grant(person_id(friend))]}).status_code == 403


def test_a_fact_of_a_change_tells_what_was_before(
    deposits: Deposits, author: Caller, friend: Caller, register: Callable[..., Caller]
) -> None:
    draft, administrator = deposits.open(), register("head@example.org", role=Role.ADMINISTRATOR)
    [made] = give(author, draft, grant(person_id(friend)))
    [again] = give(author, draft, grant(person_id(friend), "edit"))
    one = access(draft, f"grants/{made['id']}")
    assert author.patch(one, json={"permission": "manage"}).status_code == 200
    assert author.delete(one).status_code == 204
    link = author.post(access(draft, "links"), json={"permission": "view"}).get_json()
    assert author.patch(access(draft, f"links/{link['id']}"), json={"permission": "edit"}).status_code == 200

    def told(kind: str, thing: str) -> list[tuple[str, ...]]:
        entries = administrator.get(f"/api/audit?kind={kind}&subject={thing}").get_json()["hits"]["hits"]
        members = ("before", "permission") if kind != "GrantEnded" else ("before",)
        return [tuple(entry["details"][member] for member in members) for entry in reversed(entries)]

    assert made["id"] == again["id"]
    assert told("GrantGiven", made["id"]) == [("", "view"), ("view", "edit"), ("edit", "manage")]
    assert told("GrantEnded", made["id"]) == [("manage",)]
    assert told("LinkChanged", link["id"]) == [("view", "edit")]
