"""People sign in at providers of identities, and nobody else does."""

import threading
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
import structlog
import time_machine
from flask import Flask
from sqlalchemy import select

from config.logging import configure_logging
from repository.app import create_app
from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.facts import FactRow
from repository.core.web import problems, request_log
from repository.engines.services import Services
from repository.engines.sign_in import provider_calls
from repository.faces.oauth import views
from repository.people.identity_model import LinkedIdentity, SignInFlow
from repository.people.model import Person, SignInSession
from repository.people.sign_in_flows import forget_sign_ins
from tests.conftest import BASE_URL
from tests.features.providers.visitors import JANE, NewVisitor, count, facts
from tests.support.odd_provider import CLIENT_SECRET, OddProvider
from tests.support.real_provider import approve

pytestmark = pytest.mark.slow


@pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")  # of the provider, in its thread
def test_a_stranger_gets_an_account_and_a_session_at_a_real_provider(
    services: Services, visit: NewVisitor, real: str
) -> None:
    visitor = visit()
    begun = visitor.get("/oauth/real/login?next=/uploads/new?lang=zh")
    [flow] = begun.headers.getlist("Set-Cookie")
    assert "HttpOnly" in flow
    assert "SameSite=Lax" in flow
    assert "Max-Age=600" in flow
    back = approve(begun.headers["Location"], sub="jane")
    assert back.startswith(f"{BASE_URL}/oauth/real/callback?")
    reply = visitor.get(back.removeprefix(BASE_URL))
    assert (reply.status_code, reply.headers["Location"]) == (302, f"{BASE_URL}/uploads/new?lang=zh")
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert reply.headers["Cache-Control"] == "private, no-store"
    user = visitor.whoami()
    assert user is not None
    assert (user["email"], user["name"], user["role"]) == (JANE, "Jane Doe", "curator")
    again = visitor.get(approve(visitor.login("real"), sub="jane").removeprefix(BASE_URL))
    assert again.status_code == 302
    assert count(services, Person) == 1
    assert [fact["provider"] for fact in facts(services, "IdentityLinked")] == ["real"]
    assert len(facts(services, "SessionEnded")) == 1, "the session that the browser had before is over"
    denied = visitor.get(approve(visitor.login("real"), action="deny").removeprefix(BASE_URL))
    assert (denied.status_code, denied.get_json()["message"]) == (403, "The sign-in was cancelled at Real.")


def test_over_https_no_other_host_can_set_the_cookie(services: Services, odd: OddProvider) -> None:
    app = create_app(replace(services, site=replace(services.site, base_url="https://data.example.org")))
    reply = app.test_client().get("/oauth/odd/login", base_url="https://data.example.org")
    [cookie] = reply.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-sign-in=")
    assert "; Secure; HttpOnly; Path=/; SameSite=Lax" in cookie
    assert "Domain" not in cookie


def test_the_providers_are_listed_with_their_names(visit: NewVisitor) -> None:
    hits = visit().get("/api/identity-providers").get_json()["hits"]["hits"]
    assert [hit["id"] for hit in hits] == ["odd", "real", "closed"]
    assert hits[0] == {
        "id": "odd",
        "name": {"en": "Odd"},
        "logo": None,
        "links": {"login": f"{BASE_URL}/oauth/odd/login"},
    }
    assert visit().get("/oauth/nobody/login").status_code == 404


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("issuer-in-token", "issuer"),
        ("nonce", "nonce"),
        ("expired", "expired"),
        ("algorithm-none", "algorithm"),
        ("public-key-as-secret", "algorithm"),
        ("foreign-key", "signature"),
        ("userinfo-of-another", "userinfo"),
    ],
)
def test_a_forged_answer_leaves_no_session_and_no_account(
    services: Services, visit: NewVisitor, odd: OddProvider, fault: str, cause: str
) -> None:
    visitor = visit()
    address = visitor.login()
    odd.fault = fault
    reply = visitor.get(f"/oauth/odd/callback?{odd.approve(address)}")
    assert reply.status_code == 403
    assert reply.get_json()["message"] == "The answer of Odd proves nothing, so nobody was signed in."
    assert reply.headers["Cache-Control"] == "private, no-store"
    assert reply.headers["Referrer-Policy"] == "no-referrer"
    assert visitor.whoami() is None
    assert count(services, Person) == count(services, SignInSession) == count(services, LinkedIdentity) == 0
    assert facts(services, "SignInRefused") == [{"subject": 0, "provider": "odd", "cause": cause}]


def test_an_answer_works_once_in_its_own_browser_and_at_its_own_provider(
    services: Services, visit: NewVisitor, odd: OddProvider
) -> None:
    visitor, other = visit(), visit()
    answer = odd.approve(visitor.login())
    other.login()
    refused = [
        other.get(f"/oauth/odd/callback?{answer}"),
        visit().get(f"/oauth/odd/callback?{answer}"),
        visitor.get(f"/oauth/closed/callback?{answer}"),
        visitor.get(f"/oauth/odd/callback?{answer}&state=x"),
        visitor.get("/oauth/odd/callback"),
        visitor.get("/oauth/odd/callback?code=x&state=%00%ff"),
    ]
    assert [reply.status_code for reply in refused] == [400] * 6
    assert count(services, SignInSession) == 0
    assert visitor.get(f"/oauth/odd/callback?{answer}").status_code == 302
    assert visitor.get(f"/oauth/odd/callback?{answer}").status_code == 400
    assert count(services, SignInSession) == 1


@pytest.mark.parametrize("sender", ["https://another.example.org", None])
def test_a_mixed_up_answer_is_refused(
    services: Services, visit: NewVisitor, odd: OddProvider, sender: str | None
) -> None:
    odd.names_itself = True
    visitor = visit()
    address = visitor.login()
    assert visitor.get(f"/oauth/odd/callback?{odd.approve(address, iss=sender)}").status_code == 403
    assert count(services, SignInSession) == 0
    assert facts(services, "SignInRefused")[0]["cause"] == "mix-up"


def test_what_a_provider_says_of_an_error_is_repeated_nowhere(visit: NewVisitor, odd: OddProvider) -> None:
    visitor = visit()
    for error in ("access_denied", "server_error", "<script>alert(1)</script>"):
        answer = dict(parse_qsl(odd.approve(visitor.login())))
        query = {"state": answer["state"], "error": error, "error_description": "<b>canary</b>"}
        reply = visitor.get("/oauth/odd/callback", query_string=query, headers={"Accept": "text/html"})
        assert reply.status_code == 403
        assert reply.mimetype == "text/html"
        assert "canary" not in reply.text
        assert "<script>alert" not in reply.text
        assert error not in str(reply.headers)


@pytest.mark.parametrize(
    "path", ["//evil.example.org", "/\\evil.example.org", "https://evil.example.org", "/%0d%0aX:1"]
)
def test_sign_in_leads_to_no_other_site(services: Services, visit: NewVisitor, path: str) -> None:
    reply = visit().get("/oauth/odd/login", query_string={"next": path})
    assert reply.status_code == 400
    assert reply.get_json()["errors"][0]["field"] == "next"
    assert count(services, SignInFlow) == 0


def test_a_flow_is_over_after_ten_minutes(services: Services, visit: NewVisitor, odd: OddProvider) -> None:
    visitor = visit()
    answer = odd.approve(visitor.login())
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=1), tick=False):
        assert visitor.get(f"/oauth/odd/callback?{answer}").status_code == 400
    visitor.login()
    with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
        forget_sign_ins(services.database)
    assert count(services, SignInFlow) == 0
    assert count(services, SignInSession) == 0


def test_of_two_answers_at_once_one_signs_in(
    services: Services, app: Flask, visit: NewVisitor, odd: OddProvider
) -> None:
    visitor = visit()
    answer = odd.approve(visitor.login())
    flow = visitor.http.get_cookie("sign-in")
    assert flow is not None
    statuses: list[int] = []

    def answer_once() -> None:
        http = app.test_client()
        http.set_cookie("sign-in", flow.value)
        statuses.append(http.get(f"/oauth/odd/callback?{answer}").status_code)

    threads = [threading.Thread(target=answer_once) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302, 400, 400, 400]
    assert count(services, SignInSession) == 1


def test_a_provider_that_is_away_names_the_other_ways(
    visit: NewVisitor, odd: OddProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_calls, "REST", 0.0)
    odd.fault = "broken/.well-known/openid-configuration"
    reply = visit().get("/oauth/odd/login")
    words = "Odd does not answer at the moment. Other ways to sign in: Real, Closed, e-mail and password."
    assert (reply.status_code, reply.get_json()["message"]) == (503, words)
    page = visit().get("/oauth/odd/login?lang=zh", headers={"Accept": "text/html"})
    assert "其他登录方式：Real, Closed" in page.text
    odd.fault = ""
    visitor = visit()
    address = visitor.login()
    odd.fault = "broken/token"
    assert visitor.get(f"/oauth/odd/callback?{odd.approve(address)}").status_code == 503
    assert visitor.whoami() is None


def test_no_secret_of_a_sign_in_is_logged_or_kept_in_facts(
    services: Services,
    visit: NewVisitor,
    odd: OddProvider,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    configure_logging("DEBUG")
    for module in (request_log, problems, views):  # a logger keeps the level of its first use
        monkeypatch.setattr(module, "log", structlog.get_logger())
    tokens: list[str] = []
    signed = odd.signed
    monkeypatch.setattr(odd, "signed", lambda *claims, **more: tokens.append(signed(*claims, **more)) or tokens[-1])
    answers = []
    for fault in ("", "nonce", "broken/token"):
        visitor = visit()
        address = visitor.login()
        odd.fault = fault
        answers.append(dict(parse_qsl(odd.approve(address))))
        reply = visitor.get("/oauth/odd/callback", query_string=answers[-1])
        assert not any(value in f"{reply.headers} {reply.text}" for value in (*answers[-1].values(), *tokens))
        odd.fault = ""
    visit().http.post("/oauth/odd/back-channel-logout", data={"logout_token": odd.logout_token(aud="x")})
    configure_logging("ERROR")
    told = capsys.readouterr()
    with services.database.snapshot(SYSTEM) as snapshot:
        kept = [str(row.details) for row in snapshot.session.scalars(select(FactRow))]
    assert len(tokens) == 3
    assert '"event": "sign-in refused"' in told.err
    assert '"event": "logout token refused"' in told.err
    for secret in (CLIENT_SECRET, *tokens, *(value for answer in answers for value in answer.values())):
        assert secret not in told.err + told.out
        assert secret not in str(kept)
    assert JANE not in str(kept)
