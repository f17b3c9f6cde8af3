"""Requests for access of guests: proved, followed, taken back, and forgotten."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from repository.access.principals import GrantSubject, SubjectKind
from repository.core.actor import SYSTEM
from repository.core.clock import now
from repository.core.clock_watch import confirm_clock
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.sharing.requests.guest_access import issue_guest_access
from repository.sharing.requests.guest_status import issue_guest_status
from repository.sharing.requests.lapse import settle_requests
from repository.sharing.requests.model import AccessRequest
from tests.conftest import Caller
from tests.features.steps import Json
from tests.features.test_access_requests import (
    GUEST,
    PLEA,
    act,
    ask,
    begin_as_guest,
    guest_link,
    reader,
    record,
    standing,
)
from tests.support.unsharing import unshare
from workers.sweeps.schedule import run_now

__all__ = ["reader", "record"]
pytestmark = pytest.mark.slow


def test_a_guest_proves_the_address_before_anybody_hears_of_the_request(
    anyone: Caller, author: Caller, reader: Caller, record: Json, services: Services
) -> None:
    listing = f"/api/records/{record['id']}/access/requests"
    known = begin_as_guest(anyone, record, email="reader@example.org")
    assert known == begin_as_guest(anyone, record) == (202, known[1])
    assert author.get(listing).get_json()["hits"]["total"] == 0
    lost, secret = guest_link(services), guest_link(services)
    assert anyone.post("/api/access-requests/verify", json={"token": lost}).status_code == 400
    proved = anyone.post("/api/access-requests/verify", json={"token": secret})
    assert (proved.status_code, proved.get_json()["status"]) == (200, "submitted")
    assert anyone.post("/api/access-requests/verify", json={"token": secret}).status_code == 400
    [hit] = author.get(listing).get_json()["hits"]["hits"]
    assert hit["created_by"] == {"guest": {"full_name": "Ada Guest", "email": "ada@example.org"}}
    assert begin_as_guest(anyone, record) == known, "a second request of the same guest looks the same"
    second = anyone.post("/api/access-requests/verify", json={"token": guest_link(services)})
    assert (second.status_code, f"the id {hit['id']}" in second.text) == (409, True)
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = snapshot.session.scalars(select(FactRow).where(FactRow.kind.contains("Request")))
        assert "xample.org" not in str([row.details for row in rows])


def test_a_guest_reads_by_a_link_that_the_message_alone_has(
    anyone: Caller, author: Caller, record: Json, services: Services, settle: Callable[[], None]
) -> None:
    begin_as_guest(anyone, record)
    proved = anyone.post("/api/access-requests/verify", json={"token": guest_link(services)}).get_json()
    last = services.site.today() + timedelta(days=3)
    granted = act(author, proved, "grant", until=last.isoformat())
    assert (granted[0], granted[1]["status"]) == (200, "granted")

    def access() -> str | None:
        with services.database.transaction(SYSTEM) as unit:
            return issue_guest_access(unit, int(proved["id"]))

    first, second = access(), access()
    opened = [
        anyone.get(record["links"]["files"], query_string={"token": token}).status_code for token in (first, second)
    ]
    assert opened[1] == 200 != opened[0], "the job ran twice"
    with time_machine.travel(services.site.end_of(last)):
        assert anyone.get(record["links"]["files"], query_string={"token": second}).status_code != 200
    links = f"/api/records/{record['id']}/access/links"
    [link] = author.get(links).get_json()["hits"]["hits"]
    assert author.delete(f"{links}/{link['id']}").status_code == 204
    settle()
    assert standing(author, proved) == "ended"
    assert access() is None


def test_what_a_guest_does_not_prove_in_time_is_forgotten(anyone: Caller, record: Json, services: Services) -> None:
    begin_as_guest(anyone, record)
    secret = guest_link(services)
    with time_machine.travel(now() + timedelta(hours=24, minutes=1)):
        assert anyone.post("/api/access-requests/verify", json={"token": secret}).status_code == 400
        confirm_clock(services.database)
        run_now(services, "access requests")
    with services.database.snapshot(SYSTEM) as snapshot:
        [row] = snapshot.session.scalars(select(AccessRequest))
        assert (row.state, row.email, row.full_name, row.message) == ("expired", None, None, "")


def test_a_guest_follows_a_request_by_a_link_and_takes_it_back(
    anyone: Caller, author: Caller, record: Json, services: Services
) -> None:
    def follow(secret: str | None, path: str = "") -> tuple[int, Json]:
        reply = anyone.post(f"/api/access-requests/status{path}", json={"token": secret})
        return reply.status_code, reply.get_json()

    def begin() -> tuple[Json, str | None]:
        begin_as_guest(anyone, record)
        proved = anyone.post("/api/access-requests/verify", json={"token": guest_link(services)}).get_json()
        with services.database.transaction(SYSTEM) as unit:
            return proved, issue_guest_status(unit, int(proved["id"]))

    request, secret = begin()
    for wrong in ("x", "", "\x00", None):
        assert follow(wrong)[0] == follow(wrong, "/cancel")[0] == 400
    status, seen = follow(secret)
    assert (status, seen["status"], seen["created_by"]) == (200, "submitted", {"guest": {}})
    assert seen["links"]["actions"]["cancel"].endswith("/api/access-requests/status/cancel")
    with services.database.transaction(SYSTEM) as unit:
        assert issue_guest_status(unit, int(request["id"])) != secret
    assert follow(secret)[0] == 400, "the job ran twice"
    with services.database.transaction(SYSTEM) as unit:
        secret = issue_guest_status(unit, int(request["id"]))
    assert follow(secret, "/cancel")[1]["status"] == "cancelled"
    assert follow(secret, "/cancel")[0] == 409
    assert act(author, request, "grant")[0] == 409
    request, secret = begin()
    act(author, request, "decline", message="Not for surveys.")
    assert follow(secret)[1]["decision"]["message"] == "Not for surveys."
    assert follow(secret, "/cancel")[0] == 409


def test_who_asked_is_forgotten_when_a_request_is_long_over(
    author: Caller, reader: Caller, anyone: Caller, record: Json, services: Services
) -> None:
    begin_as_guest(anyone, record)
    declined = anyone.post("/api/access-requests/verify", json={"token": guest_link(services)}).get_json()
    act(author, declined, "decline", message="Dear Ada Guest, no.")
    granted = ask(reader, record)
    act(author, granted, "grant", message="Dear reader, yes.")
    keeping = replace(services, site=replace(services.site, access_request_days=30))
    with time_machine.travel(now() + timedelta(days=31)):
        confirm_clock(services.database)
        run_now(replace(services, site=replace(services.site, access_request_days=0)), "access requests")
        assert kept_texts(services)["declined"] == ("Ada Guest", "ada@example.org", GUEST["message"])
        run_now(keeping, "access requests")
    assert kept_texts(services) == {"declined": (None, None, ""), "granted": (None, None, PLEA["message"])}
    shown = author.get(f"/api/access-requests/{declined['id']}").get_json()
    assert (shown["status"], shown["decision"]["message"], shown["decision"]["at"] is None) == ("declined", None, False)
    unshare_all(services, record)
    with time_machine.travel(now() + timedelta(days=31)):
        confirm_clock(services.database)
        run_now(keeping, "access requests")
    assert kept_texts(services)["ended"] == (None, None, "")


def kept_texts(services: Services) -> dict[str, tuple[str | None, str | None, str]]:
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = snapshot.session.scalars(select(AccessRequest))
        return {row.state: (row.full_name, row.email, row.message) for row in rows}


def unshare_all(services: Services, record: Json) -> None:
    """Take the access of requests away."""
    with services.database.transaction(SYSTEM) as unit:
        for person_id in unit.session.scalars(select(AccessRequest.person_id).where(AccessRequest.state == "granted")):
            assert person_id is not None
            unshare(unit, int(record["parent"]["id"]), GrantSubject(SubjectKind.PERSON, person_id))
    settle_requests(services.database, [int(record["parent"]["id"])])


def test_guests_are_limited_by_network_and_letters_by_address(anyone: Caller, record: Json, services: Services) -> None:
    for number in range(20):
        assert begin_as_guest(anyone, record, email=f"a{number % 2}@example.org")[0] == 202
    refused = anyone.post(f"/api/records/{record['id']}/access/request", json=GUEST)
    assert (refused.status_code, int(refused.headers["Retry-After"]) > 3_000) == (429, True)
    sent = [guest_link(services, number) is not None for number in range(0, 20, 2)]
    assert sent == [True] * 5 + [False] * 5
