"""A person's own pages: without scripts, as a browser sends forms."""

import re
import time
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from flask import Flask

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.people.identity_model import LinkedIdentity
from tests.conftest import BASE_URL
from tests.features.pages import Page
from tests.features.signing_in import EMAIL, PASSWORD, people, person, quick_passwords
from tests.features.test_pages_accounts import REST, Visitor

__all__ = ["people", "quick_passwords"]
pytestmark = pytest.mark.slow
HOME = "/account/settings"
PAGES = [f"{HOME}/{page}" for page in ("profile", "security", "applications", "linked", "notifications", "data")]
NEW_PASSWORD = "a new long password"


@pytest.fixture
def visitor(app: Flask, people: Any) -> Visitor:
    """Somebody who has signed in."""
    visitor = Visitor(app)
    assert visitor.sign_in().status_code == 303
    visitor.get(f"{HOME}/profile")
    return visitor


@pytest.mark.parametrize("path", [HOME, *PAGES, "/me/notifications", f"{HOME}/data/export.zip"])
def test_nobody_sees_a_page_of_settings_without_signing_in(app: Flask, path: str) -> None:
    reply = Visitor(app).get(path)
    assert reply.status_code == 401
    assert "/login?next=" in reply.text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_of_settings_is_well_formed_and_kept_by_nobody(visitor: Visitor, language: str) -> None:
    visitor.language = language
    for path in (*PAGES, "/me/notifications"):
        reply = visitor.get(path)
        page = Page(reply.text)
        assert (reply.status_code, page.open, len(page.text_in("h1"))) == (200, [], 1), path
        assert reply.cache_control.no_store, path
        ids = {element.get("id") for _, element in page.elements}
        assert {label["for"] for label in page.each("label") if "for" in label} <= ids


def test_a_profile_is_changed_and_a_fault_stands_at_its_control(visitor: Visitor) -> None:
    wrong = visitor.send(
        f"{HOME}/profile",
        profile__full_name="Ada",
        identities__orcid="0000-0002-1825-0098",
        profile__affiliations="University of Tartu\nhttps://ror.org/wrong",
        **REST,
    )
    assert wrong.status_code == 400
    assert 'href="#identities-orcid"' in wrong.text
    assert 'href="#profile-affiliations"' in wrong.text
    assert "https://ror.org/wrong" in wrong.text
    kept = visitor.send(
        f"{HOME}/profile?lang=zh",
        profile__full_name="王芳 (Wang Fang)",
        identities__orcid="0000-0002-1825-0097",
        profile__affiliations="University of Tartu\nhttps://ror.org/03z77qz90",
        **REST,
    )
    assert (kept.status_code, kept.location) == (303, f"{HOME}/profile?lang=zh&done=done_saved")
    page = visitor.get(kept.location).text
    assert "已保存" in page
    assert "王芳 (Wang Fang)" in page
    assert "University of Tartu\nhttps://ror.org/03z77qz90" in page


def test_another_password_ends_other_sessions_and_changes_this_one(visitor: Visitor, app: Flask) -> None:
    other = Visitor(app)
    other.sign_in()
    before = visitor.cookie
    path = f"{HOME}/security/password"
    wrong = visitor.send(path, current="not the password", new=NEW_PASSWORD)
    assert wrong.status_code == 400
    assert 'value="not the password"' not in wrong.text
    assert NEW_PASSWORD not in wrong.text
    short = visitor.send(path, current=PASSWORD, new="short")
    assert 'href="#new"' in short.text
    assert visitor.send(path, current=PASSWORD, new=NEW_PASSWORD).status_code == 303
    assert visitor.cookie != before
    assert visitor.get(f"{HOME}/profile").status_code == 200
    assert other.get(f"{HOME}/profile").status_code == 401


def test_another_address_needs_the_password(visitor: Visitor) -> None:
    path = f"{HOME}/security/email"
    assert visitor.send(path, email="else@example.org", password="wrong").status_code == 400
    assert visitor.field("email") == "else@example.org"
    assert visitor.send(path, email="else@example.org", password=PASSWORD).status_code == 303


def test_an_authenticator_is_set_up_and_removed_and_its_secrets_are_shown_once(visitor: Visitor) -> None:
    setup = visitor.send(f"{HOME}/security/authenticator")
    secret = re.search(r'<code class="text">([A-Z2-7]+)</code>', setup.text)
    assert secret is not None
    confirm = f"{HOME}/security/authenticator/confirm"
    assert visitor.send(confirm, code="000000").status_code == 400
    codes = visitor.send(confirm, code=pyotp.TOTP(secret[1]).now())
    recovery = re.findall(r"\b[0-9a-f]{20}\b", codes.text)
    assert len(recovery) == 10
    page = visitor.get(f"{HOME}/security").text
    assert not any(code in page for code in (secret[1], *recovery))
    remove = f"{HOME}/security/authenticator/remove"
    assert 'href="#proof"' in visitor.send(remove, proof="wrong").text
    assert visitor.send(remove, code=pyotp.TOTP(secret[1]).at(time.time() + 30)).status_code == 303


def test_one_session_and_all_others_are_ended(visitor: Visitor, app: Flask) -> None:
    others = [Visitor(app), Visitor(app)]
    for other in others:
        other.sign_in()
    page = visitor.get(f"{HOME}/security").text
    ends = re.findall(r'action="([^"]*/sessions/[0-9]+/end)"', page)
    assert len(ends) == 2
    visitor.send(ends[0])
    assert sorted(other.get(f"{HOME}/profile").status_code for other in others) == [200, 401]
    visitor.get(f"{HOME}/security")
    visitor.send(f"{HOME}/security/sessions/end-others")
    assert [other.get(f"{HOME}/profile").status_code for other in others] == [401, 401]
    assert visitor.get(f"{HOME}/profile").status_code == 200


def test_a_token_is_shown_once_works_and_is_revoked(visitor: Visitor, app: Flask) -> None:
    path = f"{HOME}/applications"
    nothing = visitor.send(path, name="lab script", days="180")
    assert nothing.status_code == 400
    assert visitor.field("name") == "lab script"
    assert visitor.send(path, name="x", scopes="user:read", days="9999").status_code == 400
    assert visitor.send(path, name="x", scopes="user:tokens", days="30").status_code == 400
    made = visitor.send(path, name="lab script", scopes=["user:read", "deposit:write"], days="30")
    [secret] = set(re.findall(r"sdr_[A-Za-z0-9_-]{43}", made.text))
    assert f'curl -H "Authorization: Bearer {secret}" {BASE_URL}/api/user/records' in made.text
    bearer = {"Authorization": f"Bearer {secret}"}
    client = app.test_client()
    assert client.get("/api/user/records", headers=bearer).status_code == 200
    page = visitor.get(path).text
    assert "lab script" in page
    assert secret not in page
    [revoke] = re.findall(r'action="([^"]*/revoke)"', page)
    assert visitor.send(revoke).status_code == 303
    assert client.get("/api/user/records", headers=bearer).status_code == 401


def test_an_identity_is_unlinked_and_an_unknown_provider_is_none(visitor: Visitor, services: Services) -> None:
    owner = person(services, EMAIL)
    assert owner is not None
    with services.database.transaction(SYSTEM) as unit:
        row = {"person_id": owner.id, "provider": "odd", "grants": {}, "created": unit.now, "last_used": unit.now}
        unit.session.add(LinkedIdentity(subject="1", **row))
    page = visitor.get(f"{HOME}/linked").text
    [remove] = re.findall(r'action="([^"]*/remove)"', page)
    assert visitor.send(remove).status_code == 303
    assert visitor.send(remove).status_code == 404
    assert visitor.send(f"{HOME}/linked", provider="nobody").status_code == 404


def test_what_comes_by_mail_is_chosen(visitor: Visitor) -> None:
    page = visitor.get(f"{HOME}/notifications").text
    kinds = re.findall(r'name="mailed" value="([^"]+)" checked', page)
    assert len(kinds) > 3
    visitor.send(f"{HOME}/notifications", digest="daily", mailed=kinds[1:])
    page = visitor.get(f"{HOME}/notifications").text
    assert re.findall(r'name="mailed" value="([^"]+)" checked', page) == kinds[1:]
    assert 'value="daily" checked' in page


def test_notices_are_read(visitor: Visitor, services: Services, settle: Callable[[], None]) -> None:
    owner = person(services, EMAIL)
    assert owner is not None
    visitor.send(f"{HOME}/security/password", current=PASSWORD, new=NEW_PASSWORD)
    settle()
    page = visitor.get("/me/notifications").text
    assert "Your password was changed" in page
    [read] = re.findall(r'action="([^"]*/read)"', page)
    assert visitor.send(read).status_code == 303
    assert "Your password was changed" not in visitor.get("/me/notifications?unread=true").text
    assert visitor.send("/me/notifications/read-all").status_code == 303
    assert visitor.get("/me/notifications?before=x").status_code == 200


def test_what_is_kept_of_oneself_is_taken_along(visitor: Visitor, settle: Callable[[], None]) -> None:
    assert visitor.get(f"{HOME}/data/export.zip").status_code == 404
    visitor.get(f"{HOME}/data")
    visitor.send(f"{HOME}/data/export")
    settle()
    assert "my-data.zip" in visitor.get(f"{HOME}/data").text
    content = visitor.get(f"{HOME}/data/export.zip")
    assert content.data[:2] == b"PK"
    content.close()


def test_an_account_is_erased_with_the_password_alone(visitor: Visitor, services: Services) -> None:
    path = f"{HOME}/data/erase"
    assert visitor.send(path, password="wrong").status_code == 400
    assert visitor.send(path, password=PASSWORD, receiver="nobody").status_code == 400
    assert visitor.send(path, password=PASSWORD).status_code == 200
    assert visitor.get(f"{HOME}/profile").status_code == 401
    closed = person(services, EMAIL)
    assert closed is None or not closed.active
