"""Every page is accessible, silent and no wider than the screen: in both languages, with and without scripts."""

import pytest
from playwright.sync_api import Browser

from tests.browser.looking import NARROW, NARROWEST, WIDE, compressed, window
from tests.conftest import Caller, Deposits, a_dataset

pytestmark = [pytest.mark.slow, pytest.mark.process]
SIZES = {"1280": WIDE, "390": NARROW, "320": NARROWEST}
MOST_PAGE, MOST_SHEET, MOST_SCRIPT, MOST_REQUESTS, MOST_NODES = 25_000, 12_000, 8_000, 4, 1_500
"""Bytes on the line, requests and elements of a public page."""


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("size", SIZES)
def test_public_pages_hold_what_every_page_promises(
    browser: Browser, site: str, language: str, size: str, scripts: bool, deposits: Deposits
) -> None:
    record = deposits.published(a_dataset(title="Snow depth"), **{"data.csv": b"1", "raw/温度.csv": b"2"})
    paths = ["/", f"/records/{record['id']}", "/records/999999"]
    with window(browser, site, language, SIZES[size], scripts=scripts) as looking:
        for path in paths:
            looking.open(path)
            looking.messages[:] = [text for text in looking.messages if "404" not in text]
            looking.check()


def test_public_pages_stay_within_their_budgets(browser: Browser, site: str, deposits: Deposits) -> None:
    record = deposits.published(a_dataset(title="Snow depth"), **{"data.csv": b"1"})
    for path in ("/", f"/records/{record['id']}"):
        with window(browser, site) as looking:
            html = looking.open(path).text()
            assert compressed(html) <= MOST_PAGE
            assert len(looking.requests) <= MOST_REQUESTS
            for url in looking.requests[1:]:
                body = looking.page.request.get(url).text()
                assert compressed(body) <= (MOST_SHEET if url.endswith(".css") else MOST_SCRIPT)
            assert looking.page.evaluate("document.querySelectorAll('*').length") <= MOST_NODES


def test_the_public_is_offered_to_sign_in_and_to_come_back(anyone: Caller) -> None:
    assert "/login?next=%2F" in anyone.get("/").text
    assert 'action="/logout"' not in anyone.get("/").text
