"""Pages to sign in, to make an account, and to find one's way back: without scripts, as a browser sends forms."""

import re
import time
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pyotp
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from repository.app import create_app
from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.people.first_administrator import first_administrator_secret
from repository.people.model import Person
from repository.people.second_factors import confirm_second_factor, start_second_factor
from tests.conftest import BASE_URL
from tests.features.noticed import mails, parts
from tests.features.pages import Page
from tests.features.signing_in import EMAIL, PASSWORD, people, person, quick_passwords

__all__ = ["people", "quick_passwords"]
pytestmark = pytest.mark.slow
HTML = {"Accept": "text/html", "Origin": BASE_URL, "Sec-Fetch-Site": "same-origin"}
NEW, NEW_PASSWORD = "new@example.org", "a new long password"


class Visitor:
    """A browser without scripts: it keeps cookies, and sends the fields that the page's form has."""

    def __init__(self, app: Flask, language: str = "en") -> None:
        self.http, self.language, self.mark = app.test_client(), language, ""
        self.reply: TestResponse | None = None

    def get(self, path: str) -> TestResponse:
        self.mark = self.csrf
        self.reply = self.http.get(path, headers={**HTML, "Accept-Language": self.language})
        return self.reply

    def send(self, path: str, *, headers: dict[str, str] | None = None, **fields: Any) -> TestResponse:
        sent = {"csrf_token": self.csrf, **{name.replace("__", "."): value for name, value in fields.items()}}
        head = {**HTML, "Accept-Language": self.language, **(headers or {})}
        self.reply = self.http.post(path, data=sent, headers={k: v for k, v in head.items() if v})
        return self.reply

    def sign_in(self, email: str = EMAIL, password: str = PASSWORD, **fields: Any) -> TestResponse:
        return self.send("/login", email=email, password=password, **fields)

    @property
    def csrf(self) -> str:
        marks = re.findall(r'name="csrf_token" value="([0-9a-f]{64})"', self.text)
        self.mark = marks[-1] if marks else self.mark
        return self.mark

    @property
    def text(self) -> str:
        return self.reply.text if self.reply is not None else ""

    @property
    def cookie(self) -> str:
        kept = self.http.get_cookie("__Host-session", "localhost") or self.http.get_cookie("session", "localhost")
        return kept.value if kept else ""

    def field(self, name: str) -> str:
        element = re.search(rf'<input[^>]*name="{re.escape(name)}"[^>]*>', self.text)
        assert element is not None, f"no {name}"
        value = re.search(r'value="([^"]*)"', element[0])
        return unescape(value[1]) if value else ""


@pytest.fixture
def app(services: Services) -> Flask:
    return create_app(replace(services, site=replace(services.site, sign_up="open")))


@pytest.fixture
def visit(app: Flask) -> Callable[..., Visitor]:
    return lambda language="en": Visitor(app, language)


@pytest.fixture
def visitor(visit: Callable[..., Visitor], people: Any) -> Visitor:
    return visit()


def test_who_signs_in_is_led_back_with_another_session(visitor: Visitor) -> None:
    assert visitor.get("/login?next=/records/1").status_code == 200
    assert visitor.field("next") == "/records/1"
    reply = visitor.sign_in(next="/records/1")
    assert (reply.status_code, reply.location) == (303, "/records/1")
    first = visitor.cookie
    visitor.sign_in()
    assert visitor.cookie not in ("", first)
    other = Visitor(visitor.http.application)
    other.http.set_cookie("session", first)
    assert other.get("/account/settings/profile").status_code == 401


@pytest.mark.parametrize(
    "evil",
    ["//evil.example", "https://evil.example/", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "/%2f/evil"],
)
def test_nobody_is_led_to_another_site(visitor: Visitor, evil: str) -> None:
    visitor.get(f"/login?next={evil}")
    assert visitor.field("next") == "/"
    assert visitor.sign_in(next=evil).location == "/"


def test_a_wrong_pair_keeps_the_address_and_not_the_password(visitor: Visitor) -> None:
    wrong = visitor.sign_in(password="not the password")
    assert wrong.status_code == 401
    assert visitor.field("email") == EMAIL
    assert "not the password" not in wrong.text
    unknown = visitor.sign_in(email="nobody@example.org", password="not the password")
    assert unknown.text.replace("nobody@example.org", EMAIL) == wrong.text
    assert not visitor.cookie


def test_whoever_guesses_is_told_when_to_try_again(visitor: Visitor) -> None:
    for _ in range(30):
        reply = visitor.sign_in(password="not the password")
        if reply.status_code == 429:
            break
    assert reply.status_code == 429
    assert int(reply.headers["Retry-After"]) > 0
    assert "You can try again in" in reply.text


def with_authenticator(services: Services) -> pyotp.TOTP:
    with services.database.transaction(SYSTEM) as unit:
        owner = person(services, EMAIL)
        assert owner is not None
        secret = start_second_factor(unit, unit.session.get_one(Person, owner.id), "x").secret
        unit.session.flush()
        confirm_second_factor(unit, owner.id, pyotp.TOTP(secret).now())
    return pyotp.TOTP(secret)


def test_a_code_is_asked_after_the_password_and_no_page_repeats_it(visitor: Visitor, services: Services) -> None:
    totp = with_authenticator(services)
    second = visitor.sign_in(next="/records/1")
    assert second.status_code == 200
    assert PASSWORD not in second.text
    assert not visitor.cookie
    step = visitor.field("step")
    wrong = visitor.send("/login", step=step, code="000000", next="/records/1")
    assert wrong.status_code == 401
    assert visitor.field("step") == step
    reply = visitor.send("/login", step=step, code=totp.at(time.time() + 30), next="/records/1")
    assert (reply.status_code, reply.location) == (303, "/records/1")
    assert visitor.cookie


@pytest.mark.parametrize("step", ["1.9999999999." + "0" * 64, "x", "", "1.1." + "a" * 64])
def test_a_forged_mark_of_the_second_step_is_none(visitor: Visitor, services: Services, step: str) -> None:
    with_authenticator(services)
    assert visitor.send("/login", step=step, code="123456").status_code == 401
    assert not visitor.cookie


def test_pages_of_others_sign_nobody_in_or_out(visitor: Visitor) -> None:
    cross = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert visitor.send("/login", email=EMAIL, password=PASSWORD, headers=cross).status_code == 403
    assert not visitor.cookie
    visitor.sign_in()
    visitor.get("/account/settings/profile")
    forged = visitor.send("/logout", headers=cross)
    assert forged.status_code == 403
    assert "csrf_token" not in re.sub(r"<header.*?</header>", "", forged.text, flags=re.DOTALL)
    assert visitor.get("/account/settings/profile").status_code == 200


def test_who_signs_out_is_out(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.get("/account/settings/profile")
    assert visitor.send("/logout").status_code == 200
    assert visitor.get("/account/settings/profile").status_code == 401


def test_a_page_for_people_who_signed_in_leads_there_and_back(visitor: Visitor) -> None:
    reply = visitor.get("/account/settings/profile?lang=zh")
    assert reply.status_code == 401
    assert "/login?lang=zh&amp;next=%2Faccount%2Fsettings%2Fprofile" in reply.text
    assert "登录后查看此页面" in reply.text


def test_what_was_typed_outlives_a_session_that_is_over(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.get("/account/settings/profile")
    mark = visitor.csrf
    visitor.http.delete_cookie("session")
    typed = {"profile.full_name": 'Ada "<b>王芳</b>', "csrf_token": mark}
    refused = visitor.http.post("/account/settings/profile?lang=en", data=typed, headers=HTML)
    visitor.reply = refused
    assert refused.status_code == 401
    assert visitor.field("profile.full_name") == typed["profile.full_name"]
    kept = visitor.field("kept")
    visitor.send("/login", kept=kept)
    assert visitor.field("kept") == kept
    waiting = visitor.sign_in(kept=kept)
    assert waiting.status_code == 200
    assert visitor.field("profile.full_name") == typed["profile.full_name"]
    assert 'action="/account/settings/profile?lang=en"' in waiting.text
    assert (
        visitor.send("/account/settings/profile", profile__full_name=typed["profile.full_name"], **REST).status_code
        == 303
    )
    visitor.get("/account/settings/profile")
    assert visitor.field("profile.full_name") == typed["profile.full_name"]


REST = {
    "preferences__locale": "en",
    "preferences__timezone": "UTC",
    "preferences__visibility": "restricted",
    "preferences__email_visibility": "restricted",
}


def test_a_form_with_a_stale_mark_is_shown_again_with_a_fresh_one(visitor: Visitor) -> None:
    visitor.sign_in()
    visitor.get("/account/settings/profile")
    fresh = visitor.csrf
    refused = visitor.send("/account/settings/profile", csrf_token="0" * 64, profile__full_name="Ada")
    assert refused.status_code == 403
    assert visitor.field("profile.full_name") == "Ada"
    assert visitor.csrf == fresh
    secret = visitor.send("/account/settings/security/password", csrf_token="x", current=PASSWORD, new="another one")
    assert PASSWORD not in secret.text
    assert visitor.field("current") == ""


@pytest.mark.parametrize("kept", ["x", "[]", '["//evil.example", [], [], false]', '["/x", [["a"]], [], false]', "3"])
def test_a_form_that_was_not_kept_by_us_is_refused(visitor: Visitor, kept: str) -> None:
    assert visitor.sign_in(kept=kept).status_code == 400
    assert not visitor.cookie


def secret_in(services: Services, tmp_path: Path, page: str) -> str:
    text = parts(mails(services, tmp_path)[-1])[0]
    found = re.search(rf"{page}/([A-Za-z0-9_-]+)", text)
    assert found is not None, text
    return found[1]


def test_an_account_is_made_by_the_link_of_a_letter(
    visit: Callable[..., Visitor], services: Services, settle: Callable[[], None], tmp_path: Path
) -> None:
    visitor = visit("zh")
    visitor.get("/signup")
    visitor.send("/signup", email=NEW, name="王芳", password="short")
    assert visitor.reply is not None
    assert visitor.reply.status_code == 400
    assert visitor.field("name") == "王芳"
    assert "有几处需要修改" in visitor.text
    asked = visitor.send("/signup", email=NEW, name="王芳", password=NEW_PASSWORD)
    assert asked.status_code == 200
    settle()
    link = f"/confirm/{secret_in(services, tmp_path, '/confirm')}"
    assert visitor.get(link).headers["Referrer-Policy"] == "same-origin"
    assert visitor.get(link).status_code == 200, "looking uses nothing up"
    assert visitor.send(link).status_code == 200
    assert visitor.send(link).status_code == 400
    assert visitor.sign_in(NEW, NEW_PASSWORD).status_code == 303


def test_a_known_address_and_an_unknown_one_are_answered_alike(visitor: Visitor) -> None:
    for path, fields in (("/signup", {"password": NEW_PASSWORD, "name": ""}), ("/forgot", {})):
        known = visitor.send(path, email=EMAIL, **fields)
        unknown = visitor.send(path, email="nobody@example.org", **fields)
        assert known.status_code == unknown.status_code == 200
        assert known.text.replace(EMAIL, "nobody@example.org") == unknown.text


def test_a_forgotten_password_is_set_by_the_link_of_a_letter(
    visitor: Visitor, services: Services, settle: Callable[[], None], tmp_path: Path
) -> None:
    visitor.send("/forgot", email=EMAIL)
    settle()
    link = f"/reset/{secret_in(services, tmp_path, '/reset')}"
    visitor.get(link)
    assert visitor.send(link, password="short").status_code == 400
    assert visitor.send(link, password=NEW_PASSWORD).status_code == 200
    assert visitor.send(link, password=NEW_PASSWORD).status_code == 400
    assert visitor.sign_in(EMAIL, NEW_PASSWORD).status_code == 303


def test_the_first_administrator_makes_an_account_once(visit: Callable[..., Visitor], services: Services) -> None:
    link = f"/first-administrator/{first_administrator_secret(services.database)}"
    visitor = visit()
    assert visitor.get(link).status_code == 200
    made = visitor.send(link, email=NEW, name="Ada", password=NEW_PASSWORD)
    assert made.status_code == 200
    assert visitor.send(link, email=NEW, name="Ada", password=NEW_PASSWORD).status_code == 400
    account = person(services, NEW)
    assert account is not None
    assert account.role == "administrator"


def test_a_site_that_is_closed_says_so(services: Services) -> None:
    visitor = Visitor(create_app(services))
    assert "Nobody can sign up here" in visitor.get("/signup").text
    assert visitor.send("/signup", email=NEW, password=NEW_PASSWORD).status_code == 403


def test_every_page_of_the_room_is_well_formed_in_chinese(visit: Callable[..., Visitor]) -> None:
    visitor = visit("zh")
    for path in ("/login", "/signup", "/forgot", "/reset/x", "/confirm/x", "/confirm-address/x", "/signup/x"):
        page = Page(visitor.get(path).text)
        assert page.open == [], path
        assert len(page.text_in("h1")) == 1
        ids = {element.get("id") for _, element in page.elements}
        for label in page.each("label"):
            assert label["for"] in ids
