"""What signing in, signing up and looking after both ask the database is found by an index."""

from dataclasses import replace

import pyotp
import pytest
from sqlalchemy import select

from repository.app import create_app
from repository.core import clock
from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.people import feature, guessing
from repository.people.accounts import set_active
from repository.people.first_administrator import first_administrator_secret
from repository.people.link_letters import link_letter
from repository.people.model import OneTimeLink, Person
from tests.features.signing_in import EMAIL, PASSWORD, SigningIn, people, quick_passwords
from tests.features.steps import Json
from tests.support.query_plans import heard_statements, reads_rows, whole_reads

__all__ = ["people", "quick_passwords"]
pytestmark = pytest.mark.slow


def sign_up(services: Services, browser: SigningIn) -> None:
    """Ask for an account and for a password, and use what is sent."""
    browser("POST", "/api/sign-up", json={"email": "new@example.org", "password": PASSWORD})
    browser("POST", "/api/password-resets", json={"email": EMAIL})
    with services.database.transaction(SYSTEM) as unit:
        secrets = [link_letter(unit, link_id) for link_id in unit.session.scalars(select(OneTimeLink.id)).all()]
    for path, letter in zip(("sign-up/verify", "password-resets/redeem"), secrets, strict=True):
        assert letter is not None
        body = {"token": letter.secret, **({"password": PASSWORD} if "reset" in path else {})}
        assert browser("POST", f"/api/{path}", json=body).status_code == 204


def use_sessions(browser: SigningIn) -> None:
    """Sign in with and without codes, and look at sessions."""
    assert browser.sign_in().status_code == 201
    totp = pyotp.TOTP(browser("POST", "/api/me/totp").get_json()["secret"])
    browser("POST", "/api/me/totp/confirm", json={"code": totp.at(clock.now())})
    codes = browser.sign_in(code="a wrong one")
    assert codes.status_code == 401
    for path in ("/api/session", "/api/me/sessions"):
        assert browser("GET", path).status_code == 200
    assert browser("DELETE", "/api/me/totp", json={"password": PASSWORD}).status_code == 204
    assert browser("PUT", "/api/me/password", json={"current": PASSWORD, "password": PASSWORD}).status_code == 200
    browser.sign_in()
    assert browser("DELETE", "/api/me/sessions").status_code == 204
    assert browser("DELETE", "/api/session").status_code == 204


def test_no_statement_of_a_sign_in_reads_a_whole_table(services: Services, people: Json) -> None:
    site = replace(services.site, sign_up="open")
    browser = SigningIn(create_app(replace(services, site=site)))
    with heard_statements() as heard:
        assert first_administrator_secret(services.database) is None
        sign_up(services, browser)
        use_sessions(browser)
        with services.database.transaction(SYSTEM) as unit:
            set_active(unit, unit.session.get_one(Person, people[EMAIL]), False)
        feature.clear_sign_ins(services)
        guessing.forget_guesses(services.database)
    plain = {" ".join(text.split()): statement for text, statement in heard.items() if reads_rows(statement)}
    with services.database.engine.connect() as connection:
        whole = {text: names for text, statement in plain.items() if (names := whole_reads(connection, statement))}
    # the test itself asks for the ids of all links
    assert [text for text in whole if text != "SELECT one_time_link.id FROM one_time_link"] == []
    assert len(plain) > 30
