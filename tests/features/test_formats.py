"""What other systems are told about a dataset: CSL-JSON and schema.org."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.dataset.description import Agent, DescribedPlace
from repository.dataset.formats.citation import person_names
from repository.dataset.formats.citation.csl import csl_json
from repository.dataset.formats.geometries import geo, schema_place
from repository.dataset.formats.iso_dates import date_parts
from repository.dataset.formats.schema_org.schema_org_json import embed, schema_org
from repository.dataset.formats.type_mappings import kind_of
from tests.features.samples import METADATA, PUBLICATION, VOCABULARIES, publication

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
coordinate = st.floats(-180, 180, allow_nan=False)


@pytest.mark.parametrize("missing", METADATA)
def test_every_format_can_be_made_of_a_draft_that_lacks_a_part(missing: str) -> None:
    lacking = publication(**{missing: None})
    assert schema_org(lacking)["@id"] == "https://doi.org/10.5072/data.12"
    assert csl_json(lacking)["DOI"] == "10.5072/data.12"


def test_the_kinds_of_the_formats_are_those_of_the_vocabulary() -> None:
    for entry in VOCABULARIES["resourcetypes"]:
        kind = kind_of(entry.id)
        said = (f"https://schema.org/{kind.schema_org}", kind.csl, kind.bibtex)
        listed = (entry.props["schema.org"], entry.props["csl"], entry.props["bibtex"])
        assert (entry.id, *said) == (entry.id, *listed)


# csl


def test_csl_has_names_of_people_in_parts_and_names_of_organisations_as_one() -> None:
    assert csl_json(PUBLICATION)["author"] == [
        {"family": "Smith", "given": "John A."},
        {"family": "李", "given": "伟"},
        {"literal": "Institute of Geology & Geophysics"},
    ]


def test_csl_says_what_identifies_the_version() -> None:
    item = csl_json(PUBLICATION)
    assert item["type"] == "dataset"
    assert item["DOI"] == "10.5072/data.12"
    assert item["URL"] == "https://doi.org/10.5072/data.12"
    assert item["note"] == "CSTR:99999.11.data.12"
    assert item["version"] == "V2"
    assert item["language"] == "en"
    assert item["issued"] == {"date-parts": [[2024, 3, 5]]}
    assert item["abstract"] == "Records of three components & more.\nSecond."
    assert "accessed" not in item


def test_csl_without_a_doi_leads_to_the_cstr_and_without_both_to_the_page() -> None:
    assert csl_json(replace(PUBLICATION, doi=None))["URL"] == "https://cstr.cn/99999.11.data.12"
    bare = replace(PUBLICATION, doi=None, cstr=None)
    assert csl_json(bare)["URL"] == "https://repository.test/records/12"


@pytest.mark.parametrize(
    ("edtf", "parts"),
    [
        ("2020", [[2020]]),
        ("2020-06", [[2020, 6]]),
        ("2020-06-01", [[2020, 6, 1]]),
        ("2020-01/2020-03", [[2020, 1], [2020, 3]]),
        ("2012-09-20/..", [[2012, 9, 20]]),
        ("2020-06-01T10:00:00Z", [[2020, 6, 1]]),
        ("2020-XX", [[2020]]),
        ("", []),
    ],
)
def test_dates_of_every_length_are_taken_apart(edtf: str, parts: list[list[int]]) -> None:
    assert date_parts(edtf) == parts


@pytest.mark.parametrize(
    ("name", "written", "catalogued"),
    [
        ("Smith, John", "John Smith", "Smith, John"),
        ("李, 伟", "李伟", "李伟"),
        ("欧阳，娜娜", "欧阳娜娜", "欧阳娜娜"),
        ("阿凡提·艾买提", "阿凡提·艾买提", "阿凡提·艾买提"),
        ("山田, 太郎", "山田太郎", "山田太郎"),
        ("Plato", "Plato", "Plato"),
        ("李, Wei", "Wei 李", "李, Wei"),
    ],
)
def test_a_name_given_as_one_text_is_understood(name: str, written: str, catalogued: str) -> None:
    agent = Agent(personal=True, name=name)
    assert (person_names.display_name(agent), person_names.sort_name(agent)) == (written, catalogued)


# schema.org


def test_schema_org_describes_a_dataset_with_both_its_identifiers() -> None:
    said = schema_org(PUBLICATION)
    assert (said["@context"], said["@type"]) == ("https://schema.org/", "Dataset")
    assert [i["value"] for i in said["identifier"]] == [
        "doi:10.5072/data.12", "CSTR:99999.11.data.12", "https://old.example.org/7",
    ]  # fmt: skip
    assert said["sameAs"] == ["https://cstr.cn/99999.11.data.12"]
    assert said["exampleOfWork"]["@id"] == "https://doi.org/10.5072/data.11"
    assert said["includedInDataCatalog"]["url"] == "https://repository.test/"


def test_schema_org_keeps_the_order_of_creators_and_links_them() -> None:
    smith, li, institute = schema_org(PUBLICATION)["creator"]["@list"]
    assert smith["@id"] == "https://orcid.org/0000-0002-1825-0097"
    assert (smith["@type"], smith["name"], smith["familyName"]) == ("Person", "John A. Smith", "Smith")
    assert smith["affiliation"] == [
        {"@type": "Organization", "@id": "https://ror.org/024mrxd33", "name": "University of Leeds"}
    ]
    assert (li["name"], li["givenName"]) == ("李伟", "伟")
    assert (institute["@type"], institute["@id"]) == ("Organization", "https://ror.org/03yrm5c26")


def test_schema_org_lists_each_file_with_its_digest() -> None:
    first = schema_org(PUBLICATION)["distribution"][0]
    assert first == {
        "@type": "DataDownload",
        "name": "waveforms/a.mseed",
        "contentUrl": "https://r.test/a",
        "contentSize": "1234567 B",
        "encodingFormat": "application/vnd.fdsn.mseed",
        "sha256": "a" * 64,
    }


def test_schema_org_says_when_where_and_on_what_terms() -> None:
    said = schema_org(PUBLICATION)
    assert said["temporalCoverage"] == "2022-09-05/2022-10-05"
    assert (said["datePublished"], said["dateCreated"], said["dateModified"]) == (
        "2024-03-05", "2023-01", "2024-03-06",
    )  # fmt: skip
    (place,) = said["spatialCoverage"]
    assert place["geo"] == {"@type": "GeoShape", "box": "29 101 30.5 103"}
    assert place["sameAs"] == ["https://www.geonames.org/1803266"]
    assert said["license"] == [
        "https://creativecommons.org/licenses/by/4.0/",
        {"@type": "CreativeWork", "name": "House rules", "text": "Ask.", "url": "https://h.org/r"},
    ]
    assert said["isAccessibleForFree"] is True
    assert said["conditionsOfAccess"][0] == "open access"


@pytest.mark.parametrize(
    ("status", "free"),
    [("open", True), ("embargoed", False), ("restricted", False), ("metadata-only", False)],
)
def test_only_open_data_are_called_free(status: str, free: bool) -> None:
    said = schema_org(replace(PUBLICATION, access_status=status))
    assert said.get("isAccessibleForFree") is free
    assert said["conditionsOfAccess"][1].startswith("http://purl.org/coar/access_right/")


def test_schema_org_tags_titles_with_their_language_and_relates_works() -> None:
    said = schema_org(PUBLICATION)
    assert said["name"] == METADATA["title"]
    assert said["alternateName"] == [{"@language": "zh", "@value": "2022年泸定地震强震动记录"}]
    assert said["inLanguage"] == ["en", "zh"]
    assert said["citation"] == [
        {
            "@type": "ScholarlyArticle",
            "@id": "https://doi.org/10.1038/s41597-024-1",
            "identifier": "10.1038/s41597-024-1",
        },
        "Li W. (2023). Ground motions.",
    ]
    assert said["isBasedOn"][0]["@id"] == "https://cstr.cn/31253.11.sciencedb.1"
    assert said["funding"][0]["funder"]["@id"] == "https://ror.org/01h0zpd94"
    assert said["keywords"][0] == {"@language": "zh", "@value": "强震动"}
    assert said["contributor"][0]["roleName"] == "Data manager"


def test_schema_org_of_software_is_no_dataset_and_has_no_distribution() -> None:
    said = schema_org(publication(resource_type={"id": "software"}))
    assert said["@type"] == "SoftwareSourceCode"
    assert "distribution" not in said
    assert "includedInDataCatalog" not in said
    assert len(said["encoding"]) == 3


def test_schema_org_has_no_empty_member() -> None:
    said = schema_org(PUBLICATION)
    assert "" not in said.values()
    assert not [name for name, value in said.items() if value in (None, [], {})]


def test_a_long_abstract_is_shortened_for_search_engines_only() -> None:
    long = publication(description="<p>" + "字" * 6000 + "</p>")
    assert len(schema_org(long)["description"]["@value"]) == 5000
    assert len(csl_json(long)["abstract"]) == 6000


@pytest.mark.slow
@given(st.dictionaries(st.text(), json_values))
def test_embedded_json_ends_no_script_and_means_the_same(value: dict[str, Any]) -> None:
    text = embed({**value, "hostile": "</script><!--\u2028&amp;"})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {**value, "hostile": "</script><!--\u2028&amp;"}


@pytest.mark.parametrize(
    ("geometry", "shapes"),
    [
        ({"type": "Point", "coordinates": [102.3, 29.6]}, [{"latitude": 29.6, "longitude": 102.3}]),
        ({"type": "Point", "coordinates": [1, 2, 30]}, [{"latitude": 2, "longitude": 1, "elevation": 30}]),
        ({"type": "MultiPoint", "coordinates": [[0, 1], [2, 3]]},
         [{"latitude": 1, "longitude": 0}, {"latitude": 3, "longitude": 2}]),
        ({"type": "LineString", "coordinates": [[0, 1], [2, 3]]}, [{"line": "1 0 3 2"}]),
        ({"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [2, 3], [0, 0]]]}, [{"polygon": "0 0 0 4 3 2 0 0"}]),
        ({"type": "Polygon", "coordinates": [[[170, -5], [190, -5], [190, 5], [170, 5], [170, -5]]]},
         [{"box": "-5 170 5 -170"}]),
        ({"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2]}]},
         [{"latitude": 2, "longitude": 1}]),
    ],
)  # fmt: skip
def test_geometry_is_turned_round_to_latitude_first(geometry: dict[str, Any], shapes: list[dict[str, Any]]) -> None:
    said = [{name: v for name, v in shape.items() if name != "@type"} for shape in geo(geometry)]
    assert said == shapes


@given(coordinate, coordinate, st.floats(-90, 90), st.floats(-90, 90))
def test_a_box_is_south_west_north_east_in_plain_decimals(west: float, east: float, south: float, north: float) -> None:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    (shape,) = geo({"type": "Polygon", "coordinates": [ring]})
    text = str(shape.get("box") or shape["polygon"])
    assert "e" not in text
    if "box" in shape:
        s, w, n, e = map(float, text.split())
        assert s <= n
        assert w <= e
        assert [s, w] == pytest.approx([min(south, north), min(west, east)], abs=1e-7)


def test_a_place_of_which_nothing_is_said_is_left_out() -> None:
    assert schema_place(DescribedPlace()) == {}


def test_an_unknown_geometry_is_an_error_and_not_a_missing_place() -> None:
    with pytest.raises(ValueError, match="Sphere"):
        geo({"type": "Sphere", "coordinates": [1]})
