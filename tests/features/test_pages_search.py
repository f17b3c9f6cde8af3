"""The search for people: results, facets, chips, pages, hints, and what happens when it cannot answer."""

import gzip
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from repository.core.clock import now
from repository.core.errors import Unavailable
from repository.engines.search.port import Search, SearchResults
from repository.engines.services import Services
from repository.faces.pages.search.marked_text import with_marks
from repository.faces.pages.search.search_params import SearchParams, search_params, year_range
from repository.faces.pages.search.year_chart import YearChart
from repository.search.plain_words import plain_words
from repository.search.query_syntax import parse
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.pages import Page
from tests.features.steps import statements
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow
Settle = Callable[[], None]
MOST_PAGE, MOST_NODES = 20_000, 1_500
"""Bytes on the line and elements of a page with 25 results and eight facets."""
HOSTILE = "<script>alert(1)</script>\"'&amp;"


def looked(caller: Caller, address: str, status: int = 200) -> Page:
    reply = caller.get(address)
    assert reply.status_code == status, reply.text
    return Page(reply.text)


def leads(page: Page) -> list[str]:
    """The addresses of the datasets on a page, in their order."""
    return [str(link["href"]) for link in page.each("a") if "/records/" in str(link.get("href"))]


def facet_links(page: Page) -> list[str]:
    return [str(link["href"]) for link in page.each("a") if link.get("rel") == "nofollow"]


def hrefs(page: Page) -> list[str]:
    return [str(link.get("href")) for link in page.each("a")]


@contextmanager
def heard_searches(services: Services, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Search]]:
    """What the engine is asked meanwhile."""
    heard: list[Search] = []
    find = services.search.find

    def note(search: Search) -> SearchResults:
        heard.append(search)
        return find(search)

    with monkeypatch.context() as patch:
        patch.setattr(services.search, "find", note)
        yield heard


def test_a_search_is_answered_in_the_language_of_its_reader(anyone: Caller, deposits: Deposits, settle: Settle) -> None:
    body = a_dataset(title="Permafrost of Tibet", rights=[{"id": "cc-by-4.0"}], languages=[{"id": "eng"}])
    body["metadata"]["additional_titles"] = [
        {"title": "青藏高原冻土数据集", "type": {"id": "translated-title"}, "lang": {"id": "zho"}}
    ]
    record = deposits.published(body, **{"data.csv": b"1"})
    settle()

    chinese = looked(anyone, "/search?q=冻土&lang=zh")
    english = looked(anyone, "/search?q=permafrost&lang=en")

    assert leads(chinese)[0].endswith(f"/records/{record['id']}?lang=zh")
    assert "冻土" in chinese.text_in("mark")
    assert chinese.text.index("青藏高原") < chinese.text.index("Permafrost of Tibet")
    assert english.text.index("of Tibet") < english.text.index("青藏高原冻土数据集")
    for words in ("共找到 1 个数据集", "许可协议", "资源类型", "数据集", "开放", "CC-BY-4.0", "1 个文件，1 B"):
        assert words in chinese.text, words
    for words in ("1 dataset", "Licences", "Resource types", "Open", "CC-BY-4.0", "1 file, 1 B"):
        assert words in english.text, words


def test_facets_of_a_kind_are_alternatives_and_of_two_kinds_restrict(anyone: Caller, shelf: dict[str, str]) -> None:
    one = looked(anyone, "/search?type=software")
    both = looked(anyone, "/search?type=software&type=dataset")
    none = looked(anyone, "/search?type=software&language=zho")

    assert [address.rpartition("/")[2] for address in leads(one)] == [shelf["climate"]]
    assert len(leads(both)) == 3
    assert leads(none) == []
    assert "/search?type=dataset" in facet_links(both), "a chip leads to the search without it"
    assert "/search" in facet_links(both), "and one to the search without any"
    assert "/search?type=software" in facet_links(none), "a hint leads to what is found without the other filter"
    assert "/search?language=zho" in facet_links(none)


def test_years_stand_in_their_order_and_are_chosen_by_a_range(anyone: Caller, shelf: dict[str, str]) -> None:
    page = looked(anyone, "/search?year=2020..2021")

    assert {address.rpartition("/")[2] for address in leads(page)} == {shelf["earthquake"], shelf["climate"]}
    assert page.text_in("title")[1:] == ["2014: 1", "2020: 1", "2021: 1"]
    assert [bar.get("class") for bar in page.each("rect")] == ["off", None, None]
    form = anyone.get("/search?q=a&from=2015&to=")
    assert (form.status_code, form.location.partition("/search")[2]) == (302, "?q=a&year=2015..")
    fault = looked(anyone, "/search?year=long+ago", 400)
    assert any(field.get("aria-invalid") == "true" for field in fault.each("input"))
    assert len(leads(fault)) == 3


def test_pages_are_numbered_and_forms_repeat_the_search(
    anyone: Caller, shelf: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("repository.faces.pages.search.search_params.SIZES", (2, 50, 100))
    monkeypatch.setattr("repository.faces.pages.search.search_page.SIZES", (2, 50, 100))

    first, second = looked(anyone, "/search?sort=oldest&size=2"), looked(anyone, "/search?sort=oldest&size=2&page=2")

    assert [len(leads(page)) for page in (first, second)] == [2, 1]
    assert set(leads(first)) & set(leads(second)) == set()
    assert {"name": "sort", "type": "hidden", "value": "oldest"} in first.each("input")
    assert "There is no page 9." in looked(anyone, "/search?size=2&page=9").text


def test_a_search_without_results_says_what_to_do(anyone: Caller, shelf: dict[str, str]) -> None:
    page = looked(anyone, "/search?q=penguins&access=restricted&lang=zh")

    assert "没有找到数据集" in page.text
    assert "/search?lang=zh&q=penguins" in facet_links(page)
    assert "1 个数据集" in page.text, "so many would be found without the filter"
    assert "https://doi.org/10.1234/abc" in hrefs(looked(anyone, "/search?q=10.1234/abc"))


@pytest.mark.parametrize(("language", "word"), [("en", "Syntax error at position 7"), ("zh", "第 7 个字符处语法有误")])
def test_a_query_that_is_not_understood_is_marked_and_searched_as_words(
    anyone: Caller, language: str, word: str
) -> None:
    page = looked(anyone, f"/search?q=title:)&lang={language}", 400)

    assert page.text_in("mark") == [")"]
    assert word in page.text
    assert f"/search?lang={language}&q=title" in facet_links(page)


@given(st.text(max_size=60))
def test_plain_words_are_always_understood(text: str) -> None:
    assert parse(plain_words(text)) is not None


def test_identifiers_in_the_search_field_lead_to_their_dataset(anyone: Caller, shelf: dict[str, str]) -> None:
    record = anyone.get(f"/api/records/{shelf['penguins']}").get_json()
    doi, cstr = (record["pids"][scheme]["identifier"] for scheme in ("doi", "cstr"))

    for q in (doi, f"https://doi.org/{doi}", cstr, f"CSTR:{cstr}"):
        reply = anyone.get("/search", query_string={"q": q, "lang": "zh"})
        assert (reply.status_code, reply.location) == (302, f"{record['links']['self_html']}?lang=zh"), q
    stayed = looked(anyone, f"/search?q={doi}&search=1")
    assert leads(stayed)[0] == record["links"]["self_html"]


def test_an_orcid_leads_to_the_datasets_of_its_person(anyone: Caller, deposits: Deposits, settle: Settle) -> None:
    creator: dict[str, Any] = {"type": "personal", "family_name": "Carberry", "given_name": "Josiah"}
    creator["identifiers"] = [{"scheme": "orcid", "identifier": "0000-0002-1825-0097"}]
    record = deposits.published(a_dataset(creators=[{"person_or_org": creator}]))
    deposits.published()
    settle()

    page = looked(anyone, "/search?q=https://orcid.org/0000-0002-1825-0097")

    assert [address.rpartition("/")[2] for address in leads(page)] == [record["id"]]
    assert "Datasets of the person with ORCID iD 0000-0002-1825-0097" in page.text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_while_the_engine_is_away_the_newest_datasets_are_offered(
    anyone: Caller, services: Services, shelf: dict[str, str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    def silent(_search: Search) -> SearchResults:
        raise Unavailable("The search engine does not answer.")

    monkeypatch.setattr(services.search, "find", silent)
    reply = anyone.get(f"/search?q=penguins&lang={language}")
    page = Page(reply.text)

    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")
    assert {address.rpartition("/")[2].partition("?")[0] for address in leads(page)} == set(shelf.values())
    assert {"id": "look-up", "name": "q", "type": "text", "value": "penguins"} in page.each("input")
    record = anyone.get(f"/api/records/{shelf['penguins']}").get_json()
    found = anyone.get("/search", query_string={"q": record["pids"]["doi"]["identifier"]})
    assert found.location == record["links"]["self_html"]


def test_people_find_what_they_may_read_and_no_cache_keeps_it(
    anyone: Caller, author: Caller, deposits: Deposits, settle: Settle
) -> None:
    hidden = a_dataset(title="Secret glacier")
    hidden["access"] = {"record": "restricted", "files": "restricted"}
    deposits.published(hidden)
    settle()

    own, others = author.get("/search?q=glacier"), anyone.get("/search?q=glacier")

    assert len(leads(Page(own.text))) == 1
    assert own.headers["Cache-Control"] == "private, no-store"
    assert "Secret" not in others.text
    assert "no-store" not in others.headers.get("Cache-Control", "")


def test_a_page_costs_one_search_and_one_statement_when_its_cards_are_kept(
    anyone: Caller, services: Services, shelf: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked(anyone, "/search?q=ecology")
    with heard_searches(services, monkeypatch) as searches, statements(services) as heard:
        looked(anyone, "/search?q=ecology&access=open")

    assert len(searches) == 1
    assert len([text for text in heard if text.startswith("SELECT")]) <= 2, heard


def test_a_full_page_is_small(anyone: Caller, deposits: Deposits, settle: Settle) -> None:
    for number in range(26):
        body = a_dataset(
            title=f"Snow depth of valley {number}",
            description="<p>" + f"Measured every day of winter {number} by observers. " * 12 + "</p>",
            publication_date=str(1990 + number),
            rights=[{"id": "cc-by-4.0"}],
            languages=[{"id": "eng"}],
            subjects=[{"subject": f"snow {number}"}, {"subject": f"valley {number}"}],
            creators=[
                {"person_or_org": {"type": "personal", "family_name": f"{name}{number}", "given_name": "A."}}
                for name in ("Smith", "Wang", "Li", "Zhang")
            ],
        )
        deposits.published(body)
    settle()

    html = anyone.get("/search?q=snow&lang=zh").text

    assert len(leads(Page(html))) == 25
    assert len(gzip.compress(html.encode())) <= MOST_PAGE
    assert len(Page(html).elements) <= MOST_NODES


def test_what_depositors_write_stays_text(anyone: Caller, deposits: Deposits, settle: Settle) -> None:
    person = {"type": "personal", "family_name": HOSTILE, "given_name": HOSTILE}
    deposits.published(
        a_dataset(
            title=f"glacier {HOSTILE}",
            description=f"<p>glacier {HOSTILE}</p>",
            additional_titles=[{"title": HOSTILE, "type": {"id": "translated-title"}}],
            creators=[{"person_or_org": person}],
            subjects=[{"subject": HOSTILE}],
            publisher=HOSTILE,
            rights=[{"title": {"en": HOSTILE}}],
        )
    )
    settle()

    for address in (
        "/",
        "/search",
        "/search?q=glacier",
        f"/search?q={HOSTILE}&subject={HOSTILE}&search=1&year={HOSTILE}",
    ):
        html = anyone.get(address).text
        assert "alert(1)" in html, address
        assert "<script>alert" not in html, address
        assert len(Page(html).each("script")) == 1, address


def test_marks_are_put_into_text_only() -> None:
    title = '<a href="/amp"><!--title-->amp &amp; ice<!--/title--></a>'
    card = f'<li>{title}<!--snippet--><p lang="en">amp</p><!--/snippet--></li>'
    highlights: Mapping[str, Sequence[str]] = {"title": ["<em>amp</em>"]}

    assert with_marks(card, highlights) == (
        '<li><a href="/amp"><mark>amp</mark> &amp; ice</a><p lang="en"><mark>amp</mark></p></li>'
    )
    hostile = with_marks(card, {"description": ["&lt;b&gt; <em>x</em> <script>"]})
    assert "&lt;b&gt; <mark>x</mark> &lt;script&gt;" in hostile


@pytest.mark.parametrize(
    ("year", "count"),
    [("", 0), ("2015", 1), ("2015..2020", 6), ("2015..", 200), ("..2020", 200)],
)
def test_a_range_of_years_stands_for_each_of_them(year: str, count: int) -> None:
    years = SearchParams(year=year).years()
    assert years is not None
    assert len(years) == count


@pytest.mark.parametrize("year", ["2020..2015", "15", "20152016", "1000..2000", "a..b", "2015..2020..2021"])
def test_what_is_no_range_of_years_is_told(year: str) -> None:
    assert SearchParams(year=year).years() is None


def test_an_address_and_its_search_are_the_same_thing() -> None:
    arguments = {"q": ["冻土"], "type": ["dataset", "software"], "year": ["2015..2020"], "page": ["3"], "size": ["50"]}
    params = search_params(arguments, "zh", chosen=True)

    again: dict[str, list[str]] = {}
    for name, value in params.own():
        again.setdefault(name, []).append(value)
    assert search_params(again, "zh", chosen=True) == params
    assert again == arguments
    assert (year_range("2015", ""), year_range("2015", "2015"), year_range("", "")) == ("2015..", "2015", "")


@pytest.mark.parametrize("text", ["0", "-1", "x", "", "99999999999"])
def test_mistyped_numbers_of_pages_are_the_first(text: str) -> None:
    assert search_params({"page": [text], "size": ["7"], "sort": ["x"]}, "en", chosen=False) == SearchParams()


def test_years_far_apart_have_places_beside_each_other() -> None:
    chart = YearChart.of({"1650": 1, "2020": 4, "soon": 1}, ())
    assert chart is not None
    assert [(bar.x, bar.height) for bar in chart.bars] == [(0, 10), (10, 40)]
    assert YearChart.of({}, ()) is None


def test_the_start_page_tells_the_figures_of_the_last_count(
    anyone: Caller, deposits: Deposits, services: Services
) -> None:
    assert "Volume" not in anyone.get("/").text
    deposits.published(None, **{"a.csv": b"1" * 1_500, "b.csv": b"1" * 500})
    deposits.published(a_dataset() | {"access": {"record": "restricted", "files": "restricted"}}, **{"c.csv": b"1"})
    run_now(services, "site figures")
    with time_machine.travel(now() + timedelta(hours=1)):
        page = anyone.get("/?lang=zh")
        assert re.findall(r"<dt>(.+?)</dt><dd>(.+?)</dd>", page.text) == [
            ("数据集", "1"),
            ("文件", "2"),
            ("数据量", "2.0 kB"),
        ]
        with statements(services) as heard:
            anyone.get("/?lang=zh")
        assert not [one for one in heard if "site_figures" in str(one)], "they cost a request nothing"
