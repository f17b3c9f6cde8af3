"""What administrators do to accounts: each act has a reason, and no dataset is left without anybody."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from repository.access.access_terms import PUBLIC
from repository.access.model import GrantRow
from repository.access.policy import Permission
from repository.access.principals import GrantSubject, SubjectKind
from repository.core.actor import SYSTEM, Actor, Role, TokenScope
from repository.core.errors import Conflict
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.people.administration import block_person
from repository.people.model import Departure, DraftUse, Person
from repository.search.index import differences
from repository.sharing.share import share
from tests.conftest import Caller, Deposits, a_dataset
from tests.contracts.together import at_once
from tests.features.steps import Json, faults, ids_of, search
from tests.features.test_people import me, show
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow

Register = Callable[..., Caller]
Settle = Callable[[], None]
HIDDEN = a_dataset() | {"access": {"record": "restricted", "files": "restricted"}}


@pytest.fixture
def head(register: Register) -> Caller:
    return register("head@example.org", role=Role.ADMINISTRATOR)


def act(caller: Caller, person_id: int, name: str, status: int = 200, **body: Any) -> Json:
    reply = caller.post(f"/api/users/{person_id}/{name}", json={"reason": "Agreed by telephone.", **body})
    assert reply.status_code == status, reply.text
    return reply.get_json()


def details_of(services: Services, *kinds: str) -> list[tuple[str, str, Json]]:
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = snapshot.session.scalars(select(FactRow).where(FactRow.kind.in_(kinds)).order_by(FactRow.id))
        return [(row.kind, row.actor, row.details) for row in rows]


def grants_on(services: Services, record: Json) -> dict[int, str]:
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = select(GrantRow).where(GrantRow.concept_id == int(record["parent"]["id"]))
        return {row.subject_id: row.permission for row in snapshot.session.scalars(rows)}


def give(services: Services, record: Json, owner_id: int, person_id: int, permission: Permission) -> None:
    with services.database.transaction(Actor(owner_id, scopes=frozenset(TokenScope))) as unit:
        share(unit, int(record["parent"]["id"]), GrantSubject(SubjectKind.PERSON, person_id), permission)


def test_each_act_is_a_fact_with_its_reason(author: Caller, head: Caller, services: Services) -> None:
    person_id, own_id = me(author)["id"], me(head)["id"]
    assert act(head, person_id, "block")["blocked"]
    assert author.get("/api/me").status_code == 401
    assert act(head, person_id, "restore")["active"]
    assert author.get("/api/me").status_code == 200
    assert act(head, person_id, "role", role="curator")["roles"] == ["curator"]
    act(head, person_id, "quota", drafts=1, draft_bytes=0)
    assert author.get("/api/user/quota").get_json()["drafts"]["limit"] == 1
    kinds = ("PersonSuspended", "PersonActivated", "RoleChanged", "QuotaChanged")
    told = details_of(services, *kinds)
    assert [kind for kind, *_ in told] == list(kinds)
    assert {(actor, details["reason"]) for _, actor, details in told} == {(f"person:{own_id}", "Agreed by telephone.")}


def test_an_act_without_a_reason_or_by_somebody_else_changes_nothing(author: Caller, head: Caller) -> None:
    person_id = me(author)["id"]
    for name, body in (("block", {}), ("role", {"role": "curator"}), ("merge", {"into": "1"})):
        path = f"/api/users/{person_id}/{name}"
        assert list(faults(head.post(path, json=body).get_json())) == ["reason"]
        assert list(faults(head.post(path, json={**body, "reason": " "}).get_json())) == ["reason"]
        assert author.post(path, json={**body, "reason": "x"}).status_code == 403
    assert list(faults(head.post(f"/api/users/{person_id}/block", json={"reason": "x", "role": "y"}).get_json())) == [
        "role"
    ]
    assert act(head, 987654321, "block", 404)
    assert (me(author)["roles"], me(author)["active"]) == (["depositor"], True)


def test_the_last_administrator_stays(author: Caller, head: Caller, register: Register, services: Services) -> None:
    own_id, other_id = me(head)["id"], me(author)["id"]
    act(head, own_id, "block", 409)
    act(head, own_id, "role", 409, role="curator")
    act(head, own_id, "merge", 409, into=str(other_id))
    with pytest.raises(Conflict), services.database.transaction(SYSTEM) as unit:
        block_person(unit, own_id, "by an operator")
    second_id = me(register("second@example.org", role=Role.ADMINISTRATOR))["id"]
    act(head, second_id, "block")
    act(head, own_id, "block", 409)
    act(head, second_id, "restore")
    assert act(head, own_id, "block")["blocked"]


def test_a_doubled_account_is_merged_and_nothing_is_lost(
    author: Caller, head: Caller, register: Register, services: Services, settle: Settle
) -> None:
    double, third = register("double@example.org"), register("third@example.org")
    person_id, into_id, third_id = me(double)["id"], me(author)["id"], me(third)["id"]
    show(author, "Ada")
    show(double, "Ada Double")
    record, draft = Deposits(double).published(HIDDEN), Deposits(double).open()
    shared, stronger = Deposits(third).published(HIDDEN), Deposits(third).open()
    give(services, shared, third_id, person_id, Permission.MANAGE)
    give(services, shared, third_id, into_id, Permission.VIEW)
    give(services, stronger, third_id, person_id, Permission.VIEW)
    give(services, stronger, third_id, into_id, Permission.EDIT)
    settle()
    assert third.get(f"/api/users/{person_id}").status_code == 200
    merged = act(head, person_id, "merge", into=str(into_id))
    assert (merged["active"], merged["merged_into"]) == (False, str(into_id))
    for path in ("/api/me", "/api/records"):
        assert double.get(path).status_code == 401
    settle()
    for owned in (record, draft):
        assert grants_on(services, owned) == {into_id: "owner"}
    assert grants_on(services, shared) == {third_id: "owner", into_id: "manage"}
    assert grants_on(services, stronger) == {third_id: "owner", into_id: "edit"}
    assert set(ids_of(search(author, path="/api/user/records"))) == {record["id"], draft["id"]}
    assert author.get(f"/api/records/{record['id']}").get_json()["parent"]["access"]["owned_by"]["user"] == str(into_id)
    assert list(differences(services)) == []
    with services.database.snapshot(SYSTEM) as snapshot:
        used = {person: snapshot.session.get(DraftUse, person).drafts for person in (person_id, into_id)}
        assert snapshot.session.get_one(Departure, person_id).done is not None
    assert used == {person_id: 0, into_id: 1}
    led = third.get(f"/api/users/{person_id}")
    assert (led.status_code, led.headers["Location"]) == (302, f"http://repository.test/api/users/{into_id}")
    author.patch("/api/me", json={"preferences": {"visibility": "restricted"}})
    hidden, unknown = (third.get(f"/api/users/{number}") for number in (person_id, 987654321))
    assert hidden.status_code == unknown.status_code == 404
    assert details_of(services, "AccountMerged")[0][2] == {"into": into_id, "reason": "Agreed by telephone."}
    for name, more in (("restore", {}), ("merge", {"into": str(into_id)}), ("role", {"role": "curator"})):
        act(head, person_id, name, 409, **more)
    for into in (str(person_id), str(third_id), "987654321"):
        assert list(faults(act(head, third_id, "merge", 400, into=into))) == ["into"]


def test_what_came_to_a_person_while_they_left_follows_by_the_sweep(
    author: Caller, head: Caller, register: Register, services: Services, settle: Settle
) -> None:
    double = register("double@example.org")
    draft, person_id, into_id = Deposits(double).open(), me(double)["id"], me(author)["id"]
    act(head, person_id, "merge", into=str(into_id))
    settle()
    with services.database.transaction(SYSTEM) as unit:
        late = update(GrantRow).where(GrantRow.subject_id == into_id).values(subject_id=person_id)
        unit.session.execute(late)
    run_now(services, "departures")
    assert grants_on(services, draft) == {into_id: "owner"}
    assert PUBLIC not in HIDDEN["access"].values()
    with services.database.snapshot(SYSTEM) as snapshot:
        assert not snapshot.session.get_one(Person, person_id).active


def test_two_administrators_who_end_each_other_leave_one(head: Caller, register: Register, services: Services) -> None:
    second = register("second@example.org", role=Role.ADMINISTRATOR)
    first_id, second_id = me(head)["id"], me(second)["id"]

    def ended(by: Caller, person_id: int) -> Callable[[], int]:
        return lambda: by.post(f"/api/users/{person_id}/block", json={"reason": "a race"}).status_code

    for _ in range(3):
        statuses = at_once(ended(head, second_id), ended(second, first_id))
        assert sorted(statuses)[0] == 200
        assert sorted(statuses)[1] in (401, 409)
        with services.database.transaction(SYSTEM) as unit:
            people = [unit.session.get_one(Person, number) for number in (first_id, second_id)]
            assert [person.active for person in people].count(True) == 1
            for person in people:
                person.active = True
