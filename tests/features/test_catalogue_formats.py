"""MARCXML, CodeMeta, GeoJSON and CSV: what libraries, software tools, maps and spreadsheets read of a dataset."""

import csv
import json
import re
from dataclasses import replace
from io import StringIO

import pytest
from lxml import etree

from repository.dataset.description import Label, Publication, Withdrawal
from repository.dataset.formats.codemeta.codemeta_json import codemeta
from repository.dataset.formats.geojson.geojson_features import geojson
from repository.dataset.formats.marc.marcxml import NAMESPACE, marcxml
from repository.dataset.formats.registry import FORMATS, write_list
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.samples import PUBLICATION, publication

SLIM = {"m": NAMESPACE}
POINT = {"type": "Point", "coordinates": [102.08, 29.59]}
PLACES = {"features": [{"geometry": POINT, "place": "Luding"}, {"place": "Kangding", "description": "the town"}]}


def marc(of: Publication) -> etree._Element:
    return etree.fromstring(marcxml(of).encode())


def subfields(record: etree._Element, tag: str, code: str) -> list[str | None]:
    return [found.text for found in record.iterfind(f"m:datafield[@tag='{tag}']/m:subfield[@code='{code}']", SLIM)]


def test_a_marc_record_has_its_leader_and_the_fields_of_a_dataset() -> None:
    record = marc(PUBLICATION)

    leader = record.findtext("m:leader", namespaces=SLIM)
    assert leader is not None
    assert re.fullmatch(r"[\d ]{5}[\dA-Za-z ][\dA-Za-z][\dA-Za-z ]{3}[2 ][2 ][\d ]{5}[\dA-Za-z ]{3}(4500|    )", leader)
    assert leader[5:8] == "nmm"
    assert record.findtext("m:controlfield[@tag='001']", namespaces=SLIM) == str(PUBLICATION.id)
    assert PUBLICATION.doi in subfields(record, "024", "a")
    assert "doi" in subfields(record, "024", "2")
    assert subfields(record, "100", "a") == ["Smith, John A."]
    assert subfields(record, "100", "u") == ["University of Leeds"]
    assert subfields(record, "100", "1") == ["https://orcid.org/0000-0002-1825-0097"]
    assert subfields(record, "700", "a") == ["李伟", "Roe"]
    assert subfields(record, "710", "a") == ["Institute of Geology & Geophysics"]
    assert subfields(record, "245", "a") == ["Strong-motion records of the 2022 Luding earthquake"]
    assert "2022年泸定地震强震动记录" in subfields(record, "246", "a")
    assert subfields(record, "250", "a") == ["V2"]
    assert subfields(record, "264", "b") == ["Science Data Bank"]
    assert subfields(record, "264", "c") == ["2024-03-05"]
    assert "Records of three components & more. Second." in subfields(record, "520", "a")
    assert PUBLICATION.url in subfields(record, "856", "u")
    assert [file.url for file in PUBLICATION.files] == subfields(record, "856", "u")[1:]


def test_marc_fields_stand_in_the_order_of_their_numbers_and_none_is_empty() -> None:
    record = marc(PUBLICATION)

    tags = [field.get("tag", "") for field in record.iterfind("m:datafield", SLIM)]
    assert tags == sorted(tags)
    assert all(len(field) for field in record.iterfind("m:datafield", SLIM))
    assert all(found.text for found in record.iter(f"{{{NAMESPACE}}}subfield"))


@pytest.mark.parametrize(
    ("kind", "letter"), [("software", "m"), ("publication-article", "a"), ("image-photo", "k"), ("video", "g")]
)
def test_the_kind_of_a_work_is_in_the_leader(kind: str, letter: str) -> None:
    assert marc(publication(resource_type={"id": kind})).findtext("m:leader", "", SLIM)[6] == letter


def test_marc_says_that_a_version_was_withdrawn() -> None:
    record = marc(replace(PUBLICATION, withdrawn=Withdrawal(Label("spam", {"en": "Spam"}), "2025-01-02")))

    assert record.findtext("m:leader", "", SLIM)[5] == "d"
    assert subfields(record, "583", "c") == ["2025-01-02"]


def test_marc_keywords_and_subjects_of_a_vocabulary_have_fields_of_their_own() -> None:
    record = marc(publication(subjects=[{"subject": "ice"}], rights=[{"id": "cc-by-4.0"}]))

    assert subfields(record, "653", "a") == ["ice"]
    assert subfields(record, "540", "f") == ["cc-by-4.0"]
    assert subfields(record, "540", "u")[0]


def test_codemeta_names_people_terms_and_the_home_of_the_code() -> None:
    related = [
        {"identifier": "https://github.com/ada/waves", "scheme": "url", "relation_type": {"id": "issupplementto"}},
        {
            "identifier": "10.1234/paper",
            "scheme": "doi",
            "relation_type": {"id": "isdescribedby"},
            "resource_type": {"id": "publication-article"},
        },
    ]
    meta = codemeta(publication(resource_type={"id": "software"}, related_identifiers=related, rights=[{"id": "mit"}]))

    assert meta["@context"] == "https://w3id.org/codemeta/3.0"
    assert meta["@type"] == "SoftwareSourceCode"
    assert meta["author"][0]["familyName"] == "Smith"
    assert meta["author"][0]["@id"] == "https://orcid.org/0000-0002-1825-0097"
    assert meta["author"][2]["@type"] == "Organization"
    assert meta["codeRepository"] == "https://github.com/ada/waves"
    assert meta["referencePublication"] == ["https://doi.org/10.1234/paper"]
    assert meta["datePublished"] == "2024-03-05"
    assert meta["license"]


@pytest.mark.parametrize(
    ("date", "iso"), [("2020", "2020"), ("2020-05/2021", "2020-05"), ("../2019-02-03", "2019-02-03")]
)
def test_codemeta_dates_are_iso_dates(date: str, iso: str) -> None:
    assert codemeta(publication(publication_date=date))["datePublished"] == iso


def test_geojson_has_a_feature_for_each_place_also_without_coordinates() -> None:
    collection = geojson(publication(locations=PLACES))

    first, second = collection["features"]
    assert collection["type"] == "FeatureCollection"
    assert first["type"] == "Feature"
    assert first["geometry"] == POINT
    assert first["properties"]["place"] == "Luding"
    assert first["properties"]["title"] == PUBLICATION.description.title
    assert second["geometry"] is None
    assert second["properties"]["description"] == "the town"
    assert first["id"] != second["id"]


def test_geojson_of_many_datasets_is_one_collection() -> None:
    several = [publication(locations=PLACES), publication(locations={"features": []}), publication(locations=PLACES)]

    collection = json.loads("".join(write_list(FORMATS["geojson"], several)))

    assert collection["type"] == "FeatureCollection"
    assert len(collection["features"]) == 4


def test_a_table_keeps_commas_quotes_and_lines_of_a_cell() -> None:
    title, text = 'Wind, "gusts"; calm', "<p>One, two</p><p>=3</p>"
    written = "".join(write_list(FORMATS["csv"], [publication(title=title, description=text), PUBLICATION]))

    first, second = csv.DictReader(StringIO(written, newline=""))
    assert first["title"] == title
    assert first["description"] == "One, two\n=3"
    assert second["creators"] == "Smith, John A.; 李伟; Institute of Geology & Geophysics"
    assert second["doi"] == PUBLICATION.doi
    assert written.count("\r\n") == 3


@pytest.mark.parametrize(
    ("accept", "begin"),
    [
        ("application/vnd.geo+json", '{"type":"FeatureCollection"'),
        ("application/geo+json", '{"type":"FeatureCollection"'),
        ("application/marcxml+xml", "<?xml"),
        ("application/vnd.codemeta.ld+json", "{"),
        ('application/ld+json; profile="https://w3id.org/codemeta/3.0"', "{"),
        ("application/vnd.inveniordm.v1.full+csv", "id,doi,"),
        ("application/vnd.inveniordm.v1.simple+csv", "id,doi,"),
        ("text/csv", "id,doi,"),
    ],
)
def test_the_api_has_the_contract_s_media_types(anyone: Caller, deposits: Deposits, accept: str, begin: str) -> None:
    record = deposits.published(a_dataset(locations=PLACES))

    for address in (record["links"]["self"], f"/records/{record['id']}", "/api/records"):
        reply = anyone.get(address, headers={"Accept": accept})
        assert reply.status_code == 200
        assert reply.headers["Content-Type"].removesuffix("; charset=utf-8") == accept
        assert address == "/api/records" or reply.text.startswith(begin)
