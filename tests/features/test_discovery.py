"""What crawlers and feed readers find: site maps, the feed, robots.txt, well-known addresses, the start page."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.robotparser import RobotFileParser

import pytest
import time_machine
from flask import Flask
from lxml import etree

from config.settings import read_settings
from repository.app import create_app
from repository.bootstrap import site_of
from repository.core import clock
from repository.core.actor import SYSTEM, Role
from repository.core.site import Site
from repository.engines.services import Services
from repository.faces.feeds.atom import feed
from repository.faces.feeds.robots import security_txt
from repository.records.model import IDS_IN_A_PART, Version
from tests.conftest import BASE_URL, Caller, Deposits, a_dataset
from tests.features.harvesting import change, multiply
from tests.features.samples import PUBLICATION, publication
from tests.features.steps import Json, statements

pytestmark = pytest.mark.slow

MAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
ATOM = {"a": "http://www.w3.org/2005/Atom"}
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
HIDDEN = a_dataset() | {"access": {"record": "restricted", "files": "restricted"}}


def site(**changes: Any) -> Site:
    return replace(site_of(read_settings(base_url=BASE_URL)), name="Test", **changes)


def read(caller: Caller, path: str) -> Any:
    reply = caller.get(path)
    assert reply.status_code == 200, reply.text
    return etree.fromstring(reply.data)


def mapped(caller: Caller) -> list[str]:
    """The addresses of all parts that the index names."""
    parts = read(caller, "/sitemap.xml").xpath("//s:loc/text()", namespaces=MAP)
    return [loc for part in parts for loc in read(caller, part).xpath("//s:loc/text()", namespaces=MAP)]


def next_version(author: Caller, deposits: Deposits, record: Json) -> Json:
    draft = author.post(record["links"]["versions"]).get_json()
    deposits.upload(draft["id"])
    return deposits.publish(draft["id"])


def withdraw(register: Callable[..., Caller], record: Json) -> None:
    curator = register("curator@example.org", role=Role.CURATOR)
    body = {"removal_reason": {"id": "retracted"}}
    assert curator.delete(f"/api/records/{record['id']}/delete", json=body).status_code == 204


def test_the_site_map_names_the_latest_public_version_of_each_dataset(
    anyone: Caller, author: Caller, deposits: Deposits, register: Callable[..., Caller]
) -> None:
    first = deposits.published()
    second = next_version(author, deposits, first)
    alone = deposits.published()
    hidden = deposits.published(HIDDEN)
    gone = deposits.published()
    withdraw(register, gone)
    draft = deposits.open()

    found = mapped(anyone)

    assert found == [f"{BASE_URL}/", second["links"]["self_html"], alone["links"]["self_html"]]
    for record in (first, hidden, gone, draft):
        assert record["links"]["self_html"] not in found


def test_when_the_latest_version_is_withdrawn_the_one_before_is_named_again(
    anyone: Caller, author: Caller, deposits: Deposits, register: Callable[..., Caller]
) -> None:
    first = deposits.published()
    second = next_version(author, deposits, first)
    assert mapped(anyone)[1:] == [second["links"]["self_html"]]
    withdraw(register, second)
    assert mapped(anyone)[1:] == [first["links"]["self_html"]]


def test_parts_are_ranges_of_ids_and_say_when_they_changed(
    anyone: Caller, services: Services, deposits: Deposits
) -> None:
    record = deposits.published()
    first = [datetime(2026, 1, day, tzinfo=UTC) for day in (3, 2)]
    multiply(services, record, first, first=IDS_IN_A_PART - 2)
    multiply(services, record, [datetime(2026, 2, 1, tzinfo=UTC)], first=3 * IDS_IN_A_PART)
    hidden = int(multiply(services, record, [datetime(2026, 3, 1, tzinfo=UTC)], first=4 * IDS_IN_A_PART)[0])
    change(services, hidden, record_access="restricted")
    change(services, int(record["id"]), updated=datetime(2026, 1, 1, tzinfo=UTC))

    index = read(anyone, "/sitemap.xml")
    changes = dict(
        zip(
            index.xpath("//s:sitemap[s:lastmod]/s:loc/text()", namespaces=MAP),
            index.xpath("//s:lastmod/text()", namespaces=MAP),
            strict=True,
        )
    )

    assert changes == {
        f"{BASE_URL}/sitemap-1.xml": "2026-01-03T00:00:00+00:00",
        f"{BASE_URL}/sitemap-2.xml": "2026-01-02T00:00:00+00:00",
        f"{BASE_URL}/sitemap-4.xml": "2026-02-01T00:00:00+00:00",
    }
    ids = [int(a.rpartition("/")[2]) for a in mapped(anyone) if "/records/" in a]
    assert ids == [int(record["id"]), IDS_IN_A_PART - 2, IDS_IN_A_PART, 3 * IDS_IN_A_PART]
    for part, changed in changes.items():
        inside = read(anyone, part).xpath("//s:lastmod/text()", namespaces=MAP)
        assert max(map(datetime.fromisoformat, inside)) == datetime.fromisoformat(changed)
        assert anyone.get(part).last_modified == datetime.fromisoformat(changed)


@pytest.mark.parametrize("part", ["99", "00", "-1", "x", "9" * 30, "1.5"])
def test_a_part_that_there_is_not_is_not_found(anyone: Caller, part: str) -> None:
    assert anyone.get(f"/sitemap-{part}.xml").status_code == 404


def test_an_empty_repository_has_a_site_map_and_a_feed(anyone: Caller) -> None:
    assert mapped(anyone) == [f"{BASE_URL}/"]
    found = read(anyone, "/feed.atom")
    assert found.xpath("a:entry", namespaces=ATOM) == []
    assert found.xpath("a:updated/text()", namespaces=ATOM)
    assert anyone.get("/").status_code == 200


def test_the_feed_tells_of_new_datasets_newest_first(
    anyone: Caller, author: Caller, deposits: Deposits, register: Callable[..., Caller]
) -> None:
    first = deposits.published(a_dataset(title="Older", rights=[{"id": "cc-by-4.0"}], languages=[{"id": "eng"}]))
    deposits.published(HIDDEN)
    gone = deposits.published()
    withdraw(register, gone)
    second = deposits.published(a_dataset(title="冰川数据", languages=[{"id": "zho"}]))

    found = read(anyone, "/feed.atom")

    assert found.xpath("a:entry/a:id/text()", namespaces=ATOM) == [
        second["links"]["self_html"],
        first["links"]["self_html"],
    ]
    newest, older = found.xpath("a:entry", namespaces=ATOM)
    (title,) = newest.xpath("a:title", namespaces=ATOM)
    assert (title.text, title.get(XML_LANG)) == ("冰川数据", "zh")
    assert older.xpath("a:author/a:name/text()", namespaces=ATOM) == ["Kristen Gorman"]
    links = {link.get("rel"): link.get("href") for link in older.xpath("a:link", namespaces=ATOM)}
    assert links["alternate"] == first["links"]["self_html"]
    assert links["cite-as"] == f"https://doi.org/{first['pids']['doi']['identifier']}"
    assert links["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert older.xpath("a:summary/text()", namespaces=ATOM) == ["Measured near Palmer Station."]


@pytest.mark.parametrize("path", ["/feed.atom", "/"])
def test_a_change_that_is_committed_after_a_later_one_is_shown_in_a_minute(
    anyone: Caller, deposits: Deposits, services: Services, path: str
) -> None:
    later = deposits.published(a_dataset(title="Committed first"))
    assert "Committed first" in anyone.get(path).text
    late = deposits.published(a_dataset(title="Committed late"))
    with services.database.transaction(SYSTEM) as unit:
        first, last = (unit.session.get_one(Version, int(record["id"])) for record in (later, late))
        last.updated = first.updated - timedelta(seconds=1)
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        assert "Committed late" in anyone.get(path).text


def test_the_index_is_made_again_after_a_change_only(anyone: Caller, deposits: Deposits, services: Services) -> None:
    deposits.published()
    with time_machine.travel(clock.now() + timedelta(hours=1)):
        index = anyone.get("/sitemap.xml").data
        with statements(services) as sent:
            assert anyone.get("/sitemap.xml").data == index
    assert len([sql for sql in sent if "version" in sql]) == 1


def test_the_feed_has_what_atom_asks_of_feeds_and_entries() -> None:
    found = etree.fromstring(feed(site(), [publication(creators=None), PUBLICATION]).encode())
    for element in (found, *found.xpath("a:entry", namespaces=ATOM)):
        for name in ("id", "title", "updated"):
            assert len(element.xpath(f"a:{name}", namespaces=ATOM)) == 1
        for moment in element.xpath("a:updated/text() | a:published/text()", namespaces=ATOM):
            assert datetime.fromisoformat(moment).tzinfo is not None
    assert found.xpath("a:author/a:name/text()", namespaces=ATOM) == ["Test"]
    assert found.xpath("a:link[@rel='self']/@href", namespaces=ATOM) == [f"{BASE_URL}/feed.atom"]


def test_hostile_metadata_make_a_feed_that_is_well_formed() -> None:
    hostile = "</entry>]]><script>alert(1)</script>&\x00\x0b\ufffe\u202e\" '" + "长" * 64_000
    unit = publication(title=hostile, subjects=[{"subject": hostile}], description=f"<p>{hostile}</p>")
    found = etree.fromstring(feed(site(), [unit, publication(title="\ud800")]).encode(errors="replace"))
    assert len(found.xpath("a:entry", namespaces=ATOM)) == 2
    assert not [element for element in found.iter() if "script" in str(element.tag)]


def test_a_feed_that_the_reader_has_is_not_sent_again(anyone: Caller, deposits: Deposits) -> None:
    deposits.published()
    reply = anyone.get("/feed.atom")
    assert reply.mimetype == "application/atom+xml"
    for headers in (
        {"If-None-Match": reply.headers["ETag"]},
        {"If-Modified-Since": reply.headers["Last-Modified"]},
    ):
        assert anyone.get("/feed.atom", headers=headers).status_code == 304
    deposits.published()
    assert anyone.get("/feed.atom", headers={"If-None-Match": reply.headers["ETag"]}).status_code == 200


def test_feed_and_start_page_forget_what_is_withdrawn(
    anyone: Caller, deposits: Deposits, register: Callable[..., Caller]
) -> None:
    record = deposits.published()
    for path in ("/feed.atom", "/"):
        assert record["links"]["self_html"] in anyone.get(path).text
    withdraw(register, record)
    for path in ("/feed.atom", "/"):
        assert record["links"]["self_html"] not in anyone.get(path).text


def test_feed_and_start_page_cost_one_statement_while_nothing_changes(
    anyone: Caller, services: Services, deposits: Deposits
) -> None:
    deposits.published()
    for path in ("/feed.atom", "/"):
        anyone.get(path)
        with statements(services) as seen:
            anyone.get(path)
        assert len([text for text in seen if text != "BEGIN"]) == 1, path


def test_robots_may_read_records_but_not_search(anyone: Caller) -> None:
    text = anyone.get("/robots.txt").text
    robots = RobotFileParser()
    robots.parse(text.splitlines())
    for path in ("/", "/records/12", "/records/12?lang=zh", "/records/12/files/a.csv", "/api/records/12", "/feed.atom"):
        assert robots.can_fetch("Googlebot", f"{BASE_URL}{path}"), path
    for path in ("/api/records?q=ice&subject=x", "/api/user/records", "/search?q=ice"):
        assert not robots.can_fetch("Googlebot", f"{BASE_URL}{path}"), path
    assert robots.site_maps() == [f"{BASE_URL}/sitemap.xml"]


def test_whom_to_tell_of_a_weakness_is_said_where_somebody_is_named(services: Services, anyone: Caller) -> None:
    assert anyone.get("/.well-known/security.txt").status_code == 404
    named = replace(services, site=replace(services.site, admin_email="security@example.org"))
    reply = create_app(named).test_client().get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in reply.text.splitlines())
    assert reply.content_type == "text/plain; charset=utf-8"
    assert fields["Contact"] == "mailto:security@example.org"
    assert fields["Canonical"] == f"{BASE_URL}/.well-known/security.txt"


def test_a_security_notice_expires_within_a_year() -> None:
    moment = datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=UTC)
    found = re.search("Expires: (.*)", security_txt(site(admin_email="a@b.org"), moment))
    assert found is not None
    assert found[1] == "2026-08-31T00:00:00Z"


def test_programs_find_the_apis_and_each_address_answers(anyone: Caller, app: Flask) -> None:
    reply = anyone.get("/.well-known/api-catalog")
    assert reply.content_type == 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
    said = json.loads(reply.data)["linkset"]
    assert said[0]["anchor"] == f"{BASE_URL}/.well-known/api-catalog"
    assert {item["href"] for item in said[0]["item"]} == {
        f"{BASE_URL}{path}" for path in ("/api", "/oai2d", "/feed.atom")
    }
    for context in said[1:]:
        for rel in ("service-desc", "status"):
            for target in context.get(rel, ()):
                answer = anyone.get(target["href"])
                assert answer.mimetype == target["type"], target
    assert 'rel="api-catalog"' in anyone("HEAD", "/.well-known/api-catalog").headers["Link"]


@pytest.mark.parametrize(("language", "heading"), [("en", "New datasets"), ("zh", "最新数据集")])
def test_the_start_page_names_the_newest_and_where_machines_begin(
    anyone: Caller, deposits: Deposits, language: str, heading: str
) -> None:
    deposits.published(HIDDEN | {"metadata": a_dataset(title="Secret")["metadata"]})
    record = deposits.published(a_dataset(title="<b>Ice</b> & snow"))

    reply = anyone.get("/", headers={"Accept-Language": language})

    assert reply.headers["Content-Language"] == language
    assert heading in reply.text
    assert "Ice &amp; snow" in reply.text
    assert record["links"]["self_html"] in reply.text
    assert "Secret" not in reply.text
    for address in (
        "/feed.atom",
        "/sitemap.xml",
        "/api/openapi.json",
        "/oai2d?verb=Identify",
        "/.well-known/api-catalog",
    ):
        assert f'href="{address}"' in reply.text
    assert (
        anyone.get("/", headers={"If-None-Match": reply.headers["ETag"], "Accept-Language": language}).status_code
        == 304
    )
