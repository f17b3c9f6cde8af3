"""Scopes bind reading as well as acts: a walk over every route with a token of every single scope."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from repository.core.actor import GRANTABLE, SYSTEM, Role, TokenScope
from repository.engines.services import Services
from repository.faces.credentials import OPEN_ACTS, PAGES
from repository.people.access_tokens import issue_token
from repository.people.queries import person_by_email
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.scopes_of_routes import (
    ACTIONS,
    BODIES,
    READ,
    READ_WITH_SCOPE,
    SCOPE_OF_ACTS,
    UPLOADS,
    WITHOUT_SCOPE,
    WRITE,
)
from tests.features.steps import Json, ids_of, search
from tests.features.walked_routes import FILE, Walk, acts_of, rules_of

pytestmark = pytest.mark.slow

EMAIL = "head@example.org"
TITLE = "Whereabouts of the last colony"
WORDS = "quetzalcoatlus"
CLOSED = {"access": {"record": "restricted", "files": "restricted"}}


@pytest.fixture
def head(register: Callable[..., Caller]) -> Caller:
    """An owner who may also do what only administrators may, so that nothing but the scope refuses."""
    return register(EMAIL, role=Role.ADMINISTRATOR)


@pytest.fixture
def holder(app: Flask, services: Services, head: Caller) -> Callable[..., Caller]:
    """A caller with another token of the same person."""

    def of(*scopes: TokenScope) -> Caller:
        with services.database.transaction(SYSTEM) as unit:
            person = person_by_email(unit, EMAIL)
            assert person is not None
            _, secret = issue_token(unit, person, scopes)
        return Caller(app.test_client(), secret)

    return of


@pytest.fixture
def closed(head: Caller, settle: Callable[[], None]) -> list[Walk]:
    """A restricted record, a draft that was never published, and a record whose tombstone is hidden."""
    deposits = Deposits(head)
    body = a_dataset(title=TITLE, description=f"<p>{WORDS}</p>") | CLOSED
    record = deposits.published(body, **{FILE: b"a,b\n"})
    draft = deposits.open(body)
    deposits.upload(draft["id"], FILE)
    gone = deposits.published(body, **{FILE: b"b,c\n"})
    withdrawn = head.delete(
        f"/api/records/{gone['id']}/delete", json={"removal_reason": {"id": "spam"}, "is_visible": False}
    )
    assert withdrawn.status_code == 204, withdrawn.text
    settle()
    return [Walk(record), Walk(draft), Walk(gone)]


def is_open(rule: Rule) -> bool:
    """Whether everybody may do it, so that no scope matters."""
    by_its_body = rule.endpoint == "oauth.back_channel_logout"  # it has a signed token
    is_form = rule.endpoint.startswith(PAGES)  # which no token may send
    return is_form or by_its_body or ("POST" in (rule.methods or ()) and rule.rule.removeprefix("/api") in OPEN_ACTS)


def told(reply: TestResponse) -> tuple[int, str]:
    """What a reply tells, but for what differs in every reply."""
    text = re.sub(r'"request_id":"[^"]*"|<code>[0-9a-f]{32}</code>|[0-9a-f]{32}', "", reply.data.decode("latin-1"))
    return reply.status_code, text


@pytest.mark.parametrize("scope", [WRITE, ACTIONS])
def test_a_token_that_does_not_read_learns_what_the_public_learns(
    app: Flask, anyone: Caller, holder: Callable[..., Caller], closed: list[Walk], scope: TokenScope
) -> None:
    blind = holder(scope)
    for rule in rules_of(app, "GET"):
        for walk in closed:
            path = walk.path(rule)
            reply, public = blind.get(path), anyone.get(path)
            assert TITLE not in reply.text, path
            asked = reply.text.replace(path, "").replace(quote(path, safe=""), "")
            assert FILE not in asked, path
            if public.status_code == 401:
                assert reply.status_code == 403, path
            else:
                assert told(reply)[0] == public.status_code, path
                if rule.endpoint not in ("feed", "oai.provide"):
                    assert told(reply) == told(public), path


def test_the_scope_of_reading_opens_exactly_these_routes(
    app: Flask, anyone: Caller, holder: Callable[..., Caller], closed: list[Walk]
) -> None:
    reader = holder(READ)
    opened = set()
    for rule in rules_of(app, "GET"):
        for walk in closed:
            path = walk.path(rule)
            reply, public = reader.get(path), anyone.get(path)
            if reply.status_code < 400 and told(reply) != told(public):
                opened.add(rule.endpoint)
    assert opened == READ_WITH_SCOPE


@pytest.mark.parametrize(
    "query", [{}, {"q": WORDS}, {"allversions": "true"}, {"sort": "newest"}, {"resource_type": "dataset"}]
)
def test_searches_count_no_more_than_the_public_finds(
    anyone: Caller, holder: Callable[..., Caller], closed: list[Walk], query: Json
) -> None:
    assert search(holder(READ), **query)["hits"]["total"] == 1
    seen, public = (search(caller, **query) for caller in (holder(WRITE, ACTIONS), anyone))
    assert seen == public
    assert ids_of(public) == []


def test_the_scope_of_an_act_is_the_one_that_the_table_names(
    app: Flask, holder: Callable[..., Caller], closed: list[Walk]
) -> None:
    acts = [(method, rule) for method, rule in acts_of(app) if not is_open(rule) and rule.endpoint not in WITHOUT_SCOPE]
    assert {rule.endpoint for _, rule in acts} == set(SCOPE_OF_ACTS)

    def statuses(method: str, rule: Rule, scope: TokenScope) -> set[int]:
        body = {"data": b"x"} if rule.endpoint in UPLOADS else {"json": BODIES.get(rule.endpoint, {})}
        return {holder(scope)(method, walk.path(rule), **body).status_code for walk in closed}

    for method, rule in acts:
        for other in {*GRANTABLE} - {SCOPE_OF_ACTS[rule.endpoint]}:
            assert 403 in statuses(method, rule, other) <= {403, 404, 410}, f"{other} {method} {rule}"
    for method, rule in acts:
        own = SCOPE_OF_ACTS[rule.endpoint]
        assert own not in GRANTABLE or statuses(method, rule, own) - {403}, f"{own} {method} {rule}"


def test_no_token_sends_the_form_of_a_page(app: Flask, holder: Callable[..., Caller], closed: list[Walk]) -> None:
    forms = [(method, rule) for method, rule in acts_of(app) if rule.endpoint.startswith(PAGES)]
    assert len(forms) > 10
    caller = holder(*GRANTABLE)
    for method, rule in forms:
        assert caller(method, closed[1].path(rule), data={"a": "b"}).status_code == 403, rule


def described(body: Json) -> str:
    return str([body["metadata"], body["custom_fields"], body["files"].get("entries")])


def test_an_act_tells_a_token_that_does_not_read_nothing_of_what_was_there(
    holder: Callable[..., Caller], closed: list[Walk]
) -> None:
    writer = holder(WRITE, ACTIONS)
    record, draft, _ = (f"/api/records/{walk.record['id']}" for walk in closed)
    replies = [
        writer.patch(f"{draft}/draft", json={}),
        writer.post(f"{record}/draft"),
        writer.post(f"{record}/draft"),
        writer.post(f"{record}/draft/actions/publish"),
        writer.post(f"{record}/versions"),
        writer.post(f"{record}/versions"),
    ]
    for reply in replies:
        assert reply.status_code in (200, 201, 202), reply.text
        assert TITLE not in described(reply.get_json())
        assert FILE not in described(reply.get_json())
        assert reply.get_json()["links"]["self"].startswith("http")
    imported = writer.post(f"/api/records/{replies[-1].get_json()['id']}/draft/actions/files-import")
    assert imported.status_code == 201, imported.text
    assert imported.get_json()["entries"] == []


def test_a_deposit_needs_no_scope_of_reading(holder: Callable[..., Caller]) -> None:
    record = Deposits(holder(WRITE, ACTIONS)).published(a_dataset(title=TITLE) | CLOSED)
    assert record["is_published"]
    assert record["metadata"] == {}
    assert holder(READ).get(f"/api/records/{record['id']}").get_json()["metadata"]["title"] == TITLE


def test_what_one_sends_comes_back(holder: Callable[..., Caller]) -> None:
    writer = holder(WRITE)
    draft = Deposits(writer).open(a_dataset(title=TITLE))
    assert draft["metadata"]["title"] == TITLE
    saved = writer.put(draft["links"]["self"], json=a_dataset(title=WORDS)).get_json()
    assert saved["metadata"]["title"] == WORDS


def test_hidden_files_are_for_those_who_read(holder: Callable[..., Caller]) -> None:
    deposits = Deposits(holder(*GRANTABLE))
    draft = deposits.open()
    deposits.upload(draft["id"], "seen.csv")
    deposits.upload(draft["id"], FILE)
    deposits.caller.put(f"{draft['links']['files']}/{FILE}", json={"access": {"hidden": True}})
    record = deposits.publish(draft["id"])
    files = f"/api/records/{record['id']}/files"
    assert FILE in holder(READ).get(files).text
    assert FILE not in holder(WRITE).get(files).text
    assert holder(WRITE).get(f"{files}/{FILE}/content").status_code == 404
