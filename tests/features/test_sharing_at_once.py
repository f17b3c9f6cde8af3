"""Two people who change the same dataset at once leave what one after the other would have left."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from repository.access.model import GrantRow
from repository.core.actor import SYSTEM
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.people.teams.model import Team
from repository.records.model import Concept
from repository.sharing.ownership.model import OwnershipOffer
from repository.sharing.requests.model import AccessRequest
from tests.conftest import Caller, Deposits, a_dataset
from tests.contracts.together import at_once
from tests.features.steps import Json
from tests.features.test_people import me

pytestmark = pytest.mark.slow

CLOSED_FILES = a_dataset() | {"access": {"record": "public", "files": "restricted"}}
PLEA = {"permission": "view", "message": "I need the raw counts.", "accept_conditions": True}
NEW_LINK = {"permission": "view"}


@dataclass(frozen=True)
class Cast:
    """Who acts: the owner, a manager, one who has a grant, one who is offered the dataset and asks for access."""

    services: Services
    owner: Caller
    manager: Caller
    third: Caller
    heir: Caller
    ids: Mapping[str, int]


@dataclass(frozen=True)
class Scene:
    """A dataset of its own with a grant, a link, an offer, a request, and a team of the owner and the manager."""

    cast: Cast
    record: int
    team: int
    third: int
    grant: str
    link: str
    offer: str
    request: str

    def call(self, name: str, method: str, path: str, body: object = None) -> int:
        caller: Caller = getattr(self.cast, name)
        client = caller.http.application.test_client()
        headers = {"Authorization": f"Bearer {caller.token}"}
        return client.open(path, method=method, json=body, headers=headers).status_code

    def access(self, path: str) -> str:
        return f"/api/records/{self.record}/access/{path}"

    def of_team(self, name: str, method: str, whom: str, role: str | None = None) -> int:
        members = {"members": [{"type": "user", "id": str(self.cast.ids[whom])}]}
        return self.call(name, method, f"/api/teams/{self.team}/members", members | ({"role": role} if role else {}))


Act = Callable[[Scene], int]


def on_grant(name: str, method: str, body: object = None) -> Act:
    return lambda scene: scene.call(name, method, scene.grant, body)


def on_user(name: str, method: str, body: object = None) -> Act:
    return lambda scene: scene.call(name, method, scene.access(f"users/{scene.third}"), body)


def give(name: str, permission: str) -> Act:
    def act(scene: Scene) -> int:
        grant = {"subject": {"type": "user", "id": str(scene.third)}, "permission": permission}
        return scene.call(name, "POST", scene.access("grants"), {"grants": [grant]})

    return act


def dismiss(scene: Scene) -> int:
    return scene.call("owner", "DELETE", scene.access(f"users/{scene.cast.ids['manager']}"))


def on_link(name: str, method: str, body: object = None) -> Act:
    return lambda scene: scene.call(name, method, scene.link, body)


def new_link(scene: Scene) -> int:
    return scene.call("manager", "POST", scene.access("links"), NEW_LINK)


def on_offer(name: str, verb: str) -> Act:
    return lambda scene: scene.call(name, "POST", f"{scene.offer}/actions/{verb}")


def offer_again(scene: Scene) -> int:
    body = {"subject": {"type": "user", "id": str(scene.third)}, "message": ""}
    return scene.call("owner", "POST", scene.access("owner"), body)


def on_request(name: str, verb: str, **body: str) -> Act:
    return lambda scene: scene.call(name, "POST", f"{scene.request}/actions/{verb}", body)


def on_team(name: str, method: str, whom: str, role: str | None = None) -> Act:
    return lambda scene: scene.of_team(name, method, whom, role)


def on_settings(name: str, **settings: object) -> Act:
    return lambda scene: scene.call(name, "PUT", f"/api/records/{scene.record}/access", settings)


PAIRS: dict[str, tuple[Act, Act]] = {
    "give and take by id": (give("owner", "edit"), on_grant("manager", "DELETE")),
    "give and give": (give("owner", "edit"), give("manager", "preview")),
    "change by id and take by person": (
        on_grant("owner", "PATCH", {"permission": "edit"}),
        on_user("manager", "DELETE"),
    ),
    "replace by id and by person": (
        on_grant("owner", "PUT", {"permission": "edit"}),
        on_user("manager", "PUT", {"permission": "preview"}),
    ),
    "take and take": (on_grant("owner", "DELETE"), on_user("manager", "DELETE")),
    "change by person and lose the right": (on_user("manager", "PATCH", {"permission": "edit"}), dismiss),
    "give and lose the right": (give("manager", "edit"), dismiss),
    "change and revoke a link": (on_link("owner", "PATCH", {"permission": "edit"}), on_link("manager", "DELETE")),
    "replace and revoke a link": (on_link("manager", "PUT", {"permission": "preview"}), on_link("owner", "DELETE")),
    "revoke and revoke a link": (on_link("owner", "DELETE"), on_link("manager", "DELETE")),
    "make a link and lose the right": (new_link, dismiss),
    "accept and withdraw": (on_offer("heir", "accept"), on_offer("owner", "withdraw")),
    "accept and decline": (on_offer("heir", "accept"), on_offer("heir", "decline")),
    "accept and share": (on_offer("heir", "accept"), give("owner", "edit")),
    "withdraw and offer to another": (on_offer("owner", "withdraw"), offer_again),
    "grant and decline a request": (on_request("owner", "grant"), on_request("manager", "decline", message="Not yet.")),
    "decline and cancel a request": (
        on_request("manager", "decline", message="Not yet."),
        on_request("heir", "cancel"),
    ),
    "two settings of access": (
        on_settings("owner", allow_user_requests=False),
        on_settings("manager", allow_guest_requests=True),
    ),
    "set access and lose the right": (on_settings("manager", allow_user_requests=False), dismiss),
    "grant and cancel a request": (on_request("owner", "grant"), on_request("heir", "cancel")),
    "grant a request and accept the dataset": (on_request("owner", "grant"), on_offer("heir", "accept")),
    "managers take each other out": (on_team("owner", "DELETE", "manager"), on_team("manager", "DELETE", "owner")),
    "managers lower each other": (
        on_team("owner", "PUT", "manager", "member"),
        on_team("manager", "PUT", "owner", "member"),
    ),
}


@pytest.fixture
def actors(author: Caller, register: Callable[..., Caller], services: Services) -> Cast:
    manager, third, heir = (register(f"{name}@example.org") for name in ("manager", "third", "heir"))
    people = {"owner": author, "manager": manager, "third": third, "heir": heir}
    return Cast(services, **people, ids={name: int(me(caller)["id"]) for name, caller in people.items()})


def staged(cast: Cast) -> Scene:
    owner = cast.owner
    record = Deposits(owner).published(CLOSED_FILES)["id"]
    access = f"/api/records/{record}/access"
    assert owner.put(access, json={"allow_user_requests": True}).status_code == 200
    third = cast.ids["third"]
    grants = [
        {"subject": {"type": "user", "id": str(person)}, "permission": permission}
        for person, permission in ((cast.ids["manager"], "manage"), (third, "view"))
    ]
    given = made(owner, f"{access}/grants", {"grants": grants})["hits"]["hits"]
    team = made(owner, "/api/teams", {"name": f"Team of {record}"})["id"]
    invited = {"members": [{"type": "email", "id": me(cast.manager)["email"]}], "role": "manager"}
    assert owner.post(f"/api/teams/{team}/members", json=invited).status_code == 204
    assert cast.manager.post(f"/api/teams/{team}/actions/accept").status_code == 200
    request = made(cast.heir, f"{access}/request", PLEA)["id"]
    offered = {"subject": {"type": "user", "id": str(cast.ids["heir"])}, "message": ""}
    offer = made(owner, f"{access}/owner", offered)["id"]
    link = made(owner, f"{access}/links", NEW_LINK)["links"]["self"]
    at = f"/api/ownership-offers/{offer}", f"/api/access-requests/{request}"
    return Scene(cast, int(record), int(team), third, given[1]["links"]["self"], link, *at)


def made(caller: Caller, path: str, body: Json) -> Json:
    reply = caller.post(path, json=body)
    assert reply.status_code == 201, reply.text
    return dict(reply.get_json())


def state_of(scene: Scene, concept_id: int) -> object:
    """What is left: grants, links, offers, requests, settings and the team; ids of the scene are left out."""
    with scene.cast.services.database.snapshot(SYSTEM) as snapshot:
        rows = snapshot.session.scalars(select(GrantRow).where(GrantRow.concept_id == concept_id)).all()
        people = {(row.subject_id, row.permission) for row in rows if row.subject_kind == "person"}
        links = sorted(row.permission for row in rows if row.subject_kind == "link")
        offers = snapshot.session.scalars(
            select(OwnershipOffer.state).where(OwnershipOffer.concept_id == concept_id).order_by(OwnershipOffer.id)
        ).all()
        requests = snapshot.session.scalars(
            select(AccessRequest.state).where(AccessRequest.concept_id == concept_id)
        ).all()
        team = snapshot.session.get_one(Team, scene.team)
        settings = snapshot.session.get_one(Concept, concept_id).request_settings
        return frozenset(people), links, tuple(offers), tuple(requests), (team.members, team.managers), settings


def concept_of(scene: Scene) -> int:
    body = scene.cast.owner.get(f"/api/records/{scene.record}").get_json()
    return int(body["parent"]["id"])


def require_facts_agree(scene: Scene, concept_id: int) -> None:
    """The last fact about the grant of the third person tells what they have, and one person is the owner."""
    with scene.cast.services.database.snapshot(SYSTEM) as snapshot:
        facts = snapshot.session.scalars(
            select(FactRow).where(FactRow.kind.in_(["GrantGiven", "GrantEnded"])).order_by(FactRow.id)
        ).all()
        grants = snapshot.session.scalars(select(GrantRow).where(GrantRow.concept_id == concept_id)).all()
    of_third = [
        fact
        for fact in facts
        if (fact.details.get("concept"), fact.details.get("subject")) == (concept_id, scene.third)
    ]
    told = of_third[-1].details["permission"] if of_third[-1].kind == "GrantGiven" else None
    has = {row.subject_id: row.permission for row in grants if row.subject_kind == "person"}
    assert has.get(scene.third) == told
    assert list(has.values()).count("owner") == 1


def done(answers: Sequence[int]) -> list[bool]:
    """Which of them were done.

    Who lost the right between two looks at it is refused by 403, one who never had it then by 404.
    """
    assert set(answers) <= {200, 201, 204, 403, 404, 409}
    return [status < 300 for status in answers]


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_what_two_do_at_once_ends_as_if_one_had_come_first(actors: Cast, pair: tuple[Act, Act]) -> None:
    first, second = pair
    serial = []
    for is_forward in (True, False):
        scene = staged(actors)
        concept_id = concept_of(scene)
        answers = [first(scene), second(scene)] if is_forward else [second(scene), first(scene)][::-1]
        serial.append((done(answers), state_of(scene, concept_id)))
    for answers in zip(*(answers for answers, _ in serial), strict=True):
        assert any(answers), "each of them is done in one order at least"
    for _ in range(3):
        scene = staged(actors)
        concept_id = concept_of(scene)
        together = at_once(lambda s=scene: first(s), lambda s=scene: second(s))
        assert max(together) < 500
        assert (done(together), state_of(scene, concept_id)) in serial
        require_facts_agree(scene, concept_id)
