"""DataCite 4.7: dates, terms of use, extent and place, and how our terms are called there."""

from dataclasses import replace
from typing import Any

import pytest

from repository.dataset import description as d
from repository.dataset.description import Publication, Withdrawal
from repository.dataset.formats.datacite import datacite_terms as terms
from repository.dataset.formats.datacite.datacite_json import datacite_json, datacite_xml
from repository.dataset.formats.datacite.datacite_places import MOST_POINTS
from tests.features.samples import PUBLICATION, VOCABULARIES, publication

GONE = Withdrawal(d.Label("retracted", {"en": "Retracted"}), "2025-01-02", "The sensor\nwas broken.", "Smith (2024)")


def dates(of: Publication) -> list[tuple[str, str]]:
    return [(date["dateType"], date["date"]) for date in datacite_json(of)["dates"]]


# dates, access, licences


@pytest.mark.parametrize(
    ("edtf", "written"),
    [
        ("2020-06-01", "2020-06-01"),
        ("2020-XX", "2020"),
        ("2020-06-XX/2021-XX-XX", "2020-06/2021"),
        ("2012-09-20/..", "2012-09-20/"),
        ("../2012", "/2012"),
    ],
)
def test_dates_are_written_as_rkms_iso_8601(edtf: str, written: str) -> None:
    of = publication(dates=[{"date": edtf, "type": {"id": "coverage"}}])
    assert ("Coverage", written) in dates(of)


def test_the_year_is_that_of_the_publication_even_of_an_interval_with_an_open_start() -> None:
    assert datacite_json(publication(publication_date="../2012-05"))["publicationYear"] == 2012
    assert datacite_json(publication(publication_date=None))["publicationYear"] == 2024


def test_an_embargo_says_when_the_data_become_available() -> None:
    of = replace(PUBLICATION, access_status="embargoed", embargo_until="2030-01-01", embargo_reason="In review")
    assert ("Available", "2030-01-01") in dates(of)
    assert {"date": "2030-01-01", "dateType": "Available", "dateInformation": "In review"} in datacite_json(of)["dates"]
    assert "Available" not in dict(dates(PUBLICATION))


def test_a_depositor_s_date_is_not_told_twice_and_their_update_is_theirs() -> None:
    said = [("issued", "2024-03-05", "in print"), ("updated", "2024-02-01", "")]
    of = publication(dates=[{"date": day, "type": {"id": kind}, "description": why} for kind, day, why in said])
    assert datacite_json(of)["dates"] == [
        {"date": "2024-03-05", "dateType": "Issued", "dateInformation": "in print"},
        {"date": "2024-02-01", "dateType": "Updated"},
    ]


def test_a_withdrawn_version_says_when_and_why() -> None:
    gone = replace(PUBLICATION, withdrawn=GONE, files=(), file_count=0)
    assert datacite_json(gone)["dates"][2] == {
        "date": "2025-01-02",
        "dateType": "Withdrawn",
        "dateInformation": "Retracted: The sensor was broken.",
    }


@pytest.mark.parametrize(
    ("status", "coar", "eu"),
    [
        ("open", "c_abf2", "openAccess"),
        ("embargoed", "c_f1cf", "embargoedAccess"),
        ("restricted", "c_16ec", "restrictedAccess"),
        ("metadata-only", "c_14cb", "closedAccess"),
    ],
)
def test_access_is_said_in_the_words_of_coar_and_openaire(status: str, coar: str, eu: str) -> None:
    rights = datacite_json(replace(PUBLICATION, access_status=status))["rightsList"]
    assert [right["rightsUri"] for right in rights[-2:]] == [
        f"http://purl.org/coar/access_right/{coar}",
        f"info:eu-repo/semantics/{eu}",
    ]


def test_a_licence_is_named_by_its_spdx_id_and_its_address() -> None:
    first, second, third, *_ = datacite_json(PUBLICATION)["rightsList"]
    assert first == {
        "rights": "Creative Commons Attribution 4.0 International",
        "rightsUri": "https://creativecommons.org/licenses/by/4.0/",
        "rightsIdentifier": "cc-by-4.0",
        "rightsIdentifierScheme": "SPDX",
        "schemeUri": "https://spdx.org/licenses/",
        "lang": "en",
    }
    assert (second["rights"], second["rightsUri"]) == ("House rules", "https://h.org/r")
    assert third["rights"] == "© 2024 The authors"


def test_sizes_and_formats_come_from_the_files_that_the_reader_may_have() -> None:
    said = datacite_json(PUBLICATION)
    assert said["sizes"] == ["3 files", "1283692 bytes"]
    assert said["formats"] == ["text/csv", "application/vnd.fdsn.mseed", "text/markdown"]
    closed = datacite_json(replace(PUBLICATION, access_status="restricted", files=(), file_count=0, total_bytes=0))
    assert (closed["sizes"], closed["formats"]) == (["3 files"], ["text/csv"])


# places


@pytest.mark.parametrize(
    ("geometry", "shapes"),
    [
        ({"type": "Point", "coordinates": [102.3, 29.6, 1500]},
         [{"geoLocationPoint": {"pointLongitude": 102.3, "pointLatitude": 29.6}}]),
        ({"type": "LineString", "coordinates": [[0, 1], [2, -3]]}, [(0, 2, -3, 1)]),
        ({"type": "Polygon", "coordinates": [[[170, -5], [190, -5], [190, 5], [170, 5], [170, -5]]]},
         [(170, -170, -5, 5)]),
        ({"type": "MultiPoint", "coordinates": [[n / 10, n / 20] for n in range(MOST_POINTS + 1)]}, [(0, 5, 0, 2.5)]),
        ({"type": "GeometryCollection", "geometries": [
            {"type": "LineString", "coordinates": [[1, 1], [2, 2]]},
            {"type": "MultiLineString", "coordinates": [[[-200, 0], [200, 9]]]}]}, [(1, 2, 1, 2), (-180, 180, 0, 9)]),
    ],
)  # fmt: skip
def test_geometry_is_told_in_points_and_boxes(geometry: dict[str, Any], shapes: list[Any]) -> None:
    of = publication(locations={"features": [{"geometry": geometry, "place": "Luding"}]})
    expected = [shape if isinstance(shape, dict) else {"geoLocationBox": box(*shape)} for shape in shapes]
    said = datacite_json(of)["geoLocations"]
    assert said == [{"geoLocationPlace": "Luding", **shape} for shape in expected]


def box(west: float, east: float, south: float, north: float) -> dict[str, float]:
    return {
        "westBoundLongitude": west,
        "eastBoundLongitude": east,
        "southBoundLatitude": south,
        "northBoundLatitude": north,
    }


def test_a_polygon_is_told_by_its_corners() -> None:
    ring = [[0, 0], [4, 0], [2, 1e-7], [0, 0]]
    of = publication(locations={"features": [{"geometry": {"type": "Polygon", "coordinates": [ring, ring]}}]})
    (location,) = datacite_json(of)["geoLocations"]
    assert [corner["polygonPoint"]["pointLongitude"] for corner in location["geoLocationPolygon"]] == [0, 4, 2, 0]
    assert "<pointLatitude>0.0000001</pointLatitude>" in datacite_xml(of)


# our terms and theirs


@pytest.mark.parametrize(
    ("kind", "listed"),
    [
        ("relationtypes", terms.RELATIONS),
        ("contributorsroles", terms.ROLES),
        ("datetypes", terms.DATES),
        ("descriptiontypes", terms.DESCRIPTIONS),
        ("titletypes", terms.TITLES),
    ],
)
def test_a_term_is_called_what_its_vocabulary_says(kind: str, listed: dict[str, str]) -> None:
    entries = {entry.id: entry.props["datacite"] for entry in VOCABULARIES[kind]}
    assert {term_id: terms.term(listed, d.Label(term_id, {})) for term_id in entries} == entries


def test_a_resource_type_is_called_what_its_vocabulary_says() -> None:
    entries = {entry.id: entry.props["datacite_general"] for entry in VOCABULARIES["resourcetypes"]}
    assert {kind: terms.general_type(kind) for kind in entries} == entries
    assert terms.general_type("image-of-a-new-sort") == "Image"
    assert terms.general_type("unheard") == "Other"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("https://example.org/数据 [1]", "https://example.org/%E6%95%B0%E6%8D%AE%20%5B1%5D"),
        ("https://example.org/100%", "https://example.org/100%25"),
        ("https://example.org/#a#b", "https://example.org/#a%23b"),
        ("https://[::1", None),
        ("https://user:secret@example.org/", None),
        ("https://", None),
        ("javascript:alert(1)", None),
        (None, None),
    ],
)
def test_an_address_is_fit_for_every_validator_or_left_out(text: str | None, address: str | None) -> None:
    assert terms.uri(text) == address


# subjects


def test_a_controlled_subject_has_its_address_or_its_code_and_none_is_told_twice() -> None:
    subjects = [d.Keyword("Physics", "https://example.org/fos/1.3"), d.Keyword("Seismology", "3705"), d.Keyword("ice")]
    of = replace(PUBLICATION, description=replace(PUBLICATION.description, subjects=[*subjects, d.Keyword("ice")]))
    assert datacite_json(of)["subjects"] == [
        {"subject": "Physics", "lang": "en", "valueUri": "https://example.org/fos/1.3"},
        {"subject": "Seismology", "lang": "en", "classificationCode": "3705"},
        {"subject": "ice", "lang": "en"},
    ]
