"""The landing page: for people in two languages, and safe whatever a title says."""

import json
import re
from dataclasses import replace
from html import escape
from typing import Any

import pytest

from repository.dataset.description import Sibling
from repository.faces.pages.landing.page_params import PageParams
from repository.faces.pages.landing.rendering import WORDS
from repository.faces.pages.shell.file_sizes import human_size
from repository.faces.pages.shell.templating import render_error
from tests.features.pages import VERSIONS, Page, shown
from tests.features.samples import FILES, METADATA, PUBLICATION, publication

HOSTILE = '</title></script><script>alert(1)</script><img src=x onerror=alert(2)>" onload="x {{7*7}}'


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_whole_and_says_its_language(language: str) -> None:
    page = Page(shown(language=language))
    assert page.open == []
    assert page.each("html")[0]["lang"] == language
    assert len(page.each("h1")) == len(page.each("main")) == len(page.each("title")) == 1
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = [str(a["aria-labelledby"]) for _, a in page.elements if "aria-labelledby" in a]
    assert set(named) <= set(ids)
    assert WORDS[language]["cite"] in page.text_in("h2")


def test_the_interface_says_the_same_things_in_both_languages() -> None:
    assert WORDS["en"].keys() == WORDS["zh"].keys()
    for name, text in WORDS["en"].items():
        assert re.findall(r"{\w+}", text) == re.findall(r"{\w+}", WORDS["zh"][name])


def test_no_word_has_the_name_of_a_method_of_dictionaries() -> None:
    assert not [name for name in WORDS["en"] if hasattr(dict, name)]


def test_titles_carry_the_language_they_are_written_in() -> None:
    page = Page(shown())
    assert page.each("h1")[0]["lang"] == "en"
    assert "2022年泸定地震强震动记录" in page.text_in("p")
    assert 'class="other-title" dir="auto" lang="zh"' in shown()


def test_authors_are_linked_to_orcid_and_ror_and_numbered_to_affiliations() -> None:
    page = Page(shown())
    hrefs = [a["href"] for a in page.each("a")]
    assert "https://orcid.org/0000-0002-1825-0097" in hrefs
    assert "https://ror.org/03yrm5c26" in hrefs
    assert "https://ror.org/024mrxd33" in hrefs
    assert hrefs.count("#affiliation-1") == 1
    for text in ("John A. Smith", "李伟", "University of Leeds", "中国地震局"):
        assert text in page.text


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.key))
def test_each_file_is_listed_with_size_type_digests_and_link(file: Any) -> None:
    page = Page(shown())
    assert file.key in page.text_in("a")
    assert {"href": file.url, "download": None} in page.each("a")
    for text in (f"({file.size:,} bytes)", file.media_type, file.md5, file.sha256):
        assert text in page.text


def test_table_headers_say_what_they_head() -> None:
    assert {header["scope"] for header in Page(shown()).each("th")} == {"col", "row"}


def test_all_files_can_be_had_at_once_when_there_is_an_archive() -> None:
    assert "files-archive" in shown()
    assert "files-archive" not in shown(archive_url=None)


def test_a_long_list_of_files_comes_in_pages_that_lead_to_one_another() -> None:
    many = replace(PUBLICATION, file_count=20_000)
    html = shown(many, page=3, chosen=True, language="zh")
    page = Page(html)
    hrefs = {(a.get("rel"), a["href"]) for a in page.each("a")}
    assert {
        (None, "?lang=zh#files"),
        ("prev", "?lang=zh&page=2#files"),
        ("next", "?lang=zh&page=4#files"),
        (None, "?lang=zh&page=400#files"),
    } <= hrefs
    assert "第 101 至 103 个文件，共 20,000 个" in html
    assert {"id": "file-page", "name": "page", "type": "number", "min": "1", "max": "400", "value": "3"} in page.each(
        "input"
    )
    assert "Page 1 of 400" in shown(many)
    assert "Previous" not in shown(many)
    assert "Next" not in shown(many, page=400)
    assert "Page 1" not in shown()


@pytest.mark.parametrize(
    ("status", "note"), [("restricted", "Access to the files is restricted"), ("embargoed", "embargo")]
)
def test_of_restricted_files_nothing_is_shown_but_that_they_are(status: str, note: str) -> None:
    unit = replace(PUBLICATION, files=(), access_status=status)
    html = shown(unit, files_restricted=True, archive_url=None)
    assert note in html
    assert "README.md" not in html
    assert "<table" not in html


def test_a_record_without_files_says_so() -> None:
    unit = replace(PUBLICATION, files=(), file_count=0, access_status="metadata-only")
    html = shown(unit, archive_url=None)
    assert "This record has no files." in html
    assert "Metadata only" in html


def test_versions_are_listed_and_the_current_one_is_marked() -> None:
    page = Page(shown())
    assert [li for li in page.each("li") if li.get("aria-current") == "page"]
    assert {"href": "https://repository.test/records/10"} in page.each("a")
    assert "Version V2" in page.text_in("strong")
    assert "Version 1" in page.text_in("a")


def test_a_newer_version_is_pointed_out() -> None:
    following = Sibling(3, "https://repository.test/records/15", label="V3")
    page = Page(shown(replace(PUBLICATION, following=following)))
    assert {"href": "https://repository.test/records/15"} in page.each("a")
    assert "There is a newer version of this dataset:" in page.text


def test_related_works_funding_licence_and_dates_are_shown() -> None:
    page = Page(shown())
    anchors = page.each("a")
    assert {"href": "https://doi.org/10.1038/s41597-024-1"} in anchors
    assert {"href": "https://nsfc.example/42174065"} in anchors
    assert any(a.get("rel") == "license" for a in anchors)
    for text in ("NSFC · Strong motion · grant 42174065", "2022-09-05 – 2022-10-05", "强震动"):
        assert text in page.text
    assert "Luding · 29° N 101° E – 30.5° N 103° E" in page.text


@pytest.mark.parametrize(
    "metadata",
    [
        {"title": HOSTILE},
        {"version": HOSTILE},
        {"publisher": HOSTILE},
        {"description": HOSTILE},
        {"copyright": HOSTILE},
        {"subjects": [{"subject": HOSTILE}]},
        {"references": [{"reference": HOSTILE}]},
        {"creators": [{"person_or_org": {"type": "organizational", "name": HOSTILE}}]},
        {"rights": [{"title": {"en": HOSTILE}, "link": "javascript:alert(1)"}]},
        {"additional_titles": [{"title": HOSTILE}]},
        {"additional_descriptions": [{"description": HOSTILE, "type": {"id": HOSTILE}}]},
        {"funding": [{"funder": {"name": HOSTILE}, "award": {"number": HOSTILE}}]},
        {"locations": {"features": [{"place": HOSTILE, "description": HOSTILE}]}},
        {"related_identifiers": [
            {"identifier": "javascript:alert(1)", "scheme": "url", "relation_type": {"id": HOSTILE}}
        ]},
        {"description": "<p onclick='x'><a href='javascript:alert(1)'>a</a><style>*{}</style><iframe src='//e'>"},
    ],
    ids=lambda metadata: next(iter(metadata)),
)  # fmt: skip
def test_nothing_that_a_depositor_writes_becomes_markup(metadata: dict[str, Any]) -> None:
    page = Page(shown(publication(**metadata)))
    assert (len(page.each("script")), len(page.each("style"))) == (2, 0)
    assert not page.each("img")
    assert not page.each("iframe")
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
        assert not (attributes.get("href") or "").lower().startswith("javascript:")


def test_a_hostile_file_name_and_version_label_are_text() -> None:
    file = replace(FILES[0], key=HOSTILE, media_type=HOSTILE)
    version = replace(VERSIONS[1], label=HOSTILE, date=HOSTILE)
    html = shown(replace(PUBLICATION, files=[file]), versions=[version])
    assert escape(HOSTILE, quote=False) in html.replace("&#34;", '"')
    assert not Page(html).each("img")


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x85", "\udc00", "\ufdd0", "\uffff"])
def test_what_html_cannot_hold_is_replaced(character: str) -> None:
    said = {"references": [{"reference": f"R{character}"}], "description": f"<p>D{character}</p>"}
    unit = publication(title=f"A{character}B", **said)
    html = shown(replace(unit, files=[replace(FILES[0], key=f"F{character}")]))
    assert character not in html
    assert "A\ufffdB" in Page(html).text_in("h1")
    json.loads(Page(html).text_in("script")[0])
    html.encode()


def test_a_text_from_right_to_left_turns_nothing_around_but_itself() -> None:
    name = "\u202emoc.live"
    html = shown(publication(title=name, subjects=[{"subject": name}]))
    assert f'<h1 dir="auto">{name}</h1>' in html or f'<h1 dir="auto" lang="en">{name}</h1>' in html
    assert f"<bdi>{name}</bdi>" in html


def test_a_title_of_64_kilobytes_makes_a_page() -> None:
    page = Page(shown(publication(title="<长>" * 16_000)))
    assert page.open == []


def test_the_abstract_keeps_its_markup_and_links_do_no_favours() -> None:
    html = shown(publication(description="<h1>Top</h1><p>A <em>b</em> <a href='https://x.org'>c</a></p>"))
    assert '<p>A <em>b</em> <a href="https://x.org" rel="noopener nofollow">c</a></p>' in html
    assert "<h1>Top" not in html


def test_a_draft_with_hardly_anything_can_be_shown() -> None:
    empty = {name: None for name in METADATA if name != "title"}
    bare = replace(publication(**empty), doi=None, cstr=None, concept_doi=None, concept_cstr=None, files=())
    page = Page(shown(bare, versions=(), archive_url=None))
    assert page.open == []
    assert "No licence was given." in page.text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1234, "1.2 kB"), (99_950, "100 kB"),
        (999_499, "999 kB"), (999_500, "1.0 MB"), (1_234_567_890, "1.2 GB"), (5 * 10**18, "5000 PB"),
    ],
)  # fmt: skip
def test_sizes_are_told_in_units_people_use(size: int, text: str) -> None:
    assert human_size(size) == text


@pytest.mark.parametrize(
    ("status", "heading"),
    [(403, "You may not see"), (404, "There is no such"), (410, "was withdrawn"), (503, "cannot be shown")],
)
def test_an_error_page_says_what_happened_and_why(status: int, heading: str) -> None:
    html = render_error(status, ["Because <b>of</b> reasons."], PageParams(), "Test & Co")
    page = Page(html)
    assert page.open == []
    assert heading in page.text_in("h1")[0]
    assert "Because <b>of</b> reasons." in page.text_in("p")
    assert "Test & Co" in page.text_in("a")
    assert page.metas("robots") == ["noindex"]


def test_an_error_page_speaks_chinese_to_those_who_read_it() -> None:
    assert "该记录已撤回" in render_error(410, ["重复"], PageParams("zh-CN"), "数据仓储")


def test_a_language_that_is_not_offered_is_answered_in_english() -> None:
    assert Page(shown(language="fr")).each("html")[0]["lang"] == "en"
