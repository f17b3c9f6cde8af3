"""DCAT-AP 3: where and when a dataset is about, how its files can be had, and what became of it."""

from dataclasses import replace
from typing import Any

import pytest
import rdflib
from rdflib import SKOS, XSD, Literal, URIRef

from repository.dataset.formats.rdf.triples import moment
from tests.features.dcat_stages import OWN, stage, values
from tests.features.rdf_reading import ADMS, DCAT, DCT, GEO, graph_of
from tests.features.samples import FILES, PUBLICATION, publication

pytestmark = pytest.mark.slow


def place(geometry: dict[str, Any]) -> dict[str, Any]:
    return {"features": [{"geometry": geometry, "place": "Fiji"}]}


# where and when


@pytest.mark.parametrize(
    ("geometry", "box", "shape"),
    [
        (
            {"type": "Polygon", "coordinates": [[[101, 29], [103, 29], [103, 30.5], [101, 29]]]},
            "POLYGON((101 29, 103 29, 103 30.5, 101 30.5, 101 29))",
            "POLYGON((101 29, 103 29, 103 30.5, 101 29))",
        ),
        ({"type": "Point", "coordinates": [1e-7, -0.0, 12]}, None, "POINT(0.0000001 0)"),
        (
            {"type": "MultiPoint", "coordinates": [[179, -17], [-179, -16]]},
            "POLYGON((179 -17, 181 -17, 181 -16, 179 -16, 179 -17))",
            "MULTIPOINT((179 -17), (-179 -16))",
        ),
        (
            {"type": "LineString", "coordinates": [[float(n), n % 2] for n in range(501)]},
            "POLYGON((-180 0, 180 0, 180 1, -180 1, -180 0))",
            None,
        ),
    ],
)
def test_a_place_has_its_geometry_and_the_box_around_it(geometry: Any, box: str | None, shape: str | None) -> None:
    graph = graph_of(publication(locations=place(geometry)))
    (location,) = values(graph, DCT.spatial)
    locn = rdflib.Namespace("http://www.w3.org/ns/locn#")
    drawn = graph.value(location, locn.geometry)
    kind = GEO.wktLiteral
    assert graph.value(location, DCAT.bbox) == (Literal(box, datatype=kind) if box else None)
    assert (graph.value(drawn, GEO.asWKT) if drawn else None) == (Literal(shape, datatype=kind) if shape else None)
    assert graph.value(location, DCAT.centroid) == (
        Literal(shape, datatype=kind) if geometry["type"] == "Point" else None
    )


def test_a_period_has_both_its_ends_as_exact_as_they_are_known() -> None:
    for said, begin, end in (
        ("2022-09-05/2022-10", ("2022-09-05", XSD.date), ("2022-10", XSD.gYearMonth)),
        ("2020", ("2020", XSD.gYear), ("2020", XSD.gYear)),
        ("2020/..", ("2020", XSD.gYear), None),
    ):
        graph = graph_of(publication(dates=[{"date": said, "type": {"id": "collected"}}]))
        (period,) = values(graph, DCT.temporal)
        ends = [graph.value(period, DCAT.startDate), graph.value(period, DCAT.endDate)]
        assert [each and (str(each), each.datatype) for each in ends] == [begin, end]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("2024-03-05", "xsd:date"),
        ("2024-03", "xsd:gYearMonth"),
        ("2024-XX-XX", "xsd:gYear"),
        ("2024-03-05T01:00:00+00:00", "xsd:dateTime"),
        ("2024-02-30", None),
        ("2024-02-30T00:00:00Z", None),
        ("../2024", "xsd:gYear"),
        ("soon", None),
        ("", None),
    ],
)
def test_a_date_has_the_type_that_it_is_exact_enough_for(written: str, kind: str | None) -> None:
    found = moment(written)
    assert (found and found.datatype) == kind


# files


def test_a_file_is_a_distribution_with_all_that_is_known_of_it() -> None:
    graph = stage("all that can be said")
    spdx = rdflib.Namespace("http://spdx.org/rdf/terms#")
    file = URIRef("https://repository.test/records/12#file-%E5%8F%B0%E7%AB%99.csv")
    assert len(values(graph, DCAT.distribution)) == len(FILES)
    assert values(graph, DCT.title, file) == {Literal("台站.csv")}
    assert values(graph, DCAT.downloadURL, file) == values(graph, DCAT.accessURL, file) == {URIRef("https://r.test/b")}
    assert values(graph, DCAT.mediaType, file) == {URIRef("https://www.iana.org/assignments/media-types/text/csv")}
    assert values(graph, DCAT.byteSize, file) == {Literal("48213", datatype=XSD.nonNegativeInteger)}
    assert values(graph, DCT.license, file) == {URIRef("https://creativecommons.org/licenses/by/4.0/")}
    checksum = graph.value(file, spdx.checksum)
    assert graph.value(checksum, spdx.algorithm) == spdx.checksumAlgorithm_sha256
    assert graph.value(checksum, spdx.checksumValue) == Literal("b" * 64, datatype=XSD.hexBinary)


def test_md5_stands_in_for_a_sha256_that_is_not_known() -> None:
    file = replace(FILES[0], sha256="", media_type="not a media type", url="javascript:alert(1)")
    graph = graph_of(replace(OWN, files=[file], file_count=1))
    (given,) = values(graph, DCAT.distribution)
    text = graph.serialize(format="turtle")
    assert "checksumAlgorithm_md5" in text
    assert "javascript" not in text
    assert values(graph, DCAT.accessURL, given) == {URIRef(PUBLICATION.url)}
    assert values(graph, DCAT.mediaType, given) == set()


@pytest.mark.parametrize(
    ("name", "right", "distributions"),
    [
        ("all that can be said", "PUBLIC", 3),
        ("embargoed", "RESTRICTED", 1),
        ("restricted", "RESTRICTED", 1),
        ("metadata only", "NON_PUBLIC", 0),
        ("many files", "PUBLIC", 4),
    ],
)
def test_access_is_told_and_what_is_not_listed_is_at_the_page(name: str, right: str, distributions: int) -> None:
    graph = stage(name)
    table = "http://publications.europa.eu/resource/authority/access-right/"
    assert values(graph, DCT.accessRights) == {URIRef(table + right)}
    assert any("purl.org/coar/access_right" in str(each) for each in values(graph, DCT.rights))
    found = values(graph, DCAT.distribution)
    assert len(found) == distributions
    page = URIRef("https://repository.test/records/12#files")
    assert (page in found) == (name in ("embargoed", "restricted", "many files"))
    assert page not in found or values(graph, DCAT.accessURL, page) == {URIRef(PUBLICATION.url)}


def test_an_embargo_ends_on_a_day() -> None:
    assert Literal("2030-01-01", datatype=XSD.date) in values(stage("embargoed"), DCT.available)


def test_a_withdrawn_version_offers_no_files_and_says_why() -> None:
    graph = stage("withdrawn")
    assert values(graph, DCAT.distribution) == set()
    (status,) = values(graph, ADMS.status)
    assert str(status).endswith("/dataset-status/WITHDRAWN")
    notes = {(str(note), note.language) for note in values(graph, SKOS.note)}
    assert notes >= {("Withdrawn on 2025-01-02: Retracted", "en"), ("传感器损坏。", "zh")}
