"""The landing page: for people in two languages, for machines, and safe whatever a title says."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import date
from html import escape
from html.parser import HTMLParser
from typing import Any

import pytest

from repository.dataset.description import Publication, Sibling
from repository.dataset.formats.citations import GB_T_7714, STYLES, cite
from repository.dataset.formats.recommended import recommended
from repository.dataset.formats.schema_org import schema_org
from repository.landing.asked import Asked
from repository.landing.contents import ASKED_STYLES
from repository.landing.exports import EXPORTS
from repository.landing.filelist import human_size
from repository.landing.page import CONTENT_SECURITY_POLICY, VersionLine, render, render_error
from repository.landing.wording import WORDS
from tests.features.samples import FILES, METADATA, PUBLICATION, publication

TODAY = date(2025, 3, 23)
VERSIONS = (
    VersionLine("https://repository.test/records/12", 2, "V2", "2024-03-05", "10.5072/data.12", True),
    VersionLine("https://repository.test/records/10", 1, "", "2023-01-05", "10.5072/data.10", False),
)  # fmt: skip
VOID = frozenset({"meta", "link", "br", "hr", "wbr", "col"})


class Page(HTMLParser):
    """A page read as a browser would, as far as these tests look."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1] if self.open else "", data.strip()))

    def each(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def text_in(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]

    def metas(self, name: str) -> list[str | None]:
        return [meta["content"] for meta in self.each("meta") if meta.get("name") == name]

    @property
    def text(self) -> str:
        return "\n".join(text for _, text in self.texts)


def shown(work: Publication = PUBLICATION, language: str = "en", **changes: Any) -> str:
    asked = {name: changes.pop(name) for name in ("page", "style", "chosen") if name in changes}
    given: dict[str, Any] = {
        "versions": VERSIONS,
        "files_restricted": False,
        "asked": Asked(language, **asked),
        "accessed": TODAY,
        "api_url": "https://repository.test/api/records/12",
        "archive_url": "https://repository.test/api/records/12/files-archive",
        "exports": list(EXPORTS.values()),
    }
    return render(work, **{**given, **changes})


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


def test_titles_carry_the_language_they_are_written_in() -> None:
    page = Page(shown(language="zh"))
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
        (None, "?lang=zh&page=200#files"),
    } <= hrefs
    assert "第 201 至 203 个文件，共 20,000 个" in html
    assert "Page 1 of 200" in shown(many)
    assert "Previous" not in shown(many)
    assert "Next" not in shown(many, page=200)
    assert "Page 1" not in shown()


@pytest.mark.parametrize(
    ("status", "note"), [("restricted", "Access to the files is restricted"), ("embargoed", "embargo")]
)
def test_of_restricted_files_nothing_is_shown_but_that_they_are(status: str, note: str) -> None:
    work = replace(PUBLICATION, files=(), access_status=status)
    html = shown(work, files_restricted=True, archive_url=None)
    assert note in html
    assert "README.md" not in html
    assert "<table" not in html


def test_a_record_without_files_says_so() -> None:
    work = replace(PUBLICATION, files=(), file_count=0, access_status="metadata-only")
    html = shown(work, archive_url=None)
    assert "This record has no files." in html
    assert "Metadata only" in html


def test_identifiers_of_the_version_and_of_all_versions_are_links() -> None:
    hrefs = [a["href"] for a in Page(shown()).each("a")]
    for number in (11, 12):
        assert f"https://doi.org/10.5072/data.{number}" in hrefs
        assert f"https://cstr.cn/99999.11.data.{number}" in hrefs


def test_versions_are_listed_and_the_current_one_is_marked() -> None:
    page = Page(shown())
    assert [li for li in page.each("li") if li.get("aria-current") == "page"]
    assert {"href": "https://repository.test/records/10"} in page.each("a")
    assert "Version V2" in page.text_in("strong")
    assert "Version 1" in page.text_in("a")


def test_how_to_cite_is_printed_for_data_and_for_china_at_once() -> None:
    page = Page(shown())
    assert page.text_in("dt").count("DataCite") == 1
    for text in (recommended(PUBLICATION), cite(PUBLICATION, GB_T_7714, accessed=TODAY)):
        assert text in page.text_in("span")
    assert "@dataset" in page.text_in("pre")[0]


@pytest.mark.parametrize("style", ASKED_STYLES)
def test_how_to_cite_is_printed_in_every_style_that_is_asked_for(style: str) -> None:
    assert {"href": f"?style={style}#cite", "rel": "nofollow"} in Page(shown()).each("a")
    page = Page(shown(style=style))
    assert STYLES[style] in page.text_in("dt")
    assert cite(PUBLICATION, style, accessed=TODAY) in page.text_in("span")


def test_a_citation_can_be_selected_and_a_script_offers_to_copy_it() -> None:
    page = Page(shown())
    assert not page.each("button")
    assert [dd["data-name"] for dd in page.each("dd") if "data-copy" in dd] == ["DataCite", "GB/T 7714—2015", "BibTeX"]
    assert "navigator.clipboard" in page.text_in("script")[-1]


@pytest.mark.parametrize("state", ["reserved", "registering", "failed"])
def test_a_doi_that_is_not_registered_says_so_and_leads_here(state: str) -> None:
    page = Page(shown(replace(PUBLICATION, doi_state=state, cstr_state=state)))
    assert page.text_in("span").count("reserved, not registered yet") == 2
    hrefs = [a["href"] for a in page.each("a")]
    assert hrefs.count(PUBLICATION.url) == 2
    assert "https://doi.org/10.5072/data.12" not in hrefs
    assert ("canonical", PUBLICATION.url) in {(link["rel"], link["href"]) for link in page.each("link")}


@pytest.mark.parametrize("state", ["", "registered", "updating", "external"])
def test_a_doi_that_leads_somewhere_is_a_plain_link(state: str) -> None:
    page = Page(shown(replace(PUBLICATION, doi_state=state)))
    assert "reserved, not registered yet" not in page.text
    assert {"href": "https://doi.org/10.5072/data.12"} in page.each("a")


def test_every_format_is_offered_by_link_with_its_media_type() -> None:
    anchors = Page(shown()).each("a")
    for export in EXPORTS.values():
        assert {
            "href": f"{PUBLICATION.url}?format={export.name}",
            "type": export.media_type,
            "rel": "nofollow",
        } in anchors


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


def test_the_linked_data_of_the_page_are_those_of_the_record() -> None:
    assert json.loads(Page(shown()).text_in("script")[0]) == schema_org(PUBLICATION)


def test_citation_software_and_crawlers_find_their_tags() -> None:
    page = Page(shown())
    assert page.metas("citation_title") == [METADATA["title"]]
    assert page.metas("citation_author") == ["Smith, John A.", "李伟", "Institute of Geology & Geophysics"]
    assert page.metas("citation_publication_date") == ["2024/03/05"]
    assert page.metas("citation_doi") == ["10.5072/data.12"]
    assert page.metas("DC.identifier") == [
        "https://doi.org/10.5072/data.12",
        "https://cstr.cn/99999.11.data.12",
    ]
    links = {(link["rel"], link["href"]) for link in page.each("link")}
    assert ("canonical", "https://doi.org/10.5072/data.12") in links
    assert ("cite-as", "https://doi.org/10.5072/data.12") in links
    assert ("type", "https://schema.org/Dataset") in links


def test_access_licence_sizes_and_types_are_said_to_machines() -> None:
    page = Page(shown())
    assert page.metas("DCTERMS.accessRights") == ["http://purl.org/coar/access_right/c_abf2"]
    assert page.metas("DCTERMS.license")[0] == "https://creativecommons.org/licenses/by/4.0/"
    assert page.metas("DCTERMS.extent") == [f"{PUBLICATION.total_bytes} bytes"]
    assert page.metas("DC.format") == ["application/vnd.fdsn.mseed", "text/csv", "text/markdown"]
    embargoed = replace(PUBLICATION, files=(), file_count=0, access_status="embargoed", embargo_until="2027-01-01")
    page = Page(shown(embargoed, files_restricted=True, archive_url=None))
    assert page.metas("DCTERMS.accessRights") == ["http://purl.org/coar/access_right/c_f1cf"]
    assert page.metas("DCTERMS.available") == ["2027-01-01"]
    assert "They open on 2027-01-01." in page.text


@pytest.mark.parametrize(("language", "locale", "other"), [("en", "en_US", "zh_CN"), ("zh", "zh_CN", "en_US")])
def test_social_sites_find_open_graph(language: str, locale: str, other: str) -> None:
    said = {
        meta["property"]: meta["content"] for meta in Page(shown(language=language)).each("meta") if "property" in meta
    }
    assert said["og:title"] == METADATA["title"]
    assert said["og:url"] == PUBLICATION.url
    assert said["og:description"] == "Records of three components & more. Second."
    assert said["og:site_name"] == "Test Repository"
    assert (said["og:locale"], said["og:locale:alternate"]) == (locale, other)


def test_the_page_names_itself_in_its_languages_and_the_feed() -> None:
    links = Page(shown()).each("link")
    translations = {str(link.get("hreflang")): link["href"] for link in links if link.get("hreflang")}
    assert translations == {
        "en": f"{PUBLICATION.url}?lang=en",
        "zh": f"{PUBLICATION.url}?lang=zh",
        "x-default": PUBLICATION.url,
    }
    assert "/feed.atom" in [link["href"] for link in links if link.get("type") == "application/atom+xml"]


def test_the_institution_of_an_author_follows_directly_after_the_author() -> None:
    ordered = [str(meta.get("name")) for meta in Page(shown()).each("meta")]
    at = ordered.index("citation_author")
    assert ordered[at + 1] == "citation_author_institution"


HOSTILE = '</title></script><script>alert(1)</script><img src=x onerror=alert(2)>" onload="x {{7*7}}'


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
    assert (len(page.each("script")), len(page.each("style"))) == (2, 1)
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
    work = publication(title=f"A{character}B", references=[{"reference": f"R{character}"}])
    html = shown(replace(work, files=[replace(FILES[0], key=f"F{character}")]))
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


def test_the_page_needs_nothing_from_elsewhere_and_its_policy_forbids_it() -> None:
    html = shown()
    page = Page(html)
    assert not [attributes for _, attributes in page.elements if "src" in attributes]
    assert not page.metas("refresh")
    assert not [link for link in page.each("link") if link["rel"] in ("stylesheet", "preload", "icon")]
    assert "url(" not in page.text_in("style")[0]
    assert "@import" not in page.text_in("style")[0]
    style = html[html.index("<style>") + len("<style>") : html.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in CONTENT_SECURITY_POLICY
    script = html[html.rindex("<script>") + len("<script>") : html.rindex("</script>")]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY.startswith("default-src 'none'")


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
    html = render_error(status, "Because <b>of</b> reasons.", Asked(), "Test & Co")
    page = Page(html)
    assert page.open == []
    assert heading in page.text_in("h1")[0]
    assert "Because <b>of</b> reasons." in page.text_in("p")
    assert "Test & Co" in page.text_in("a")
    assert page.metas("robots") == ["noindex"]


def test_an_error_page_speaks_chinese_to_those_who_read_it() -> None:
    assert "该记录已撤回" in render_error(410, "重复", Asked("zh-CN"), "数据仓储")


def test_a_language_that_is_not_offered_is_answered_in_english() -> None:
    assert Page(shown(language="fr")).each("html")[0]["lang"] == "en"
