"""RIS: a reference that reference software reads without asking, and that no text can extend."""

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.dataset.description import FileOf, Publication
from repository.dataset.formats.citation.ris import ris
from tests.features.hostile import hostile
from tests.features.samples import PUBLICATION, publication

WHOLE = """\
TY  - DATA
T1  - Strong-motion records of the 2022 Luding earthquake
TT  - 2022年泸定地震强震动记录
AU  - Smith, John A.
AU  - 李, 伟
AU  - Institute of Geology & Geophysics
PY  - 2024
DA  - 2024/03/05/
Y2  - 2025/03/23/
PB  - Science Data Bank
DP  - Test Repository
ET  - V2
DO  - 10.5072/data.12
AN  - CSTR:99999.11.data.12
UR  - https://doi.org/10.5072/data.12
KW  - 强震动
KW  - http://example.org/seismology
AB  - Records of three components & more. Second.
LA  - en, zh
ER  - \

"""


def tags(of: Publication) -> list[tuple[str, str]]:
    lines = ris(of).removesuffix("\r\n").split("\r\n")
    return [(line[:2], line[6:]) for line in lines]


def test_a_whole_reference_reads_in_ris_with_lines_ending_in_cr_lf() -> None:
    assert ris(PUBLICATION, date(2025, 3, 23)) == WHOLE.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("dataset", "DATA"),
        ("software", "COMP"),
        ("video", "VIDEO"),
        ("publication-article", "JOUR"),
        ("lesson", "SLIDE"),
        ("model", "DATA"),
        ("physicalobject", "DATA"),
        ("other", "DATA"),
        ("event", "DATA"),
        ("publication-annotationcollection", "DATA"),
        ("publication", "GEN"),
        ("publication-other", "GEN"),
    ],
)
def test_each_kind_has_its_type_of_reference(kind: str, type_: str) -> None:
    assert tags(publication(resource_type={"id": kind}))[0] == ("TY", type_)


@pytest.mark.parametrize(
    ("day", "printed"),
    [("2024", "2024///"), ("2024-03", "2024/03//"), ("2020-05-01/2022", "2020/05/01/"), ("../2022", "2022///")],
)
def test_a_date_has_all_its_slashes_and_an_interval_its_beginning(day: str, printed: str) -> None:
    said = dict(tags(publication(publication_date=day)))
    assert said["DA"] == printed
    assert said["PY"] == printed[:4]


def test_the_first_pdf_is_linked_for_readers_to_fetch() -> None:
    files = [
        FileOf("data.csv", 3, "text/csv", "", "", url="https://r.test/records/12/files/data.csv"),
        FileOf("a.pdf", 3, "application/pdf", "", "", url="https://r.test/records/12/files/a.pdf"),
        FileOf("b.pdf", 3, "application/pdf", "", "", url="https://r.test/records/12/files/b.pdf"),
    ]
    links = [text for tag, text in tags(replace(PUBLICATION, files=files)) if tag == "L1"]
    assert links == ["https://r.test/records/12/files/a.pdf"]
    assert not [text for tag, text in tags(replace(PUBLICATION, files=files[:1])) if tag == "L1"]


def test_what_is_not_said_has_no_tag() -> None:
    bare = replace(
        publication(
            creators=[], version=None, subjects=None, description=None, languages=None, publication_date=None,
            additional_titles=None,
        ),
        doi=None,
        cstr=None,
    )  # fmt: skip
    assert [tag for tag, _ in tags(bare)] == ["TY", "TI", "PB", "DP", "UR", "ER"]
    assert dict(tags(bare))["UR"] == "https://repository.test/records/12"


def test_an_abstract_in_another_language_keeps_its_place() -> None:
    more = [{"description": "<p>三分量。</p>", "type": {"id": "abstract"}, "lang": {"id": "zho"}}]
    assert ("N2", "三分量。") in tags(publication(additional_descriptions=more))


def test_a_concept_has_no_edition() -> None:
    assert "ET" not in dict(tags(replace(PUBLICATION, is_concept=True)))


def test_no_hostile_text_adds_a_tag_or_a_reference() -> None:
    text = ris(hostile())
    assert text.encode("utf-8")
    assert [tag for tag, _ in tags(hostile())] == [tag for tag, _ in tags(PUBLICATION)]
    assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]", text)


@given(st.text(), st.text())
def test_whatever_the_texts_every_line_is_a_tag(title: str, version: str) -> None:
    lines = ris(publication(title=title, version=version)).split("\r\n")
    assert lines.pop() == ""
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines)
    assert [line[:2] for line in lines].count("ER") == 1
