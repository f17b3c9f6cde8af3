"""A site with three providers: one that misbehaves when it is told to, a real one, and one that makes no accounts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from config.settings import Settings, read_settings
from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.people.accounts import register_person
from repository.people.sessions import Browser, begin_session, csrf_token
from tests.features.providers.visitors import JANE, NewVisitor, Visitor
from tests.support.odd_provider import CLIENT_ID, CLIENT_SECRET, OddProvider, odd_provider
from tests.support.real_provider import real_provider

REAL_JANE = {"sub": "jane", "email": JANE, "email_verified": True, "name": "Jane Doe", "groups": ["/curators"]}
FILE = """
[provider.{name}]
issuer = "{issuer}"
names = {{ en = "{title}" }}
client_id = "{client}"
client_secret_env = "ODD_SECRET"
new_accounts = {new}
verifies_orcid = true
claims = {{ entitlement = ["groups"] }}
[[provider.{name}.rule]]
entitlement = "/curators"
role = "curator"
institution = "02nr0ka47"
[[provider.{name}.rule]]
organisation = "uni.example.org"
team = "uni"
"""


@pytest.fixture(scope="module")
def odd_server() -> Iterator[OddProvider]:
    with odd_provider() as provider:
        yield provider


@pytest.fixture
def odd(odd_server: OddProvider) -> OddProvider:
    """As new; its server and its keys are those of the module."""
    base = odd_server.base
    odd_server.__init__()  # type: ignore[misc]
    odd_server.issuer = odd_server.base = base
    return odd_server


@pytest.fixture(scope="module")
def real() -> Iterator[str]:
    with real_provider(REAL_JANE) as issuer:
        yield issuer


@pytest.fixture
def settings(
    settings: Settings, odd: OddProvider, real: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    """Two providers that make accounts, and one that makes none."""
    monkeypatch.setenv("ODD_SECRET", CLIENT_SECRET)
    file = tmp_path / "identity.toml"
    parts = (
        ("odd", odd.issuer, "Odd", CLIENT_ID, "true"),
        ("real", real, "Real", "any", "true"),
        ("closed", odd.issuer + "/", "Closed", CLIENT_ID, "false"),
    )
    names = ("name", "issuer", "title", "client", "new")
    file.write_text("".join(FILE.format(**dict(zip(names, part, strict=True))) for part in parts))
    return read_settings(**{**settings.model_dump(), "identity": file})


@pytest.fixture
def visit(app: Flask) -> NewVisitor:
    return lambda: Visitor(app.test_client())


@pytest.fixture
def known(services: Services, visit: NewVisitor) -> Visitor:
    """Jane, who has an account and a session already."""
    with services.database.transaction(SYSTEM) as unit:
        person = register_person(unit, JANE, "Jane")
        person.password_hash = "$argon2id$of-a-password-that-nobody-types"
        secret = begin_session(unit, person.id, Browser("", "192.0.2.1"))
    visitor = visit()
    visitor.http.set_cookie("session", secret)
    visitor.csrf = csrf_token(secret)
    return visitor
