"""Requests for access: asked, decided, over; by people and by guests."""

from collections.abc import Callable
from datetime import date, timedelta
from threading import Thread

import pytest
import time_machine
from sqlalchemy import select

from repository.access.principals import GrantSubject, SubjectKind
from repository.core.actor import SYSTEM, Role
from repository.core.clock import now
from repository.core.clock_watch import confirm_clock
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.sharing.requests.guest_links import issue_guest_link
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json, faults
from tests.support.unsharing import unshare
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow

CLOSED_FILES = a_dataset() | {"access": {"record": "public", "files": "restricted"}}
HIDDEN = a_dataset() | {"access": {"record": "restricted", "files": "restricted"}}
CONDITIONS = "<p>Cite the data.</p>"
GUEST = {"message": "For a survey.", "full_name": "Ada Guest", "email": "Ada@Example.org", "accept_conditions": True}
PLEA = {"permission": "view", "message": "I need the raw counts.", "accept_conditions": True}


@pytest.fixture
def record(deposits: Deposits, author: Caller) -> Json:
    """A record with restricted files that everybody may ask for."""
    made = deposits.published(CLOSED_FILES)
    allow(
        author, made, allow_guest_requests=True, accept_conditions_text=CONDITIONS.replace("<p>", '<p onclick="x()">')
    )
    return made


@pytest.fixture
def reader(register: Callable[..., Caller]) -> Caller:
    return register("reader@example.org")


def allow(author: Caller, record: Json, **settings: object) -> Json:
    reply = author.put(f"/api/records/{record['id']}/access", json={"allow_user_requests": True, **settings})
    assert reply.status_code == 200, reply.text
    return reply.get_json()["parent"]["access"]["settings"]


def ask(caller: Caller, record: Json, **said: object) -> Json:
    reply = caller.post(f"/api/records/{record['id']}/access/request", json=PLEA | said)
    assert reply.status_code == 201, reply.text
    return reply.get_json()


def act(caller: Caller, request: Json, name: str, **body: object) -> tuple[int, Json]:
    reply = caller.post(f"/api/access-requests/{request['id']}/actions/{name}", json=body)
    return reply.status_code, reply.get_json()


def standing(caller: Caller, request: Json) -> str:
    return str(caller.get(f"/api/access-requests/{request['id']}").get_json()["status"])


def files_open(caller: Caller, record: Json) -> bool:
    return caller.get(record["links"]["files"]).status_code == 200


def test_settings_are_shown_in_every_body_and_cleaned(author: Caller, anyone: Caller, record: Json) -> None:
    before = anyone.get(record["links"]["self"])
    settings = before.get_json()["parent"]["access"]["settings"]
    assert settings == {
        "allow_user_requests": True,
        "allow_guest_requests": True,
        "accept_conditions_text": CONDITIONS,
        "secret_link_expiration": 0,
    }
    allow(author, record, secret_link_expiration=30)
    after = anyone.get(record["links"]["self"])
    assert after.get_json()["parent"]["access"]["settings"]["secret_link_expiration"] == 30
    assert after.headers["ETag"] != before.headers["ETag"]


WRONG_SETTINGS: tuple[tuple[Json, str], ...] = (
    ({"secret_link_expiration": 366}, "secret_link_expiration"),
    ({"secret_link_expiration": "7"}, "secret_link_expiration"),
    ({"accept_conditions_text": "x" * 10_001}, "accept_conditions_text"),
    ({"accept_conditions_text": "a\x00b"}, "accept_conditions_text"),
    ({"allow_user_requests": "yes"}, "allow_user_requests"),
    ({"owner": "1"}, "owner"),
)


def test_settings_that_are_wrong_name_their_field(author: Caller, record: Json) -> None:
    for body, field in WRONG_SETTINGS:
        reply = author.put(f"/api/records/{record['id']}/access", json=body)
        assert (reply.status_code, list(faults(reply.get_json()))) == (400, [field]), body


def test_a_request_is_granted_for_a_time_and_ends_by_itself(
    author: Caller, reader: Caller, record: Json, services: Services, settle: Callable[[], None]
) -> None:
    assert not files_open(reader, record)
    request = ask(reader, record)
    assert request["payload"]["conditions"]["text"] == CONDITIONS
    allow(author, record, accept_conditions_text="<p>Something else.</p>")
    last = services.site.today() + timedelta(days=30)
    status, granted = act(author, request, "grant", until=last.isoformat(), message="Welcome.")
    assert (status, granted["status"]) == (200, "granted")
    assert files_open(reader, record)
    mine = reader.get("/api/me/access-requests").get_json()["hits"]["hits"]
    assert [(each["status"], each["decision"]["message"]) for each in mine] == [("granted", "Welcome.")]
    assert mine[0]["payload"]["conditions"]["text"] == CONDITIONS, "as it was accepted"
    with time_machine.travel(services.site.end_of(last) - timedelta(minutes=1)):
        assert files_open(reader, record)
    with time_machine.travel(services.site.end_of(last)):
        assert not files_open(reader, record)
        assert standing(reader, request) == "ended"
        confirm_clock(services.database)
        for sweep in ("grants", "access requests"):
            run_now(services, sweep)
        settle()
        assert standing(author, request) == "ended"
        assert ask(reader, record)["status"] == "submitted", "they may ask again"


def test_a_grant_that_is_taken_away_ends_the_request(
    author: Caller, reader: Caller, record: Json, services: Services, settle: Callable[[], None]
) -> None:
    request = ask(reader, record)
    act(author, request, "grant")
    with services.database.transaction(SYSTEM) as unit:
        person = GrantSubject(SubjectKind.PERSON, int(request["created_by"]["user"]))
        unshare(unit, int(record["parent"]["id"]), person)
    settle()
    assert not files_open(reader, record)
    assert standing(reader, request) == "ended"


def test_one_request_waits_at_a_time_and_a_decision_stands(author: Caller, reader: Caller, record: Json) -> None:
    first = ask(reader, record)
    again = reader.post(f"/api/records/{record['parent']['id']}/access/request", json=PLEA)
    assert (again.status_code, f"the id {first['id']}" in again.text) == (409, True)
    assert act(author, first, "decline")[0] == 400, "a refusal needs words"
    assert act(author, first, "decline", message="Not yet.")[1]["status"] == "declined"
    for caller, action, body in ((author, "grant", {}), (author, "decline", {"message": "x"}), (reader, "cancel", {})):
        status, problem = act(caller, first, action, **body)
        assert (status, problem["message"]) == (409, "This request was declined already.")
    second = ask(reader, record)
    assert act(reader, second, "cancel")[1]["status"] == "cancelled"
    assert act(author, second, "grant")[0] == 409
    assert not files_open(reader, record)


def test_only_who_asked_and_who_decides_know_of_a_request(
    author: Caller, reader: Caller, record: Json, register: Callable[..., Caller]
) -> None:
    request = ask(reader, record)
    stranger, boss = register("stranger@example.org"), register("boss@example.org", role=Role.ADMINISTRATOR)
    address = f"/api/access-requests/{request['id']}"
    unknown = stranger.get("/api/access-requests/999999").get_json()
    told = stranger.get(address)
    assert (told.status_code, told.get_json()["message"]) == (404, unknown["message"])
    assert act(stranger, request, "grant")[0] == act(stranger, request, "cancel")[0] == 404
    assert act(reader, request, "grant")[0] == 403
    assert act(author, request, "cancel")[0] == 404
    assert [caller.get(address).status_code for caller in (author, reader, boss)] == [200] * 3
    listing = f"/api/records/{record['id']}/access/requests"
    assert [caller.get(listing).status_code for caller in (author, boss, reader, stranger)] == [200, 200, 403, 403]
    assert stranger.get("/api/me/access-requests").get_json()["hits"]["total"] == 0


def test_there_is_nothing_to_ask_for_where_files_are_open_or_the_record_is_not_seen(
    author: Caller, reader: Caller, anyone: Caller, deposits: Deposits, record: Json, services: Services
) -> None:
    hidden, public = deposits.published(HIDDEN), deposits.published()
    allow(author, hidden, allow_guest_requests=True)
    shut = deposits.published(CLOSED_FILES)
    draft = deposits.open(CLOSED_FILES)
    unknown = reader.post("/api/records/999999/access/request", json=PLEA).get_json()["message"]
    for caller in (reader, anyone):
        body = PLEA | (GUEST if caller is anyone else {})
        for closed in (hidden, draft):
            reply = caller.post(f"/api/records/{closed['id']}/access/request", json=body)
            assert (reply.status_code, reply.get_json()["message"]) == (404, unknown)
        assert caller.post(f"/api/records/{public['id']}/access/request", json=body).status_code == 409
        assert caller.post(f"/api/records/{shut['id']}/access/request", json=body).status_code == 403
    assert author.post(f"/api/records/{record['id']}/access/request", json=PLEA).status_code == 409
    unread = reader.post(f"/api/records/{record['id']}/access/request", json=PLEA | {"accept_conditions": False})
    assert (unread.status_code, list(faults(unread.get_json()))) == (400, ["accept_conditions"])


def guest_link(services: Services, number: int = -1) -> str | None:
    """What the job that mails it gets for the newest guest's request."""
    with services.database.transaction(SYSTEM) as unit:
        facts = select(FactRow.subject).where(FactRow.kind == "GuestRequestBegun").order_by(FactRow.id)
        return issue_guest_link(unit, unit.session.scalars(facts).all()[number])


def begin_as_guest(anyone: Caller, record: Json, **said: object) -> tuple[int, str]:
    reply = anyone.post(f"/api/records/{record['id']}/access/request", json=GUEST | said)
    return reply.status_code, reply.text


WRONG_WORDS: tuple[tuple[Json, str], ...] = (
    ({"email": "ada@example.org\r\nBcc: x@example.org"}, "email"),
    ({"email": "nobody"}, "email"),
    ({"email": None}, "email"),
    ({"full_name": " "}, "full_name"),
    ({"message": ""}, "message"),
    ({"message": "x" * 3_001}, "message"),
    ({"permission": "edit"}, "permission"),
    ({"consent_to_share_personal_data": "false"}, "consent_to_share_personal_data"),
    ({"state": "granted"}, "state"),
    ({"accept_conditions": False}, "accept_conditions"),
)


def test_what_a_guest_says_wrongly_names_its_field(anyone: Caller, record: Json) -> None:
    for said, field in WRONG_WORDS:
        reply = anyone.post(f"/api/records/{record['id']}/access/request", json=GUEST | said)
        assert (reply.status_code, list(faults(reply.get_json()))) == (400, [field]), said
    assert anyone.post(f"/api/records/{record['id']}/access/request", json={}).status_code == 400


def test_access_lasts_as_long_as_dataset_and_site_say(
    author: Caller, reader: Caller, record: Json, services: Services
) -> None:
    allow(author, record, secret_link_expiration=7)
    request = ask(reader, record)
    today = services.site.today()
    for until in (today - timedelta(days=1), date(9999, 12, 31)):
        status, problem = act(author, request, "grant", until=until.isoformat())
        assert (status, list(faults(problem))) == (400, ["until"])
    _, granted = act(author, request, "grant")
    week = services.site.end_of(today + timedelta(days=7))
    assert granted["decision"]["until"] == week.isoformat()


def test_a_request_that_nobody_decides_expires(
    author: Caller, reader: Caller, record: Json, services: Services
) -> None:
    request = ask(reader, record)
    with time_machine.travel(now() + timedelta(days=90, minutes=1)):
        assert standing(reader, request) == "expired"
        assert act(author, request, "grant")[0] == 409
        confirm_clock(services.database)
        run_now(services, "access requests")
        assert ask(reader, record)["id"] != request["id"]


def at_once(*acts: Callable[[], int]) -> list[int]:
    """The statuses of what several people do at the same moment."""
    done: list[int] = []
    threads = [Thread(target=lambda act=act: done.append(act())) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(done)


def test_of_two_at_once_one_is_told_of_the_other(author: Caller, reader: Caller, record: Json) -> None:
    address = f"/api/records/{record['id']}/access/request"
    assert at_once(*[lambda: reader.post(address, json=PLEA).status_code] * 2) == [201, 409]
    [request] = reader.get("/api/me/access-requests").get_json()["hits"]["hits"]
    decisions = at_once(
        lambda: act(author, request, "grant")[0],
        lambda: act(author, request, "decline", message="No.")[0],
        lambda: act(reader, request, "cancel")[0],
    )
    assert decisions == [200, 409, 409]
    assert files_open(reader, record) == (standing(reader, request) == "granted")
