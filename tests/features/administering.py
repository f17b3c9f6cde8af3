"""An administrator in a browser, a site in trouble, and the command line beside them."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from config.settings import Settings
from repository.app import create_app
from repository.core.actor import SYSTEM, Role
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.identifiers.model import Identifier, RegistrationState
from repository.operation.model import Job, JobState
from repository.people.accounts import register_person
from tests.conftest import Deposits
from tests.features.signing_in import PASSWORD, SigningIn
from tests.features.steps import Json
from tests.support.commands import command_here
from tests.support.web_server import environment_of
from workers.relay import relay
from workers.site_conditions import SiteConditions

ADMINISTRATOR = "administrator@example.org"
Command = Callable[..., str]


@pytest.fixture
def app(services: Services) -> Flask:
    """The application as a server starts it, with the conditions of the site."""
    return create_app(services, conditions=SiteConditions(services, patience=20.0).told)


@pytest.fixture
def admin(app: Flask, services: Services, people: Json) -> SigningIn:
    """A browser in which an administrator has signed in."""
    with services.database.transaction(SYSTEM) as unit:
        register_person(unit, ADMINISTRATOR, "陈静", Role.ADMINISTRATOR, PASSWORD)
    opened = SigningIn(app)
    assert opened.sign_in(ADMINISTRATOR).status_code == 201
    return opened


@pytest.fixture
def command(tmp_path: Path, settings: Settings) -> Command:
    """Runs a command on the engines of the site, and returns what it says."""
    environment = environment_of(
        tmp_path,
        SECRET_KEY="the secret of this installation",
        DATABASE_URL=settings.database_url,
        STORE_URL=settings.store_url,
        SEARCH_URL=settings.search_url,
    )
    return lambda *arguments: command_here(environment, *arguments).stdout


@pytest.fixture
def troubled(services: Services, deposits: Deposits) -> Services:
    """A site with a dataset, whose jobs were given up and whose identifiers were refused."""
    deposits.published(**{"data.csv": b"1,2\n"})
    while relay(services.database):
        pass
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(Job).values(state=JobState.FAILED.value, attempts=20, cause="Unavailable: away"))
        refused = {"state": RegistrationState.FAILED.value, "cause": "The registrar refuses it.", "attempts": 3}
        unit.session.execute(update(Identifier).where(Identifier.scheme == "doi").values(refused))
    return services


def post(opened: SigningIn, path: str, **fields: str) -> tuple[int, str]:
    reply = opened.http.post(path, data={"csrf_token": opened.token, **fields})
    return reply.status_code, reply.text if reply.status_code != 303 else reply.headers["Location"]


def page(opened: SigningIn, path: str) -> str:
    reply = opened("GET", path)
    assert reply.status_code == 200, reply.text
    assert reply.headers["Cache-Control"] == "private, no-store"
    return reply.text


def figures(html: str) -> Mapping[str, int]:
    """The numbers of a page by their names."""
    return {name: int(value) for name, value in re.findall(r'<data id="figure-([\w-]+)" value="(\d+)"', html)}


def facts_of(services: Services, kind: str) -> list[FactRow]:
    with services.database.snapshot(SYSTEM) as snapshot:
        return list(snapshot.session.scalars(select(FactRow).where(FactRow.kind == kind).order_by(FactRow.id)))


def job_ids(services: Services, state: JobState) -> list[int]:
    with services.database.snapshot(SYSTEM) as snapshot:
        return list(snapshot.session.scalars(select(Job.id).where(Job.state == state.value).order_by(Job.id)))
