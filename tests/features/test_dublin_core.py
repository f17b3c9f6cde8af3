"""Simple Dublin Core: everything it has a word for, in every language it was said in."""

from dataclasses import replace

import pytest
from lxml import etree

from repository.dataset.description import Publication
from repository.dataset.formats.dublin_core import oai_dc
from tests.features.samples import METADATA, PUBLICATION, publication

DC = "{http://purl.org/dc/elements/1.1/}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def statements(of: Publication) -> list[tuple[str, str, str | None]]:
    """Element, text and language, in the order written."""
    root = etree.fromstring(oai_dc(of))
    assert root.tag == "{http://www.openarchives.org/OAI/2.0/oai_dc/}dc"
    return [(each.tag.removeprefix(DC), each.text, each.get(LANG)) for each in root]


def said(of: Publication, element: str) -> list[str]:
    return [text for name, text, _ in statements(of) if name == element]


def test_a_whole_description_reads_in_dublin_core() -> None:
    assert statements(PUBLICATION) == [
        ("title", METADATA["title"], "en"),
        ("title", "2022年泸定地震强震动记录", "zh"),
        ("description", "Records of three components & more.\nSecond.", "en"),
        ("description", "Filtered.\nSorted.", None),
        ("subject", "强震动", None),
        ("subject", "http://example.org/seismology", None),
        ("creator", "Smith, John A.", None),
        ("creator", "李伟", None),
        ("creator", "Institute of Geology & Geophysics", None),
        ("contributor", "Roe", None),
        ("publisher", "Science Data Bank", None),
        ("date", "2024-03-05", None),
        ("date", "2022-09-05/2022-10-05", None),
        ("date", "2023-01", None),
        ("coverage", "Luding", None),
        ("coverage", "northlimit=30.5; southlimit=29; westlimit=101; eastlimit=103", None),
        ("type", "Dataset", None),
        ("format", "text/csv", None),
        ("format", "3 files", None),
        ("language", "eng", None),
        ("language", "zho", None),
        ("rights", "info:eu-repo/semantics/openAccess", None),
        ("rights", "https://creativecommons.org/licenses/by/4.0/", None),
        ("rights", "Creative Commons Attribution 4.0 International", None),
        ("rights", "https://h.org/r", None),
        ("rights", "House rules", None),
        ("rights", "Ask.", None),
        ("rights", "© 2024 The authors", None),
        ("identifier", "https://doi.org/10.5072/data.12", None),
        ("identifier", "CSTR:99999.11.data.12", None),
        ("identifier", "https://repository.test/records/12", None),
        ("identifier", "https://old.example.org/7", None),
        ("relation", "https://doi.org/10.5072/data.11", None),
        ("relation", "CSTR:99999.11.data.11", None),
        ("relation", "https://doi.org/10.1038/s41597-024-1", None),
        ("source", "https://cstr.cn/31253.11.sciencedb.1", None),
        ("relation", "Li W. (2023). Ground motions.", None),
    ]


@pytest.mark.parametrize(
    ("status", "term"),
    [
        ("open", "openAccess"),
        ("embargoed", "embargoedAccess"),
        ("restricted", "restrictedAccess"),
        ("metadata-only", "closedAccess"),
    ],
)
def test_the_access_status_is_a_term_that_catalogues_share(status: str, term: str) -> None:
    assert f"info:eu-repo/semantics/{term}" in said(replace(PUBLICATION, access_status=status), "rights")


@pytest.mark.parametrize(
    ("resource_type", "types"),
    [
        ("dataset", ["Dataset"]),
        ("image-photo", ["StillImage", "Photo"]),
        ("publication-article", ["Text", "Journal article"]),
        ("other", ["Other"]),
    ],
)
def test_the_type_is_given_in_the_words_of_dcmi_and_in_ours(resource_type: str, types: list[str]) -> None:
    assert said(publication(resource_type={"id": resource_type}), "type") == types


def test_what_was_not_said_makes_no_element() -> None:
    bare = replace(
        publication(
            **{
                name: None
                for name in METADATA
                if name not in ("title", "resource_type", "publication_date", "creators")
            }
        ),
        doi=None,
        cstr=None,
        concept_doi=None,
        concept_cstr=None,
    )
    assert [(name, text) for name, text, _ in statements(bare)] == [
        ("title", METADATA["title"]),
        ("creator", "Smith, John A."),
        ("creator", "李伟"),
        ("creator", "Institute of Geology & Geophysics"),
        ("publisher", "Test Repository"),
        ("date", "2024-03-05"),
        ("type", "Dataset"),
        ("rights", "info:eu-repo/semantics/openAccess"),
        ("identifier", "https://repository.test/records/12"),
    ]


def test_a_time_that_the_data_cover_is_coverage() -> None:
    dated = publication(dates=[{"date": "1900/1950", "type": {"id": "coverage"}}])
    assert said(dated, "coverage")[:2] == ["1900/1950", "Luding"]
    assert said(dated, "date") == ["2024-03-05"]


def test_an_embargo_has_its_end_its_rights_and_its_reason() -> None:
    closed = replace(
        PUBLICATION, access_status="embargoed", embargo_until="2031-02-03", embargo_reason="A patent is pending."
    )
    assert "info:eu-repo/date/embargoEnd/2031-02-03" in said(closed, "date")
    assert {"info:eu-repo/semantics/embargoedAccess", "A patent is pending."} <= set(said(closed, "rights"))
    assert not [day for day in said(PUBLICATION, "date") if "embargoEnd" in day]


def test_the_same_is_not_said_twice() -> None:
    twice = publication(
        identifiers=[{"scheme": "doi", "identifier": "10.5072/data.12"}], subjects=[{"subject": "a"}] * 2
    )
    assert said(twice, "identifier").count("https://doi.org/10.5072/data.12") == 1
    assert said(twice, "subject") == ["a"]
