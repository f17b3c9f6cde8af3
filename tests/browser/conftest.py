"""A browser, and the application at an address that its settings name too."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect, sync_playwright

from config.settings import Settings, read_settings
from repository.app import create_app
from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.people.accounts import register_person
from tests.browser.chromium import chromium, launched
from tests.browser.looking import Looking, window
from tests.browser.sending import EMAIL, PASSWORD, SECONDS, sign_in
from tests.support.live_server import LiveServer, live

CHROMIUM = chromium()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave the tests out where there is no browser, unless one is required."""
    if CHROMIUM is None and not os.environ.get("REQUIRE_BROWSER"):
        for item in items:
            if "tests/browser/" in item.nodeid:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed (make browser)"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a process; each test has windows of its own."""
    assert CHROMIUM is not None, "REQUIRE_BROWSER is set, and there is no Chromium (make browser)"
    with sync_playwright() as playwright:
        started = launched(playwright)
        yield started
        started.close()


class _Later:
    """An application that is made after the server that has its address."""

    application: Callable[..., Iterable[bytes]] | None = None

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        assert self.application is not None
        return self.application(environ, start)


@pytest.fixture
def later() -> _Later:
    return _Later()


@pytest.fixture
def at_address(later: _Later) -> Iterator[LiveServer]:
    """A server of the test's own, whose application comes later."""
    with live(later) as server:
        yield server


@pytest.fixture
def settings(database_url: str, store_url: str, search_url: str, tmp_path: Any, at_address: LiveServer) -> Settings:
    """Those of a site at the address of the test's server."""
    return read_settings(
        base_url=at_address.address,
        database_url=database_url,
        store_url=store_url,
        search_url=search_url,
        downloads="stream",
        mail_url=f"embedded:{tmp_path}/mail",
        inspection="off",
        sign_up="open",
    )


@pytest.fixture
def app(services: Services) -> Flask:
    return create_app(services)


@pytest.fixture
def site(app: Flask, later: _Later, at_address: LiveServer) -> Iterator[str]:
    """The address of the site, which answers; what a page asked for last is answered before the engines close."""
    later.application = app
    yield at_address.address
    at_address.wait_for_answers()


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def looking(browser: Browser, site: str, language: str) -> Iterator[Looking]:
    """A wide window in one of the languages."""
    with window(browser, site, language) as opened:
        yield opened


@pytest.fixture
def working(settle: Callable[[], None]) -> Iterator[None]:
    """Jobs are done as they come, beside the browser."""
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(0.05):
            settle()

    worker = threading.Thread(target=work)
    worker.start()
    yield
    ended.set()
    worker.join()


@pytest.fixture
def depositing(browser: Browser, site: str, services: Services, language: str, working: None) -> Iterator[Looking]:
    """A window of somebody who is signed in."""
    with services.database.transaction(SYSTEM) as unit:
        register_person(unit, EMAIL, password=PASSWORD)
    with window(browser, site, language) as looking:
        looking.page.set_default_timeout(SECONDS)
        expect.set_options(timeout=SECONDS)
        sign_in(looking)
        yield looking
