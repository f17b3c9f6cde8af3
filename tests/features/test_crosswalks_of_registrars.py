"""DataCite XML and CSL: what each says, what is told of the rest."""

import json
from typing import Any

import pytest

from tests.features.crosswalk_steps import read

Json = Any


def xml(inner: str, kernel: str = "4") -> str:
    head = f'<resource xmlns="http://datacite.org/schema/kernel-{kernel}"><titles><title>T</title></titles>'
    return f'<?xml version="1.0" encoding="UTF-8"?>{head}{inner}</resource>'


@pytest.mark.parametrize(
    ("inner", "member", "value"),
    [
        ("<publisher>P</publisher>", "publisher", "P"),
        ("<publicationYear>2024</publicationYear>", "publication_date", "2024"),
        ("<resourceType resourceTypeGeneral='Dataset'>Dataset</resourceType>", "resource_type", {"id": "dataset"}),
        (
            "<subjects><subject>ice</subject><subject xml:lang='zh'>冰</subject></subjects>",
            "subjects",
            [{"subject": "ice"}, {"subject": "冰"}],
        ),
        (
            "<dates><date dateType='Collected'>2020/2021</date></dates>",
            "dates",
            [{"date": "2020/2021", "type": {"id": "collected"}}],
        ),
        ("<language>en</language>", "languages", [{"id": "eng"}]),
        ("<version>1.0</version>", "version", "1.0"),
        ("<sizes><size>3 MB</size><size>2 files</size></sizes>", "sizes", ["3 MB", "2 files"]),
        ("<formats><format>text/csv</format></formats>", "formats", ["text/csv"]),
        (
            "<rightsList><rights rightsURI='https://creativecommons.org/publicdomain/zero/1.0/'/></rightsList>",
            "rights",
            [{"id": "cc0-1.0"}],
        ),
        (
            "<descriptions><description descriptionType='Abstract'>a<br/>b &lt;i&gt;</description></descriptions>",
            "description",
            "<p>a</p><p>b &lt;i&gt;</p>",
        ),
        (
            "<alternateIdentifiers><alternateIdentifier alternateIdentifierType='URL'>https://x.org/1</alternateIdentifier></alternateIdentifiers>",
            "identifiers",
            [{"scheme": "url", "identifier": "https://x.org/1"}],
        ),
        (
            "<relatedIdentifiers><relatedIdentifier relatedIdentifierType='DOI' relationType='IsPartOf'>10.5072/p"
            "</relatedIdentifier></relatedIdentifiers>",
            "related_identifiers",
            [{"scheme": "doi", "identifier": "10.5072/p", "relation_type": {"id": "ispartof"}}],
        ),
        (
            "<geoLocations><geoLocation><geoLocationPlace>X</geoLocationPlace></geoLocation></geoLocations>",
            "locations",
            {"features": [{"place": "X"}]},
        ),
        (
            "<geoLocations><geoLocation><geoLocationPoint><pointLongitude>1.5</pointLongitude><pointLatitude>-2</pointLatitude></geoLocationPoint></geoLocation></geoLocations>",
            "locations",
            {"features": [{"geometry": {"type": "Point", "coordinates": [1.5, -2.0]}}]},
        ),
        (
            "<fundingReferences><fundingReference><funderName>N</funderName><awardNumber>4</awardNumber></fundingReference></fundingReferences>",
            "funding",
            [{"funder": {"name": "N"}, "award": {"number": "4"}}],
        ),
    ],
)
def test_elements_of_datacite(inner: str, member: str, value: Json) -> None:
    assert read(xml(inner)).metadata[member] == value


def test_other_kernels_are_refused_and_minor_ones_read() -> None:
    assert read(xml("", "4.1")).metadata["title"] == "T"
    with pytest.raises(ValueError, match=r"kernel-4"):
        read(xml("", "3"))


def csl(**members: Json) -> str:
    return json.dumps({"type": "dataset", "title": "T", "DOI": "10.5072/x", **members})


@pytest.mark.parametrize(
    ("source", "member", "value"),
    [
        (csl(title=["A", "B"], subtitle=["S"]), "title", "A: S"),
        (csl(title="A &amp; B"), "title", "A & B"),
        (csl(issued={"date-parts": [[2024, 3, 5]]}), "publication_date", "2024-03-05"),
        (csl(issued={"date-parts": [[2024]]}), "publication_date", "2024"),
        (csl(issued={"date-parts": [[2020, 1], [2021, 2]]}), "publication_date", "2020-01/2021-02"),
        (csl(issued={"date-parts": [[None]]}, created={"date-parts": [[2023]]}), "publication_date", "2023"),
        (csl(issued={"raw": "Spring 2024"}), "publication_date", "Spring 2024"),
        (
            csl(abstract="<jats:title>Abstract</jats:title><jats:p>A <jats:italic>b</jats:italic></jats:p><p>C</p>"),
            "description",
            "<p>A b</p><p>C</p>",
        ),
        (csl(subject=["ice", "ice", "冰"]), "subjects", [{"subject": "ice"}, {"subject": "冰"}]),
        (csl(keyword="a; b，c"), "subjects", [{"subject": "a"}, {"subject": "b"}, {"subject": "c"}]),
        (
            csl(license=[{"URL": "https://creativecommons.org/licenses/by/4.0/", "start": {}}]),
            "rights",
            [{"id": "cc-by-4.0"}],
        ),
        (
            csl(funder=[{"name": "N", "DOI": "10.13039/501100001809", "award": ["1", "2"]}]),
            "funding",
            [
                {"funder": {"name": "N", "id": "https://doi.org/10.13039/501100001809"}, "award": {"number": n}}
                for n in ("1", "2")
            ],
        ),
        (
            csl(relation={"is-supplement-to": [{"id": "10.5072/y", "id-type": "doi"}]}),
            "related_identifiers",
            [{"scheme": "doi", "identifier": "10.5072/y", "relation_type": {"id": "issupplementto"}}],
        ),
        (csl(language="en-GB"), "languages", [{"id": "eng"}]),
        (csl(type="posted-content"), "resource_type", {"id": "publication-preprint"}),
        (json.dumps({"message": json.loads(csl(title="In an envelope"))}), "title", "In an envelope"),
        (json.dumps([json.loads(csl(title="First")), {"title": "Second"}]), "title", "First"),
    ],
)
def test_members_of_csl(source: str, member: str, value: Json) -> None:
    assert read(source).metadata[member] == value
