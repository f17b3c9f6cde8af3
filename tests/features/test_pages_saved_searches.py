"""Searches that people save, and feeds of what a search finds."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.conftest import Caller, Deposits, a_dataset
from tests.features.signing_in import OTHER, SigningIn, browser, browsing, people, quick_passwords
from tests.features.test_pages_sharing import post

__all__ = ["browser", "browsing", "people", "quick_passwords"]
pytestmark = pytest.mark.slow
Browsing = Callable[[], SigningIn]


def test_a_search_is_saved_looked_at_and_deleted(browser: SigningIn, browsing: Browsing) -> None:
    results = browser("GET", "/search?q=snow+%22ice%22&type=dataset&year=2015..2017&lang=zh&page=1").text
    (offer,) = re.findall(r'href="(/me/searches[^"]+)"', results)
    offered = browser("GET", offer.replace("&amp;", "&"))
    (query,) = re.findall(r'name="query" value="([^"]*)"', offered.text)
    assert "lang" not in query

    saved = post(browser, "/me/searches", title="冰雪", query=query.replace("&amp;", "&"))

    assert saved.status_code == 303, saved.text
    listed = browser("GET", "/me/searches").text
    assert "冰雪" in listed
    (address,) = re.findall(r'<h2><a href="([^"]+)"', listed)
    assert parse_qs(urlsplit(address.replace("&amp;", "&")).query) == {
        "q": ['snow "ice"'],
        "type": ["dataset"],
        "year": ["2015..2017"],
    }
    (deletion,) = re.findall(r'action="(/me/searches/\d+/delete)"', listed)
    other = browsing()
    other.sign_in(OTHER)
    assert "冰雪" not in other("GET", "/me/searches").text
    assert post(other, deletion).status_code == 404
    assert post(browser, deletion).status_code == 303
    assert "冰雪" not in browser("GET", "/me/searches").text


def test_a_search_without_a_title_comes_back(browser: SigningIn, browsing: Browsing) -> None:
    for title in ("", "x" * 201):
        refused = post(browser, "/me/searches?lang=zh", title=title, query="?q=snow")
        assert refused.status_code == 400
        assert 'id="title-fault"' in refused.text
        assert 'value="?q=snow"' in refused.text
    assert browsing()("GET", "/me/searches").status_code == 401


def test_what_a_search_finds_is_a_feed_of_what_is_public(
    anyone: Caller, deposits: Deposits, settle: Callable[[], None]
) -> None:
    deposits.published(a_dataset(title="Snow depth"))
    deposits.published(a_dataset(title="Ice depth"))
    deposits.published(a_dataset(title="Snow secret") | {"access": {"record": "restricted", "files": "restricted"}})
    settle()
    (feed,) = re.findall(r'href="(/search\.atom[^"]+)"', anyone.get("/search?q=snow&type=dataset").text)

    reply = anyone.get(feed.replace("&amp;", "&"))

    assert (reply.status_code, reply.mimetype) == (200, "application/atom+xml")
    assert re.findall("<title[^>]*>([^<]+)</title>", reply.text)[1:] == ["Snow depth"]
    assert "q=snow&amp;resource_type=dataset" in reply.text, "the feed knows its own address"
    assert anyone.get("/search.atom?q=snow&resource_type=software").text.count("<entry>") == 0
    assert anyone.get("/search.atom?q=(").status_code == 400
