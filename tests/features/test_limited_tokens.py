"""Tokens beside requests: for one dataset only, when last used, and told of before they end."""

from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from repository.core import clock
from repository.core.actor import SYSTEM, Role, TokenScope
from repository.core.clock_watch import confirm_clock
from repository.core.facts import FactRow
from repository.core.recent_uses import RecentUses
from repository.engines.services import Services
from repository.people.access_tokens import issue_token
from repository.people.accounts import register_person
from repository.people.model import AccessToken
from repository.people.queries import person_by_email
from repository.people.token_scopes import FOR_ONE_DATASET
from repository.people.token_upkeep import write_token_uses
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.scopes_of_routes import BODIES, UPLOADS, WITHOUT_SCOPE
from tests.features.steps import Json, faults, statements
from tests.features.test_scopes_of_reading import is_open, told
from tests.features.walked_routes import FILE, Walk, acts_of, rules_of
from workers.sweeps.schedule import run_now
from workers.use_writer import start_writing_uses

pytestmark = pytest.mark.slow

EMAIL, PASSWORD = "author@example.org", "correct horse battery"
TOKENS = "/api/user/tokens"
CLOSED = {"access": {"record": "restricted", "files": "restricted"}}
BASIC = {"Authorization": "Basic " + b64encode(f"{EMAIL}:{PASSWORD}".encode()).decode()}


@pytest.fixture
def head(app: Flask, services: Services) -> Caller:
    """A person with a password, whose role alone would open every door."""
    with services.database.transaction(SYSTEM) as unit:
        person = register_person(unit, EMAIL, role=Role.ADMINISTRATOR, password=PASSWORD)
        _, secret = issue_token(unit, person)
    return Caller(app.test_client(), secret)


def issue(caller: Caller, **wanted: Any) -> Json:
    reply = caller.post(TOKENS, json=wanted, headers=BASIC)
    assert reply.status_code == 201, reply.text
    return reply.get_json()


def test_a_token_for_one_dataset_reads_and_changes_it_and_is_nobody_elsewhere(
    app: Flask, head: Caller, anyone: Caller
) -> None:
    deposits = Deposits(head)
    record = deposits.published(a_dataset() | CLOSED, **{FILE: b"a\n"})
    other, own = deposits.open(), deposits.open(a_dataset(title="Own") | CLOSED)
    token = issue(anyone, draft=own["id"])
    assert (token["scopes"], token["dataset"]) == (["deposit:write", "user:read"], own["parent"]["id"])
    assert {words["zh"] for words in token["scope_words"]} == {
        "修改一个数据集的草稿及其文件",
        "读取一个数据集、其草稿及其文件",
    }
    limited, here = Caller(app.test_client(), token["token"]), own["links"]["self"]
    assert limited.get(here).get_json()["metadata"]["title"] == "Own"
    assert limited.put(here, json=a_dataset(title="Changed") | CLOSED).get_json()["metadata"]["title"] == "Changed"
    Deposits(limited).upload(own["id"])
    assert limited.get(f"{own['links']['files']}/data.csv/content").status_code == 200
    for refused in (
        limited.post(own["links"]["publish"]),
        limited.delete(here),
        limited.post("/api/records", json=a_dataset()),
        limited.get("/api/user/records"),
        limited.get("/api/me"),
        limited.get("/api/users"),
        limited.patch("/api/me", json={"username": "x"}),
        limited.get("/api/identifiers"),
    ):
        assert refused.status_code == 403, refused.request.path
    for walk in (Walk(record), Walk(other)):
        for rule in rules_of(app, "GET"):
            path = walk.path(rule)
            reply, public = limited.get(path), anyone.get(path)
            if public.status_code == 401:
                assert reply.status_code == 403, path
            elif rule.endpoint not in ("feed", "oai.provide"):
                assert told(reply) == told(public), path
        for method, rule in acts_of(app):
            if is_open(rule) or rule.endpoint in WITHOUT_SCOPE:
                continue  # what everybody may do without a token
            if rule.endpoint.startswith("tus-uploads."):
                continue  # their headers name the dataset: `test_tus_rights`
            body: dict[str, Any] = (
                {"data": b"x"} if rule.endpoint in UPLOADS else {"json": BODIES.get(rule.endpoint, {})}
            )
            assert limited(method, walk.path(rule), **body).status_code in (403, 404), rule
    deposits.publish(own["id"])
    assert limited.get(f"/api/records/{own['id']}").get_json()["metadata"]["title"] == "Changed"
    assert limited.get(f"/api/records/{own['id']}/files/data.csv/content").status_code == 200
    assert limited.get("/api/records").get_json()["hits"]["total"] == 0


def test_a_token_is_not_limited_to_what_one_may_not_read_or_to_more_than_reading_and_changing(
    anyone: Caller, app: Flask, services: Services, register: Any
) -> None:
    with services.database.transaction(SYSTEM) as unit:
        register_person(unit, EMAIL, password=PASSWORD)
    foreign = Deposits(register("other@example.org")).open()
    for draft in (foreign["id"], "987654321", "x", "0"):
        refused = anyone.post(TOKENS, json={"draft": draft}, headers=BASIC)
        assert (refused.status_code, faults(refused.get_json())) == (400, {"draft": ["There is no such draft."]})
    with services.database.transaction(SYSTEM) as unit:
        person = person_by_email(unit, EMAIL)
        assert person is not None
        _, secret = issue_token(unit, person)
    own = Deposits(Caller(app.test_client(), secret)).open()
    refused = anyone.post(TOKENS, json={"draft": own["id"], "scopes": ["deposit:actions"]}, headers=BASIC)
    assert list(faults(refused.get_json())) == ["scopes"]
    issued = issue(anyone, draft=own["id"], scopes=["user:read"])
    assert issued["scopes"] == ["user:read"]
    assert Caller(app.test_client(), issued["token"]).put(own["links"]["self"], json={}).status_code == 403


def test_an_earlier_release_gives_a_limited_token_nothing(services: Services, author: Caller) -> None:
    with services.database.transaction(SYSTEM) as unit:
        person = person_by_email(unit, "author@example.org")
        assert person is not None
        token, _ = issue_token(unit, person, FOR_ONE_DATASET, limited_to=5)
    assert [scope for scope in TokenScope if scope in token.scopes] == []


def last_uses(services: Services) -> list[Any]:
    with services.database.snapshot(SYSTEM) as snapshot:
        return list(snapshot.session.scalars(select(AccessToken.last_used).order_by(AccessToken.id)))


def test_the_last_use_is_written_apart_from_the_request(author: Caller, services: Services) -> None:
    with statements(services) as heard:
        assert author.get("/api/vocabularies/").status_code == 200
    assert [text for text in heard if "UPDATE" in text] == []
    assert last_uses(services) == [None]
    ending = start_writing_uses(services)
    ending.set()
    write_token_uses(services.database, services.token_uses)
    with time_machine.travel(clock.now() + timedelta(minutes=4)):
        author.get("/api/vocabularies/")
        assert services.token_uses.take() == {}
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        author.get("/api/vocabularies/")
        assert write_token_uses(services.database, services.token_uses) == 1
    [used] = last_uses(services)
    assert used > clock.now() + timedelta(minutes=5)


def test_a_use_that_could_not_be_written_waits_for_the_next_time() -> None:
    uses = RecentUses()
    uses.note(7)
    due = uses.take()
    assert list(due) == [7]
    assert uses.take() == {}
    uses.give_back(due)
    assert uses.take() == due


def test_the_end_of_a_token_is_told_once_and_in_time(services: Services, author: Caller) -> None:
    with services.database.transaction(SYSTEM) as unit:
        person = person_by_email(unit, "author@example.org")
        assert person is not None
        soon, late, _over = (issue_token(unit, person, valid_for=timedelta(days=days))[0].id for days in (6, 9, -1))

    def told_of() -> list[int]:
        run_now(services, "tokens")
        with services.database.snapshot(SYSTEM) as snapshot:
            kinds = select(FactRow.subject).where(FactRow.kind == "TokenExpiresSoon").order_by(FactRow.id)
            return list(snapshot.session.scalars(kinds))

    assert told_of() == told_of() == [soon]
    with time_machine.travel(clock.now() + timedelta(days=3)):
        confirm_clock(services.database)
        assert told_of() == [soon, late]
