"""Answers to a credential stay with their asker: no shared cache keeps one, whatever the route and the outcome."""

from collections.abc import Iterator, Mapping

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.conftest import Caller, Deposits, a_dataset
from tests.features.walked_routes import FILE, Walk, acts_of, rules_of

pytestmark = pytest.mark.slow

CLOSED = {"access": {"record": "restricted", "files": "restricted"}}


@pytest.fixture
def walks(deposits: Deposits) -> list[Walk]:
    """A public record, a restricted one, and a draft."""
    published = [deposits.published(a_dataset() | access, **{FILE: b"a,b"}) for access in ({}, CLOSED)]
    draft = deposits.open()
    deposits.upload(draft["id"], FILE)
    return [Walk(record) for record in (*published, draft)]


def kept_by_others(reply: TestResponse) -> bool:
    """Whether a shared cache may keep the reply (RFC 9111, section 3)."""
    control = reply.cache_control
    return bool(control.public) or control.s_maxage is not None or not (control.private or control.no_store)


def replies(app: Flask, caller: Caller, walks: list[Walk], **options: object) -> Iterator[tuple[str, TestResponse]]:
    for method in ("GET", "HEAD"):
        for rule in rules_of(app, method):
            for walk in walks:
                path = walk.path(rule)
                yield f"{method} {path}", caller(method, path, **options)


def test_no_answer_to_a_token_may_be_kept_by_others(app: Flask, author: Caller, walks: list[Walk]) -> None:
    statuses = set()
    for address, reply in replies(app, author, walks):
        assert not kept_by_others(reply), f"{address}: {reply.headers}"
        assert "authorization" in reply.vary, address
        statuses.add(reply.status_code)
    assert statuses >= {200, 302, 403, 404}


@pytest.mark.parametrize("right", [True, False])
def test_no_answer_to_a_token_in_the_address_may_be_kept_by_others(
    app: Flask, author: Caller, anyone: Caller, walks: list[Walk], right: bool
) -> None:
    token = {"access_token": author.token if right else "sdr_wrong"}
    statuses = set()
    for address, reply in replies(app, anyone, walks, query_string=token):
        assert not kept_by_others(reply), f"{address}: {reply.headers}"
        assert reply.headers["Referrer-Policy"] == "no-referrer", address
        statuses.add(reply.status_code)
    assert statuses >= {200, 302, 403, 404} if right else statuses <= {401, 429}


def test_an_answer_that_says_not_modified_stays_with_its_asker(app: Flask, author: Caller, walks: list[Walk]) -> None:
    unchanged = 0
    for rule in rules_of(app, "GET"):
        path = walks[1].path(rule)
        tag = author.get(path).headers.get("ETag")
        reply = author.get(path, headers={"If-None-Match": tag} if tag else {})
        assert not kept_by_others(reply), path
        unchanged += reply.status_code == 304
    assert unchanged > 10


def test_refusals_and_bugs_stay_with_their_asker(app: Flask, author: Caller, walks: list[Walk]) -> None:
    app.view_functions["openapi"] = lambda: 1 // 0
    for method, rule in acts_of(app):
        assert not kept_by_others(author(method, walks[1].path(rule), data=b"{")), f"{method} {rule}"
    for path in ("/api/openapi.json", "/nowhere", "/api/records/x"):
        assert not kept_by_others(author.get(path)), path
    assert not kept_by_others(author("TRACE", "/"))


HARMLESS_POLICIES = {"strict-origin-when-cross-origin", "same-origin", "no-referrer"}
"""Policies under which another site learns at most where somebody comes from."""


@pytest.mark.parametrize("headers", [{}, {"Accept": "text/html"}])
def test_every_answer_names_a_policy_of_referrers(
    app: Flask, anyone: Caller, walks: list[Walk], headers: Mapping[str, str]
) -> None:
    for address, reply in replies(app, anyone, walks, headers=headers):
        policies = {"no-referrer"} if " /oauth/" in address else HARMLESS_POLICIES
        assert reply.headers["Referrer-Policy"] in policies, address
        assert "Cache-Control" in reply.headers, address


def test_what_the_public_is_told_is_kept_only_where_it_is_for_everybody(
    app: Flask, author: Caller, anyone: Caller, walks: list[Walk]
) -> None:
    public = {}
    for rule in rules_of(app, "GET"):
        for walk in walks:
            reply = anyone.get(walk.path(rule))
            if reply.cache_control.public:
                public[rule.endpoint] = reply.data
                assert author.get(walk.path(rule)).data == reply.data
    assert set(public) >= {"discovery.new_datasets", "resolution.badge"}
