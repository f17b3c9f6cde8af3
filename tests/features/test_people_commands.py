"""A leaked token and a person who left are ended by a command, at once, and each is a fact."""

from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from config.settings import Settings
from repository.core.actor import SYSTEM
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.people.accounts import password_is_right
from repository.people.model import Person
from repository.people.queries import person_by_email
from repository.people.second_factors import confirm_second_factor, has_second_factor, start_second_factor
from tests.conftest import Caller, Deposits
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


def test_a_suspension_tells_why(run: Run, author: Caller, services: Services) -> None:
    assert run("user", "suspend", EMAIL, "--reason", "left the\ninstitute").returncode == 0
    expect_one_line(run("user", "activate", EMAIL, "--reason", "x" * 501), "reason")
    with services.database.snapshot(SYSTEM) as snapshot:
        told = snapshot.session.scalars(select(FactRow).where(FactRow.kind == "PersonSuspended")).one()
    assert told.details == {"reason": "left the institute"}
    assert (told.actor, told.at is not None) == ("system", True)
    assert author.get("/api/user/records").status_code == 401


def test_the_first_start_prints_once_what_makes_the_first_administrator(
    run: Run, app: Flask, services: Services
) -> None:
    first, second = run("prepare").stdout, run("prepare").stdout
    assert "Nobody has an account yet." in first
    assert "Nobody has an account yet." not in second
    body = {"token": first.split('"token": "')[1].split('"')[0], "email": EMAIL, "password": "a new long password"}
    assert app.test_client().post("/api/first-administrator", json=body).status_code == 204
    assert f"{EMAIL}\tadministrator" in run("user", "list").stdout
    assert app.test_client().post("/api/first-administrator", json=body).status_code == 400


def test_somebody_is_invited_and_a_lost_authenticator_forgotten(run: Run, author: Caller, services: Services) -> None:
    assert run("user", "invite", "New@example.org").stdout == "new@example.org is invited.\n"
    expect_one_line(run("user", "invite", "nobody"), "email")
    assert kinds(services)[-1] == "InvitationAsked"
    expect_one_line(run("user", "forget-authenticator", EMAIL), "no authenticator")
    with services.database.transaction(SYSTEM) as unit:
        person = unit.session.scalars(select(Person).where(Person.email == EMAIL)).one()
        secret = start_second_factor(unit, person, "here").secret
        confirm_second_factor(unit, person.id, pyotp.TOTP(secret).at(unit.now))
    assert run("user", "forget-authenticator", EMAIL).returncode == 0
    with services.database.snapshot(SYSTEM) as snapshot:
        assert not has_second_factor(snapshot, 1)


def test_a_doubled_account_is_merged_by_a_command_and_stays_closed(
    run: Run, author: Caller, register: Callable[..., Caller], services: Services
) -> None:
    double = register("double@example.org")
    assert run("user", "merge", "double@example.org", EMAIL).returncode != 0
    merged = run("user", "merge", "double@example.org", EMAIL, "--reason", "signed up twice")
    assert merged.returncode == 0, merged.stderr
    assert double.get("/api/user/records").status_code == 401
    assert author.get("/api/user/records").status_code == 200
    assert run("user", "activate", "double@example.org", "--reason", "x").returncode != 0
    assert kinds(services).count("AccountMerged") == 1


def test_an_account_is_erased_by_a_command_unless_a_draft_would_have_nobody(
    run: Run, author: Caller, deposits: Deposits, services: Services, settle: Callable[[], None]
) -> None:
    deposits.open()
    refused = run("user", "erase", EMAIL, "--reason", "asked by letter")
    assert refused.returncode != 0
    assert author.get("/api/user/records").status_code == 200
    assert run("user", "erase", EMAIL, "--reason", "asked by letter", "--discard-drafts").returncode == 0
    assert author.get("/api/user/records").status_code == 401
    settle()
    assert EMAIL not in run("user", "list").stdout
    assert kinds(services)[-1] == "AccountErased"


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


def test_a_person_gets_limits_of_their_own(run: Run, author: Caller, deposits: Deposits, services: Services) -> None:
    deposits.open()
    assert run("user", "quota", EMAIL).stdout == f"{EMAIL}\t1 of 1000 drafts\t0 of 5497558138880 bytes\n"
    assert run("user", "quota", EMAIL, "--drafts", "1").stdout == f"{EMAIL}\t1 of 1 drafts\t0 of 5497558138880 bytes\n"
    assert run("user", "quota", EMAIL, "--bytes", "0").stdout == f"{EMAIL}\t1 of 1 drafts\t0 of any number of bytes\n"
    refused = author.post("/api/records", json={})
    assert (refused.status_code, refused.get_json()["limit"]) == (403, 1)
    assert f"{EMAIL}\tdepositor\tactive\t1 of 1 drafts\t0 of any number of bytes" in run("user", "list").stdout
    assert run("user", "quota", EMAIL, "--site").stdout == f"{EMAIL}\t1 of 1000 drafts\t0 of 5497558138880 bytes\n"
    assert author.post("/api/records", json={}).status_code == 201
    assert kinds(services).count("QuotaChanged") == 3
    expect_one_line(run("user", "quota", "nobody@example.org"), "no account")
    assert run("user", "quota", EMAIL, "--drafts", "-1").returncode != 0
