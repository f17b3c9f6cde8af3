"""Sessions: begun with a password, recognised by a cookie, renewed, listed, ended; changes come from our own pages."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from repository.app import create_app
from repository.core.actor import SYSTEM, Role
from repository.core.database.engine import Base
from repository.core.errors import Unavailable
from repository.engines.services import Services
from repository.faces import credentials
from repository.people import sessions
from repository.people.accounts import set_active, set_password, set_role
from repository.people.model import Person, SignInSession
from repository.people.sign_in import Credentials, person_by_password, sign_in
from tests.conftest import BASE_URL, Caller, Deposits, a_dataset
from tests.features.signing_in import (
    EMAIL,
    OTHER,
    PASSWORD,
    SigningIn,
    browser,
    browsing,
    kinds,
    people,
    quick_passwords,
    travel,
)
from tests.features.steps import Json, statements

__all__ = ["browser", "browsing", "people", "quick_passwords", "travel"]
pytestmark = pytest.mark.slow

DRAFTS = "/api/records"
Travel = Callable[[timedelta], None]
Opening = Callable[[], SigningIn]


def change(services: Services, email: str, verb: Callable[..., None], *arguments: object) -> None:
    with services.database.transaction(SYSTEM) as unit:
        verb(unit, unit.session.scalars(select(Person).where(Person.email == email)).one(), *arguments)


def test_a_session_has_all_rights_of_its_person(browser: SigningIn) -> None:
    assert browser("POST", DRAFTS, json=a_dataset()).status_code == 201
    token = browser("POST", "/api/user/tokens", json={"name": "laptop"})
    assert token.status_code == 201, token.text
    told = browser("GET", "/api/session").get_json()
    assert told["user"]["email"] == EMAIL
    assert told["csrf_token"] == browser.token
    assert told["second_factor"] is False


@pytest.mark.parametrize(
    ("base_url", "name", "secure"),
    [("https://repository.test", "__Host-session", True), ("http://repository.test", "session", False)],
)
def test_the_cookie_is_for_this_host_and_no_script(
    services: Services, people: Json, base_url: str, name: str, secure: bool
) -> None:
    app = create_app(replace(services, site=replace(services.site, base_url=base_url)))
    reply = SigningIn(app).sign_in()
    (cookie,) = reply.headers.getlist("Set-Cookie")
    parts = cookie.split("; ")
    assert parts[0].startswith(f"{name}=")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(parts)
    assert ("Secure" in parts) == secure
    assert "Domain" not in cookie
    assert reply.cache_control.no_store
    assert parts[0].partition("=")[2] not in reply.text


def test_a_wrong_password_is_refused_alike_for_known_and_unknown(browsing: Opening) -> None:
    refused = [browsing().sign_in(email, "wrong password") for email in (EMAIL, "nobody@example.org", "no address", "")]
    bodies = [{**reply.get_json(), "request_id": ""} for reply in refused]
    headers = [{**reply.headers, "X-Request-ID": "", "RateLimit": ""} for reply in refused]
    assert bodies == [bodies[0]] * 4
    assert headers == [headers[0]] * 4
    assert bodies[0]["status"] == 401


def test_a_sign_in_replaces_the_session_that_the_browser_had(browsing: Opening, app: Flask) -> None:
    planted = browsing()
    planted.sign_in(OTHER)
    victim = browsing()
    victim.http.set_cookie("session", planted.cookie)
    assert victim.sign_in().status_code == 201
    assert victim.cookie != planted.cookie
    assert not planted.is_signed_in
    assert victim("GET", "/api/session").get_json()["user"]["email"] == EMAIL


def test_an_id_that_somebody_made_up_is_taken_by_nobody(browsing: Opening) -> None:
    victim = browsing()
    victim.http.set_cookie("session", "chosen-by-an-attacker")
    victim.sign_in()
    assert victim.cookie not in ("", "chosen-by-an-attacker")


def test_a_secret_is_kept_only_as_a_digest(browser: SigningIn, services: Services) -> None:
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = [snapshot.session.execute(table.select()).all() for table in Base.metadata.sorted_tables]
    assert browser.cookie not in str(rows)
    assert browser.token not in str(rows)


SITES = (None, "none", "same-origin", "same-site", "cross-site", "")
FOREIGN = ("https://evil.example", "null", "http://repository.test:81", "https://repository.test", "")
TOKENS = ("right", None, "wrong", "é", "shorter")
MATRIX = [("POST", *chosen) for chosen in itertools.product(TOKENS, SITES, (None, BASE_URL, *FOREIGN))] + [
    (method, "right", site, BASE_URL) for method in ("PUT", "PATCH", "DELETE") for site in SITES
]


def test_a_change_with_a_cookie_needs_token_site_and_origin(browser: SigningIn) -> None:
    named = {"right": browser.token, "shorter": browser.token[:-1]}
    for method, token, site, origin in MATRIX:
        values = {"X-CSRF-Token": named.get(str(token), token), "Sec-Fetch-Site": site, "Origin": origin}
        headers = {name: value for name, value in values.items() if value is not None}
        reply = browser.http.open("/api/records/999", method=method, headers=headers)
        if token == "right" and site in (None, "none", "same-origin") and origin in (None, BASE_URL):
            assert reply.status_code in (404, 405), (headers, reply.text)
        else:
            assert reply.status_code == 403, headers
            assert reply.get_json()["code"] == "csrf_failed"
            assert reply.get_json()["message"]


@pytest.mark.parametrize("path", ["/api/session", "/api/sign-up", "/api/password-resets", "/api/first-administrator"])
def test_pages_of_others_cannot_sign_anybody_in(browsing: Opening, path: str) -> None:
    body = '{"email": "owner@example.org", "password": "correct horse battery", "token": "x"}'
    http = browsing().http
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        assert http.post(path, data=body, headers={"Content-Type": kind} if kind else {}).status_code == 415, kind
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://x.example"}):
        refused = http.post(path, data=body, content_type="application/json", headers=headers)
        assert refused.get_json()["code"] == "csrf_failed"
        assert "Set-Cookie" not in refused.headers
    assert http.options(path).headers.get("Access-Control-Allow-Headers") is None


def test_the_token_of_another_session_is_none(browser: SigningIn, browsing: Opening) -> None:
    other = browsing()
    other.sign_in()
    assert browser("POST", DRAFTS, headers={"X-CSRF-Token": other.token}).status_code == 403


def test_a_token_in_the_header_counts_alone(browser: SigningIn, author: Caller) -> None:
    bearer = {"Authorization": f"Bearer {author.token}"}
    draft = browser.http.post(DRAFTS, json=a_dataset(), headers=bearer)
    assert draft.status_code == 201
    assert browser("GET", f"{DRAFTS}/{draft.get_json()['id']}/draft").status_code == 403
    assert browser("GET", "/api/user/records", headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert browser("POST", "/api/user/tokens", json={}, headers=bearer).status_code == 403


def test_answers_to_a_cookie_stay_with_their_browser(browser: SigningIn, deposits: Deposits) -> None:
    record = deposits.published()
    for path in (f"/records/{record['id']}", f"/api/records/{record['id']}", "/api/records", "/", "/feed.atom"):
        reply = browser("GET", path)
        assert reply.cache_control.private, path
        assert "cookie" in reply.vary, path
        assert "Access-Control-Allow-Origin" not in reply.headers, path
        assert "Set-Cookie" not in reply.headers, path


def test_a_cookie_that_is_over_lets_the_public_read_and_is_removed(browser: SigningIn, browsing: Opening) -> None:
    late = browsing()
    late.http.set_cookie("session", browser.cookie)
    assert browser("DELETE", "/api/session").status_code == 204
    assert browser.cookie == ""
    public = late("GET", "/api/records")
    assert public.status_code == 200
    assert late.cookie == ""
    assert "Max-Age=0" in public.headers["Set-Cookie"]
    for method, path in (("GET", "/api/user/records"), ("POST", DRAFTS), ("DELETE", "/api/session")):
        late.http.set_cookie("session", "unknown")
        refused = late(method, path)
        assert refused.status_code == 401
        assert refused.get_json()["code"] == "session_over"


def test_a_session_ends_when_it_is_idle_and_at_its_longest(browser: SigningIn, travel: Travel) -> None:
    for _ in range(9):
        travel(timedelta(days=9))
        assert browser.is_signed_in
    travel(timedelta(days=9))
    assert not browser.is_signed_in


def test_an_idle_session_is_over(browser: SigningIn, travel: Travel) -> None:
    travel(sessions.IDLE + timedelta(seconds=1))
    assert not browser.is_signed_in


def test_a_session_costs_one_statement_and_writes_seldom(
    services: Services, browser: SigningIn, anyone: Caller, travel: Travel
) -> None:
    def asked(caller: Callable[..., object]) -> int:
        with statements(services) as heard:
            caller("GET", "/api/vocabularies/")
        return len(heard)

    public = asked(anyone)
    assert asked(browser) == public + 1
    travel(sessions.SEEN_EVERY)
    assert asked(browser) > public + 1
    assert asked(browser) == public + 1


def test_who_reads_is_let_in_where_the_look_cannot_be_noted(
    browser: SigningIn, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise Unavailable("The database has no room left.")

    monkeypatch.setattr(credentials, "note_seen", full)
    travel(sessions.SEEN_EVERY)
    assert browser.is_signed_in


@pytest.mark.parametrize(
    ("verb", "arguments"), [(set_active, (False,)), (set_role, (Role.CURATOR,)), (set_password, ("another password",))]
)
def test_a_change_of_rights_ends_all_sessions_at_once(
    browser: SigningIn, services: Services, verb: Callable[..., None], arguments: tuple[object, ...]
) -> None:
    assert browser.is_signed_in
    change(services, EMAIL, verb, *arguments)
    assert not browser.is_signed_in


def test_a_suspended_person_is_back_only_by_a_new_sign_in(browser: SigningIn, services: Services) -> None:
    change(services, EMAIL, set_active, False, "left the institute")
    assert browser.sign_in().status_code == 401
    change(services, EMAIL, set_active, True)
    assert not browser.is_signed_in
    assert browser.sign_in().status_code == 201
    with services.database.snapshot(SYSTEM) as snapshot:
        assert snapshot.session.scalars(select(SignInSession).where(SignInSession.ended.is_(None))).one()


def test_a_session_does_not_outlive_a_password_that_was_changed_meanwhile(
    services: Services, people: Json, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    def overtaken(*arguments: str) -> Person:
        person = person_by_password(services.database, credentials_guesser, *arguments[2:])
        change(services, EMAIL, set_password, "another password")
        return person

    with app.test_request_context("/"):
        credentials_guesser = credentials.guesser(services)
    monkeypatch.setattr("repository.people.sign_in.person_by_password", overtaken)
    with pytest.raises(Exception, match="credential"):
        sign_in(services.database, credentials_guesser, Credentials(EMAIL, PASSWORD), sessions.Browser("", "127.0.0.1"))
    assert "SessionBegun" not in kinds(services)


def listed(browser: SigningIn) -> list[Json]:
    hits: list[Json] = browser("GET", "/api/me/sessions").get_json()["hits"]["hits"]
    return hits


def test_sessions_are_listed_and_ended_one_by_one_or_all(browser: SigningIn, browsing: Opening) -> None:
    phone, tablet, stranger = browsing(), browsing(), browsing()
    phone.sign_in(headers={"User-Agent": "Phone\t" + "x" * 500})
    tablet.sign_in()
    stranger.sign_in(OTHER)
    (foreign,) = listed(stranger)
    mine = listed(browser)
    assert [session["current"] for session in mine].count(True) == 1
    assert len(mine) == 3
    of_phone = next(session for session in mine if session["user_agent"].startswith("Phone "))
    assert len(of_phone["user_agent"]) == sessions.LONGEST_AGENT

    assert browser("DELETE", f"/api/me/sessions/{foreign['id']}").status_code == 404
    assert browser("DELETE", f"/api/me/sessions/{of_phone['id']}").status_code == 204
    assert browser("DELETE", f"/api/me/sessions/{of_phone['id']}").status_code == 404
    assert (phone.is_signed_in, tablet.is_signed_in, stranger.is_signed_in) == (False, True, True)
    assert browser("DELETE", "/api/me/sessions").status_code == 204
    assert (browser.is_signed_in, tablet.is_signed_in, stranger.is_signed_in) == (True, False, True)
    assert len(listed(browser)) == 1


def test_a_token_lists_and_ends_no_sessions(browser: SigningIn, app: Flask) -> None:
    secret = browser("POST", "/api/user/tokens", json={}).get_json()["token"]
    bearer = Caller(app.test_client(), secret)
    for method, path in (
        ("GET", "/api/me/sessions"),
        ("DELETE", "/api/me/sessions"),
        ("DELETE", "/api/session"),
        ("PUT", "/api/me/password"),
        ("POST", "/api/me/totp"),
    ):
        body = {"json": {"current": PASSWORD, "password": "another password"}} if method == "PUT" else {}
        assert bearer(method, path, **body).status_code == 403, path
    assert bearer.get("/api/session").get_json()["csrf_token"] is None


def test_a_change_of_password_ends_the_other_sessions_and_renews_this_one(
    browser: SigningIn, browsing: Opening, services: Services
) -> None:
    phone = browsing()
    phone.sign_in()
    before = browser.cookie
    wrong = browser("PUT", "/api/me/password", json={"current": "x", "password": "another password"})
    assert [error["field"] for error in wrong.get_json()["errors"]] == ["current"]
    assert browser.cookie == before

    done = browser("PUT", "/api/me/password", json={"current": PASSWORD, "password": "another password"})
    assert done.status_code == 200, done.text
    browser.token = done.get_json()["csrf_token"]
    assert browser.cookie != before
    assert browser("POST", DRAFTS).status_code == 201
    assert not phone.is_signed_in
    assert phone.sign_in().status_code == 401
    assert phone.sign_in(password="another password").status_code == 201
    assert "PasswordChanged" in kinds(services)


@pytest.mark.parametrize("more", [{"role": "administrator"}, {"person_id": 1}, {"remember": True}])
def test_a_sign_in_takes_no_other_members(browsing: Opening, more: Json) -> None:
    reply = browsing()("POST", "/api/session", json={"email": EMAIL, "password": PASSWORD, **more})
    assert reply.status_code == 400
    assert [error["field"] for error in reply.get_json()["errors"]] == list(more)


def test_what_is_over_is_removed(browser: SigningIn, browsing: Opening, services: Services) -> None:
    other = browsing()
    other.sign_in()
    other("DELETE", "/api/session")
    sessions.forget_sessions(services.database)
    with services.database.snapshot(SYSTEM) as snapshot:
        assert len(snapshot.session.scalars(select(SignInSession)).all()) == 1
    assert browser.is_signed_in
