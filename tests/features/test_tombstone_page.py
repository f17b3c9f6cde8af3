"""The page of what was withdrawn: what it was, why it is gone, and nothing of its data."""

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

import pytest

from repository.core.actor import Role
from repository.dataset.description import Label, Publication, Sibling, Withdrawal
from repository.dataset.formats.citation.recommended import recommended
from repository.dataset.formats.signposting import remaining, signposts
from repository.faces.pages.landing.page_params import PageParams
from repository.faces.pages.landing.rendering import render_tombstone
from tests.conftest import Caller, Deposits
from tests.features.pages import API_URL, TODAY, VERSIONS, Page
from tests.features.samples import PUBLICATION, publication

REASON = Label("retracted", {"en": "Retracted", "zh": "已撤稿"})
WITHDRAWN = Withdrawal(REASON, "2025-02-01", "The sensor was broken.\n传感器损坏。", "Smith (2024). Records.")
GONE = replace(PUBLICATION, withdrawn=WITHDRAWN, files=(), file_count=0, total_bytes=0, doi_state="withdrawn")


def stone(unit: Publication = GONE, language: str = "en", **changes: Any) -> str:
    given = {"versions": VERSIONS, "accessed": TODAY, "links": remaining(signposts(unit, (), API_URL)), **changes}
    return render_tombstone(unit, params=PageParams(language), **given)


@pytest.mark.parametrize(
    ("language", "reason", "heading"), [("en", "Retracted", "withdrawn"), ("zh", "已撤稿", "撤回")]
)
def test_it_says_what_it_was_and_why_it_is_gone(language: str, reason: str, heading: str) -> None:
    page = Page(stone(language=language))
    assert page.open == []
    title, translation = GONE.description.title, GONE.description.additional_titles[0].text
    assert page.text_in("h1") == [translation if language == "zh" else title]
    assert {title, translation} <= set(page.text_in("h1") + page.text_in("p"))
    assert any(heading in text for text in page.text_in("h2"))
    for text in (reason, "2025-02-01", WITHDRAWN.note, WITHDRAWN.citation, "John A. Smith", "10.5072/data.12"):
        assert text in page.text
    assert {"href": "https://doi.org/10.5072/data.12"} in page.each("a")


def test_it_offers_nothing_of_the_data() -> None:
    page = Page(stone())
    assert not page.each("table")
    assert "files" not in "".join(a["href"] or "" for a in page.each("a"))
    assert {link["rel"] for link in page.each("link")} & {"item", "describedby", "linkset", "license"} == set()
    assert [script["type"] for script in page.each("script")] == ["module"], "the frame's, and no data"


def test_it_is_cited_as_before_and_not_indexed() -> None:
    page = Page(stone())
    links = {(link["rel"], link["href"]) for link in page.each("link")}
    assert ("cite-as", "https://doi.org/10.5072/data.12") in links
    assert ("canonical", PUBLICATION.url) in links
    assert page.metas("robots") == ["noindex"]
    assert page.metas("citation_doi") == ["10.5072/data.12"]
    assert page.metas("citation_title") == []


def test_without_words_of_its_own_it_is_cited_as_data_are() -> None:
    assert recommended(GONE) in Page(stone(replace(GONE, withdrawn=replace(WITHDRAWN, citation="")))).text


def test_it_leads_to_the_other_versions_and_to_the_next() -> None:
    page = Page(stone(replace(GONE, following=Sibling(3, "https://repository.test/records/15", label="V3"))))
    hrefs = [a["href"] for a in page.each("a")]
    assert "https://repository.test/records/10" in hrefs
    assert "https://repository.test/records/15" in hrefs


def test_hostile_words_are_text() -> None:
    hostile = "</title><script>alert(1)</script><img src=x onerror=alert(2)>\x00\udc00"
    withdrawn = Withdrawal(Label(hostile, {}), "2025-02-01", hostile, hostile)
    html = stone(replace(publication(title=hostile), withdrawn=withdrawn, files=()))
    assert escape(hostile[:20], quote=False) in html
    assert not Page(html).each("img")
    assert len(Page(html).each("script")) == 1
    html.encode()


def test_there_is_none_of_what_is_not_withdrawn() -> None:
    with pytest.raises(ValueError, match="withdrawn"):
        stone(PUBLICATION)


def test_a_withdrawn_version_answers_410_with_its_tombstone_and_comes_back_when_restored(
    anyone: Caller, deposits: Deposits, register: Callable[..., Caller]
) -> None:
    curator = register("curator@example.org", role=Role.CURATOR)
    record = deposits.published()
    page, api = record["links"]["self_html"], f"/api/records/{record['id']}"
    assert anyone.get(page).status_code == 200
    curator.delete(f"{api}/delete", json={"removal_reason": {"id": "retracted"}, "note": "The sensor was broken."})

    gone = anyone.get(page, headers={"Accept-Language": "zh"})

    assert gone.status_code == 410
    assert gone.headers["Content-Language"] == "zh"
    assert "The sensor was broken." in gone.text
    assert "data.csv" not in gone.text
    assert 'rel="cite-as"' in gone.headers["Link"]
    assert 'rel="item"' not in gone.headers["Link"]
    assert anyone.get(f"{page}/linkset").status_code == 410
    assert anyone.get(f"{page}?format=bibtex").status_code == 410
    assert curator.post(f"{api}/restore").status_code == 200
    assert "data.csv" in anyone.get(page).text


def test_a_hidden_tombstone_is_no_page(anyone: Caller, deposits: Deposits, register: Callable[..., Caller]) -> None:
    curator = register("curator@example.org", role=Role.CURATOR)
    record = deposits.published()
    body = {"removal_reason": {"id": "spam"}, "note": "Advertising.", "is_visible": False}
    curator.delete(f"/api/records/{record['id']}/delete", json=body)

    reply = anyone.get(record["links"]["self_html"])

    assert reply.status_code == 404
    assert "Advertising" not in reply.text
    assert "penguins" not in reply.text
    assert curator.get(record["links"]["self_html"]).status_code == 410
