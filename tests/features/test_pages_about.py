"""What the site says of itself: texts in two languages, an installation's own, licences, and what works now."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from config.settings import SettingsError, read_settings
from repository.app import create_app
from repository.core.conditions import Condition, ConditionState, degraded, well
from repository.core.errors import Unavailable
from repository.engines.services import Services
from repository.faces.pages.about.service_states import ServiceState, service_lines
from repository.faces.pages.about.shipped_code import shipped_packages
from repository.faces.pages.about.site_texts import SECTIONS, addresses, parsed, section_texts
from repository.faces.pages.about.text_html import body_of
from tests.conftest import Caller
from tests.features.pages import Page
from tests.support.english import english_in

HEAD = "---\nversion: 7\ndate: 2027-03-01\n---\n"
OF_OTHER_ROOMS = {"/status", "/feed.atom", "/oai2d", "/sitemap.xml", "/api/openapi.json"}
FAILED = Condition(ConditionState.FAILED, "It does not answer.", "Start it.")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("address", addresses())
def test_each_text_is_a_page_in_each_language(anyone: Caller, address: str, language: str) -> None:
    reply = anyone.get(f"{address}?lang={language}")

    page = Page(reply.text)
    assert (reply.status_code, page.open) == (200, [])
    assert len(page.each("h1")) == 1
    assert "[[" not in reply.text
    assert page.each("html")[0]["lang"] == language
    assert language == "en" or english_in(reply.text) == []


@pytest.mark.parametrize("section", SECTIONS)
def test_both_languages_have_the_same_headings(section: str) -> None:
    for english, chinese in zip(section_texts(section, "en", ""), section_texts(section, "zh", ""), strict=True):
        anchors = [(heading.level, heading.anchor) for heading in english.body.headings]
        assert anchors == [(heading.level, heading.anchor) for heading in chinese.body.headings], english.address
        assert len({anchor for _, anchor in anchors}) == len(anchors) > 0, english.address
        assert (english.version, english.date) == (chinese.version, chinese.date), english.address


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_link_of_a_text_leads_somewhere(anyone: Caller, language: str) -> None:
    known = {*addresses(), *OF_OTHER_ROOMS}
    for section in SECTIONS:
        for text in section_texts(section, language, ""):
            links = re.findall(r'href="(/[^"#?]*)', text.body.html)
            assert set(links) <= known, text.address
    answers = {address: anyone.get(address).status_code for address in OF_OTHER_ROOMS - {"/oai2d"}}
    assert set(answers.values()) == {200}, answers


def own_text(folder: Path, name: str, markdown: str) -> None:
    path = folder / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + markdown, "utf-8")


def site_with(services: Services, folder: Path) -> Caller:
    return Caller(create_app(replace(services, site=replace(services.site, pages_dir=str(folder)))).test_client())


def test_a_text_of_the_installation_takes_the_place_of_ours_at_once(services: Services, tmp_path: Path) -> None:
    caller = site_with(services, tmp_path)
    assert "Who only reads" in caller.get("/policies/privacy?lang=en").text

    own_text(tmp_path, "en/policies/privacy", "# Our privacy\n\n## Of [[site]] {#us}\n\nNothing is counted.\n")

    shown = caller.get("/policies/privacy?lang=en").text
    assert "Nothing is counted." in shown
    assert f'<h2 id="us">Of {services.site.name}</h2>' in shown
    assert "7" in shown
    assert "2027-03-01" in shown
    assert "隐私政策" in caller.get("/policies/privacy?lang=zh").text


def test_a_text_brings_no_script_and_no_address_that_is_one() -> None:
    body = body_of("# T\n\n<script>alert(1)</script> [a](javascript:alert(1)) <img src=x onerror=y>\n\n[b](/help)\n")

    assert "<script" not in body.html
    assert "<img" not in body.html
    assert 'href="javascript' not in body.html
    assert '<a href="/help">b</a>' in body.html


def test_a_value_in_a_text_is_text() -> None:
    assert body_of("# T\n\n[[site]] [[other]]\n").with_values({"site": "<b>"}) == "<p>&lt;b&gt; [[other]]</p>\n"


@pytest.mark.parametrize(
    "broken", [b"# No head\n", b"---\nversion: 1\n---\n# T\n", b"\xff\xfe", HEAD.encode() + b"words\n"]
)
def test_a_text_that_cannot_be_read_stops_its_own_page_with_words(
    services: Services, tmp_path: Path, broken: bytes
) -> None:
    caller = site_with(services, tmp_path)
    own_text(tmp_path, "zh/help/cite", "")
    (tmp_path / "zh/help/cite.md").write_bytes(broken)

    refused = caller.get("/help/cite?lang=zh", headers={"Accept": "text/html"})

    assert refused.status_code == 503
    assert "本站无法读取" in refused.text
    assert str(tmp_path) not in refused.text
    assert caller.get("/help/search?lang=zh").status_code == 200
    assert caller.get("/help/cite?lang=en").status_code == 200


def test_a_head_may_have_the_line_ends_and_the_mark_of_other_systems() -> None:
    text = parsed("\ufeff" + (HEAD + "# T\n\nWords.\n").replace("\n", "\r\n"), "/about")
    assert (text.version, text.date, text.body.title) == ("7", date(2027, 3, 1), "T")


def test_the_folder_of_texts_has_to_be_there(tmp_path: Path) -> None:
    assert read_settings(pages_dir=str(tmp_path)).pages_dir == str(tmp_path)
    with pytest.raises(SettingsError, match="REPOSITORY_PAGES_DIR: must be a folder"):
        read_settings(pages_dir=str(tmp_path / "missing"))


def test_a_text_is_not_sent_again_to_who_has_it(anyone: Caller) -> None:
    tag = anyone.get("/help").headers["ETag"]
    assert anyone.get("/help", headers={"If-None-Match": tag}).status_code == 304


def test_the_page_of_licences_lists_what_the_build_lists(anyone: Caller) -> None:
    built = json.loads((Path(__file__).parents[2] / "repository/faces/pages/static/licences.json").read_text())
    assert [package.name for package in shipped_packages()] == [package["name"] for package in built]

    shown = Page(anyone.get("/about/licences?lang=en").text)

    assert shown.text_in("th")[3:] == [package["name"] for package in built]
    assert built or "No package of others is part" in shown.text


def test_the_contact_names_who_answers(anyone: Caller, services: Services) -> None:
    assert f"postmaster of {services.site.host}" in anyone.get("/about/contact?lang=en").text
    named = replace(services, site=replace(services.site, admin_email="desk@example.org"))
    assert "mailto:desk@example.org" in create_app(named).test_client().get("/about/contact").text


def state_of(name: str, engines: dict[str, str | Unavailable], **conditions: Condition) -> ServiceState:
    return next(line.state for line in service_lines(engines, conditions) if line.name == name)


def test_what_is_away_is_told_of_what_needs_it_alone() -> None:
    away: dict[str, str | Unavailable] = {"database": "x", "store": "x", "search": Unavailable()}
    assert state_of("search", away) is ServiceState.DOWN
    assert state_of("read", away) is state_of("download", away) is ServiceState.WORKS
    assert state_of("register", {}, registrars=FAILED) is ServiceState.LIMITED
    assert state_of("publish", {}, database_writes=FAILED) is ServiceState.DOWN
    assert state_of("read", {}, database_writes=FAILED) is ServiceState.WORKS
    assert state_of("mail", {}, mail=degraded("Late.", "Look.")) is ServiceState.LIMITED
    assert state_of("read", {}, disks=Condition(ConditionState.FAILED, "x", "y", stops=True)) is ServiceState.DOWN
    assert state_of("read", {}, database=well()) is ServiceState.WORKS


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_status_is_told_without_inner_names(services: Services, language: str) -> None:
    app = create_app(services, conditions=lambda: {"store": FAILED, "jobs": degraded("Late.", "Look.")})

    reply = app.test_client().get(f"/status?lang={language}")

    assert reply.status_code == 200
    assert reply.headers["Cache-Control"] == "private, no-store"
    words = " ".join(Page(reply.text).text_in("th") + Page(reply.text).text_in("span")).lower()
    assert ("does not work" if language == "en" else "无法使用") in words
    for inner in ("sqlite", "postgres", "elastic", "redis", "store", "job", "queue", "index", "late."):
        assert inner not in words
    assert language == "en" or english_in(reply.text) == []


def test_the_status_is_told_to_who_cannot_be_recognised(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr("repository.faces.request_context.recognise", away)
    client = app.test_client()

    assert client.get("/status").status_code == 200
    assert client.get("/help", headers={"Accept": "text/html"}).status_code == 503
