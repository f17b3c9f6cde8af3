"""schema.org judged as a graph: shapes of datasets hold for full and for bare records, in any language."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pyshacl import validate
from rdflib import RDF, Graph, Literal, Namespace, URIRef

from repository.dataset.description import Label, Sibling, Withdrawal
from repository.dataset.formats.schema_org.schema_org_json import schema_org
from tests.features.samples import METADATA, PUBLICATION, person, publication

pytestmark = pytest.mark.slow

SCHEMA = Namespace("http://schema.org/")
CONTEXT = {
    "@vocab": str(SCHEMA),
    **{key: {"@type": "@id"} for key in ("url", "sameAs", "license", "contentUrl", "additionalType")},
}
"""What schema.org's own context says of the properties that we use; the real one is far away."""

SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix s: <http://schema.org/> .
@prefix t: <urn:test:> .

t:Dataset a sh:NodeShape ; sh:targetClass s:Dataset ; sh:nodeKind sh:IRI ;
  sh:property [ sh:path s:name ; sh:minCount 1 ; sh:nodeKind sh:Literal ; sh:minLength 1 ] ,
    [ sh:path s:description ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:Literal ; sh:maxLength 5000 ] ,
    [ sh:path s:url ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path s:identifier ; sh:minCount 1 ; sh:class s:PropertyValue ] ,
    [ sh:path s:version ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:Literal ] ,
    [ sh:path s:keywords ; sh:minCount 1 ; sh:nodeKind sh:Literal ; sh:minLength 1 ] ,
    [ sh:path s:sameAs ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path s:isAccessibleForFree ; sh:minCount 1 ; sh:maxCount 1 ] ,
    [ sh:path s:conditionsOfAccess ; sh:minCount 1 ] ,
    [ sh:path s:creator ; sh:minCount 1 ; sh:maxCount 1 ] ,
    [ sh:path s:publisher ; sh:minCount 1 ; sh:class s:Organization ] ,
    [ sh:path s:provider ; sh:minCount 1 ; sh:class s:Organization ] ,
    [ sh:path s:includedInDataCatalog ; sh:minCount 1 ; sh:class s:DataCatalog ] ,
    [ sh:path s:datePublished ; sh:pattern "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$" ] ,
    [ sh:path s:distribution ; sh:class s:DataDownload ] ,
    [ sh:path s:license ; sh:or ( [ sh:nodeKind sh:IRI ] [ sh:class s:CreativeWork ] ) ] .
t:PropertyValue a sh:NodeShape ; sh:targetClass s:PropertyValue ; sh:nodeKind sh:BlankNode ;
  sh:property [ sh:path s:propertyID ; sh:minCount 1 ] , [ sh:path s:value ; sh:minCount 1 ; sh:maxCount 1 ] .
t:Organization a sh:NodeShape ; sh:targetClass s:Organization ; sh:property [ sh:path s:name ; sh:minCount 1 ] .
t:Person a sh:NodeShape ; sh:targetClass s:Person ; sh:property [ sh:path s:name ; sh:minCount 1 ; sh:maxCount 1 ] .
t:Licence a sh:NodeShape ; sh:targetObjectsOf s:license ;
  sh:or ( [ sh:nodeKind sh:IRI ] [ sh:property [ sh:path s:name ; sh:minCount 1 ] ] ) .
t:DataDownload a sh:NodeShape ; sh:targetClass s:DataDownload ;
  sh:property [ sh:path s:contentUrl ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ,
    [ sh:path s:encodingFormat ; sh:minCount 1 ] , [ sh:path s:name ; sh:minCount 1 ] .
t:GeoShape a sh:NodeShape ; sh:targetClass s:GeoShape ;
  sh:property [ sh:path s:box ; sh:pattern "^-?[0-9.]+ -?[0-9.]+ -?[0-9.]+ -?[0-9.]+$" ] .
"""

_KEPT = {"title": "Rain", "publication_date": "2020", "resource_type": {"id": "dataset"}, "creators": [person("Roe")]}
BARE = replace(
    publication(**{**dict.fromkeys(METADATA), **_KEPT}),
    doi=None, cstr=None, concept_doi=None, concept_cstr=None, concept_url="https://repository.test/records/11",
    access_status="metadata-only", files=(), file_count=0, total_bytes=0,
)  # fmt: skip
CHINESE = publication(
    title="泸定地震记录", description="<p>三分量记录。</p>", languages=[{"id": "zho"}], subjects=[{"subject": "地震"}],
    additional_titles=None, creators=[person("李", "伟")],
)  # fmt: skip
SIBLING = Sibling(1, "https://repository.test/records/10", "10.5072/data.10", label="V1")
A_WORK = {
    "scheme": "doi",
    "identifier": "10.5072/other",
    "resource_type": {"id": "dataset"},
}
RELATED = publication(
    related_identifiers=[
        {**A_WORK, "relation_type": {"id": relation}}
        for relation in ("ispartof", "haspart", "isderivedfrom", "cites", "isreviewedby", "isvariantformof", "requires")
    ],
    rights=[{"title": {"en": "Free for teaching", "zh": "仅限教学"}}],
)
RECORDS = {
    "full": PUBLICATION,
    "bare": BARE,
    "bare with a DOI": replace(BARE, doi="10.5072/data.12"),
    "Chinese": CHINESE,
    "related to datasets, on own terms": RELATED,
    "a concept": replace(PUBLICATION, is_concept=True, siblings=[SIBLING]),
    "between others": replace(PUBLICATION, previous=SIBLING, following=SIBLING),
    "withdrawn": replace(PUBLICATION, withdrawn=Withdrawal(Label("x", {"en": "Error"}), "2025-01-01"), files=()),
    "embargoed": replace(
        PUBLICATION, access_status="embargoed", embargo_until="2030-01-01", embargo_reason="In review"
    ),
    "of many files": replace(PUBLICATION, file_count=20_000, archive_url="https://r.test/zip"),
}


def graph_of(document: dict[str, Any]) -> Graph:
    assert document["@context"] == "https://schema.org/"
    return Graph().parse(data=json.dumps({**document, "@context": CONTEXT}), format="json-ld")


@pytest.mark.parametrize("name", RECORDS)
def test_the_graph_has_the_shape_of_a_dataset(name: str) -> None:
    shapes = Graph().parse(data=SHAPES, format="turtle")
    conforms, _, report = validate(graph_of(schema_org(RECORDS[name])), shacl_graph=shapes)
    assert conforms, report


def test_the_shapes_refuse_what_they_are_for() -> None:
    shapes = Graph().parse(data=SHAPES, format="turtle")
    good = schema_org(PUBLICATION)
    stub = {**good, "isPartOf": {"@type": "Dataset", "@id": "https://doi.org/10.5072/other"}}
    shared = {**good, "identifier": {**good["identifier"][0], "@id": good["@id"]}}
    words = {**good, "license": {"@value": "Free for teaching"}}
    for bad in (stub, shared, words, {**good, "version": None}, {**good, "description": None}):
        assert not validate(graph_of(bad), shacl_graph=shapes)[0]


@pytest.mark.parametrize("name", RECORDS)
def test_only_the_resource_itself_is_called_a_dataset(name: str) -> None:
    graph = graph_of(schema_org(RECORDS[name]))
    document = schema_org(RECORDS[name])
    assert list(graph.subjects(RDF.type, SCHEMA.Dataset)) == [URIRef(document["@id"])]
    assert set(graph.objects(URIRef(document["@id"]), RDF.type)) == {SCHEMA.Dataset}


def test_chinese_texts_have_their_language_in_the_graph() -> None:
    graph, this = graph_of(schema_org(CHINESE)), URIRef("https://doi.org/10.5072/data.12")
    for said, text in ((SCHEMA.name, "泸定地震记录"), (SCHEMA.description, "三分量记录。"), (SCHEMA.keywords, "地震")):
        assert list(graph.objects(this, said)) == [Literal(text, lang="zh")]


def test_awards_have_their_titles_in_every_language() -> None:
    award = {"title": {"en": "Strong motion", "zh": "强震动观测"}, "number": "7"}
    said = schema_org(publication(funding=[{"funder": {"name": "NSFC"}, "award": award}]))
    assert said["funding"][0]["name"] == ["Strong motion", {"@language": "zh", "@value": "强震动观测"}]


def test_related_works_keep_their_kind_without_being_called_datasets() -> None:
    said = schema_org(RELATED)
    work = {
        "@type": "CreativeWork",
        "@id": "https://doi.org/10.5072/other",
        "additionalType": "https://schema.org/Dataset",
        "identifier": "10.5072/other",
    }
    for name in ("isPartOf", "hasPart", "isBasedOn", "citation", "subjectOf"):
        assert said[name][0] == work
    assert said["http://purl.org/dc/terms/relation"] == [work, work]
    assert said["license"] == {"@type": "CreativeWork", "name": "Free for teaching"}


def test_a_record_without_a_description_is_described_by_its_citation() -> None:
    assert schema_org(BARE)["description"] == (
        "Roe (2020). Rain. Test Repository. Dataset. https://repository.test/records/12"
    )
    assert (schema_org(BARE)["version"], schema_org(BARE)["keywords"]) == ("2", ["Dataset"])


def test_more_files_than_are_listed_are_told_of_with_the_place_of_all() -> None:
    many = replace(PUBLICATION, file_count=20_000, archive_url="https://r.test/zip", files_url="https://r.test/files")
    assert len(schema_org(PUBLICATION)["distribution"]) == 3
    *_, last = schema_org(many)["distribution"]
    assert last["contentUrl"] == "https://r.test/zip"
    assert last["description"] == "3 of 20000 files are listed here; https://r.test/files leads to all of them."


def test_why_data_are_under_embargo_is_a_condition_of_access() -> None:
    assert schema_org(RECORDS["embargoed"])["conditionsOfAccess"][-1] == "In review"
