"""ISO 19139: well-formed whatever is described, in the standard's order, and read back by OWSLib."""

import importlib.util
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from lxml import etree
from owslib.iso import MD_Metadata

from repository.dataset import description as d
from repository.dataset.description import Publication, Withdrawal
from repository.dataset.formats.iso19139.iso19139_xml import iso19139
from tests.features.any_publication import PUBLICATIONS
from tests.features.samples import PUBLICATION, publication

GMD, GCO, GMX = (f"{{http://www.isotc211.org/2005/{name}}}" for name in ("gmd", "gco", "gmx"))
ORDERS = {
    "MD_Metadata": "fileIdentifier language characterSet parentIdentifier hierarchyLevel contact dateStamp"
    " metadataStandardName metadataStandardVersion dataSetURI locale identificationInfo"
    " distributionInfo dataQualityInfo",
    "MD_DataIdentification": "citation abstract credit status pointOfContact descriptiveKeywords resourceConstraints"
    " aggregationInfo language characterSet topicCategory extent supplementalInformation",
    "MD_AggregateInformation": "aggregateDataSetName aggregateDataSetIdentifier associationType",
    "CI_Citation": "title alternateTitle date edition identifier citedResponsibleParty",
    "CI_ResponsibleParty": "individualName organisationName contactInfo role",
    "MD_LegalConstraints": "useLimitation accessConstraints useConstraints otherConstraints",
    "CI_OnlineResource": "linkage protocol name description function",
    "EX_Extent": "description geographicElement temporalElement",
    "MD_Distribution": "distributionFormat transferOptions",
    "DQ_DataQuality": "scope lineage",
    "EX_GeographicBoundingBox": "westBoundLongitude eastBoundLongitude southBoundLatitude northBoundLatitude",
}
"""What each element may hold, in the order of the schema."""
HOSTILE = "<script>alert('x')</script> ]]> & \x00\x0b\ud800 \u202egnp.exe \u6d4b\u8bd5"
BARE = Publication(
    id=7,
    concept_id=6,
    description=d.Description(title="", resource_type=d.Label("", {}), publication_date="", creators=()),
    url="https://repository.test/records/7",
    repository_name="",
)
GONE = Withdrawal(d.Label("retracted", {"en": "Retracted"}), "2025-01-02", "The sensor was broken.")
POLYGON = {"type": "Polygon", "coordinates": [[[100, 30], [104, 31], [102, 33], [100, 30]]]}
NAMED_TWICE = {
    "person_or_org": {
        "type": "personal",
        "family_name": "Li",
        "given_name": "Wei",
        "alternate_names": [{"lang": "zh-Hant", "name": "李, 偉", "family_name": "李", "given_name": "偉"}],
    },
    "affiliations": [{"name": "CEA", "alternate_names": [{"lang": "zho", "name": "中国地震局"}]}],
}
STAGES = {
    "all that can be said": PUBLICATION,
    "nothing": BARE,
    "withdrawn": replace(PUBLICATION, withdrawn=GONE),
    "embargoed": replace(PUBLICATION, access_status="embargoed", embargo_until="2030-01-01", files=()),
    "a polygon": publication(locations={"features": [{"geometry": POLYGON, "place": HOSTILE}]}),
    "hostile": publication(title=HOSTILE, description=HOSTILE, version=HOSTILE, subjects=[{"subject": HOSTILE}]),
    "names in several languages": publication(creators=[NAMED_TWICE]),
    "a long title": publication(title="x" * 65_536),
}


def parsed(of: Publication) -> etree._Element:
    return etree.fromstring(iso19139(of).encode("utf-8"))


def read(of: Publication) -> Any:
    """What OWSLib finds."""
    return MD_Metadata(parsed(of))


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    """The schema of 2007-04-17 with GML 3.2.1, which the package pycsw ships; nobody else needs that package."""
    found = importlib.util.find_spec("pycsw")
    if found is None or found.origin is None:
        pytest.skip("the schema of ISO 19139 is not here")
    file = Path(found.origin).parent / "plugins/profiles/apiso/schemas/ogc/iso/19139/20070417/gmx/gmx.xsd"
    return etree.XMLSchema(etree.parse(file, etree.XMLParser(no_network=True)))


def texts(root: etree._Element, path: str) -> list[str]:
    steps = "/".join(f"{GMD}{step}" for step in path.split("/"))
    return ["".join(each.itertext()) for each in root.iterfind(f".//{steps}")]


@pytest.mark.parametrize("of", STAGES.values(), ids=STAGES.keys())
def test_whatever_is_described_is_well_formed_and_in_the_order_of_the_schema(of: Publication) -> None:
    for element in parsed(of).iter(*(f"{GMD}{name}" for name in ORDERS)):
        order = ORDERS[etree.QName(element).localname].split()
        places = [order.index(etree.QName(child).localname) for child in element]
        assert places == sorted(places), etree.QName(element).localname


@pytest.mark.parametrize("of", STAGES.values(), ids=STAGES.keys())
def test_what_the_standard_wants_is_never_missing(of: Publication) -> None:
    root = parsed(of)

    for path in ("contact", "dateStamp", "identificationInfo/MD_DataIdentification/abstract", "CI_Citation/title"):
        assert texts(root, path), path
    assert texts(root, "MD_DataIdentification/language")


def test_another_reader_finds_what_was_said() -> None:
    found = read(PUBLICATION)
    said = found.identification[0]

    assert said.title == PUBLICATION.description.title
    assert said.abstract.startswith("Records of three components & more.")
    assert found.dataseturi == f"https://doi.org/{PUBLICATION.doi}"
    assert found.identifier == PUBLICATION.doi
    assert {each.url for each in found.distribution.online} >= {PUBLICATION.url, PUBLICATION.files[0].url}
    words = {word.name for group in said.keywords for word in group.keywords}
    assert {subject.subject for subject in PUBLICATION.description.subjects} <= words


def test_chinese_and_english_titles_keep_their_languages() -> None:
    root = parsed(PUBLICATION)

    localised = [(each.get("locale"), each.text) for each in root.iter(f"{GMD}LocalisedCharacterString")]
    locales = {each.get("id"): each for each in root.iter(f"{GMD}PT_Locale")}

    assert ("#r12-zh", "2022年泸定地震强震动记录") in localised
    assert {name.removeprefix("#") for name, _ in localised if name} <= locales.keys()


def test_doi_cstr_and_the_depositor_s_identifiers_are_those_of_the_citation() -> None:
    codes = texts(parsed(PUBLICATION), "CI_Citation/identifier/MD_Identifier/code")

    assert codes == [f"https://doi.org/{PUBLICATION.doi}", f"CSTR:{PUBLICATION.cstr}", "https://old.example.org/7"]


def test_who_paid_is_credited_and_related_works_are_named() -> None:
    root = parsed(PUBLICATION)
    (credit,) = texts(root, "MD_DataIdentification/credit")
    assert {"NSFC", "Strong motion", "42174065"} <= set(credit.split("; "))
    path = "MD_AggregateInformation/aggregateDataSetIdentifier/MD_Identifier/code"
    assert texts(root, path) == ["10.1038/s41597-024-1", "31253.11.sciencedb.1"]


def test_a_box_over_the_antimeridian_has_its_west_in_the_east() -> None:
    ring = [[170, -20], [190, -20], [190, -10], [170, -10], [170, -20]]
    feature = {"geometry": {"type": "Polygon", "coordinates": [ring]}, "place": "Fiji"}

    root = parsed(publication(locations={"features": [feature]}))

    sides = {
        name: float(texts(root, f"EX_GeographicBoundingBox/{name}")[0])
        for name in ORDERS["EX_GeographicBoundingBox"].split()
    }
    assert sides == {
        "westBoundLongitude": 170,
        "eastBoundLongitude": -170,
        "southBoundLatitude": -20,
        "northBoundLatitude": -10,
    }


def test_a_shape_that_was_cut_at_the_antimeridian_has_one_small_box() -> None:
    halves = [
        [[[170, -20], [180, -20], [180, -10], [170, -20]]],
        [[[-180, -20], [-170, -20], [-180, -10], [-180, -20]]],
    ]
    feature = {"geometry": {"type": "MultiPolygon", "coordinates": halves}, "place": "Fiji"}
    box = read(publication(locations={"features": [feature]})).identification[0].bbox
    assert (box.minx, box.maxx, box.miny, box.maxy) == ("170", "-170", "-20", "-10")


def test_another_reader_finds_the_place_the_time_and_the_terms() -> None:
    found = read(PUBLICATION)
    said = found.identification[0]
    box = said.bbox
    assert (box.minx, box.maxx, box.miny, box.maxy) == ("101", "103", "29", "30.5")
    assert (said.temporalextent_start, said.temporalextent_end) == ("2022-09-05", "2022-10-05")
    assert [[(word.name, word.url) for word in group.keywords] for group in said.keywords] == [
        [("强震动", None)],
        [("http://example.org/seismology", "http://example.org/seismology")],
    ]
    assert found.dataquality.lineage == "Filtered.\nSorted."


def test_a_translated_title_is_not_said_again_without_its_language() -> None:
    root = parsed(PUBLICATION)
    assert texts(root, "CI_Citation/alternateTitle") == []
    other = publication(additional_titles=[{"title": "Luding 2022", "type": {"id": "alternative-title"}}])
    assert texts(parsed(other), "CI_Citation/alternateTitle") == ["Luding 2022"]


@pytest.mark.slow
@given(PUBLICATIONS)
def test_whatever_is_said_stays_well_formed_and_can_be_read(said: Publication) -> None:
    assert read(said).identification[0].title


def test_whatever_is_described_fits_the_schema_and_a_fault_would_not(schema: etree.XMLSchema) -> None:
    for of in STAGES.values():
        schema.assertValid(parsed(of))
    root = parsed(PUBLICATION)
    root.remove(root.find(f"{GMD}dateStamp"))
    assert not schema.validate(root)


def test_a_withdrawn_version_offers_no_files_and_says_why() -> None:
    root = parsed(STAGES["withdrawn"])

    assert not [url for url in texts(root, "linkage/URL") if "/files/" in url]
    assert texts(root, "MD_ProgressCode") == ["obsolete"]
    assert "Retracted" in texts(root, "supplementalInformation")[0]


def test_licence_and_access_are_terms_that_machines_know() -> None:
    href = "{http://www.w3.org/1999/xlink}href"
    anchors = [each.get(href) for each in parsed(PUBLICATION).iterfind(f".//{GMD}otherConstraints/{GMX}Anchor")]

    assert "http://purl.org/coar/access_right/c_abf2" in anchors
    assert any("creativecommons.org" in str(address) for address in anchors)
