"""RO-Crate and DataCite JSON: what each says, what is told of the rest."""

import json
from typing import Any

import pytest

from tests.features.crosswalk_steps import left, people, read

Json = Any


def crate(root: Json, *others: Json) -> str:
    descriptor = {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"}}
    return json.dumps({"@context": "x", "@graph": [descriptor, {"@id": "./", "@type": "Dataset", **root}, *others]})


PERSON = {"@id": "#p", "@type": "Person", "name": "Josiah Carberry", "email": "j@x.org"}


@pytest.mark.parametrize(
    ("source", "member", "value"),
    [
        (crate({"name": "Ice"}), "title", "Ice"),
        (crate({"name": {"@value": "冰", "@language": "zh"}}), "title", "冰"),
        (crate({"name": ["Ice"]}), "title", "Ice"),
        (
            crate({"alternateName": {"@value": "冰", "@language": "zh-CN"}}),
            "additional_titles",
            [{"title": "冰", "type": {"id": "translated-title"}, "lang": {"id": "zho"}}],
        ),
        (crate({"datePublished": "2024-03-05T10:00:00+08:00"}), "publication_date", "2024-03-05"),
        (
            crate({"keywords": "ice, snow；冰"}),
            "subjects",
            [{"subject": "ice"}, {"subject": "snow"}, {"subject": "冰"}],
        ),
        (
            crate({"keywords": ["ice", {"@value": "冰", "@language": "zh"}]}),
            "subjects",
            [{"subject": "ice"}, {"subject": "冰"}],
        ),
        (crate({"license": {"@id": "https://spdx.org/licenses/MIT"}}), "rights", [{"id": "mit"}]),
        (crate({"license": "CC0-1.0"}), "rights", [{"id": "cc0-1.0"}]),
        (crate({"inLanguage": ["en", "zh"]}), "languages", [{"id": "eng"}, {"id": "zho"}]),
        (crate({"publisher": {"@id": "#o"}}, {"@id": "#o", "@type": "Organization", "name": "O"}), "publisher", "O"),
        (
            crate({"isBasedOn": "https://example.org/b"}),
            "related_identifiers",
            [{"scheme": "url", "identifier": "https://example.org/b", "relation_type": {"id": "isderivedfrom"}}],
        ),
        (
            crate({"citation": [{"@id": "https://doi.org/10.5072/c"}]}),
            "related_identifiers",
            [{"scheme": "doi", "identifier": "10.5072/c", "relation_type": {"id": "cites"}}],
        ),
        (crate({"temporalCoverage": "2020/.."}), "dates", [{"date": "2020/..", "type": {"id": "coverage"}}]),
        (
            crate(
                {
                    "spatialCoverage": {
                        "@type": "Place",
                        "name": "X",
                        "geo": {"@type": "GeoCoordinates", "latitude": 30, "longitude": "104.5"},
                    }
                }
            ),
            "locations",
            {"features": [{"geometry": {"type": "Point", "coordinates": [104.5, 30.0]}, "place": "X"}]},
        ),
        (crate({"additionalType": "https://schema.org/SoftwareSourceCode"}), "resource_type", {"id": "software"}),
        (
            json.dumps({"@context": "https://w3id.org/codemeta/3.0", "@type": "SoftwareSourceCode", "name": "Tool"}),
            "resource_type",
            {"id": "software"},
        ),
    ],
)
def test_members_of_a_crate(source: str, member: str, value: Json) -> None:
    assert read(source).metadata[member] == value


def test_a_crate_tells_what_it_cannot_take_over() -> None:
    described = read(
        crate({"name": "A", "author": {"@id": "#p"}, "custom": {"a": [1, 2]}, "hasPart": [{"@id": "a"}] * 9}, PERSON)
    )
    assert people(described) == ["Carberry|Josiah"]
    assert left(described) == {"custom.a.0", "custom.a.1", "hasPart", "#p.email"}


def datacite(**members: Json) -> Json:
    return {"titles": [{"title": "T"}], "creators": [], **members}


DATACITE = [
    (
        datacite(titles=[{"title": "A"}, {"title": "B", "titleType": "Subtitle", "lang": "en"}]),
        "additional_titles",
        [{"title": "B", "type": {"id": "subtitle"}, "lang": {"id": "eng"}}],
    ),
    (datacite(publicationYear=2024), "publication_date", "2024"),
    (
        datacite(publicationYear="2024", dates=[{"date": "2024-03-05", "dateType": "Issued"}]),
        "publication_date",
        "2024-03-05",
    ),
    (
        datacite(dates=[{"date": "2020/", "dateType": "Collected", "dateInformation": "summer"}]),
        "dates",
        [{"date": "2020/..", "type": {"id": "collected"}, "description": "summer"}],
    ),
    (datacite(publisher="P"), "publisher", "P"),
    (datacite(publisher={"name": "P", "publisherIdentifier": "x"}), "publisher", "P"),
    (datacite(types={"resourceTypeGeneral": "Software"}), "resource_type", {"id": "software"}),
    (datacite(types={"resourceTypeGeneral": "Hologram"}), "resource_type", {"id": "other"}),
    (
        datacite(subjects=[{"subject": "ice", "subjectScheme": "LCSH", "valueUri": "https://id.example/1"}]),
        "subjects",
        [{"id": "https://id.example/1", "subject": "ice", "scheme": "LCSH"}],
    ),
    (datacite(language="zh"), "languages", [{"id": "zho"}]),
    (
        datacite(rightsList=[{"rightsUri": "https://creativecommons.org/licenses/by/4.0/legalcode"}]),
        "rights",
        [{"id": "cc-by-4.0"}],
    ),
    (datacite(rightsList=[{"rights": "MIT", "rightsIdentifier": "mit"}]), "rights", [{"id": "mit"}]),
    (
        datacite(
            descriptions=[
                {"description": "M", "descriptionType": "Methods"},
                {"description": "A", "descriptionType": "Abstract"},
            ]
        ),
        "description",
        "<p>A</p>",
    ),
    (datacite(sizes=["3 MB"]), "sizes", ["3 MB"]),
    (datacite(version="2"), "version", "2"),
    (
        datacite(
            relatedIdentifiers=[
                {"relatedIdentifier": "10.5072/r", "relatedIdentifierType": "DOI", "relationType": "Cites"}
            ]
        ),
        "related_identifiers",
        [{"scheme": "doi", "identifier": "10.5072/r", "relation_type": {"id": "cites"}}],
    ),
    (
        datacite(
            geoLocations=[
                {
                    "geoLocationBox": {
                        "westBoundLongitude": 1,
                        "eastBoundLongitude": 2,
                        "southBoundLatitude": "3",
                        "northBoundLatitude": 4,
                    }
                }
            ]
        ),
        "locations",
        {
            "features": [
                {
                    "geometry": {
                        "type": "Polygon",
                        "coordinates": [[[1.0, 3.0], [2.0, 3.0], [2.0, 4.0], [1.0, 4.0], [1.0, 3.0]]],
                    }
                }
            ]
        },
    ),
    (
        datacite(fundingReferences=[{"funderName": "NSFC", "awardNumber": "4"}]),
        "funding",
        [{"funder": {"name": "NSFC"}, "award": {"number": "4"}}],
    ),
]


@pytest.mark.parametrize(("document", "member", "value"), DATACITE)
def test_attributes_of_datacite(document: Json, member: str, value: Json) -> None:
    assert read(json.dumps(document)).metadata[member] == value
    assert read(json.dumps({"data": {"attributes": document}})).metadata[member] == value, "in the envelope of the API"


@pytest.mark.parametrize(
    ("creator", "name"),
    [
        ({"name": "Doe, Jane"}, "Doe|Jane"),
        ({"name": "Jane Doe", "nameType": "Personal"}, "Doe|Jane"),
        ({"name": "X", "familyName": "Doe", "givenName": "J."}, "Doe|J."),
        ({"name": "Polar Centre", "nameType": "Organizational"}, "[Polar Centre]"),
        (
            {
                "name": "Centre",
                "nameIdentifiers": [{"nameIdentifier": "https://ror.org/021nxhr62", "nameIdentifierScheme": "ROR"}],
            },
            "[Centre]",
        ),
        ({"name": "李伟", "nameType": "Personal"}, "李|伟"),
    ],
)
def test_creators_of_datacite(creator: Json, name: str) -> None:
    assert people(read(json.dumps(datacite(creators=[creator])))) == [name]


def test_datacite_tells_what_it_cannot_take_over() -> None:
    document = datacite(
        creators=[{"name": "Doe, J.", "nameIdentifiers": [{"nameIdentifier": "7", "nameIdentifierScheme": "Local"}]}],
        relatedIdentifiers=[{"relatedIdentifier": "x", "relationType": "IsOdd"}],
        invented="yes",
    )
    assert {"creators.0.nameIdentifiers.0.nameIdentifier", "relatedIdentifiers.0.relationType", "invented"} <= left(
        read(json.dumps(document))
    )
