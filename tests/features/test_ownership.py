"""Ownership moves when the receiver accepts, and no dataset is left without an owner."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import delete, select

from repository.access.model import GrantRow
from repository.access.owned import owned_datasets
from repository.access.principals import GrantSubject, SubjectKind
from repository.core.actor import SYSTEM, Role
from repository.core.clock import now
from repository.core.clock_watch import confirm_clock
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.people.model import Person
from repository.people.queries import person_by_email
from repository.people.quotas import set_limits
from repository.records.model import Concept
from repository.search.index import differences
from repository.sharing.ownership import move_all as all_moves
from repository.sharing.ownership.move_all import move_all
from repository.sharing.ownership.ownerless import owners_gone
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.provoked import condition_of
from tests.features.steps import Json, faults, ids_of, search
from tests.features.test_access_requests import at_once
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
HIDDEN = a_dataset() | {"access": {"record": "restricted", "files": "restricted"}}


@pytest.fixture
def heir(register: Callable[..., Caller]) -> Caller:
    return register("heir@example.org")


def person_id(services: Services, email: str) -> int:
    with services.database.snapshot(SYSTEM) as snapshot:
        person = person_by_email(snapshot, email)
        assert person is not None
        return person.id


def offer(services: Services, author: Caller, record: Json, **said: object) -> Json:
    subject = {"type": "user", "id": str(person_id(services, "heir@example.org"))}
    body = {"subject": subject, "message": "Please take it.", **said}
    reply = author.post(f"/api/records/{record['id']}/access/owner", json=body)
    assert reply.status_code == 201, reply.text
    return reply.get_json()


def act(caller: Caller, made: Json, name: str) -> int:
    return caller.post(f"/api/ownership-offers/{made['id']}/actions/{name}").status_code


def drafts_of(caller: Caller) -> tuple[int, int]:
    quota = caller.get("/api/user/quota").get_json()
    return quota["drafts"]["used"], quota["draft_bytes"]["used"]


def owners(services: Services, record: Json) -> list[tuple[str, int]]:
    concept_id = int(record["parent"]["id"])
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = snapshot.session.scalars(select(GrantRow).where(GrantRow.concept_id == concept_id))
        return sorted((row.permission, row.subject_id) for row in rows)


@pytest.mark.parametrize("stays", [False, True])
def test_an_accepted_offer_moves_grant_copy_quotas_and_index(
    author: Caller, heir: Caller, deposits: Deposits, services: Services, settle: Settle, stays: bool
) -> None:
    record = deposits.published(HIDDEN)
    successor = author.post(record["links"]["versions"]).get_json()
    deposits.upload(successor["id"], "more.csv", b"123456")
    made = offer(services, author, record, stays_manager=stays)
    assert (heir.get(record["links"]["self"]).status_code, drafts_of(author)) == (403, (1, 6))
    assert heir.get("/api/me/ownership-offers").get_json()["hits"]["hits"][0]["id"] == made["id"]

    assert act(heir, made, "accept") == 200
    settle()
    heir_id, author_id = person_id(services, "heir@example.org"), person_id(services, "author@example.org")
    kept = [("manage", author_id)] if stays else []
    assert owners(services, record) == [*kept, ("owner", heir_id)]
    body = heir.get(record["links"]["self"]).get_json()
    assert body["parent"]["access"]["owned_by"]["user"] == str(heir_id)
    assert (drafts_of(author), drafts_of(heir)) == ((0, 0), (1, 6))
    assert author.get(record["links"]["self"]).status_code == (200 if stays else 403)
    assert set(ids_of(search(heir, path="/api/user/records"))) == {record["id"], successor["id"]}
    assert ids_of(search(author, path="/api/user/records")) == []
    assert list(differences(services)) == []
    assert [act(heir, made, name) for name in ("accept", "decline")] == [409, 409]


def test_only_the_owner_offers_and_only_the_receiver_answers(
    author: Caller, heir: Caller, deposits: Deposits, services: Services, register: Callable[..., Caller]
) -> None:
    record = deposits.published()
    stranger, boss = register("stranger@example.org"), register("boss@example.org", role=Role.ADMINISTRATOR)
    body = {"subject": {"type": "user", "id": str(person_id(services, "heir@example.org"))}}
    address = f"/api/records/{record['id']}/access/owner"
    assert stranger.post(address, json=body).status_code == 403
    for subject in ({"type": "user", "id": "999999"}, {"type": "user", "id": "x"}, {"type": "group", "id": "7"}):
        refused = author.post(address, json={"subject": subject})
        assert (refused.status_code, list(faults(refused.get_json()))) == (400, ["subject.id"])
    made = offer(services, author, record)
    again = boss.post(address, json=body)
    assert (again.status_code, made["id"] in again.get_json()["message"]) == (409, True)
    assert [act(caller, made, "accept") for caller in (stranger, author, boss)] == [404] * 3
    address = f"/api/ownership-offers/{made['id']}"
    assert [caller.get(address).status_code for caller in (stranger, heir, author, boss)] == [404, 200, 200, 200]
    assert [act(stranger, made, "withdraw"), act(heir, made, "withdraw"), act(author, made, "withdraw")] == [
        404,
        403,
        200,
    ]
    assert act(heir, made, "accept") == 409
    declined = offer(services, author, record)
    assert [act(heir, declined, "decline"), act(heir, declined, "accept")] == [200, 409]
    assert owners(services, record) == [("owner", person_id(services, "author@example.org"))]


def test_who_leads_a_team_accepts_for_the_team(
    author: Caller, heir: Caller, deposits: Deposits, services: Services, register: Callable[..., Caller]
) -> None:
    record = deposits.published(HIDDEN)
    team = heir.post("/api/teams", json={"name": "Sea ice"}).get_json()
    member = register("member@example.org")
    made = offer(services, author, record, subject={"type": "group", "id": team["id"]})
    assert [act(caller, made, "accept") for caller in (member, author)] == [404, 404]
    assert heir.get("/api/me/ownership-offers").get_json()["hits"]["hits"][0]["id"] == made["id"]
    assert act(heir, made, "accept") == 200
    assert owners(services, record) == [("owner", int(team["id"]))]
    body = heir.get(record["links"]["self"]).get_json()
    assert body["parent"]["access"]["owned_by"]["user"] == str(person_id(services, "heir@example.org"))
    assert run_now(services, "owners").faults == 0
    assert heir.delete(f"/api/teams/{team['id']}").status_code == 409, "a team that owns a dataset stays"


def test_an_offer_that_is_late_or_overtaken_moves_nothing(
    author: Caller, heir: Caller, deposits: Deposits, services: Services, register: Callable[..., Caller]
) -> None:
    late, overtaken = deposits.open(), deposits.open()
    made = offer(services, author, late)
    with time_machine.travel(now() + timedelta(days=30, minutes=1)):
        assert act(heir, made, "accept") == 409
        confirm_clock(services.database)
        run_now(services, "access requests")
        assert heir.get(f"/api/ownership-offers/{made['id']}").get_json()["status"] == "expired"
    made = offer(services, author, overtaken)
    register("other@example.org")
    author_id, other_id = (person_id(services, f"{name}@example.org") for name in ("author", "other"))
    assert move_all(services.database, services.site, author_id, other_id, "She left.") == 2
    assert act(heir, made, "accept") == 409
    assert owners(services, overtaken) == [("owner", other_id)]


def test_a_receiver_without_room_for_the_drafts_is_refused_whole(
    author: Caller, heir: Caller, deposits: Deposits, services: Services
) -> None:
    draft = deposits.open()
    with services.database.transaction(SYSTEM) as unit:
        person = unit.session.get_one(Person, person_id(services, "heir@example.org"))
        set_limits(unit, person, 1, None)
    Deposits(heir).open()
    made = offer(services, author, draft)
    assert act(heir, made, "accept") == 403
    assert owners(services, draft) == [("owner", person_id(services, "author@example.org"))]
    assert heir.get(f"/api/ownership-offers/{made['id']}").get_json()["status"] == "open"


def test_accepting_and_withdrawing_at_once_ends_one_way(
    author: Caller, heir: Caller, deposits: Deposits, services: Services
) -> None:
    record = deposits.open()
    made = offer(services, author, record)
    outcome = at_once(lambda: act(heir, made, "accept"), lambda: act(author, made, "withdraw"))
    accepted = heir.get(f"/api/ownership-offers/{made['id']}").get_json()["status"] == "accepted"
    # once the dataset is the receiver's, its former owner may not take the offer back
    assert outcome in ([200, 409], [200, 403])
    owner = "heir@example.org" if accepted else "author@example.org"
    assert owners(services, record) == [("owner", person_id(services, owner))]


def test_whoever_leaves_hands_everything_over_also_after_a_cut(
    author: Caller, heir: Caller, deposits: Deposits, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [deposits.open() for _ in range(5)]
    author_id, heir_id = (person_id(services, f"{name}@example.org") for name in ("author", "heir"))
    monkeypatch.setattr(all_moves, "BATCH", 2)
    whole, calls = all_moves.move_ownership, []

    def cut(*arguments: object) -> None:
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        whole(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(all_moves, "move_ownership", cut)
    with pytest.raises(KeyboardInterrupt):
        move_all(services.database, services.site, author_id, heir_id, "She left.")
    assert [owners(services, record)[0][1] for record in records] == [heir_id] * 2 + [author_id] * 3
    assert move_all(services.database, services.site, author_id, heir_id, "She left.") == 3
    assert (drafts_of(author), drafts_of(heir)) == ((0, 0), (5, 0))
    with services.database.transaction(SYSTEM) as unit:
        assert owned_datasets(unit, GrantSubject(SubjectKind.PERSON, author_id), 1) == []
        moves = unit.session.scalars(select(FactRow).where(FactRow.kind == "OwnershipMoved")).all()
    assert [move.details["reason"] for move in moves] == ["She left."] * 5


def test_a_dataset_without_an_owner_is_found_and_named_until_it_has_one(
    author: Caller, heir: Caller, deposits: Deposits, services: Services, register: Callable[..., Caller]
) -> None:
    record, other = deposits.open(), deposits.open()
    boss = register("boss@example.org", role=Role.ADMINISTRATOR)
    concept_id = int(record["parent"]["id"])
    assert condition_of(services, "owners").is_well
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(delete(GrantRow).where(GrantRow.concept_id == concept_id))
    assert run_now(services, "owners").faults == 1
    assert f"{concept_id}." in condition_of(services, "owners").problem
    made = offer(services, boss, record)
    assert act(heir, made, "accept") == 200
    assert run_now(services, "owners").faults == 0
    assert condition_of(services, "owners").is_well
    with services.database.transaction(SYSTEM) as unit:
        unit.session.get_one(Person, person_id(services, "author@example.org")).active = False
        unit.session.flush()
        assert [row.concept_id for row in owners_gone(unit, 5)] == [int(other["parent"]["id"])]
        assert unit.session.get_one(Concept, concept_id).owner_id == person_id(services, "heir@example.org")
