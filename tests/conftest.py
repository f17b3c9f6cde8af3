"""Fixtures: a whole repository on engines with nothing in them, and people who speak to it over HTTP."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from werkzeug.test import TestResponse

from config.logging import configure_logging
from config.settings import Settings, read_settings
from repository.app import create_app
from repository.bootstrap import open_services
from repository.core.actor import GRANTABLE, SYSTEM, Role, TokenScope
from repository.engines.search.embedded import EmbeddedSearch
from repository.engines.services import Services
from repository.people.access_tokens import issue_token
from repository.people.accounts import register_person
from tests.engines import EMBEDDED, addresses, choosing, databases, places
from tests.support import lean_run, made_once, order_of_modules, processes
from tests.support.settling import run_all

hypothesis_settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("house")  # a shared machine may take its time over any example

BASE_URL = "http://repository.test"
ADDRESSES = "addresses"


@dataclass
class Caller:
    """Somebody at the API: the test client with a token, or without one."""

    http: FlaskClient
    token: str | None = None

    def __call__(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = dict(options.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        options.setdefault("buffered", True)  # a reply is read to its end and closed, as a server does
        return self.http.open(path.removeprefix(BASE_URL), method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self("GET", path, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        return self("POST", path, **options)

    def put(self, path: str, **options: Any) -> TestResponse:
        return self("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> TestResponse:
        return self("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self("DELETE", path, **options)


def pytest_configure(config: pytest.Config) -> None:
    """The engines that the tests run on, and logs as a server writes them."""
    configure_logging("ERROR")
    addresses.take_addresses(getattr(config, "workerinput", {}).get(ADDRESSES))
    for plugin in (choosing, databases, places, processes, made_once, lean_run, order_of_modules):
        config.pluginmanager.register(plugin)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """The other processes of a run do not find the addresses in the environment any more."""
    node.workerinput[ADDRESSES] = addresses.addresses()


@pytest.fixture(autouse=True)
def own_umask() -> Iterator[None]:
    """A command that runs inside the process of the tests closes its files; the next test begins as a process does."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def store_url(installation: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store of the test's own."""
    here = installation == EMBEDDED
    return f"file://{tmp_path}/store" if here else request.getfixturevalue("s3_store_url")


@pytest.fixture
def search_url(installation: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A search engine of the test's own."""
    here = installation == EMBEDDED
    return f"embedded:{tmp_path}/search.db" if here else request.getfixturevalue("emptied_elasticsearch_url")


@pytest.fixture
def settings(database_url: str, store_url: str, search_url: str, tmp_path: Path) -> Settings:
    """Those of one installation; bytes come through the application, whatever the store, as tests read them."""
    return read_settings(
        base_url=BASE_URL,
        database_url=database_url,
        store_url=store_url,
        search_url=search_url,
        downloads="stream",
        mail_url=f"embedded:{tmp_path}/mail",
        inspection="off",  # looking into files starts a process
    )


@pytest.fixture(scope="session")
def empty_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An embedded index as a server's start leaves it; to make one takes longer than most tests."""
    made = tmp_path_factory.mktemp("index") / "search.db"
    with closing(EmbeddedSearch(made)) as engine:
        engine.prepare()
    return made


@pytest.fixture
def services(settings: Settings, empty_index: Path) -> Iterator[Services]:
    engine, _, path = settings.search_url.partition(":")
    if engine == "embedded" and not Path(path).exists():
        shutil.copy(empty_index, path)
    opened = open_services(settings)
    if engine != "embedded":
        opened.search.prepare()
    yield opened
    opened.close()


@pytest.fixture
def app(services: Services) -> Flask:
    return create_app(services)


@pytest.fixture
def anyone(app: Flask) -> Caller:
    """The public."""
    return Caller(app.test_client())


@pytest.fixture
def register(app: Flask, services: Services) -> Callable[..., Caller]:
    """Register a person and give their caller."""

    def person(email: str, role: Role = Role.DEPOSITOR, scopes: tuple[TokenScope, ...] = GRANTABLE) -> Caller:
        with services.database.transaction(SYSTEM) as unit:
            _, secret = issue_token(unit, register_person(unit, email, role=role), scopes)
        return Caller(app.test_client(), secret)

    return person


@pytest.fixture
def author(register: Callable[..., Caller]) -> Caller:
    """A depositor."""
    return register("author@example.org")


@pytest.fixture
def settle(services: Services) -> Callable[[], None]:
    """Let everything happen that follows from what was done."""
    return partial(run_all, services)


def a_dataset(**changes: Any) -> dict[str, Any]:
    """A body that is complete but for its files; `changes` go into its metadata, None takes a field out."""
    metadata: dict[str, Any] = {
        "title": "Bill dimensions of penguins",
        "resource_type": {"id": "dataset"},
        "publication_date": "2026-01-15",
        "publisher": "Polar Data Centre",
        "description": "<p>Measured near Palmer Station.</p>",
        "creators": [{"person_or_org": {"type": "personal", "family_name": "Gorman", "given_name": "Kristen"}}],
        **changes,
    }
    return {
        "access": {"record": "public", "files": "public"},
        "files": {"enabled": True},
        "metadata": {name: value for name, value in metadata.items() if value is not None},
    }


@dataclass
class Deposits:
    """The steps of a deposit, each checked."""

    caller: Caller

    def open(self, body: dict[str, Any] | None = None) -> dict[str, Any]:
        reply = self.caller.post("/api/records", json=a_dataset() if body is None else body)
        assert reply.status_code == 201, reply.text
        return reply.get_json()

    def upload(self, record_id: str, key: str = "data.csv", content: bytes = b"a,b\n1,2\n", **said: Any) -> None:
        base = f"/api/records/{record_id}/draft/files"
        begun = self.caller.post(base, json=[{"key": key, **said}])
        assert begun.status_code == 201, begun.text
        sent = self.caller.put(f"{base}/{key}/content", data=content)
        assert sent.status_code == 200, sent.text
        done = self.caller.post(f"{base}/{key}/commit")
        assert done.status_code == 200, done.text

    def publish(self, record_id: str) -> dict[str, Any]:
        reply = self.caller.post(f"/api/records/{record_id}/draft/actions/publish")
        assert reply.status_code == 202, reply.text
        return reply.get_json()

    def published(self, body: dict[str, Any] | None = None, **files: bytes) -> dict[str, Any]:
        """A published record with `files` (or one small file)."""
        draft = self.open(body)
        for key, content in (files or {"data.csv": b"a,b\n1,2\n"}).items():
            self.upload(draft["id"], key, content)
        return self.publish(draft["id"])


@pytest.fixture
def deposits(author: Caller) -> Deposits:
    return Deposits(author)
