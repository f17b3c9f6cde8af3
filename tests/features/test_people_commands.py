"""A leaked token and a person who left are ended by a command, at once, and each is a fact."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from config.settings import Settings
from repository.core.actor import SYSTEM
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.people.accounts import password_is_right, person_by_email
from tests.conftest import Caller
from tests.features.test_cli import Run, expect_one_line
from tests.support.commands import command_here
from tests.support.web_server import environment_of

pytestmark = pytest.mark.slow
EMAIL = "author@example.org"


@pytest.fixture
def run(tmp_path: Path, settings: Settings) -> Run:
    """Runs a command on the engines of `services`."""
    environment = environment_of(
        tmp_path,
        DATABASE_URL=settings.database_url,
        STORE_URL=settings.store_url,
        SEARCH_URL=settings.search_url,
    )
    return lambda *arguments, **options: command_here(environment, *arguments, **options)


def kinds(services: Services) -> list[str]:
    with services.database.snapshot(SYSTEM) as snapshot:
        return list(snapshot.session.scalars(select(FactRow.kind).order_by(FactRow.id)))


def test_a_suspended_person_is_out_at_once_and_back_with_the_same_token(
    run: Run, author: Caller, services: Services
) -> None:
    assert run("user", "suspend", EMAIL).returncode == 0
    assert author.get("/api/user/records").status_code == 401
    assert "suspended" in run("user", "list").stdout
    assert run("user", "activate", EMAIL).returncode == 0
    assert author.get("/api/user/records").status_code == 200
    assert [kind for kind in kinds(services) if kind.startswith("PersonS")] == ["PersonSuspended"]
    assert kinds(services)[-1] == "PersonActivated"


def test_a_leaked_token_is_ended_by_itself_and_by_its_id(
    run: Run, app: Flask, author: Caller, services: Services
) -> None:
    assert run("token", "revoke", "--stdin", input=f"{author.token}\n").returncode == 0
    assert author.get("/api/user/records").status_code == 401
    assert run("token", "list", EMAIL).stdout == ""

    other = Caller(app.test_client(), run("token", "create", EMAIL).stdout.strip())
    number = run("token", "list", EMAIL).stdout.split("\t")[0]
    assert other.get("/api/user/records").status_code == 200
    assert run("token", "revoke", number).returncode == 0
    assert other.get("/api/user/records").status_code == 401
    assert kinds(services).count("TokenRevoked") == 2


def test_an_unknown_token_is_one_line(run: Run, author: Caller) -> None:
    expect_one_line(run("token", "revoke", "999"), "no such token")
    expect_one_line(run("token", "revoke", "--stdin", input="sdr_x\n"), "no such token")
    assert run("token", "revoke").returncode != 0


def test_role_and_password_are_changed(run: Run, author: Caller, services: Services) -> None:
    assert run("user", "role", EMAIL, "curator").returncode == 0
    assert run("user", "password", EMAIL, input="a new long password\n").returncode == 0
    expect_one_line(run("user", "password", EMAIL, input="short\n"), "password")

    with services.database.snapshot(SYSTEM) as snapshot:
        person = person_by_email(snapshot, EMAIL)
    assert person is not None
    assert person.role == "curator"
    assert password_is_right(person, "a new long password")
    assert kinds(services)[-2:] == ["RoleChanged", "PasswordChanged"]
