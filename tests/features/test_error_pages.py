"""Browsers get pages for every error, wherever it arises; programs get JSON."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from repository.core import errors
from repository.faces.pages.shell.error_help import error_help
from repository.faces.pages.shell.page_frame import PageFrame
from repository.faces.pages.shell.templating import render_error
from repository.faces.reasons.in_words import in_chinese
from repository.records import queries
from tests.conftest import Caller, Deposits
from tests.features.pages import Page
from tests.support.english import english_in
from tests.support.written_reasons import written_reasons

pytestmark = pytest.mark.slow
BASE = "http://repository.test"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"}
CHINESE = {**BROWSER, "Accept-Language": "zh-CN,zh;q=0.9"}
PROGRAM = {"Accept": "*/*"}
WRONG = [
    ("GET", "/favicon.ico", 404),
    ("GET", "/no/such/page", 404),
    ("GET", "/records/987654", 404),
    ("GET", "/doi/10.5072/mistyped.987654", 404),
    ("GET", "/doi/nonsense", 400),
    ("GET", "/cstr/31253.sciencedb", 400),
    ("GET", "/sitemap-99.xml", 404),
    ("GET", "/api/records/987654", 404),
    ("GET", "/api/nothing", 404),
    ("GET", "/api/records?size=-1", 400),
    ("GET", "/records/987654/files/a.csv", 404),
    ("POST", "/records/987654", 405),
    ("POST", "/feed.atom", 405),
]


def is_page(reply: TestResponse, status: int) -> Page:
    assert (reply.status_code, reply.mimetype) == (status, "text/html"), reply.text
    page = Page(reply.text)
    assert page.open == []
    assert page.each("h1")
    return page


@pytest.mark.parametrize(("method", "path", "status"), WRONG)
def test_a_browser_gets_a_page_for_an_error(anyone: Caller, method: str, path: str, status: int) -> None:
    page = is_page(anyone(method, path, headers=BROWSER), status)

    assert page.each("html")[0]["lang"] == "en"


@pytest.mark.parametrize(("method", "path", "status"), WRONG)
def test_a_browser_in_china_reads_every_word_in_chinese(anyone: Caller, method: str, path: str, status: int) -> None:
    page = is_page(anyone(method, path, headers=CHINESE), status)

    assert page.each("html")[0]["lang"] == "zh"
    assert not [paragraph for paragraph in page.each("p") if paragraph.get("lang") == "en"]


@pytest.mark.parametrize(("method", "path", "status"), WRONG)
@pytest.mark.parametrize("accept", ["application/json", "application/json, text/plain, */*", "application/x-bibtex"])
def test_a_program_gets_json_for_an_error(anyone: Caller, method: str, path: str, status: int, accept: str) -> None:
    reply = anyone(method, path, headers={"Accept": accept})
    if reply.status_code == 302:  # to the API
        reply = anyone(method, reply.location.removeprefix(BASE), headers={"Accept": accept})

    assert (reply.status_code, reply.mimetype) == (status, "application/json")
    assert reply.get_json()["status"] == status
    assert reply.get_json()["message"]


def test_who_accepts_anything_gets_pages_where_pages_are_and_json_elsewhere(anyone: Caller) -> None:
    is_page(anyone.get("/records/987654", headers=PROGRAM), 404)
    for path in ("/favicon.ico", "/doi/10.5072/mistyped.1", "/api/records/987654", "/records/987654?format=bibtex"):
        assert anyone.get(path, headers=PROGRAM).mimetype == "application/json"


def test_a_page_keeps_what_the_status_needs(anyone: Caller, deposits: Deposits) -> None:
    wrong_method = anyone.post("/", headers=BROWSER)
    is_page(wrong_method, 405)
    assert "GET" in wrong_method.headers["Allow"]
    wrong_token = anyone.get("/api/records", headers={**BROWSER, "Authorization": "Bearer nonsense"})
    is_page(wrong_token, 401)
    assert "invalid_token" in wrong_token.headers["WWW-Authenticate"]
    is_page(anyone.get(deposits.open()["links"]["self"], headers=BROWSER), 403)
    is_page(anyone.get(deposits.published()["links"]["versions"], headers={"Accept": "text/html"}), 406)


@pytest.mark.parametrize(
    ("failure", "status"),
    [(ZeroDivisionError("secret"), 500), (errors.Unavailable(), 503), (errors.TooLarge(), 413), (errors.Stale(), 412)],
)
def test_failures_of_the_server_are_pages_without_secrets(
    app: Flask, failure: Exception, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise failure

    monkeypatch.setitem(app.view_functions, "discovery.new_datasets", fail)
    app.testing, app.config["PROPAGATE_EXCEPTIONS"] = False, False

    reply = app.test_client().get("/feed.atom", headers=CHINESE)

    page = is_page(reply, status)
    assert "secret" not in page.text
    assert reply.headers["X-Request-ID"] in page.text
    assert not [paragraph for paragraph in page.each("p") if paragraph.get("lang") == "en"]
    assert ("Retry-After" in reply.headers) == (status == 503)


def default_reasons() -> list[str]:
    kinds: list[type[errors.RepositoryError]] = errors.RepositoryError.__subclasses__()
    return [kind.default for kind in kinds if kind is not errors.MovedTo]


@pytest.mark.parametrize("reason", [*default_reasons(), queries.UNKNOWN, queries.NOT_PUBLISHED])
def test_common_reasons_are_known_in_chinese(reason: str) -> None:
    assert in_chinese(reason)


def test_the_particulars_of_a_reason_stay() -> None:
    assert in_chinese("Record '7' has no file 'a 'b'.csv'.") == "记录“7”没有文件“a 'b'.csv”。"
    assert in_chinese("This repository has no DOI 10.5072/x.y.") == "本仓储没有 DOI 10.5072/x.y。"
    nested = in_chinese("Invalid DOI identifier. It should look like 10.5281/zenodo.1.")
    assert nested == "无效的 DOI 标识符。其形式应如 10.5281/zenodo.1。"
    assert in_chinese("Something else.") is None


STATUSES = (400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 416, 423, 429, 500, 503, 507)


def render(status: int, language: str, reasons: Sequence[str] = (), **ways: Any) -> str:
    help_of = error_help(status, "/no/such-page?a=1", ways, is_read=True, signed_in=False)
    return render_error(status, reasons, PageFrame(language, True), "数据仓储", "0123abcd", help_of)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_error_says_what_is_kept_and_what_to_do(status: int, language: str) -> None:
    page = Page(render(status, language, **{"Retry-After": "30"}))

    assert page.open == []
    assert page.text_in("h2") == (
        ["What is kept", "What to do"] if language == "en" else ["哪些内容已保留", "接下来怎么做"]
    )
    assert page.text_in("h1")[0] not in ("This page cannot be shown", "无法显示此页面")
    assert page.text_in("code") == ["0123abcd"]
    assert [mark for mark in page.each("p") if mark.get("data-copied")]
    assert "30" in page.text
    assert language == "en" or english_in(render(status, language)) == []


def test_no_reason_of_any_verb_is_english_on_a_chinese_page() -> None:
    reasons = [reason.example("0") for reason in written_reasons()]
    assert len(reasons) > 300

    assert english_in(render(400, "zh", reasons)) == []
    assert english_in(render(400, "zh", ["A reason that nobody has written."])) == []  # it is marked as English
    assert english_in('<p lang="zh">A reason that nobody has written.</p>')


@pytest.mark.parametrize(
    ("path", "asked", "doi"),
    [
        ("/datasets/snow-depth_2020.html", "datasets snow depth 2020", ""),
        ("/records/987654", "987654", ""),
        ("/doi/10.5072/mistyped.987654", "10.5072/mistyped.987654", "10.5072/mistyped.987654"),
        ("/%E9%9D%92%E8%97%8F/%E5%86%BB%E5%9C%9F", "青藏 冻土", ""),
        ("/records/", "", ""),
        ('/"><script>', "script", ""),
    ],
)
def test_an_address_that_leads_nowhere_is_searched_for(path: str, asked: str, doi: str) -> None:
    help_of = error_help(404, path, {}, is_read=True, signed_in=False)

    assert (help_of.search_words, help_of.doi) == (asked, doi)
    assert help_of.doi_address == f"https://doi.org/{doi}"


def test_the_search_field_has_the_words_of_the_address(anyone: Caller) -> None:
    page = is_page(anyone.get("/datasets/snow-depth", headers=BROWSER), 404)
    assert [field["value"] for field in page.each("input") if field.get("id") == "error-search"] == [
        "datasets snow depth"
    ]


def test_who_has_to_sign_in_comes_back_without_a_secret(anyone: Caller, author: Caller, deposits: Deposits) -> None:
    address = f"/uploads/{deposits.open()['id']}"
    page = is_page(anyone.get(f"{address}?a=1&token=secret", headers=BROWSER), 401)
    assert "secret" not in page.text + str(page.elements)
    ways = [link["href"] for link in page.each("a") if link.get("class") == "button"]
    assert ways == [f"/login?next={quote(address, safe='')}%3Fa%3D1"]

    refused = error_help(403, "/admin?a=1", {}, is_read=True, signed_in=False)
    assert refused.sign_in == "/login?next=%2Fadmin%3Fa%3D1"
    assert error_help(403, "/admin", {}, is_read=False, signed_in=False).sign_in == "/login?next=%2F"
    assert error_help(403, "/admin", {}, is_read=True, signed_in=True).sign_in == ""


def test_a_change_is_never_offered_again_by_a_link() -> None:
    assert error_help(503, "/a", {"Retry-After": "5"}, is_read=True, signed_in=True).again == "/a"
    assert error_help(503, "/a", {"Retry-After": "5"}, is_read=False, signed_in=True).again == ""


def test_a_fault_before_anybody_is_recognised_is_a_page_without_a_database(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    app.testing, app.config["PROPAGATE_EXCEPTIONS"] = False, False
    monkeypatch.setitem(app.before_request_funcs, None, [*app.before_request_funcs[None][:1], fail])
    app.extensions["services"].database.close()

    page = is_page(app.test_client().get("/help", headers=CHINESE), 500)
    assert "接下来怎么做" in page.text_in("h2")
