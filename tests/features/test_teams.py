"""Teams: invitations, roles, the last manager, and rights that come and go with membership."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from repository.access.policy import Permission
from repository.access.principals import GrantSubject, SubjectKind
from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.people.accounts import set_active
from repository.people.group_subjects import existing_subjects
from repository.people.queries import person_by_email
from repository.people.teams import queries
from repository.people.teams.team_members import leave_all_teams, move_teams
from repository.sharing.share import share
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json, ids_of, search

pytestmark = pytest.mark.slow

TEAMS = "/api/teams"
CLOSED = {"access": {"record": "restricted", "files": "restricted"}}


@pytest.fixture
def head(register: Callable[..., Caller]) -> Caller:
    return register("head@example.org")


@pytest.fixture
def friend(register: Callable[..., Caller]) -> Caller:
    """Somebody whom others find."""
    caller = register("friend@example.org")
    assert caller.patch("/api/me", json={"preferences": {"visibility": "public"}}).status_code == 200
    return caller


@pytest.fixture
def number(services: Services) -> Callable[[str], str]:
    """The id of a person, by the name in their address."""

    def of(name: str) -> str:
        with services.database.snapshot(SYSTEM) as snapshot:
            person = person_by_email(snapshot, f"{name}@example.org")
            assert person is not None
            return str(person.id)

    return of


@pytest.fixture
def team(head: Caller) -> Json:
    reply = head.post(TEAMS, json={"name": "Sea ice", "slug": "sea-ice"})
    assert reply.status_code == 201, reply.text
    return reply.get_json()


def people(*ids: str, **more: str) -> Json:
    return {"members": [{"type": "user", "id": person} for person in ids], **more}


def join(head: Caller, caller: Caller, team: Json, person: str, role: str = "member") -> None:
    invited = head.post(team["links"]["members"], json=people(person, role=role))
    assert invited.status_code == 204, invited.text
    assert caller.post(f"{TEAMS}/{team['id']}/actions/accept").status_code == 200


def test_an_invitation_is_accepted_by_the_person_and_nobody_else(
    head: Caller, friend: Caller, author: Caller, team: Json, number: Callable[[str], str]
) -> None:
    members = team["links"]["members"]
    assert head.post(members, json=people(number("friend"))).status_code == 204
    assert head.post(members, json=people(number("friend"))).status_code == 204
    [own] = friend.get(TEAMS).get_json()["hits"]["hits"]
    assert own["membership"] == {"role": "member", "status": "invited"}
    assert "members_count" not in own
    assert friend.get(members).status_code == 403
    assert author.post(f"{TEAMS}/{team['id']}/actions/accept").status_code == 404
    joined = friend.post(f"{TEAMS}/{team['id']}/actions/accept").get_json()
    assert (joined["membership"]["status"], joined["members_count"]) == ("member", 2)
    listed = friend.get(members).get_json()["hits"]
    assert [hit["member"]["id"] for hit in listed["hits"]] == sorted((number("head"), number("friend")), key=int)
    assert "@" not in str(listed)
    assert author.get(members).status_code == 403
    assert friend.post(members, json=people(number("author"))).status_code == 403


def test_nobody_learns_who_has_an_account_by_inviting(
    head: Caller, author: Caller, team: Json, number: Callable[[str], str]
) -> None:
    """The author hides from others, as everybody does at first."""
    members = team["links"]["members"]

    def by_address(email: str) -> Json:
        return {"members": [{"type": "email", "id": email}]}

    unseen = head.post(members, json=people(number("author")))
    nobody = head.post(members, json=people("999999"))
    assert (unseen.status_code, unseen.get_json()["errors"]) == (400, nobody.get_json()["errors"])
    for email in (" Author@example.org", "nobody@example.org"):
        assert head.post(members, json=by_address(email)).status_code == 204
    assert head.get(members).get_json()["hits"]["total"] == 1
    assert len(head.get(members).get_json()["hits"]["hits"]) == 1
    for method in ("POST", "PUT", "DELETE"):
        again = head(method, members, json=people(number("author"), **({"role": "member"} if method == "PUT" else {})))
        assert again.status_code == 400
    assert author.post(f"{TEAMS}/{team['id']}/actions/accept").status_code == 200
    assert len(head.get(members).get_json()["hits"]["hits"]) == 2
    for email in ("author@example.org", "nobody@example.org"):
        assert head.delete(members, json=by_address(email)).status_code == 204
    assert author.get(members).status_code == 403
    assert head.post(members, json=by_address("no address")).get_json()["errors"][0]["field"] == "members.0.id"


def test_a_declined_invitation_gives_nothing(
    head: Caller, friend: Caller, team: Json, number: Callable[[str], str]
) -> None:
    head.post(team["links"]["members"], json=people(number("friend"), role="manager"))
    assert friend.put(team["links"]["self"], json={"name": "Mine"}).status_code == 403
    assert friend.post(f"{TEAMS}/{team['id']}/actions/decline").status_code == 204
    assert friend.post(f"{TEAMS}/{team['id']}/actions/accept").status_code == 404
    assert friend.get(TEAMS).get_json()["hits"]["total"] == 0


def test_a_team_keeps_somebody_who_manages_it(
    head: Caller, friend: Caller, team: Json, number: Callable[[str], str]
) -> None:
    members = team["links"]["members"]
    join(head, friend, team, number("friend"))
    assert head.delete(members, json=people(number("head"))).status_code == 409
    assert head.put(members, json=people(number("head"), role="member")).status_code == 409
    assert head.put(members, json=people(number("friend"), role="manager")).status_code == 204
    assert head.delete(members, json=people(number("head"))).status_code == 204
    assert head.get(members).status_code == 403
    everybody = people(number("friend"))
    assert friend.delete(members, json=everybody).status_code == 409
    assert friend.get(team["links"]["self"]).get_json()["members_count"] == 1


def test_a_person_is_in_a_bounded_number_of_teams(
    head: Caller, friend: Caller, team: Json, number: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_TEAMS", 1)
    assert head.post(TEAMS, json={"name": "More"}).status_code == 409
    assert friend.post(TEAMS, json={"name": "Own"}).status_code == 201
    assert head.post(team["links"]["members"], json=people(number("friend"))).status_code == 204
    assert friend.post(f"{TEAMS}/{team['id']}/actions/accept").status_code == 409
    assert friend.post(f"{TEAMS}/{team['id']}/actions/decline").status_code == 204


def test_two_who_leave_at_once_leave_one_behind(
    head: Caller, friend: Caller, team: Json, number: Callable[[str], str]
) -> None:
    join(head, friend, team, number("friend"), "manager")
    together, members = Barrier(2), team["links"]["members"]

    def leave(caller: Caller, name: str) -> int:
        own = people(number(name))
        together.wait()
        return caller.delete(members, json=own).status_code

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(leave, (head, friend), ("head", "friend")))
    assert sorted(statuses) == [204, 409]
    stayed = head if statuses[0] == 409 else friend
    assert stayed.get(team["links"]["self"]).get_json()["members_count"] == 1


def test_bad_requests_name_their_field(head: Caller, team: Json, register: Callable[..., Caller]) -> None:
    def field_of(reply: object) -> str:
        assert reply.status_code == 400, reply.text
        return reply.get_json()["errors"][0]["field"]

    other = register("other@example.org")
    assert field_of(other.post(TEAMS, json={"name": "Ice", "slug": "sea-ice"})) == "slug"
    assert field_of(other.post(TEAMS, json={"name": "Ice", "slug": "12"})) == "slug"
    assert field_of(other.post(TEAMS, json={"name": "  "})) == "name"
    assert field_of(other.post(TEAMS, json={"name": "Ice", "managers": 7})) == "managers"
    members = team["links"]["members"]
    for odd in ("0", "999999", "9" * 40, "x"):
        assert field_of(head.post(members, json=people(odd))) == "members.0.id"
        assert field_of(head.delete(members, json=people(odd, odd))) == "members.0.id"
    assert field_of(head.put(members, json=people("1", role="owner"))) == "role"
    assert field_of(head.post(members, json={"members": []})) == "members"


def test_teams_are_looked_for_by_the_beginning_of_their_name(head: Caller, team: Json, anyone: Caller) -> None:
    head.post(TEAMS, json={"name": "海冰研究组"})
    assert [hit["name"] for hit in head.get(f"{TEAMS}?suggest=SEA").get_json()["hits"]["hits"]] == ["Sea ice"]
    assert [hit["name"] for hit in head.get(f"{TEAMS}?q=海冰").get_json()["hits"]["hits"]] == ["海冰研究组"]
    assert head.get(TEAMS).get_json()["hits"]["total"] == 2
    assert anyone.get(TEAMS).status_code == anyone.get(team["links"]["self"]).status_code == 403


def test_rights_come_and_go_with_membership_in_lists_searches_and_reads(
    services: Services,
    head: Caller,
    friend: Caller,
    deposits: Deposits,
    team: Json,
    number: Callable[[str], str],
    settle: Callable[[], None],
) -> None:
    record = deposits.published(a_dataset(title="Secret ice") | CLOSED)
    subject = GrantSubject(SubjectKind.TEAM, int(team["id"]))
    with services.database.transaction(SYSTEM) as unit:
        nobody = GrantSubject(SubjectKind.TEAM, 999)
        assert existing_subjects(unit, [subject, nobody]) == {subject}
        share(unit, int(record["parent"]["id"]), subject, Permission.VIEW)
    settle()

    def reads(caller: Caller) -> set[bool]:
        return {
            caller.get(f"/api/records/{record['id']}").status_code == 200,
            caller.get(f"/api/records/{record['id']}/files/data.csv/content").status_code == 200,
            caller.get(f"/records/{record['id']}").status_code == 200,
            ids_of(search(caller, q="ice")) == [record["id"]],
            search(caller)["hits"]["total"] == 1,
            caller.get("/api/user/records?shared_with_me=true").get_json()["hits"]["total"] == 1,
        }

    assert reads(head) == {True}
    assert reads(friend) == {False}
    head.post(team["links"]["members"], json=people(number("friend")))
    assert reads(friend) == {False}
    friend.post(f"{TEAMS}/{team['id']}/actions/accept")
    assert reads(friend) == {True}
    assert head.delete(team["links"]["self"]).status_code == 409
    head.delete(team["links"]["members"], json=people(number("friend")))
    assert reads(friend) == {False}
    join(head, friend, team, number("friend"))
    assert reads(friend) == {True}
    with services.database.transaction(SYSTEM) as unit:
        person = person_by_email(unit, "friend@example.org")
        assert person is not None
        set_active(unit, person, False)
    assert friend.get(f"/api/records/{record['id']}").status_code == 401


def test_memberships_follow_an_account_that_is_merged_or_goes(
    app: Flask, services: Services, head: Caller, friend: Caller, team: Json, number: Callable[[str], str]
) -> None:
    join(head, friend, team, number("friend"), "manager")
    with services.database.transaction(SYSTEM) as unit:
        move_teams(unit, int(number("head")), int(number("friend")))
    assert head.get(TEAMS).get_json()["hits"]["total"] == 0
    assert friend.get(team["links"]["self"]).get_json()["members_count"] == 1
    with services.database.transaction(SYSTEM) as unit:
        move_teams(unit, int(number("friend")), int(number("head")))
    assert head.get(team["links"]["self"]).get_json()["membership"] == {"role": "manager", "status": "member"}
    with services.database.transaction(SYSTEM) as unit:
        leave_all_teams(unit, int(number("head")))
    assert head.get(team["links"]["members"]).status_code == 403
