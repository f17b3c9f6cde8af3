"""Odd dates in every format: each says ISO 8601 dates and a year, or nothing."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from repository.dataset.description import Publication
from repository.dataset.formats.citation.citations import cite
from repository.dataset.formats.citation.recommended import recommended
from repository.dataset.formats.iso_dates import first_date, interval
from repository.dataset.formats.registry import FORMATS
from repository.faces.pages.landing.meta_tags import metas
from tests.features.samples import publication

pytestmark = pytest.mark.slow

ODD = {
    # as written: the first date, the interval
    "1987": ("1987", "1987"),
    "1987-06": ("1987-06", "1987-06"),
    "1987-XX": ("1987", "1987"),
    "1987-06-XX": ("1987-06", "1987-06"),
    "1987-XX-XX": ("1987", "1987"),
    "../1987": ("1987", "../1987"),
    "/1987-06": ("1987-06", "../1987-06"),
    "1987/..": ("1987", "1987/.."),
    "1987-06-05/": ("1987-06-05", "1987-06-05/.."),
    "1987-XX/1988-02-XX": ("1987", "1987/1988-02"),
    "0987-06": ("0987-06", "0987-06"),
    "no date": ("", ""),
}
PLACES = {
    "schema-org": r'"datePublished":"([^"]*)"',
    "croissant": r'"datePublished":"([^"]*)"',
    "ro-crate": r'"datePublished":"([^"]*)"',
    "cstr": r'"publish_date":"([^"]*)"',
    "datacite-json": r'"date":"([^"]*)","dateType":"Issued"',
    "datacite-xml": r'<date dateType="Issued">([^<]*)<',
    "dublin-core": r"<dc:date>([^<]*)<",
    "dcat-turtle": r'dct:issued "([^"]*)"',
    "dcat-rdfxml": r"<dct:issued[^>]*>([^<]*)<",
    "dcat-jsonld": r'"dct:issued":\{"@value":"([^"]*)"',
    "endnote": r"%8 (.*)\r",
    "jats": r'iso-8601-date="([^"]*)"',
    "iso19139": r"<gco:Date>([^<]*)</gco:Date></gmd:date><gmd:dateType><gmd:CI_DateTypeCode [^>]*>publication<",
}
"""Format -> where it states the day of publication."""
YEARS: Mapping[str, Callable[[Publication], str]] = {
    "bibtex": lambda publication: str(FORMATS["bibtex"].write(publication)),
    "csl": lambda publication: str(FORMATS["csl"].write(publication)),
    "ris": lambda publication: str(FORMATS["ris"].write(publication)),
    "apa": lambda publication: cite(publication, "apa"),
    "gb-t-7714": lambda publication: cite(publication, "gb-t-7714"),
    "recommended": recommended,
}


def dated(text: str) -> Publication:
    return replace(publication(publication_date=text, dates=None), created="2024-03-05T01:00:00+00:00")


@pytest.mark.parametrize("text", ODD)
def test_a_date_has_one_first_day_and_one_interval(text: str) -> None:
    assert (first_date(text), interval(text)) == ODD[text]


@pytest.mark.parametrize("text", [text for text, (first, _) in ODD.items() if first])
@pytest.mark.parametrize("name", PLACES)
def test_every_format_states_the_day_of_publication_as_iso_8601(name: str, text: str) -> None:
    written = str(FORMATS[name].write(dated(text)))
    stated = re.search(PLACES[name], written)
    assert stated is not None
    assert stated[1] == ODD[text][0]


@pytest.mark.parametrize("text", [text for text, (first, _) in ODD.items() if first])
@pytest.mark.parametrize("name", YEARS)
def test_every_citation_has_the_year(name: str, text: str) -> None:
    written = YEARS[name](dated(text))
    assert re.search(rf"\b0?{int(ODD[text][0][:4])}\b", written)
    assert "XX" not in written
    assert ".." not in written


@pytest.mark.parametrize("text", ODD)
def test_no_format_repeats_what_only_edtf_knows(text: str) -> None:
    for name, export in FORMATS.items():
        written = str(export.write(dated(text)))
        assert "-XX" not in written, name
        assert "../1987" not in written, name
        assert "no date" not in written, name


def test_the_year_in_a_citation_key_is_a_year() -> None:
    assert "smith_1987_12," in str(FORMATS["bibtex"].write(dated("../1987")))
    assert "smith_12," in str(FORMATS["bibtex"].write(dated("no date")))


def test_the_head_of_the_page_has_dates_that_readers_know() -> None:
    tags = {tag.name: tag.content for tag in metas(dated("../1987-06"), "en")}
    assert (tags["citation_publication_date"], tags["DC.date"]) == ("1987/06", "1987-06")


@pytest.mark.parametrize(
    ("text", "schema_org", "datacite"),
    [
        ("../1987", "../1987", "/1987"),
        ("1987-XX/..", "1987/..", "1987/"),
        ("1987-06/", "1987-06/..", "1987-06/"),
        ("1987-XX-XX/1990", "1987/1990", "1987/1990"),
    ],
)
def test_intervals_keep_their_open_ends_where_a_format_knows_them(text: str, schema_org: str, datacite: str) -> None:
    covered = publication(dates=[{"date": text, "type": {"id": "collected"}}])
    assert f'"temporalCoverage":"{schema_org}"' in FORMATS["schema-org"].write(covered)
    assert f'"date":"{datacite}","dateType":"Collected"' in FORMATS["datacite-json"].write(covered)


def test_a_time_of_the_day_is_kept_where_a_format_knows_it() -> None:
    at = publication(dates=[{"date": "2020-06-01T10:00:00Z", "type": {"id": "collected"}}])
    assert '"date":"2020-06-01T10:00:00Z","dateType":"Collected"' in FORMATS["datacite-json"].write(at)
    assert '"temporalCoverage":"2020-06-01"' in FORMATS["schema-org"].write(at)
