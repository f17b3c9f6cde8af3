"""A real server is killed, or its store is full or away, while a browser sends: it says so, and everything arrives."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from config.settings import read_settings
from repository.bootstrap import open_services
from repository.core.actor import SYSTEM
from repository.people.accounts import register_person
from tests.browser.looking import Looking, window
from tests.browser.sending import (
    EMAIL,
    MIB,
    PASSWORD,
    SECONDS,
    a_large_file,
    a_tree,
    choose_folder,
    idle,
    in_the_draft,
    on_disk,
    open_files,
    phase,
    sign_in,
    slow_line,
    trouble,
    words,
)
from tests.support.forked_server import ForkedServer
from tests.support.small_disk import leave, small_disk
from tests.support.web_server import Server

pytestmark = [pytest.mark.slow, pytest.mark.process]
DEATHS = 20
PART = 16 * MIB


@contextmanager
def depositing_at(browser: Browser, server: Server, language: str = "en") -> Iterator[Looking]:
    """A window of somebody who is signed in at a server that is a process of its own."""
    settings = read_settings(database_url=f"sqlite:///{server.folder}/repository.db")
    with closing(open_services(settings)) as services, services.database.transaction(SYSTEM) as unit:
        register_person(unit, EMAIL, password=PASSWORD)
    with window(browser, server.base_url, language) as looking:
        looking.page.set_default_timeout(SECONDS)
        expect.set_options(timeout=SECONDS)
        sign_in(looking)
        yield looking


@contextmanager
def started(folder: Path, **settings: str) -> Iterator[ForkedServer]:
    """A server that is gone after the block, also if it was killed in it."""
    server = ForkedServer(folder, {"WEB_PROCESSES": "1", **settings})
    server.set_up("migrate")
    server.set_up("prepare")
    server.start()
    try:
        yield server
    finally:
        if server.runs:
            server.kill()


def stored_parts(page: Page) -> Counter[str]:
    """Addresses of parts -> how often the server says from now on that it has stored them."""
    stored: Counter[str] = Counter()

    def count(response: Response) -> None:
        if response.request.method == "PUT" and "/content/" in response.url and response.ok:
            stored[response.url] += 1

    page.on("response", count)
    return stored


def wait_for_progress(page: Page, fraction: float) -> None:
    """Wait until so much of all bytes is on the way or there."""
    page.wait_for_function(
        "part => { const bar = document.querySelector('.uploading > progress'); return bar.value >= part * bar.max; }",
        arg=fraction,
        timeout=3 * SECONDS,  # a page that was refused often asks each minute
    )


@pytest.mark.timeout(900)
def test_a_server_that_is_killed_20_times_while_it_receives_has_everything_in_the_end(
    browser: Browser, tmp_path: Path
) -> None:
    choice = random.Random(15)
    folder = a_tree(tmp_path / "台站")
    a_large_file(folder, 5 * PART)
    expected = on_disk(folder)
    expected.pop("台站/.DS_Store")
    (tmp_path / "server").mkdir()
    with started(tmp_path / "server") as server, depositing_at(browser, server) as looking:
        page = looking.page
        files = open_files(looking)
        stored = stored_parts(page)
        slow_line(page, bytes_a_second=12 * MIB)
        choose_folder(page, folder)
        for fraction in sorted(choice.uniform(0, 0.98) for _ in range(DEATHS)):
            wait_for_progress(page, fraction)
            server.kill()
            expect(trouble(page)).to_contain_text(words(page, "trouble_silent"))
            server.start()
            page.evaluate("dispatchEvent(new Event('online'))")  # so that nobody waits for the next try
        idle(page)

        assert in_the_draft(page, files) == expected
        expect(phase(page)).to_contain_text(f"All {len(expected)} files are stored")
        assert max(stored.values()) == 1, "what the server has said to have is not sent again"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_disk_that_fills_up_is_told_and_sending_goes_on_when_somebody_makes_room(
    browser: Browser, tmp_path: Path, language: str
) -> None:
    folder = tmp_path / "d"
    a_large_file(folder, 3 * PART)
    (tmp_path / "server").mkdir()
    with (
        small_disk(tmp_path / "disk", 128 * MIB) as disk,
        started(tmp_path / "server", STORE_URL=f"file://{disk}/store", RESERVE_BYTES=str(8 * MIB)) as server,
        depositing_at(browser, server, language) as looking,
    ):
        page = looking.page
        files = open_files(looking)
        leave(disk, 24 * MIB)
        choose_folder(page, folder)
        expect(trouble(page)).to_contain_text(words(page, "trouble_full"))
        looking.messages.clear()  # the browser's own word of the reply
        looking.check()
        leave(disk, 112 * MIB)
        page.locator(".actions button", has_text=words(page, "wake")).click()
        idle(page)

        assert in_the_draft(page, files) == on_disk(folder)
        expect(trouble(page)).to_be_hidden()
