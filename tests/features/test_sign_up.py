"""Sign-up, invitations, forgotten passwords: nothing tells whether an address is known; each link is good once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from repository.app import create_app
from repository.core.actor import SYSTEM, Actor, Role, TokenScope
from repository.core.database.engine import Base
from repository.core.errors import RepositoryError
from repository.core.paging import Page
from repository.core.unit_of_work import UnitOfWork
from repository.engines.services import Services
from repository.people import guessing
from repository.people.accounts import set_active
from repository.people.finding import find_people
from repository.people.link_letters import LetterKind, LinkLetter, link_letter
from repository.people.model import OneTimeLink, Person
from repository.people.one_time_links import VALID_FOR, LinkPurpose, end_links, forget_links, redeem_link
from repository.people.sign_up import invite
from tests.contracts.together import at_once
from tests.features.signing_in import (
    EMAIL,
    OTHER,
    PASSWORD,
    SigningIn,
    kinds,
    people,
    person,
    quick_passwords,
    travel,
)
from tests.features.steps import Json, statements

__all__ = ["people", "quick_passwords", "travel"]
pytestmark = pytest.mark.slow

NEW = "new@example.org"
Travel = Callable[[timedelta], None]
Ask = Callable[..., TestResponse]


@pytest.fixture
def opened(services: Services) -> Services:
    """A site where everybody may sign up."""
    return replace(services, site=replace(services.site, sign_up="open"))


@pytest.fixture
def app(opened: Services) -> Flask:
    return create_app(opened)


@pytest.fixture
def post(app: Flask) -> Ask:
    """Send JSON as a page of ours does, from a browser without a cookie."""

    def send(path: str, **body: Any) -> TestResponse:
        return app.test_client().post(f"/api/{path}", json=body)

    return send


def list_people(services: Services, text: str) -> list[int]:
    """Return whom an administrator finds."""
    with services.database.snapshot(Actor(1, Role.ADMINISTRATOR, frozenset(TokenScope))) as snapshot:
        return [view.person.id for view in find_people(snapshot, text, Page(1, 10))[0]]


def letters(services: Services) -> Iterator[LinkLetter]:
    """Yield what jobs would send."""
    with services.database.transaction(SYSTEM) as unit:
        waiting = unit.session.scalars(select(OneTimeLink).where(OneTimeLink.secret_hash.is_(None))).all()
        ids = [link.id for link in waiting]
    for link_id in ids:
        with services.database.transaction(SYSTEM) as unit:
            letter = link_letter(unit, link_id)
        if letter is not None:
            yield letter


def letter_of(services: Services) -> LinkLetter:
    (letter,) = letters(services)
    return letter


def told(reply: TestResponse) -> tuple[int, str, Json]:
    """What a client learns from a reply, but for what differs in every reply."""
    return reply.status_code, reply.text, {**reply.headers, "X-Request-ID": "", "RateLimit": ""}


def test_an_account_begins_when_its_address_is_confirmed(post: Ask, app: Flask, services: Services) -> None:
    assert post("sign-up", email=" New@Example.org ", name="Ada\r\nLovelace", password=PASSWORD).status_code == 202
    assert SigningIn(app).sign_in(NEW).status_code == 401
    letter = letter_of(services)
    assert (letter.kind, letter.email) == (LetterKind.SIGN_UP, NEW)
    assert post("sign-up/verify", token=letter.secret).status_code == 204
    assert SigningIn(app).sign_in(NEW).status_code == 201
    made = person(services, NEW)
    assert made is not None
    assert (made.name, made.role) == ("Ada Lovelace", "depositor")


@pytest.mark.parametrize(("path", "more"), [("sign-up", {"password": PASSWORD}), ("password-resets", {})])
def test_nothing_tells_whether_an_address_is_known(
    post: Ask, opened: Services, people: Json, path: str, more: Json
) -> None:
    post(path, email="first@example.org", **more)  # statements are compiled
    with statements(opened) as of_known:
        known = post(path, email=EMAIL, **more)
    with statements(opened) as of_unknown:
        unknown = post(path, email="nobody@example.org", **more)
    assert told(known) == told(unknown)
    assert known.status_code == 202
    assert of_known == of_unknown


def test_the_holder_of_a_known_address_learns_that_somebody_tried(post: Ask, services: Services, people: Json) -> None:
    post("sign-up", email=EMAIL, password="a password of mine")
    letter = letter_of(services)
    assert (letter.kind, letter.secret, letter.person_id) == (LetterKind.ADDRESS_KNOWN, "", people[EMAIL])


def test_nobody_prepares_the_password_of_another_account(post: Ask, app: Flask, services: Services) -> None:
    post("sign-up", email=NEW, password="the attacker's password")
    post("sign-up", email=NEW, password=PASSWORD)
    _, own = letters(services)
    assert post("sign-up/verify", token=own.secret).status_code == 204
    assert SigningIn(app).sign_in(NEW, "the attacker's password").status_code == 401
    assert SigningIn(app).sign_in(NEW).status_code == 201


def test_the_second_account_of_an_address_is_refused(post: Ask, services: Services) -> None:
    for _ in range(2):
        post("sign-up", email=NEW, password=PASSWORD)
    first, second = letters(services)
    assert post("sign-up/verify", token=first.secret).status_code == 204
    assert post("sign-up/verify", token=second.secret).status_code == 409


@pytest.mark.parametrize("more", [{"role": "administrator"}, {"active": True}, {"confirmed": True}, {"id": 1}])
def test_a_sign_up_takes_no_other_members(post: Ask, services: Services, more: Json) -> None:
    reply = post("sign-up", email=NEW, password=PASSWORD, **more)
    assert [error["field"] for error in reply.get_json()["errors"]] == list(more)
    assert list(letters(services)) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "no address"}, "email"),
        ({"email": "a@b.example\r\nBcc: c@d.example"}, "email"),
        ({"password": "short"}, "password"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"name": "a\u001bb"}, "name"),
        ({"invitation": "never made"}, "token"),
    ],
)
def test_a_wrong_sign_up_names_its_field(post: Ask, body: Json, field: str) -> None:
    reply = post("sign-up", **{"email": NEW, "password": PASSWORD, **body})
    assert reply.status_code == 400
    assert [error["field"] for error in reply.get_json()["errors"]] == [field]


@pytest.mark.parametrize("sign_up", ["closed", "invitation"])
def test_where_sign_up_is_closed_every_address_is_refused_alike(services: Services, people: Json, sign_up: str) -> None:
    app = create_app(replace(services, site=replace(services.site, sign_up=sign_up)))
    refused = [
        app.test_client().post("/api/sign-up", json={"email": email, "password": PASSWORD}) for email in (EMAIL, NEW)
    ]
    assert {reply.status_code for reply in refused} == {403}
    assert refused[0].get_json()["message"] == refused[1].get_json()["message"]
    assert list(letters(services)) == []


def test_only_the_domains_of_the_site_sign_up(opened: Services) -> None:
    app = create_app(replace(opened, site=replace(opened.site, sign_up_domains=("uni.example",))))

    def status(email: str) -> int:
        return app.test_client().post("/api/sign-up", json={"email": email, "password": PASSWORD}).status_code

    assert [status(email) for email in ("a@uni.example", "a@UNI.example", "a@evil.example", "a@x.uni.example")] == [
        202,
        202,
        400,
        400,
    ]


def test_an_invitation_makes_the_account_of_its_address_once(services: Services, people: Json) -> None:
    http = create_app(replace(services, site=replace(services.site, sign_up="invitation"))).test_client()
    with services.database.transaction(SYSTEM) as unit:
        invite(unit, NEW)
    body = {"email": "thief@example.org", "password": PASSWORD, "invitation": letter_of(services).secret}
    stolen = http.post("/api/sign-up", json=body)
    assert [error["field"] for error in stolen.get_json()["errors"]] == ["email"]
    assert http.post("/api/sign-up", json={**body, "email": NEW}).status_code == 202
    assert person(services, NEW) is not None
    assert http.post("/api/sign-up", json={**body, "email": NEW}).status_code == 400


def reset(post: Ask, services: Services) -> str:
    assert post("password-resets", email=EMAIL).status_code == 202
    return letter_of(services).secret


def test_a_forgotten_password_is_set_by_a_link_and_all_sessions_end(
    post: Ask, app: Flask, services: Services, people: Json
) -> None:
    browser = SigningIn(app)
    browser.sign_in()
    earlier = reset(post, services)
    secret = reset(post, services)
    assert post("password-resets/redeem", token=secret, password="short").status_code == 400
    assert post("password-resets/redeem", token=secret, password="another password").status_code == 204
    assert not browser.is_signed_in
    assert browser.sign_in().status_code == 401
    assert browser.sign_in(password="another password").status_code == 201
    for used in (secret, earlier):
        replayed = post("password-resets/redeem", token=used, password="a third password")
        assert [error["field"] for error in replayed.get_json()["errors"]] == ["token"]


def test_a_link_is_for_its_purpose_alone(post: Ask, services: Services, people: Json) -> None:
    secret = reset(post, services)
    account = {"email": NEW, "password": PASSWORD}
    assert post("sign-up/verify", token=secret).status_code == 400
    assert post("sign-up", invitation=secret, **account).status_code == 400
    assert post("first-administrator", token=secret, **account).status_code == 400
    assert post("password-resets/redeem", token=secret, password=PASSWORD).status_code == 204


def test_a_link_is_over_after_half_an_hour(post: Ask, services: Services, people: Json, travel: Travel) -> None:
    secret = reset(post, services)
    travel(VALID_FOR[LinkPurpose.PASSWORD_RESET])
    assert post("password-resets/redeem", token=secret, password="another password").status_code == 400
    travel(timedelta(days=1))
    forget_links(services.database)
    with services.database.snapshot(SYSTEM) as snapshot:
        assert snapshot.session.scalars(select(OneTimeLink)).all() == []


def test_of_two_that_redeem_a_link_at_once_one_is_refused(post: Ask, services: Services, people: Json) -> None:
    secret = reset(post, services)

    def redeem() -> bool:
        try:
            with services.database.transaction(SYSTEM) as unit:
                redeem_link(unit, secret, LinkPurpose.PASSWORD_RESET)
        except RepositoryError:
            return False
        return True

    assert sorted(at_once(*[redeem] * 4)) == [False, False, False, True]


def test_a_suspended_person_gets_no_link_and_those_of_before_are_over(
    post: Ask, services: Services, people: Json
) -> None:
    secret = reset(post, services)

    def suspend(unit: UnitOfWork) -> None:
        set_active(unit, unit.session.get_one(Person, people[EMAIL]), False, "left")

    with services.database.transaction(SYSTEM) as unit:
        suspend(unit)
    assert post("password-resets/redeem", token=secret, password="another password").status_code == 400
    assert post("password-resets", email=EMAIL).status_code == 202
    post("sign-up", email=EMAIL, password=PASSWORD)
    assert list(letters(services)) == []


def test_a_message_that_is_sent_again_has_the_only_link(post: Ask, services: Services, people: Json) -> None:
    secret = reset(post, services)
    with services.database.transaction(SYSTEM) as unit:
        again = link_letter(unit, unit.session.scalars(select(OneTimeLink.id)).one())
    assert again is not None
    assert post("password-resets/redeem", token=secret, password="another password").status_code == 400
    assert post("password-resets/redeem", token=again.secret, password="another password").status_code == 204


@pytest.mark.parametrize(("path", "more"), [("sign-up", {"password": PASSWORD}), ("password-resets", {})])
def test_messages_to_an_address_have_a_limit_known_or_not(post: Ask, people: Json, path: str, more: Json) -> None:
    for email in (EMAIL, NEW):
        replies = [post(path, email=email, **more) for _ in range(guessing.MOST_MESSAGES + 1)]
        assert [reply.status_code for reply in replies] == [202] * guessing.MOST_MESSAGES + [429]
        assert 0 < int(replies[-1].headers["Retry-After"]) <= guessing.WINDOW.total_seconds()
    assert post(path, email="else@example.org", **more).status_code == 202


def test_one_network_sends_messages_to_so_many_addresses(post: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "MOST_OF_ADDRESS", 3)
    statuses = [post("password-resets", email=f"somebody{number}@example.org").status_code for number in range(4)]
    assert statuses == [202, 202, 202, 429]


def test_wrong_links_end_with_429(post: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guessing, "MOST_TOKENS", 3)
    statuses = [post("sign-up/verify", token=f"guess {number}").status_code for number in range(4)]
    assert statuses == [400, 400, 400, 429]


def test_no_secret_rests_in_the_database(post: Ask, services: Services, people: Json) -> None:
    post("sign-up", email=NEW, password=PASSWORD)
    secrets = [letter.secret for letter in letters(services)] + [reset(post, services)]
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = [snapshot.session.execute(table.select()).all() for table in Base.metadata.sorted_tables]
    assert {"EmailVerificationAsked", "PasswordResetAsked"} <= set(kinds(services))
    for secret in (*secrets, PASSWORD):
        assert secret not in str(rows)


def test_another_address_counts_when_it_is_confirmed(post: Ask, app: Flask, services: Services, people: Json) -> None:
    browser = SigningIn(app)
    browser.sign_in()
    stale = reset(post, services)
    for body, field in (({"email": "no address"}, "email"), ({"password": "wrong"}, "password"), ({"id": 1}, "id")):
        wrong = browser("PUT", "/api/me/email", json={"email": NEW, "password": PASSWORD, **body})
        assert [error["field"] for error in wrong.get_json()["errors"]] == [field]
    for email in (NEW, OTHER):
        assert browser("PUT", "/api/me/email", json={"email": email, "password": PASSWORD}).status_code == 202
    to_new, to_other = letters(services)
    assert (to_new.kind, to_new.email, to_new.person_id) == (LetterKind.EMAIL_CHANGE, NEW, people[EMAIL])
    assert (to_other.kind, to_other.secret, to_other.person_id) == (LetterKind.ADDRESS_KNOWN, "", people[OTHER])
    assert browser.sign_in().status_code == 201
    assert post("email-changes/confirm", token=to_new.secret).status_code == 204
    assert post("email-changes/confirm", token=to_new.secret).status_code == 400
    assert post("password-resets/redeem", token=stale, password=PASSWORD).status_code == 400
    assert browser.sign_in().status_code == 401
    assert browser.sign_in(NEW).status_code == 201
    with services.database.transaction(SYSTEM) as unit:
        end_links(unit, people[EMAIL])
    [to_former] = [letter for letter in letters(services) if letter.kind is LetterKind.FORMER_ADDRESS]
    assert (to_former.email, to_former.secret) == (EMAIL, ""), "who took an account over cannot keep it from its owner"
    found = {text: list_people(services, text) for text in (EMAIL, NEW)}
    assert found == {EMAIL: [], NEW: [people[EMAIL]]}


def test_the_reply_is_in_the_language_of_the_reader(app: Flask) -> None:
    reply = app.test_client().post("/api/password-resets?lang=zh", json={"email": NEW})
    assert "邮件" in reply.get_json()["message"]
