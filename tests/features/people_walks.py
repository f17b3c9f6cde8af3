"""What people do among themselves: group, meet, leave; walks whose statements are looked at."""

from collections.abc import Callable

from repository.core.actor import SYSTEM, Actor, TokenScope
from repository.engines.services import Services
from repository.people.queries import person_by_email
from repository.sharing.leaving import leave
from tests.conftest import Caller, Deposits
from tests.features.telling import ok

Settle = Callable[[], None]


def number_of(services: Services, email: str) -> int:
    with services.database.snapshot(SYSTEM) as snapshot:
        person = person_by_email(snapshot, email)
        assert person is not None
        return person.id


def group(administrator: Caller, author: Caller, person: str) -> None:
    """Make a team and an institution, and let people come, be listed and go."""
    made = ok(author.post("/api/teams", json={"name": "Bills", "slug": "bills"})).get_json()
    team, members = made["links"]["self"], made["links"]["members"]
    invited = {"members": [{"id": person}]}
    ok(author.post(members, json={"members": [{"type": "email", "id": "administrator@example.org"}]}))
    ok(administrator.post(f"{team}/actions/accept"))
    ok(author.put(members, json={**invited, "role": "manager"}))
    institution = "/api/institutions/034t30j35"
    ok(administrator.post("/api/institutions", json={"id": "034t30j35", "name": "CAS"}))
    ok(administrator.put(institution, json={"domains": ["example.org"], "entitlements": ["urn:example:*"]}))
    ok(administrator.put(f"{institution}/members", json={**invited, "role": "member"}))
    ok(author.get("/api/names?suggest=a"))
    pages = ("/api/teams", "/api/teams?q=b", team, members, "/api/institutions", institution, f"{institution}/members")
    for page in pages:
        ok(administrator.get(page))
    ok(administrator.delete(f"{institution}/members", json=invited))
    ok(author.delete(members, json=invited))
    ok(author.put(team, json={"name": "Longer bills"}))
    ok(author.delete(team))


def meet(author: Caller, administrator: Caller, settle: Settle) -> None:
    """Find people, list and change them, merge two of them, and export what is kept of one."""
    about = {"username": "ada", "profile": {"full_name": "Ada"}, "preferences": {"visibility": "public"}}
    ok(author.patch("/api/me", json=about))
    own_id, head_id = (ok(caller.get("/api/me")).get_json()["id"] for caller in (author, administrator))
    for query in ("", "?q=ada", "/all", "/all?q=ada&role=depositor", "/all?role=depositor", "/all?blocked=true"):
        ok(administrator.get(f"/api/users{query}"))
    for query in ("", "?q=ada", f"/{own_id}"):
        ok(author.get(f"/api/users{query}"))
    why = {"reason": "a test"}
    ok(author.post("/api/me/export"))
    settle()
    ok(author.get("/api/me/export/content"))
    ok(administrator.post(f"/api/users/{own_id}/block", json=why))
    ok(administrator.post(f"/api/users/{own_id}/restore", json=why))
    ok(administrator.post(f"/api/users/{own_id}/merge", json={"into": str(head_id), **why}))
    settle()


def leave_alone(services: Services, register: Callable[..., Caller], settle: Settle) -> None:
    """Erase an account after a refusal; somebody else takes what it had."""
    leaver = register("leaver@example.org")
    owner_id = ok(leaver.get("/api/me")).get_json()["id"]
    Deposits(leaver).open()
    with services.database.transaction(Actor(owner_id, scopes=frozenset(TokenScope))) as unit:
        leave(unit, None, discards=True)
    settle()
