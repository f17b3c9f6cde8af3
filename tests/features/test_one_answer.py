"""One answer at every door: who may read a dataset alone finds it, counts it and gets its files, and nobody else does.

Grants and links are given, changed and taken through the API; after each change every kind of actor knocks everywhere.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from repository.core.actor import SYSTEM, Role, TokenScope
from repository.dataset.formats.registry import FORMATS
from repository.engines.services import Services
from repository.people.queries import person_by_email
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json, buckets, ids_of, search
from tests.features.test_grants_api import person_id

pytestmark = pytest.mark.slow

CLOSED = {"access": {"record": "restricted", "files": "restricted"}}
EMBARGO = {"active": True, "until": "2999-01-01"}
STATES: dict[str, Json] = {
    "public": {},
    "restricted": CLOSED,
    "embargoed": {"access": {"record": "public", "files": "restricted", "embargo": EMBARGO}},
    "withdrawn": {},
    "draft": CLOSED,
}
IN_PUBLIC = {"public", "embargoed"}
LIMITS = {
    "max_examples": 2,
    "phases": [Phase.generate],
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
}


@dataclass
class Knocker:
    """An actor at the doors, with the token of a link for each dataset if they have one."""

    caller: Caller
    tokens: dict[str, str] = field(default_factory=dict)

    def get(self, state: str, path: str, **query: str) -> Any:
        token = {"token": self.tokens[state]} if state in self.tokens else {}
        return self.caller.get(path, query_string={**query, **token})

    def opens(self, state: str, path: str, **query: str) -> bool:
        return bool(self.get(state, path, **query).status_code == 200)


@pytest.fixture
def shelf(deposits: Deposits, curator: Caller, settle: Callable[[], None]) -> dict[str, Json]:
    """One dataset in each state; its word is found in no other."""
    made = {}
    for state, access in STATES.items():
        body = a_dataset(title=f"Nest {state}quetzal") | access
        if state == "draft":
            made[state] = deposits.open(body)
            deposits.upload(made[state]["id"])
        else:
            made[state] = deposits.published(body)
    withdrawn = f"/api/records/{made['withdrawn']['id']}/delete"
    assert curator.delete(withdrawn, json={"removal_reason": {"id": "spam"}}).status_code == 204
    settle()
    return made


@pytest.fixture
def curator(register: Callable[..., Caller]) -> Caller:
    return register("curator@example.org", role=Role.CURATOR)


def actors(register: Callable[..., Caller], services: Services, author: Caller, anyone: Caller) -> dict[str, Knocker]:
    names = ("friend", "stranger", "suspended", "ex-member")
    callers = {name: register(f"{name}@example.org") for name in names}
    callers["narrow"] = register("narrow@example.org", scopes=(TokenScope.WRITE, TokenScope.ACTIONS))
    callers["administrator"] = register("administrator@example.org", role=Role.ADMINISTRATOR)
    with services.database.transaction(SYSTEM) as unit:
        person = person_by_email(unit, "suspended@example.org")
        assert person is not None
        person.active = False
    people = {name: Knocker(caller) for name, caller in callers.items()}
    return people | {"owner": Knocker(author), "public": Knocker(anyone), "guest": Knocker(anyone)}


changes = st.lists(
    st.tuples(
        st.sampled_from(["grant", "grant", "everybody", "link", "blind link"]),
        st.sampled_from(["view", "preview", "edit", "manage"]),
        st.sampled_from(["stranger", "suspended", "narrow", "administrator", "owner"]),
    ),
    min_size=2,
    max_size=2,
)


def apply(
    author: Caller, shelf: dict[str, Json], guest: Knocker, friend: str, team: str, kind: str, permission: str
) -> list[str]:
    """Change who may read each dataset; return the addresses that undo it."""
    undo = []
    for state, record in shelf.items():
        access = f"/api/records/{record['id']}/access"
        if "link" in kind:
            blind = kind == "blind link"
            terms = {"permission": "preview" if blind or permission == "manage" else permission, "blinded": blind}
            link = author.post(f"{access}/links", json=terms).get_json()
            guest.tokens[state] = link["token"]
            undo.append(link["links"]["self"])
        else:
            everybody = {"type": "system_role", "id": "authenticated"}
            subject = everybody if kind == "everybody" else {"type": "user", "id": friend}
            grants = [{"permission": permission, "subject": subject}]
            if kind != "everybody":
                grants.append({"permission": permission, "subject": {"type": "group", "id": team}})
            made = author.post(f"{access}/grants", json={"grants": grants}).get_json()["hits"]["hits"]
            undo += [grant["links"]["self"] for grant in made]
    return undo


def record_answers(knocker: Knocker, state: str, record: Json, name: str, blind: bool) -> Iterator[tuple[str, bool]]:
    """Whether each door shows a published record, those of lists and counts included."""
    at, page = f"/api/records/{record['id']}", f"/records/{record['id']}"
    for path in (at, page, f"{at}/export/{name}", f"{page}/export/{name}", f"{page}/linkset.json"):
        yield path, knocker.opens(state, path)
    if blind:  # in no list: lists name people
        return
    versions = knocker.get(state, f"{at}/versions")
    yield "versions", versions.status_code == 200 and record["id"] in ids_of(versions.get_json())
    answer = knocker.get(state, "/api/records", q=f"{state}quetzal").get_json()
    if "hits" in answer:  # else a credential that is refused everywhere
        yield "search", ids_of(answer) == [record["id"]]
        yield "count", answer["hits"]["total"] == 1
        yield "facets", sum(buckets(answer, "resource_type").values()) == 1


def file_answers(knocker: Knocker, state: str, record: Json) -> Iterator[tuple[str, bool]]:
    draft = "/draft" if state == "draft" else ""
    at = f"/api/records/{record['id']}{draft}"
    for path in (f"{at}/files", f"{at}/files/data.csv", f"{at}/files/data.csv/content", f"{at}/files-archive"):
        yield path, knocker.opens(state, path)
    yield "chosen", knocker.opens(state, f"{at}/files-archive", key="data.csv")
    yield "folder", knocker.opens(state, f"{at}/files-archive", prefix="data")
    if not draft:
        yield "manifest", knocker.opens(state, f"{at}/manifest", format="wget")
        yield "page", knocker.opens(state, f"/records/{record['id']}/files/data.csv")


def draft_answers(knocker: Knocker, state: str, record: Json, *, lists: bool) -> Iterator[tuple[str, bool]]:
    for path in (f"/api/records/{record['id']}/draft", f"/uploads/{record['id']}"):
        yield path, knocker.opens(state, path)
    yield from file_answers(knocker, state, record)
    if lists:
        word = f"{state}quetzal"
        mine = [search(knocker.caller, word, "/api/user/records", shared_with_me=flag) for flag in ("true", "false")]
        yield "lists", record["id"] in [*ids_of(mine[0]), *ids_of(mine[1])]


def knock(people: dict[str, Knocker], shelf: dict[str, Json], change: str, permission: str, name: str) -> None:
    for who, knocker in people.items():
        for state, record in shelf.items():
            blind = who == "guest" and change == "blind link" and state in knocker.tokens
            if state == "draft":
                # a list of one's own has neither what everybody signed in may read nor what an administrator may
                lists = who in ("owner", "friend", "stranger") and change != "everybody"
                answers = dict(draft_answers(knocker, state, record, lists=lists))
            else:
                answers = dict(record_answers(knocker, state, record, name, blind))
                files = dict(file_answers(knocker, state, record))
                assert len(set(files.values())) == 1, (who, state, change, permission, files)
            assert len(set(answers.values())) == 1, (who, state, change, permission, answers)
            if who in ("public", "stranger", "suspended", "narrow", "ex-member") and change != "everybody":
                expected = state in IN_PUBLIC and who != "suspended"
                assert set(answers.values()) == {expected}, (who, state, change, answers)


def team_of_one_who_left(author: Caller, former: Caller) -> str:
    """The id of a team that somebody was in."""
    assert former.patch("/api/me", json={"preferences": {"visibility": "public"}}).status_code == 200
    team, member = author.post("/api/teams", json={"name": "Ice"}).get_json(), {"type": "user", "id": person_id(former)}
    assert author.post(team["links"]["members"], json={"members": [member], "role": "member"}).status_code == 204
    assert former.post(f"/api/teams/{team['id']}/actions/accept").status_code == 200
    left = author.delete(team["links"]["members"], json={"members": [member]})
    assert left.status_code == 204, left.text
    return str(team["id"])


def in_public_lists(anyone: Caller, shelf: dict[str, Json]) -> set[str]:
    """The states whose datasets OAI-PMH, feed and site map name."""
    oai = anyone.get("/oai2d?verb=ListIdentifiers&metadataPrefix=oai_dc").text
    headers = [header for header in oai.split("<header")[1:] if 'status="deleted"' not in header]
    feeds = [anyone.get(path).text for path in ("/feed.atom", "/sitemap-1.xml")]
    texts = ["".join(headers).replace("oai:repository.test:", "/records/"), *feeds]
    listed = [
        {state for state, record in shelf.items() if re.search(rf"/records/{record['id']}\b", text)} for text in texts
    ]
    assert listed[0] == listed[1] == listed[2]
    return listed[0]


def test_every_door_gives_the_same_answer_before_and_after_every_change(
    shelf: dict[str, Json],
    register: Callable[..., Caller],
    services: Services,
    author: Caller,
    anyone: Caller,
    settle: Callable[[], None],
) -> None:
    people = actors(register, services, author, anyone)
    team = team_of_one_who_left(author, people["ex-member"].caller)
    friend = person_id(people["friend"].caller)
    guest = people["guest"]

    @settings(**LIMITS)  # type: ignore[arg-type]
    @given(steps=changes, name=st.sampled_from(sorted(FORMATS)))
    def check(steps: list[tuple[str, str, str]], name: str) -> None:
        for *step, other in steps:
            knockers = {who: people[who] for who in ("friend", "guest", "public", "ex-member", other)}
            undo = apply(author, shelf, guest, friend, team, *step)
            settle()
            knock(knockers, shelf, *step, name)
            assert in_public_lists(anyone, shelf) == IN_PUBLIC
            assert {author.delete(address).status_code for address in undo} == {204}
            knock({who: people[who] for who in ("friend", "guest")}, shelf, "nothing", "", name)
            guest.tokens.clear()

    check()
