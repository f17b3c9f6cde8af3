"""Guesses end with 429, by name and by address, and the rightful person elsewhere always gets in."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from repository.app import create_app
from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.people import accounts, guessing
from repository.people.accounts import password_turn, register_person
from repository.people.guessing import forget_guesses
from repository.people.model import GuessCount, Person
from tests.conftest import Caller

pytestmark = pytest.mark.slow

EMAIL, PASSWORD = "owner@example.org", "correct horse battery"
COLLEAGUE = "colleague@example.org"
TOKENS = "/api/user/tokens"
GUESSER, HOME = "192.0.2.66", "198.51.100.1"
WAIT = "Too many failed tries. Please try again later."


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small limits, and passwords that take little time."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", hasher)
    monkeypatch.setattr(accounts, "NO_PASSWORD", hasher.hash("nobody's password"))
    for name, most in (("PAIR", 3), ("ADDRESS", 5), ("NAME", 4)):
        monkeypatch.setattr(guessing, f"MOST_OF_{name}", most)
    monkeypatch.setattr(guessing, "MOST_TOKENS", 4)


@pytest.fixture(autouse=True)
def people(services: Services) -> Person:
    with services.database.transaction(SYSTEM) as unit:
        register_person(unit, COLLEAGUE, password=PASSWORD)
        return register_person(unit, EMAIL, password=PASSWORD)


class Clients:
    """Clients with addresses of their own."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def sign_in(self, address: str, password: str, email: str = EMAIL) -> TestResponse:
        signed = "Basic " + b64encode(f"{email}:{password}".encode()).decode()
        return self.get(TOKENS, address, signed)

    def get(self, path: str, address: str, authorization: str) -> TestResponse:
        client = self._app.test_client()
        return client.get(path, headers={"Authorization": authorization}, environ_base={"REMOTE_ADDR": address})

    def guess_until_refused(self, address: str = GUESSER, email: str = EMAIL) -> int:
        for tries in count():
            reply = self.sign_in(address, f"wrong {tries}", email)
            if reply.status_code == 429:
                return tries
            assert reply.status_code == 401
        raise AssertionError


@pytest.fixture
def clients(app: Flask) -> Clients:
    return Clients(app)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A quarter of an hour passes."""
    moment = clock.now() + guessing.WINDOW + timedelta(seconds=1)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: moment)
        yield


def facts(services: Services, kind: str) -> list[tuple[int, str, int]]:
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = snapshot.session.scalars(select(FactRow).where(FactRow.kind == kind).order_by(FactRow.id)).all()
    return [(row.subject, row.details["address"], row.details["tries"]) for row in rows]


def rows(services: Services) -> int:
    with services.database.snapshot(SYSTEM) as snapshot:
        return snapshot.session.scalar(select(func.count()).select_from(GuessCount)) or 0


def test_guesses_of_one_password_end_with_429_that_says_when_to_go_on(clients: Clients) -> None:
    assert clients.guess_until_refused() == guessing.MOST_OF_PAIR

    refused = clients.sign_in(GUESSER, PASSWORD)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= guessing.WINDOW.total_seconds()
    assert refused.get_json()["message"] == WAIT


def test_the_refusal_is_in_the_language_of_the_reader(clients: Clients) -> None:
    clients.guess_until_refused()

    chinese = clients.get(f"{TOKENS}?lang=zh", GUESSER, "Basic " + b64encode(f"{EMAIL}:x".encode()).decode())

    assert chinese.get_json()["message"] == "失败次数过多，请稍后再试。"


def test_the_rightful_person_gets_in_from_elsewhere_however_many_guess(clients: Clients) -> None:
    for number in range(6):
        clients.guess_until_refused(f"192.0.2.{number}")

    assert clients.sign_in(HOME, PASSWORD).status_code == 200


def test_a_name_guessed_from_many_addresses_leaves_each_one_try(clients: Clients) -> None:
    for number in range(4):
        clients.guess_until_refused(f"192.0.2.{number}")

    assert clients.guess_until_refused("203.0.113.1") == 1


def test_another_name_gets_in_from_the_address_of_a_guesser(clients: Clients) -> None:
    clients.guess_until_refused()

    assert clients.sign_in(GUESSER, PASSWORD, COLLEAGUE).status_code == 200


def test_an_address_that_tries_many_names_is_refused_but_who_is_familiar_there_gets_in(clients: Clients) -> None:
    assert clients.sign_in(GUESSER, PASSWORD, COLLEAGUE).status_code == 200
    tried = 0
    while clients.sign_in(GUESSER, "wrong", f"somebody{tried}@example.org").status_code == 401:
        tried += 1

    assert tried == guessing.MOST_OF_ADDRESS
    assert clients.sign_in(GUESSER, PASSWORD, EMAIL).status_code == 429
    assert clients.sign_in(GUESSER, PASSWORD, COLLEAGUE).status_code == 200
    assert clients.sign_in(HOME, PASSWORD, EMAIL).status_code == 200


def test_right_passwords_cost_no_patience(clients: Clients) -> None:
    for _ in range(guessing.MOST_OF_ADDRESS + 1):
        assert clients.sign_in(HOME, PASSWORD).status_code == 200


def test_an_own_account_gives_a_guesser_no_further_tries(clients: Clients) -> None:
    for number in range(guessing.MOST_OF_ADDRESS):
        clients.sign_in(GUESSER, "wrong", f"somebody{number}@example.org")
        assert clients.sign_in(GUESSER, PASSWORD, COLLEAGUE).status_code == 200

    assert clients.sign_in(GUESSER, "wrong", "anybody@example.org").status_code == 429


def test_an_ipv6_client_is_its_network(clients: Clients) -> None:
    for number in range(guessing.MOST_OF_PAIR):
        assert clients.sign_in(f"2001:db8::{number}", "wrong").status_code == 401

    assert clients.sign_in("2001:db8::ffff:1", "wrong").status_code == 429
    assert clients.sign_in("2001:db8:0:1::1", "wrong").status_code == 401


def test_after_a_while_one_may_try_again(clients: Clients, request: pytest.FixtureRequest) -> None:
    clients.guess_until_refused()

    request.getfixturevalue("later")

    assert clients.sign_in(GUESSER, PASSWORD).status_code == 200


def test_a_clock_that_was_ahead_keeps_nobody_out(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = clock.now() + timedelta(days=365)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: ahead)
        clients.guess_until_refused()

    assert clients.sign_in(GUESSER, PASSWORD).status_code == 200


def test_wrong_tokens_are_refused_by_address_and_right_ones_get_in(
    clients: Clients, author: Caller, services: Services
) -> None:
    statuses = [clients.get("/api/records", GUESSER, f"Bearer sdr_{number}").status_code for number in range(6)]

    assert statuses == [401] * 4 + [429] * 2
    assert clients.get("/api/records", GUESSER, f"Bearer {author.token}").status_code == 200
    assert clients.get("/api/records?access_token=x", HOME, f"Bearer {author.token}").status_code == 200
    assert clients.get("/api/records", HOME, "Bearer sdr_x").status_code == 401
    assert facts(services, "WrongTokensRefused") == [(0, GUESSER, 1), (0, GUESSER, 4), (0, HOME, 1)]


def test_the_same_old_token_again_and_again_is_no_guess(clients: Clients) -> None:
    for _ in range(10):
        assert clients.get("/api/records", GUESSER, "Bearer sdr_old").status_code == 401


def test_tries_are_facts_with_their_address_folded(clients: Clients, people: Person, services: Services) -> None:
    for _ in range(4):
        clients.guess_until_refused()

    assert facts(services, "SignInsFailed") == [(0, GUESSER, 1), (people.id, GUESSER, 1), (people.id, GUESSER, 3)]


def test_what_the_first_facts_did_not_tell_is_told_when_the_count_ends(
    clients: Clients, people: Person, services: Services, request: pytest.FixtureRequest
) -> None:
    for _ in range(2):
        clients.sign_in(GUESSER, "wrong")

    request.getfixturevalue("later")
    forget_guesses(services.database)

    told = facts(services, "SignInsFailed")
    assert sorted(told[2:]) == [(0, GUESSER, 2), (people.id, GUESSER, 2)]
    assert rows(services) == 0


def test_a_guesser_fills_neither_the_table_nor_the_audit_trail(clients: Clients, services: Services) -> None:
    for number in range(30):
        clients.sign_in(GUESSER, "wrong", f"somebody{number}@example.org")
        clients.get("/api/records", GUESSER, f"Bearer sdr_{number}")

    assert rows(services) == 2 * guessing.MOST_OF_ADDRESS + 2
    told = facts(services, "SignInsFailed")
    assert sorted(told) == [(0, GUESSER, 1)] * (guessing.MOST_OF_ADDRESS + 1) + [(0, GUESSER, 5)], "no more than tries"


def test_a_familiar_address_is_remembered_when_counts_are_forgotten(
    clients: Clients, services: Services, request: pytest.FixtureRequest
) -> None:
    clients.sign_in(HOME, PASSWORD)
    request.getfixturevalue("later")

    forget_guesses(services.database)

    assert rows(services) == 1


def test_a_burst_of_sign_ins_is_sent_away_instead_of_waiting(clients: Clients, services: Services) -> None:
    with ExitStack() as places:
        for _ in range(5):
            places.enter_context(password_turn())
        refused = clients.sign_in(HOME, PASSWORD)

    assert refused.status_code == 503
    assert refused.headers["Retry-After"]
    assert rows(services) == 0
    assert clients.sign_in(HOME, PASSWORD).status_code == 200


@pytest.mark.parametrize(
    ("trusted", "statuses"), [("", [401, 401, 401, 429, 429]), (GUESSER, [401, 401, 401, 401, 401])]
)
def test_the_address_in_a_header_counts_only_from_a_trusted_proxy(
    services: Services, trusted: str, statuses: list[int]
) -> None:
    app = create_app(replace(services, site=replace(services.site, trusted_proxies=trusted)))

    def guess(number: int) -> int:
        headers = {
            "Authorization": "Basic " + b64encode(f"{EMAIL}:wrong".encode()).decode(),
            "X-Forwarded-For": f"203.0.113.{number}",
        }
        return app.test_client().get(TOKENS, headers=headers, environ_base={"REMOTE_ADDR": GUESSER}).status_code

    assert [guess(number) for number in range(5)] == statuses
    assert facts(services, "SignInsFailed")[0][1] == ("203.0.113.0" if trusted else GUESSER)


def until(services: Services) -> datetime | None:
    with services.database.snapshot(SYSTEM) as snapshot:
        return snapshot.session.scalar(select(func.max(GuessCount.until)))


def test_a_guesser_who_goes_on_waits_no_longer(clients: Clients, services: Services) -> None:
    clients.guess_until_refused()
    before = until(services)

    clients.guess_until_refused()

    assert until(services) == before
