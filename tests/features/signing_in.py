"""People with passwords that take little time to check, and browsers that they sign in with."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from repository.core import clock
from repository.core.actor import SYSTEM, Role
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.people import accounts
from repository.people.accounts import register_person
from repository.people.model import Person
from tests.features.steps import Json

EMAIL, PASSWORD = "owner@example.org", "correct horse battery"
OTHER = "other@example.org"


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that take little time: what they cost is not the matter."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", hasher)
    monkeypatch.setattr(accounts, "NO_PASSWORD", hasher.hash("nobody's password"))


class SigningIn:
    """A browser, which keeps its cookie, and the page in it, which sends the token of its session along."""

    def __init__(self, app: Flask) -> None:
        self.http = app.test_client()
        self.token = ""

    def __call__(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {"X-CSRF-Token": self.token, **options.pop("headers", {})}
        kept = {name: value for name, value in headers.items() if value}
        return self.http.open(path, method=method, headers=kept, **options)

    def sign_in(self, email: str = EMAIL, password: str = PASSWORD, code: str = "", **options: Any) -> TestResponse:
        body = {"email": email, "password": password, **({"code": code} if code else {})}
        reply = self("POST", "/api/session", json=body, **options)
        if reply.status_code == 201:
            self.token = reply.get_json()["csrf_token"]
        return reply

    @property
    def cookie(self) -> str:
        """The secret of the session, empty without one."""
        kept = self.http.get_cookie("session", "localhost")
        return kept.value if kept else ""

    @property
    def is_signed_in(self) -> bool:
        return self("GET", "/api/user/records").status_code == 200


@pytest.fixture
def people(services: Services) -> Json:
    """Two people with the same password; their ids by address."""
    with services.database.transaction(SYSTEM) as unit:
        return {email: register_person(unit, email, password=PASSWORD).id for email in (EMAIL, OTHER)}


@pytest.fixture
def browsing(app: Flask, people: Json) -> Callable[[], SigningIn]:
    """Open another browser."""
    return lambda: SigningIn(app)


@pytest.fixture
def browser(browsing: Callable[[], SigningIn]) -> SigningIn:
    """A browser in which the owner has signed in."""
    opened = browsing()
    assert opened.sign_in().status_code == 201
    return opened


@pytest.fixture
def travel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[timedelta], None]]:
    """Let so much time pass."""
    real, passed = clock.now, [timedelta()]

    def go_on(time: timedelta) -> None:
        passed[0] += time

    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: real() + passed[0])
        yield go_on


def kinds(services: Services) -> list[str]:
    """Every kind of fact, in order."""
    with services.database.snapshot(SYSTEM) as snapshot:
        return list(snapshot.session.scalars(select(FactRow.kind).order_by(FactRow.id)))


def administrator(services: Services, email: str = "root@example.org") -> int:
    with services.database.transaction(SYSTEM) as unit:
        return register_person(unit, email, role=Role.ADMINISTRATOR, password=PASSWORD).id


def person(services: Services, email: str) -> Person | None:
    with services.database.snapshot(SYSTEM) as snapshot:
        return snapshot.session.scalar(select(Person).where(Person.email == email))
