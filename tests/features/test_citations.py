"""Citations: each style prints what its guide asks for, for names of East and West."""

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from repository.dataset.formats.citation.bibtex import biblatex
from repository.dataset.formats.citation.citations import STYLES, bibtex, cite
from repository.dataset.formats.citation.csl import csl_json
from tests.features.hostile import hostile
from tests.features.samples import PUBLICATION, person, publication

TODAY = date(2025, 3, 23)
CHINESE = publication(
    title="泸定6.8级地震强震动数据集",
    creators=[person("李", "伟"), person("王芳"), person("欧阳", "娜娜"), person("张", "三")],
    languages=[{"id": "zho"}],
)
CSL_STYLES = [style for style in STYLES if style != "gb-t-7714-2015-numeric"]

EXPECTED = {
    "apa": "Smith, J. A., 李伟, & Institute of Geology & Geophysics. (2024). Strong-motion records of the "
    "2022 Luding earthquake (Version 2) [Dataset]. Science Data Bank. https://doi.org/10.5072/data.12 "
    "CSTR:99999.11.data.12",
    "gb-t-7714-2015-numeric": "SMITH J A, 李伟, Institute of Geology & Geophysics. Strong-motion records of "
    "the 2022 Luding earthquake[DS/OL]. V2. Science Data Bank, 2024[2025-03-23]. "
    "https://cstr.cn/99999.11.data.12. CSTR:99999.11.data.12. DOI:10.5072/data.12.",
    "chicago-author-date": "Smith, John A., 李伟, and Institute of Geology & Geophysics. 2024. “Strong-motion "
    "Records of the 2022 Luding Earthquake.” Version 2. Science Data Bank, March 5. "
    "https://doi.org/10.5072/data.12. CSTR:99999.11.data.12.",
    "ieee": "J. A. Smith, 李伟, and Institute of Geology & Geophysics, “Strong-motion records of the 2022 "
    "Luding earthquake (version 2).” Science Data Bank, Mar. 05, 2024. doi: 10.5072/data.12. CSTR:99999.11.data.12.",
    "nature": "Smith, J. A., 李伟 & Institute of Geology & Geophysics. Strong-motion records of the 2022 Luding "
    "earthquake (version 2). Science Data Bank https://doi.org/10.5072/data.12 (2024). CSTR:99999.11.data.12.",
    "vancouver": "Smith JA, 李伟, Institute of Geology & Geophysics. Strong-motion records of the 2022 Luding "
    "earthquake (version 2) [Internet]. Science Data Bank; 2024 [cited 2025 Mar 23]. Available from: "
    "https://doi.org/10.5072/data.12 doi:10.5072/data.12 CSTR:99999.11.data.12",
}  # fmt: skip


@pytest.mark.parametrize("style", EXPECTED)
def test_a_dataset_by_a_person_from_each_half_of_the_world_reads_as_its_style_wants(
    style: str,
) -> None:
    assert cite(PUBLICATION, style, accessed=TODAY) == EXPECTED[style]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_chinese_names_are_never_turned_round_nor_abbreviated(style: str, locale: str) -> None:
    text = cite(CHINESE, style, locale, TODAY)
    assert text.startswith("李伟")
    assert "李," not in text.removeprefix("李伟,")
    assert "伟 ." not in text
    if "et al" not in text and "等" not in text:
        assert "欧阳娜娜" in text


@pytest.mark.parametrize("style", STYLES)
def test_a_citation_is_one_line_of_plain_text_with_a_lasting_address(style: str) -> None:
    text = cite(publication(title='A <i>b</i>\n"c" & d < e?'), style, accessed=TODAY)
    assert "\n" not in text
    assert "&amp;" not in text
    assert "&lt;" not in text
    assert "<i>" in text.lower()
    assert "10.5072/data.12" in text
    assert "?." not in text


@pytest.mark.parametrize("style", STYLES)
def test_markup_that_citation_software_knows_is_text_like_any_other(style: str) -> None:
    text = cite(publication(title='Span <span class="nocase">of</span> life'), style)
    assert text.lower().count("span <span") == 1


def test_a_full_stop_is_not_printed_twice() -> None:
    assert "“A. B.” Version" in cite(publication(title="A. B."), "chicago-author-date")


def test_gb_t_7714_prints_three_chinese_authors_and_says_so_in_chinese() -> None:
    assert cite(CHINESE, "gb-t-7714-2015-numeric", accessed=TODAY).startswith(
        "李伟, 王芳, 欧阳娜娜, 等. 泸定6.8级地震强震动数据集[DS/OL]. V2."
    )


def test_gb_t_7714_prints_three_western_authors_and_et_al() -> None:
    creators = [person("Müller", "Anna-Lena"), person("van Dyck", "J."), person("Wu"), person("Li")]
    text = cite(publication(creators=creators), "gb-t-7714-2015-numeric")
    assert text.startswith("MÜLLER A L, VAN DYCK J, WU, et al. Strong-motion")


@pytest.mark.parametrize(
    ("version", "printed"),
    [("2", ". V2. "), ("v1.0.3", ". V1.0.3. "), ("spring", ". spring. "), ("", "[DS/OL]. Science")],
)
def test_gb_t_7714_prints_the_version_as_its_examples_do(version: str, printed: str) -> None:
    assert printed in cite(publication(version=version), "gb-t-7714-2015-numeric")


def test_gb_t_7714_without_cstr_gives_the_address_of_the_doi() -> None:
    text = cite(replace(PUBLICATION, cstr=None), "gb-t-7714-2015-numeric")
    assert text.endswith("2024. https://doi.org/10.5072/data.12. DOI:10.5072/data.12.")


@pytest.mark.parametrize(
    ("kind", "carrier"),
    [("software", "[CP/OL]"), ("publication-report", "[R/OL]"), ("image-photo", "[Z/OL]")],
)
def test_gb_t_7714_marks_what_kind_of_thing_it_is(kind: str, carrier: str) -> None:
    assert carrier in cite(publication(resource_type={"id": kind}), "gb-t-7714-2015-numeric")


def test_an_unknown_style_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(ValueError, match=r"Unknown citation style 'no'.*apa, gb-t-7714"):
        cite(PUBLICATION, "no")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "no", ""])
def test_neither_style_nor_locale_can_name_a_file(name: str) -> None:
    with pytest.raises(ValueError, match="Unknown citation style"):
        cite(PUBLICATION, name)
    with pytest.raises(ValueError, match="Unknown locale"):
        cite(PUBLICATION, "apa", name)


@pytest.mark.parametrize(("tag", "marked"), [("en", "Dataset"), ("zh", "数据集"), ("zh-Hans", "数据集")])
def test_a_bare_language_is_enough_to_choose_the_locale(tag: str, marked: str) -> None:
    assert f"[{marked}]" in cite(PUBLICATION, "apa", tag)


def test_the_names_that_other_software_has_for_the_styles_are_understood() -> None:
    long = "china-national-standard-gb-t-7714-2015-numeric"
    assert cite(PUBLICATION, long) == cite(PUBLICATION, "gb-t-7714-2015-numeric")
    assert cite(PUBLICATION, "chicago-fullnote-bibliography").startswith("Smith, John A., 李伟, and")


def test_a_version_that_is_a_day_is_one_version() -> None:
    dated = replace(PUBLICATION, description=replace(PUBLICATION.description, version="2018-02-07"))
    assert "(Version 2018-02-07)" in cite(dated, "apa")


def test_bibtex_keeps_unicode_and_escapes_what_tex_would_read() -> None:
    assert bibtex(publication(title="50 % of {pH} & $x_1$ #~^\\ 数据")) == (
        "@misc{smith_2024_12,\n"
        "  author    = {Smith, John A. and 李伟 and {Institute of Geology \\& Geophysics}},\n"
        "  title     = {{50 \\% of \\{pH\\} \\& \\$x\\_1\\$ "
        "\\#{\\textasciitilde}{\\textasciicircum}{\\textbackslash} 数据}},\n"
        "  publisher = {Science Data Bank},\n"
        "  year      = {2024},\n"
        "  month     = mar,\n"
        "  version   = {V2},\n"
        "  doi       = {10.5072/data.12},\n"
        "  url       = {https://doi.org/10.5072/data.12},\n"
        "  note      = {CSTR:99999.11.data.12},\n"
        "  language  = {english, chinese},\n"
        "  copyright = {Creative Commons Attribution 4.0 International, "
        "https://creativecommons.org/licenses/by/4.0/; House rules, https://h.org/r},\n"
        "  keywords  = {强震动, http://example.org/seismology},\n"
        "  abstract  = {Records of three components \\& more. Second.},\n"
        "}\n"
    )


def test_biblatex_has_a_type_for_data_and_for_software_and_the_whole_date() -> None:
    assert biblatex(PUBLICATION).startswith("@dataset{smith_2024_12,\n  author")
    assert "  date      = {2024-03-05},\n" in biblatex(PUBLICATION)
    software = publication(resource_type={"id": "software"}, publication_date="2020-05/..")
    assert biblatex(software).startswith("@software{")
    assert "  date      = {2020-05/},\n" in biblatex(software)
    assert bibtex(software).startswith("@misc{")
    assert bibtex(publication(resource_type={"id": "publication-report"})).startswith("@techreport{")


def test_bibtex_of_hostile_texts_is_one_entry_that_can_be_sent() -> None:
    entry = bibtex(hostile())
    assert entry.encode("utf-8")
    assert entry.count("\n@") == 0
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", entry)
    assert re.findall(r"(?m)^  (\w+) += ", entry) == re.findall(r"(?m)^  (\w+) += ", bibtex(PUBLICATION))


def test_a_bibtex_key_is_ascii_and_begins_with_the_first_author() -> None:
    assert bibtex(publication(creators=[person("Ångström", "A.")])).startswith("@misc{angstrom_2024_12,")
    assert bibtex(publication(creators=[person("안", "중근")])).startswith("@misc{dataset_2024_12,")


@pytest.mark.parametrize(
    ("family_name", "given_name", "word"),
    [("李", "伟", "li"), ("李伟", "", "li"), ("曾", "国藩", "zeng"), ("欧阳", "修", "ouyang"), ("吕", "布", "lv")],
)
def test_a_bibtex_key_has_a_chinese_family_name_in_pinyin(family_name: str, given_name: str, word: str) -> None:
    assert bibtex(publication(creators=[person(family_name, given_name)])).startswith(f"@misc{{{word}_2024_12,")


def test_a_name_with_the_word_and_stays_one_name_in_bibtex() -> None:
    assert "{Sand and Stone}, Bo" in bibtex(publication(creators=[person("Sand and Stone", "Bo")]))


@pytest.mark.parametrize(
    ("family", "rest", "written"),
    [
        ("عبد الرحمن", "محمد", "{عبد الرحمن}, محمد"),
        ("หงส์ ทอง", "สมชาย", "{หงส์ ทอง}, สมชาย"),
        ("חיים", "דוד", "חיים, דוד"),
        ("al-Bīrūnī", "Abū Rayḥān", "{al-Bīrūnī}, Abū Rayḥān"),
        ("van der Berg", "Jan", "van der Berg, Jan"),
        ("Toʻxtayev", "Gʻayrat Oʻtkir oʻgʻli", "Toʻxtayev, Gʻayrat Oʻtkir oʻgʻli"),
        ("Müller-Lüdenscheid", "Jürgen", "Müller-Lüdenscheid, Jürgen"),
        ("عبد الله", "", "{عبد الله}"),
    ],
)
def test_the_beginning_of_a_family_name_is_no_particle_for_readers_of_bibtex(
    family: str, rest: str, written: str
) -> None:
    """pandoc dropped the first word of an Arabic name; citation-js took "al" from "al-Bīrūnī"."""
    assert f"  author    = {{{written}}},\n" in bibtex(publication(creators=[person(family, rest)]))


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("A {b} {c}", r"A \{b\} \{c\}"),
        ("}a{", r"{\textbraceright}a{\textbraceleft}"),
        ("a {", r"a {\textbraceleft}"),
        ("{a}}{", r"{\textbraceleft}a{\textbraceright}{\textbraceright}{\textbraceleft}"),
    ],
)
def test_braces_in_pairs_are_escaped_as_every_reader_knows_them(title: str, written: str) -> None:
    """pandoc reads the commands of other braces as nothing."""
    assert f"  title     = {{{{{written}}}}},\n" in bibtex(publication(title=title))


@pytest.mark.parametrize(
    ("date", "parts"),
    [
        ("2019/2020-06", [[2019], [2020]]),
        ("2019-03-01/2020-06", [[2019, 3], [2020, 6]]),
        ("2019-03/2020-06", [[2019, 3], [2020, 6]]),
        ("2019-03-01/..", [[2019, 3, 1]]),
    ],
)
def test_both_ends_of_an_interval_are_equally_exact_in_csl(date: str, parts: list[list[int]]) -> None:
    """citeproc-js refuses a range of a year and a month."""
    assert csl_json(publication(publication_date=date))["issued"] == {"date-parts": parts}


@given(st.text(min_size=1), st.text())
@example("} a {", "{{")
def test_no_text_breaks_out_of_its_bibtex_field(title: str, version: str) -> None:
    entry = bibtex(publication(title=title, version=version))
    depth = 0
    for character in entry:
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0
    assert re.search(r"(?<!\\)%", entry) is None
