"""Beginning a deposit in a browser: an empty form, a DOI or a CSTR, a description that one has."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from config.settings import Settings
from repository.crosswalks.source_formats import SourceFormat
from repository.deposits.metadata.loading import MetadataSchema
from repository.faces.pages.deposit.start_report import _ORDER
from repository.faces.pages.deposit.start_wording import START_WORDING
from tests.features.pages import Page
from tests.features.signing_in import SigningIn, browser, browsing, people, quick_passwords
from tests.features.test_imports import BIBTEX, DATACITE, Settle
from tests.support.file_host import FileHost, file_host, whole
from tests.support.web_server import HOST

__all__ = ["browser", "browsing", "people", "quick_passwords"]
pytestmark = pytest.mark.slow


@pytest.fixture
def registrar() -> Iterator[FileHost]:
    with file_host(whole(json.dumps(DATACITE).encode())) as played:
        yield played


@pytest.fixture
def settings(settings: Settings, registrar: FileHost) -> Settings:
    return settings.model_copy(update={"doi_metadata_url": registrar.name, "fetch_networks": f"{HOST}/32"})


def post(browser: SigningIn, path: str, data: Any = None, **options: Any) -> TestResponse:
    return browser.http.post(path, data={"csrf_token": browser.token, **(data or {})}, **options)


def led_to(reply: TestResponse, page: str) -> str:
    assert reply.status_code == 303, reply.text
    match = re.fullmatch(rf".*/uploads/(\d+)/{page}(?:\?.*)?", reply.headers["Location"])
    assert match is not None, reply.headers["Location"]
    return match[1]


def metadata_of(browser: SigningIn, draft: str) -> Any:
    return browser("GET", f"/api/records/{draft}/draft").get_json()["metadata"]


def test_a_pasted_description_is_recognised_taken_over_and_told(browser: SigningIn) -> None:
    draft = led_to(post(browser, "/uploads/new/description", {"source": BIBTEX}), "start")

    page = browser("GET", f"/uploads/{draft}/start").text
    assert "This was read as BibTeX." in page
    assert "Nature" in page, "what is not taken over"
    assert ">Doe<" in page or "Doe" in page
    assert f"/uploads/{draft}/edit" in page
    assert metadata_of(browser, draft)["title"] == "Ice"
    assert "Ice" in browser("GET", f"/uploads/{draft}/edit").text


def test_a_file_is_read_as_well_in_any_letters(browser: SigningIn) -> None:
    ris = "TY  - DATA\nTI  - 冻土温度\nAU  - 李伟\nER  - \n".encode("gb18030")
    sent = {"source": "", "source_file": (io.BytesIO(ris), "export.ris")}
    draft = led_to(post(browser, "/uploads/new/description?lang=zh", sent), "start")
    page = browser("GET", f"/uploads/{draft}/start?lang=zh").text
    assert "识别为 RIS。" in page
    assert metadata_of(browser, draft)["title"] == "冻土温度"
    assert "李伟" in page, "a name in the order of its readers"
    assert "李, 伟" not in page
    assert "数据集" in page
    assert ">dataset<" not in page, "a type in words"


def test_what_is_no_description_stays_in_the_form_with_its_reason(browser: SigningIn) -> None:
    refused = post(
        browser, "/uploads/new/description?lang=zh", {"source": "只是文字 & words", "identifier_use": "external"}
    )
    assert refused.status_code == 400
    assert "只是文字 &amp; words" in refused.text
    assert "无法识别格式" in refused.text
    checked = [field["id"] for field in Page(refused.text).each("input") if "checked" in field]
    assert "description-external" in checked
    assert post(browser, "/uploads/new/description", {"source": "  "}).status_code == 400
    assert post(browser, "/uploads/new/identifier", {"identifier": "soon"}).status_code == 400


def test_a_doi_leads_to_a_page_that_waits_and_then_to_the_form(
    browser: SigningIn, registrar: FileHost, settle: Settle
) -> None:
    draft = led_to(post(browser, "/uploads/new/identifier", {"identifier": "10.5072/else.1"}), "start")
    waiting = browser("GET", f"/uploads/{draft}/start")
    assert waiting.headers["Refresh"]
    assert "Asking the registrar about 10.5072/else.1" in waiting.text
    assert registrar.asked == []

    settle()
    told = browser("GET", f"/uploads/{draft}/start")
    assert "Refresh" not in told.headers
    assert "Permafrost" in told.text
    assert "relatedItems.0" in told.text
    assert metadata_of(browser, draft)["publisher"] == "Elsewhere"


def test_a_person_goes_on_without_a_registrar_that_does_not_answer(
    browser: SigningIn, registrar: FileHost, settle: Settle
) -> None:
    registrar.answer = lambda asked: asked.head(503, Content_Length="0")
    sent = {"identifier": "10.5072/else.1", "identifier_use": "external"}
    draft = led_to(post(browser, "/uploads/new/identifier", sent), "start")
    settle()
    waiting = browser("GET", f"/uploads/{draft}/start?lang=zh").text
    assert "对方服务器返回状态码 503。" in waiting

    led_to(post(browser, f"/uploads/{draft}/start"), "edit")
    shown = browser("GET", f"/api/records/{draft}/draft").get_json()
    assert shown["pids"]["doi"] == {"identifier": "10.5072/else.1", "provider": "external"} | shown["pids"]["doi"]


def test_a_doi_that_nobody_knows_is_told_and_kept(browser: SigningIn, registrar: FileHost, settle: Settle) -> None:
    registrar.answer = lambda asked: asked.head(404, Content_Length="0")
    draft = led_to(post(browser, "/uploads/new/identifier", {"identifier": "10.5072/none"}), "start")
    settle()
    page = browser("GET", f"/uploads/{draft}/start").text
    assert "Nothing could be taken over" in page
    assert "10.5072/none" in page
    assert f'href="/uploads/{draft}/edit"' in page


def test_script_in_a_description_is_text(browser: SigningIn) -> None:
    evil = "@misc{x, title={<script>alert(1)</script>}, journal={<img src=x onerror=alert(2)>}}"
    draft = led_to(post(browser, "/uploads/new/description", {"source": evil}), "start")
    page = browser("GET", f"/uploads/{draft}/start").text
    assert "<script>alert" not in page
    assert "<img" not in page


def test_the_public_is_led_to_the_sign_in(browser: SigningIn) -> None:
    stranger = browser.http.application.test_client()
    assert stranger.get("/uploads/new", headers={"Accept": "text/html"}).status_code == 401
    assert stranger.post("/uploads/new/description", data={"source": BIBTEX}).status_code in (401, 403)


def test_a_draft_of_another_person_shows_no_beginning(browser: SigningIn, people: Any) -> None:
    assert browser("GET", "/uploads/999999/start").status_code == 404


def test_every_form_and_every_part_has_a_name() -> None:
    for form in SourceFormat:
        assert f"form_{form.value.replace('-', '_')}" in START_WORDING
    for part in _ORDER:
        assert f"part_{part}" in START_WORDING
    assert set(_ORDER) == MetadataSchema().fields.keys() - {"copyright"}
