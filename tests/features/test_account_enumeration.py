"""No door tells whether an address has an account: not by its answer, and not by the work that it does.

Work is counted, not timed: the statements that the database gets, and how often a password is hashed or compared.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import delete
from werkzeug.test import TestResponse

from repository.app import create_app
from repository.core.actor import SYSTEM, Role
from repository.engines.services import Services
from repository.people import accounts
from repository.people.accounts import set_active
from repository.people.institutions.define_institution import open_institution
from repository.people.institutions.institution_people import admit
from repository.people.model import GuessCount
from repository.people.nameable import NamedPerson
from repository.people.teams.model import MemberRole, Team
from repository.people.teams.rules import MOST_MEMBERS
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.signing_in import OTHER, PASSWORD, SigningIn, people, quick_passwords
from tests.features.steps import Json, statements

__all__ = ["people", "quick_passwords"]
pytestmark = pytest.mark.slow

SUSPENDED, UNKNOWN, FIRST = "suspended@example.org", "nobody@example.org", "first@example.org"
ADDRESSES = {"known": OTHER, "suspended": SUSPENDED, "unknown": UNKNOWN}
ROR = "034t30j35"
WRONG = "this is not the password"


class CountingHasher(PasswordHasher):
    """A quick hasher that counts what it does."""

    calls: list[str]

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.calls.append("hash")
        return super().hash(password, salt=salt)

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # noqa: A002
        self.calls.append("verify")
        return bool(super().verify(hash, password))


@dataclass(frozen=True)
class House:
    """A site whose doors are all open, the people who knock, and a dataset and groups that they knock about."""

    services: Services
    app: Flask
    owner: SigningIn
    author: Caller
    head: Caller
    record: str
    team: str

    def stranger(self) -> SigningIn:
        return SigningIn(self.app)

    def members(self, address: str, **more: str) -> Json:
        return {"members": [{"type": "email", "id": address}], **more}


Door = Callable[[House, str], TestResponse]


def sign_in(house: House, address: str) -> TestResponse:
    return house.stranger().sign_in(address, WRONG)


def sign_in_page(house: House, address: str) -> TestResponse:
    return house.stranger()("POST", "/login", data={"email": address, "password": WRONG})


def of_strangers(path: str, **more: str) -> Door:
    return lambda house, address: house.stranger()("POST", path, json={"email": address, **more})


def form_of_strangers(path: str, **more: str) -> Door:
    return lambda house, address: house.stranger()("POST", path, data={"email": address, **more})


def as_guest(house: House, address: str) -> TestResponse:
    body = {"message": "For a survey.", "full_name": "Ada Guest", "email": address, "accept_conditions": True}
    return house.stranger()("POST", f"/api/records/{house.record}/access/request", json=body)


def change_address(house: House, address: str) -> TestResponse:
    return house.owner("PUT", "/api/me/email", json={"email": address, "password": PASSWORD})


def with_wrong_password(house: House, address: str) -> TestResponse:
    return house.owner("PUT", "/api/me/email", json={"email": address, "password": WRONG})


def look_for(path: str, name: str) -> Door:
    return lambda house, address: house.owner("GET", path, query_string={name: address})


def on_team(method: str, **more: str) -> Door:
    return lambda house, address: house.owner(
        method, f"/api/teams/{house.team}/members", json=house.members(address, **more)
    )


def on_institution(method: str, **more: str) -> Door:
    return lambda house, address: house.head(
        method, f"/api/institutions/{ROR}/members", json=house.members(address, **more)
    )


def grant(house: House, address: str) -> TestResponse:
    body = {"grants": [{"subject": {"type": "user", "id": address}, "permission": "view"}]}
    return house.author("POST", f"/api/records/{house.record}/access/grants", json=body)


def offer(house: House, address: str) -> TestResponse:
    body = {"subject": {"type": "user", "id": address}, "message": ""}
    return house.author("POST", f"/api/records/{house.record}/access/owner", json=body)


OPEN_DOORS: dict[str, Door] = {
    "sign in": sign_in,
    "sign in on the page": sign_in_page,
    "sign up": of_strangers("/api/sign-up", password=PASSWORD),
    "sign up on the page": form_of_strangers("/signup", name="Ada", password=PASSWORD),
    "invitation that is none": of_strangers("/api/sign-up", password=PASSWORD, invitation="x"),
    "first administrator": of_strangers("/api/first-administrator", password=PASSWORD, token="x"),
    "forgotten password": of_strangers("/api/password-resets"),
    "forgotten password on the page": form_of_strangers("/forgot"),
    "request of a guest": as_guest,
    "change of one's address": change_address,
    "change of one's address by a wrong password": with_wrong_password,
    "search of people": look_for("/api/users", "q"),
    "suggestion of names": look_for("/api/names", "suggest"),
    "grant": grant,
    "offer of a dataset": offer,
}
"""What answers alike and does the same for every address."""
GROUP_DOORS: dict[str, Door] = {
    "invitation to a team": on_team("POST"),
    "role in a team": on_team("PUT", role="member"),
    "dismissal from a team": on_team("DELETE"),
    "members of an institution": on_institution("PUT", role="member"),
    "dismissal from an institution": on_institution("DELETE"),
}
"""What answers alike, by people who manage a group; a known person is then written into it."""


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch, quick_passwords: None) -> CountingHasher:
    counting = CountingHasher(time_cost=1, memory_cost=8, parallelism=1)
    counting.calls = []
    monkeypatch.setattr(accounts, "_hasher", counting)
    return counting


@pytest.fixture
def house(
    services: Services,
    hasher: CountingHasher,
    people: Json,
    deposits: Deposits,
    author: Caller,
    register: Callable[..., Caller],
) -> House:
    opened = replace(services, site=replace(services.site, sign_up="open"))
    app = create_app(opened)
    with services.database.transaction(SYSTEM) as unit:
        set_active(unit, accounts.register_person(unit, SUSPENDED, password=PASSWORD), False)
        open_institution(unit, f"https://ror.org/{ROR}", "Chinese Academy of Sciences")
    owner = SigningIn(app)
    assert owner.sign_in().status_code == 201
    record = deposits.published(a_dataset() | {"access": {"record": "public", "files": "restricted"}})["id"]
    allowed = author.put(f"/api/records/{record}/access", json={"allow_guest_requests": True})
    assert allowed.status_code == 200, allowed.text
    team = owner("POST", "/api/teams", json={"name": "Sea ice"}).get_json()["id"]
    head = register("head@example.org", role=Role.ADMINISTRATOR)
    return House(opened, app, owner, author, head, str(record), str(team))


@dataclass(frozen=True)
class Told:
    """What whoever knocks learns, without what differs in every reply and without the address itself."""

    status: int
    text: str
    headers: tuple[tuple[str, str], ...]


def told(reply: TestResponse, address: str) -> Told:
    def anonymous(text: str) -> str:
        text = text.replace(address, "ADDRESS").replace(address.replace("@", "%40"), "ADDRESS")
        return re.sub(r"[0-9a-f]{32}|nonce-[\w+/=-]+|name=\"csrf_token\" value=\"[^\"]*\"|csrf=[^;]*", "…", text)

    numbers = {"X-Request-ID", "RateLimit", "RateLimit-Policy", "Content-Length", "ETag", "Set-Cookie"}
    headers = sorted((name, anonymous(text)) for name, text in reply.headers.items() if name not in numbers)
    return Told(reply.status_code, anonymous(reply.text), tuple(headers))


def forget_tries(services: Services) -> None:
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(delete(GuessCount))


@pytest.mark.parametrize("door", OPEN_DOORS.values(), ids=OPEN_DOORS)
def test_answer_and_work_are_the_same_for_every_address(house: House, hasher: CountingHasher, door: Door) -> None:
    door(house, FIRST)  # statements are compiled, caches are filled
    seen = {}
    for name, address in ADDRESSES.items():
        hasher.calls.clear()
        forget_tries(house.services)  # the work of a second try differs from that of a first, whatever the address
        with statements(house.services) as heard:
            reply = door(house, address)
        seen[name] = (told(reply, address), list(heard), list(hasher.calls))

    assert seen["known"][0] == seen["suspended"][0] == seen["unknown"][0]
    assert seen["known"][2] == seen["suspended"][2] == seen["unknown"][2]
    assert seen["known"][1] == seen["suspended"][1] == seen["unknown"][1]


@pytest.mark.parametrize("door", GROUP_DOORS.values(), ids=GROUP_DOORS)
def test_an_address_that_is_put_into_a_group_is_answered_alike(house: House, door: Door) -> None:
    answers = [told(door(house, address), address) for address in ADDRESSES.values()]

    assert answers == [answers[0]] * 3
    assert answers[0].status == 204


def test_a_full_team_is_full_for_every_address(house: House) -> None:
    """Else whoever manages a full team could ask for addresses one by one."""
    with house.services.database.transaction(SYSTEM) as unit:
        unit.session.get_one(Team, int(house.team)).members = MOST_MEMBERS

    answers = [told(on_team("POST")(house, address), address) for address in ADDRESSES.values()]

    assert answers == [answers[0]] * 3
    assert answers[0].status == 409


def test_only_who_appoints_them_learns_who_leads_an_institution(house: House, people: Json) -> None:
    with house.services.database.transaction(SYSTEM) as unit:
        admit(unit, ROR, [NamedPerson("", person_id) for person_id in people.values()], MemberRole.MANAGER)
    path = f"/api/institutions/{ROR}/members"

    for method, more in (("PUT", {"role": "member"}), ("DELETE", {})):
        replies = [house.owner(method, path, json=house.members(address, **more)) for address in ADDRESSES.values()]
        assert [reply.status_code for reply in replies] == [204] * 3
    by_id = {"members": [{"type": "user", "id": str(people[OTHER])}]}
    assert house.owner("DELETE", path, json=by_id).status_code == 400, "who hides is nobody by id"
    roles = {hit["role"] for hit in house.head.get(path).get_json()["hits"]["hits"]}
    assert roles == {"manager"}, "managers stay"


def test_every_route_whose_body_has_an_address_is_a_door_here(house: House) -> None:
    """A new route with an address in its body fails here until it is among the doors above."""
    document = house.author.get("/api/openapi.json").get_json()
    schemas = document["components"]["schemas"]
    walked = {
        "/session", "/sign-up", "/first-administrator", "/password-resets", "/me/email",
        "/records/{record_id}/access/request",
    }  # fmt: skip

    taken = {
        path
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if isinstance(operation, dict)
        for name in re.findall(r"#/components/schemas/(\w+)", str(operation.get("requestBody", "")))
        if "email" in schemas[name].get("properties", {})
    }

    assert taken == walked
