"""Six styles word for word: names of East and West, many authors, organisations, dates and versions."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from repository.dataset.description import Label, Publication, Withdrawal
from repository.dataset.formats.citation.citations import cite
from repository.dataset.formats.citation.person_names import syllables
from tests.features.samples import PUBLICATION, person, publication

TODAY = date(2025, 3, 23)
GB_T = "gb-t-7714-2015-numeric"
STYLES = ("apa", "vancouver", "ieee", "nature", "chicago-author-date", GB_T)
INSTITUTE = {"person_or_org": {"type": "organizational", "name": "Institute of Geology, CAS"}}

ENDS = {
    "apa": " (Version 2.0) [Dataset]. Science Data Bank. https://doi.org/10.5072/data.12 CSTR:99999.11.data.12",
    "vancouver": " (version 2.0) [Internet]. Science Data Bank; 2024 [cited 2025 Mar 23]. Available from: "
    "https://doi.org/10.5072/data.12 doi:10.5072/data.12 CSTR:99999.11.data.12",
    "ieee": " (version 2.0).” Science Data Bank, Mar. 05, 2024. doi: 10.5072/data.12. CSTR:99999.11.data.12.",
    "nature": " (version 2.0). Science Data Bank https://doi.org/10.5072/data.12 (2024). CSTR:99999.11.data.12.",
    "chicago-author-date": ".” Version 2.0. Science Data Bank, March 5. https://doi.org/10.5072/data.12. "
    "CSTR:99999.11.data.12.",
    GB_T: "[DS/OL]. V2.0. Science Data Bank, 2024[2025-03-23]. https://cstr.cn/99999.11.data.12. "
    "CSTR:99999.11.data.12. DOI:10.5072/data.12.",
}  # fmt: skip
"""Title, version, publisher, date, access date, both identifiers: the same whoever the authors are."""

MANY = [person(f"A{chr(97 + number)}", "Bo") for number in range(22)]
PEOPLE: dict[str, tuple[list[dict[str, Any]], tuple[str, ...]]] = {
    "one Chinese author": (
        [person("李", "伟")],
        (
            "李伟. (2024). Ground",
            "李伟. Ground",
            "李伟, “Ground",
            "李伟. Ground",
            "李伟. 2024. “Ground",
            "李伟. Ground",
        ),
    ),
    "a Chinese and a Western author": (
        [person("李", "伟"), person("Smith", "John A.")],
        (
            "李伟, & Smith, J. A. (2024). Ground",
            "李伟, Smith JA. Ground",
            "李伟 and J. A. Smith, “Ground",
            "李伟 & Smith, J. A. Ground",
            "李伟, and John A. Smith. 2024. “Ground",
            "李伟, SMITH J A. Ground",
        ),
    ),
    "four authors": (
        [person("Smith", "John A."), person("Roe", "Ann"), person("Li", "Wei"), person("王", "芳")],
        (
            "Smith, J. A., Roe, A., Li, W., & 王芳. (2024). Ground",
            "Smith JA, Roe A, Li W, 王芳. Ground",
            "J. A. Smith, A. Roe, W. Li, and 王芳, “Ground",
            "Smith, J. A., Roe, A., Li, W. & 王芳. Ground",
            "Smith, John A., Ann Roe, Wei Li, and 王芳. 2024. “Ground",
            "SMITH J A, ROE A, LI W, et al. Ground",
        ),
    ),
    "more than twenty authors": (
        MANY,
        (
            ", ".join(f"A{chr(97 + number)}, B." for number in range(19)) + ", … Av, B. (2024). Ground",
            "Aa B, Ab B, Ac B, Ad B, Ae B, Af B, et al. Ground",
            "B. Aa et al., “Ground",
            "Aa, B. et al. Ground",
            "Aa, Bo, Bo Ab, Bo Ac, et al. 2024. “Ground",
            "AA B, AB B, AC B, et al. Ground",
        ),
    ),
    "an organisation": (
        [INSTITUTE],
        (
            "Institute of Geology, CAS. (2024). Ground",
            "Institute of Geology, CAS. Ground",
            "Institute of Geology, CAS, “Ground",
            "Institute of Geology, CAS. Ground",
            "Institute of Geology, CAS. 2024. “Ground",
            "Institute of Geology, CAS. Ground",
        ),
    ),
    "names in pinyin": (
        [person("Li", "Jiangning"), person("Ouyang", "Na-Na")],
        (
            "Li, J., & Ouyang, N.-N. (2024). Ground",
            "Li J, Ouyang NN. Ground",
            "J. Li and N.-N. Ouyang, “Ground",
            "Li, J. & Ouyang, N.-N. Ground",
            "Li, Jiangning, and Na-Na Ouyang. 2024. “Ground",
            "LI J N, OUYANG N N. Ground",
        ),
    ),
    "names with particles": (
        [person("van der Berg", "Jan"), person("de la Cruz", "María José")],
        (
            "van der Berg, J., & de la Cruz, M. J. (2024). Ground",
            "van der Berg J, de la Cruz MJ. Ground",
            "J. van der Berg and M. J. de la Cruz, “Ground",
            "van der Berg, J. & de la Cruz, M. J. Ground",
            "van der Berg, Jan, and María José de la Cruz. 2024. “Ground",
            "VAN DER BERG J, DE LA CRUZ M J. Ground",
        ),
    ),
}


def cited(style: str, **metadata: Any) -> str:
    said = {"title": "Ground motions", "version": "2.0", **metadata}
    return cite(publication(**said), style, accessed=TODAY)


@pytest.mark.parametrize(
    ("who", "style", "beginning"),
    [
        (who, style, beginning)
        for who, (_, begun) in PEOPLE.items()
        for style, beginning in zip(STYLES, begun, strict=True)
    ],
)
def test_each_style_writes_names_as_its_guide_does(who: str, style: str, beginning: str) -> None:
    title = " Motions" if style == "chicago-author-date" else " motions"
    assert cited(style, creators=PEOPLE[who][0]) == beginning + title + ENDS[style]


@pytest.mark.parametrize(
    ("style", "dated"),
    [
        ("apa", "Roe, A. (n.d.). Ground motions (Version"),
        ("vancouver", "Science Data Bank; [cited 2025 Mar 23]."),
        ("ieee", "Science Data Bank. doi:"),
        ("nature", "Science Data Bank https://doi.org/10.5072/data.12. CSTR"),
        ("chicago-author-date", "Roe, Ann. n.d. “Ground"),
        (GB_T, "Science Data Bank[2025-03-23]. "),
    ],
)
def test_a_draft_without_a_date_is_cited_without_one(style: str, dated: str) -> None:
    assert dated in cited(style, creators=[person("Roe", "Ann")], publication_date=None)


@pytest.mark.parametrize("style", STYLES)
def test_an_interval_is_given_in_years(style: str) -> None:
    dash = "-" if style == GB_T else "–"
    assert f"2020{dash}2022" in cited(style, publication_date="2020-05/2022-06-01")
    one_year = cited(style, publication_date="2020-05/2020-06-01")
    assert "2020" in one_year
    assert f"2020{dash}" not in one_year
    assert "2022" in cited(style, publication_date="../2022")


@pytest.mark.parametrize("style", STYLES)
def test_a_concept_is_cited_without_the_version_that_it_is_described_by(style: str) -> None:
    concept = replace(
        PUBLICATION, id=11, doi="10.5072/data.11", cstr="99999.11.data.11", concept_doi=None, is_concept=True
    )
    text = cite(concept, style, accessed=TODAY)
    assert "ersion" not in text
    assert "V2" not in text
    assert "10.5072/data.11" in text
    assert "CSTR:99999.11.data.11" in text


@pytest.mark.parametrize("style", STYLES)
def test_a_withdrawn_version_is_cited_as_it_was(style: str) -> None:
    withdrawal = Withdrawal(Label("retracted", {"en": "Retracted"}), "2025-01-01")
    withdrawn = replace(PUBLICATION, withdrawn=withdrawal, files=(), file_count=0)
    assert cite(withdrawn, style) == cite(PUBLICATION, style)


def identified(**changes: str | None) -> Publication:
    return replace(PUBLICATION, **changes)


@pytest.mark.parametrize("style", [*STYLES, "angewandte-chemie", "royal-society-of-chemistry", "agora"])
def test_no_identifier_is_left_out_or_named_twice_by_its_own_mark(style: str) -> None:
    both = cite(PUBLICATION, style)
    assert both.count("CSTR:99999.11.data.12") == 1
    assert "10.5072/data.12" in both
    assert "99999.11.data.12" in cite(identified(doi=None), style)
    assert "CSTR" not in cite(identified(cstr=None), style)
    assert "https://repository.test/records/12" in cite(identified(doi=None, cstr=None), style)


def test_a_chinese_record_with_many_authors_ends_in_deng() -> None:
    creators = [person("李", "伟"), person("王", "芳"), person("张", "三"), person("赵", "六")]
    text = cite(publication(title="泸定地震", creators=creators, version="2.0", publisher="科学数据银行"), GB_T)
    assert text == (
        "李伟, 王芳, 张三, 等. 泸定地震[DS/OL]. V2.0. 科学数据银行, 2024. "
        "https://cstr.cn/99999.11.data.12. CSTR:99999.11.data.12. DOI:10.5072/data.12."
    )


@pytest.mark.parametrize(
    ("family", "given", "parts"),
    [
        ("Li", "Jiangning", ["jiang", "ning"]),
        ("Wang", "Xi'an", ["xi", "an"]),
        ("Wang", "Xian", ["xian"]),
        ("Zhang", "Lingen", ["lin", "gen"]),
        ("Ouyang", "Nana", ["na", "na"]),
        ("Lü", "Yuanlü", ["yuan", "lü"]),
        ("Smith", "Lina", []),
        ("Li", "Susan", []),
        ("Sun", "Yat-sen", []),
    ],
)
def test_pinyin_is_told_from_other_names(family: str, given: str, parts: list[str]) -> None:
    assert syllables(family, given) == parts
