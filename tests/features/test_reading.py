"""Reading stored metadata, and what its texts and identifiers tell."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.dataset.description import Keyword, Licence
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.plain_text import language_of, language_tag, plain
from repository.dataset.from_json import description_of
from tests.features.samples import VOCABULARIES, description


def test_an_empty_draft_reads_as_an_empty_description() -> None:
    empty = description_of({}, VOCABULARIES)
    assert (empty.title, empty.year, empty.publisher) == ("", "", "")
    assert empty.resource_type.name() == ""
    assert not any([empty.creators, empty.licences, empty.places, empty.funding, empty.dates])


def test_controlled_terms_get_their_names_in_both_languages() -> None:
    said = description()
    assert said.resource_type.name("en") == "Dataset"
    assert said.resource_type.name("zh") == "数据集"
    assert [label.id for label in said.languages] == ["eng", "zho"]
    role = said.contributors[0].role
    assert role is not None
    assert role.name("en") == "Data manager"


def test_what_something_related_is_may_be_told_by_its_scheme() -> None:
    cites = {"relation_type": {"id": "cites"}}
    sent = [
        {"scheme": "orcid", "identifier": "0000-0002-1825-0097", **cites},
        {"scheme": "pidinst", "identifier": "10.5442/NI000001", **cites},
        {"scheme": "arxiv", "identifier": "arXiv:2101.00001", "resource_type": {"id": "software"}, **cites},
        {"scheme": "doi", "identifier": "10.5072/x", **cites},
    ]
    kinds = [related.resource_type for related in description(related_identifiers=sent).related_identifiers]
    assert [kind and kind.name("zh") for kind in kinds] == ["人员", "仪器设备", "软件", None]


def test_a_term_its_vocabulary_no_longer_has_reads_as_its_id() -> None:
    said = description(resource_type={"id": "hologram"}, rights=[{"id": "wtf-9"}])
    assert said.resource_type.name("zh") == "hologram"
    assert said.licences == [Licence("wtf-9", "wtf-9")]


def test_a_licence_is_read_from_the_vocabulary_or_from_its_own_words() -> None:
    listed, own = description().licences
    assert listed.id == "cc-by-4.0"
    assert listed.url is not None
    assert listed.url.startswith("https://creativecommons.org/licenses/by/4.0/")
    assert own == Licence("House rules", None, "https://h.org/r", "Ask.")


def test_people_keep_their_parts_and_affiliations_their_ids() -> None:
    smith, li, institute = description().creators
    assert (smith.family_name, smith.given_name) == ("Smith", "John A.")
    assert smith.identifier("orcid") == "0000-0002-1825-0097"
    assert [(a.name, a.id) for a in li.affiliations] == [
        ("中国地震局", None),
        ("024mrxd33", "024mrxd33"),
    ]
    assert (institute.personal, institute.name) == (False, "Institute of Geology & Geophysics")


def test_a_name_without_its_whole_is_put_together() -> None:
    who = {"type": "personal", "family_name": "Roe", "given_name": "Ann"}
    said = description(creators=[{"person_or_org": who}])
    assert said.creators[0].name == "Roe, Ann"


def test_texts_other_than_the_abstract_are_plain() -> None:
    said = description()
    assert said.additional_descriptions[0].text == "Filtered.\nSorted."
    assert said.copyright == "© 2024 The authors"


def test_subjects_dates_places_and_funding_are_read_in_full() -> None:
    said = description()
    assert said.subjects[0] == Keyword("强震动")
    assert said.subjects[1] == Keyword("http://example.org/seismology", "http://example.org/seismology")
    assert [(d.date, d.type.id, d.description) for d in said.dates][1] == (
        "2023-01", "created", "first draft",
    )  # fmt: skip
    assert said.places[0].identifiers[0].scheme == "geonames"
    (funding,) = said.funding
    assert (funding.funder, funding.award_title, funding.award_number, funding.award_url) == (
        "NSFC", "Strong motion", "42174065", "https://nsfc.example/42174065",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a\n b</p><p>c &lt; d</p>", "a b\nc < d"),
        ("x<br>y", "x\ny"),
        ("H<sub>2</sub>O", "H₂O"),
        ("10<sup>6</sup> trees at 5&times;10<SUP>-4</SUP> m s<sup>−1</sup>", "10⁶ trees at 5×10⁻⁴ m s⁻¹"),
        ("e<sup>iψ</sup>, the 2<sup>nd</sup>", "eiψ, the 2ⁿᵈ"),
        ("one\ntwo &amp; three", "one\ntwo & three"),
        ("<ul><li>1</li><li>2</li></ul>", "1\n2"),
        ("<table><caption>t</caption><tr><th>a</th><td>1</td></tr><tr><td>b</td></tr></table>", "t\na 1\nb"),
        ("<script>alert(1)</script>ok", "ok"),
        ('<a href="https://e.org/?a>b" title="x < y">link</a>', "link"),
        ("<P>&lt;b&gt; &amp;lt;</P><!-- unseen -->", "<b> &lt;"),
        ("5 < 6 and 7", "5 < 6 and 7"),
        ("", ""),
    ],
)
def test_plain_text_of_html_keeps_words_and_blocks(html: str, text: str) -> None:
    assert plain(html) == text


@given(st.text())
def test_text_that_was_escaped_is_plain_again(text: str) -> None:
    assert plain(f"<p>{escape(text)}</p>") == " ".join(text.split())


@pytest.mark.parametrize("unclosed", ["<a", "<a '", '<a "', "<script>", "<!--", "<td ''"])
def test_markup_that_is_never_closed_is_read_to_its_end(unclosed: str) -> None:
    assert plain(unclosed * 20_000 + "<p>end</p>").endswith("end")


@pytest.mark.parametrize(
    ("text", "declared", "tag"),
    [
        ("地震数据", [], "zh"),
        ("地震データ", [], "ja"),
        ("東京気象資料", ["jpn"], "ja"),
        ("지진", ["zho"], "ko"),
        ("Earthquakes", ["zho"], None),
        ("Earthquakes", ["zho", "eng"], "en"),
        ("Erdbeben", ["deu"], "de"),
        ("Données de pluie", ["fra", "eng"], None),
        ("Засуха", ["rus"], "ru"),
        ("Засуха", ["eng"], None),
        ("Засуха", ["eng", "ukr"], "uk"),
        ("Qurgʻoqchilik", ["uzb"], "uz"),
        ("Қурғоқчилик", ["uzb"], "uz"),
        ("أمطار", ["ara", "eng"], "ar"),
        ("أمطار", ["rus"], None),
        ("Βροχή", ["ell"], "el"),
        ("წვიმა", ["kat"], "ka"),
        ("1984/2001", ["eng"], None),
        ("Earthquakes", [], None),
        ("Data", ["und"], None),
    ],
)
def test_the_language_of_a_text_follows_its_script(text: str, declared: list[str], tag: str | None) -> None:
    assert language_of(text, declared) == tag


def test_every_two_letter_code_is_that_of_the_language_vocabulary() -> None:
    for entry in VOCABULARIES["languages"]:
        if short := entry.props.get("alpha_2"):
            assert language_tag(entry.id) == short


@pytest.mark.parametrize(
    ("scheme", "identifier", "link"),
    [
        ("doi", "10.1/a b<c>", "https://doi.org/10.1/a%20b%3Cc%3E"),
        ("orcid", "0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"),
        ("arxiv", "arXiv:2401.1", "https://arxiv.org/abs/2401.1"),
        ("crossreffunderid", "501100001809", "https://doi.org/10.13039/501100001809"),
        ("crossreffunderid", "10.13039/501100001809", "https://doi.org/10.13039/501100001809"),
        ("gnd", "gnd:118540238", "https://d-nb.info/gnd/118540238"),
        ("handle", "21.86116.6/sciencedb.06893", "https://hdl.handle.net/21.86116.6/sciencedb.06893"),
        ("cstr", "31253.11.x", "https://cstr.cn/31253.11.x"),
        ("igsn", "AU1101", "https://igsn.org/AU1101"),
        ("igsn", "10.58052/IECUR0097", "https://doi.org/10.58052/IECUR0097"),
        ("patent", "CN102030405B", "https://patents.google.com/patent/CN102030405B"),
        ("patent", "CN201710601862.3", None),
        ("patent", "PCT/CN2020/123456", None),
        ("pidinst", "10.5442/NI000001", "https://doi.org/10.5442/NI000001"),
        ("pidinst", "21.T11998/0000-1", "https://hdl.handle.net/21.T11998/0000-1"),
        ("pmcid", "PMC3531190", "https://pmc.ncbi.nlm.nih.gov/articles/PMC3531190/"),
        ("raid", "10.26259/c2b1", "https://raid.org/10.26259/c2b1"),
        ("ror", "05dxps055", "https://ror.org/05dxps055"),
        ("swhid", "swh:1:cnt:ab;path=/a%3Bb", "https://archive.softwareheritage.org/swh:1:cnt:ab;path=/a%3Bb"),
        ("cstr", "CSTRnull", None),
        ("url", "https://a.org/?q=1", "https://a.org/?q=1"),
        ("url", "javascript:alert(1)", None),
        ("url", "ftp://a.org/x", None),
        ("isbn", "978-3-16-148410-0", None),
        ("other", "shelf 7", None),
    ],
)  # fmt: skip
def test_an_identifier_leads_to_its_resolver_or_nowhere(scheme: str, identifier: str, link: str | None) -> None:
    assert identifier_urls.link_to(scheme, identifier) == link


@pytest.mark.parametrize("given_id", ["03yrm5c26", "https://ror.org/03yrm5c26"])
def test_a_ror_id_is_linked_in_either_form(given_id: str) -> None:
    assert identifier_urls.ror_url(given_id) == "https://ror.org/03yrm5c26"


@pytest.mark.parametrize("given_id", [None, "", "grid.4711.3", "http://evil.example/0"])
def test_what_is_no_ror_id_is_not_linked(given_id: str | None) -> None:
    assert identifier_urls.ror_url(given_id) is None
