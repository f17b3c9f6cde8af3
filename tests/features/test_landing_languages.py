"""A page speaks the language of its reader wherever the description has it: titles, abstracts, relations, marks."""

from html import unescape

import pytest

from repository.dataset.formats.plain_text import one_line, plain
from repository.faces.pages.landing.page_params import PageParams
from repository.faces.pages.shell.templating import render_error
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.pages import Page, shown
from tests.features.samples import METADATA, publication

pytestmark = pytest.mark.slow
ENGLISH, CHINESE = METADATA["title"], "2022年泸定地震强震动记录"
ABSTRACT = {"description": "三分量记录，a < b。", "type": {"id": "abstract"}, "lang": {"id": "zho"}}
METHODS = {"description": "Filtered twice.", "type": {"id": "methods"}, "lang": {"id": "eng"}}


def title_of(kind: str, text: str, language: str | None = None) -> dict[str, object]:
    said = {"title": text, "type": {"id": kind}}
    return {**said, "lang": {"id": language}} if language else said


def test_a_chinese_page_begins_with_the_chinese_title_and_keeps_the_main_one() -> None:
    html = shown(language="zh")
    page = Page(html)

    assert page.text_in("h1") == [CHINESE]
    assert page.each("h1")[0]["lang"] == "zh"
    assert page.text_in("title")[0].startswith(CHINESE)
    assert f'<p class="other-title" dir="auto" lang="en">{ENGLISH}</p>' in html
    assert html.count(f">{CHINESE}<") == 1
    assert page.metas("citation_title") == [ENGLISH], "reference managers cite the main title"


def test_an_english_page_begins_with_the_english_title_of_a_chinese_dataset() -> None:
    unit = publication(title=CHINESE, additional_titles=[title_of("translated-title", ENGLISH, "eng")])

    assert Page(shown(unit)).text_in("h1") == [ENGLISH]
    assert Page(shown(unit, language="zh")).text_in("h1") == [CHINESE]


@pytest.mark.parametrize(
    "others", [[], [title_of("subtitle", "强震动", "zho")], [title_of("translated-title", "Enregistrements", "fra")]]
)
def test_without_a_whole_title_in_the_language_the_main_one_stays_first(others: list[dict[str, object]]) -> None:
    assert Page(shown(publication(additional_titles=others), language="zh")).text_in("h1") == [ENGLISH]


def test_a_title_without_a_language_is_read_by_its_script() -> None:
    unit = publication(additional_titles=[title_of("alternative-title", CHINESE)])

    assert Page(shown(unit, language="zh")).text_in("h1") == [CHINESE]


def test_a_chinese_page_begins_with_the_chinese_abstract_and_keeps_the_markup_of_the_main_one() -> None:
    unit = publication(additional_descriptions=[METHODS, ABSTRACT])
    chinese, english = (shown(unit, language=tag).partition("<article>")[2] for tag in ("zh", "en"))

    def read(html: str) -> str:
        return one_line(plain(html))

    assert (
        chinese.index("三分量记录，a &lt; b。") < chinese.index("Records of <em>three</em>") < chinese.index("Filtered")
    )
    assert english.index("Records of <em>three</em>") < english.index("Filtered")
    assert "三分量记录，a < b。" in unescape(read(chinese))
    assert Page(shown(unit, language="zh")).open == []
    assert [text for text in Page(shown(unit, language="zh")).text_in("h2") if "摘要" in text] == ["摘要", "英文摘要"]
    assert [text for text in Page(shown(unit)).text_in("h2") if "Abstract" in text] == [
        "Abstract",
        "Abstract in Chinese",
    ]


@pytest.mark.parametrize(
    ("language", "relation", "phrase"),
    [
        ("en", "issupplementto", "Is supplement to DOI 10.1234/x (Journal article)"),
        ("en", "cites", "Cites DOI 10.1234/x (Journal article)"),
        ("zh", "issupplementto", "是 DOI 10.1234/x（期刊论文）的补充材料"),
        ("zh", "isidenticalto", "与 DOI 10.1234/x（期刊论文）相同"),
        ("zh", "cites", "引用 DOI 10.1234/x（期刊论文）"),
    ],
)
def test_a_relation_is_a_phrase_with_the_scheme_and_the_kind_of_the_work(
    language: str, relation: str, phrase: str
) -> None:
    work = {"scheme": "doi", "identifier": "10.1234/x", "relation_type": {"id": relation}}
    unit = publication(related_identifiers=[{**work, "resource_type": {"id": "publication-article"}}])

    items = shown(unit, language=language).split("<li>")

    (found,) = [one_line(plain(item.partition("</li>")[0])) for item in items[1:] if "10.1234/x" in item]
    assert found == phrase


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_name_of_a_mark_contains_its_text(language: str) -> None:
    marks = shown(language=language).split('<a class="mark"')[1:]

    assert len(marks) > 2
    for mark in marks:
        name, text = mark.partition('aria-label="')[2], mark.partition(">")[2]
        assert text.partition("<")[0] in name.partition('"')[0]


def test_an_error_s_reason_of_an_unknown_kind_is_marked_as_english_on_a_chinese_page() -> None:
    page = Page(render_error(400, ["Something odd.", "Permission denied."], PageParams("zh"), "Test"))

    assert [paragraph.get("lang") for paragraph in page.each("p") if paragraph.get("class") == "lines"] == ["en", None]
    assert "没有权限。" in page.text_in("p")


TWO_TITLES = {
    "title": "Snow depth",
    "additional_titles": [{"title": "雪深数据集", "type": {"id": "translated-title"}, "lang": {"id": "zho"}}],
    "publication_date": "2019/2020-06",
    "creators": [
        {"person_or_org": {"type": "personal", "family_name": family, "given_name": given}}
        for family, given in (("عبد الرحمن", "محمد"), ("Gorman", "Kristen"))
    ],
}


def test_the_start_page_leads_with_the_title_in_the_readers_language(anyone: Caller, deposits: Deposits) -> None:
    deposits.published(a_dataset(**TWO_TITLES))

    chinese, english = (Page(anyone.get(f"/?lang={language}").text) for language in ("zh", "en"))

    for page, first, other in ((chinese, "雪深数据集", "Snow depth"), (english, "Snow depth", "雪深数据集")):
        assert page.text.index(first) < page.text.index(other), "the other title stands below"
    assert [heading["lang"] for heading in chinese.each("h3")] == ["zh"]


def test_a_name_written_from_right_to_left_does_not_turn_its_neighbours_round(
    anyone: Caller, deposits: Deposits
) -> None:
    deposits.published(a_dataset(**TWO_TITLES))

    assert "<bdi>محمد عبد الرحمن</bdi>; <bdi>Kristen Gorman</bdi> · " in anyone.get("/").text


def test_the_list_of_versions_dates_them_as_the_rest_of_the_page(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published(a_dataset(**TWO_TITLES))

    page = Page(anyone.get(record["links"]["self_html"]).text)

    assert "2019 – 2020-06 · 10.5072/" in page.text
    assert "2019/2020-06 ·" not in page.text
