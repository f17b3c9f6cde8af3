"""DCAT-AP 3: every dataset is one graph in three serialisations, and has all that the profile's shapes want of it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rdflib
from rdflib import FOAF, RDF, SKOS, Literal, URIRef

from repository.dataset.formats.dcat.dcat_places import DATES
from repository.dataset.formats.dcat.dcat_terms import RELATIONS, TYPES, resource_type
from tests.features.dcat_stages import ME, OWN, STAGES, stage, values
from tests.features.rdf_reading import ADMS, DCAT, DCT, PROV, graph_of, violations
from tests.features.samples import PUBLICATION, VOCABULARIES, publication
from tests.features.shared_schemas import shared_schema

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def shapes() -> Path:
    return shared_schema("dcat-ap-3/dcat-ap-SHACL.ttl")


# the profile


@pytest.mark.parametrize("name", STAGES)
def test_every_dataset_conforms_to_the_shapes_in_each_serialisation(name: str, shapes: Path) -> None:
    assert violations(stage(name), shapes) == ""


def test_the_shapes_would_notice_a_fault(shapes: Path) -> None:
    graph = stage("all that can be said")
    graph.remove((ME, DCT.title, None))
    assert "title" in violations(graph, shapes)


# texts


def test_titles_and_descriptions_keep_their_languages() -> None:
    graph = stage("all that can be said")
    assert values(graph, DCT.title) == {
        Literal("Strong-motion records of the 2022 Luding earthquake", lang="en"),
        Literal("2022年泸定地震强震动记录", lang="zh"),
    }
    assert values(graph, DCT.description) == {Literal("Records of three components & more.\nSecond.", lang="en")}
    assert Literal("强震动", lang="zh") in values(graph, DCAT.keyword)
    theme = URIRef("http://example.org/seismology")
    assert values(graph, DCAT.theme) == {theme}
    assert values(graph, SKOS.prefLabel, theme) == {Literal(str(theme))}


def test_languages_are_those_of_the_european_authority() -> None:
    table = "http://publications.europa.eu/resource/authority/language/"
    assert values(stage("all that can be said"), DCT.language) == {URIRef(f"{table}ENG"), URIRef(f"{table}ZHO")}
    assert values(graph_of(publication(languages=[{"id": "und"}])), DCT.language) == set()


# identity


def test_a_dataset_is_called_by_its_doi_and_tells_every_identifier() -> None:
    graph = stage("all that can be said")
    told = {
        (str(graph.value(node, ADMS.schemaAgency)), str(graph.value(node, SKOS.notation)))
        for node in values(graph, ADMS.identifier)
    }
    assert told == {
        ("DOI", "https://doi.org/10.5072/data.12"),
        ("CSTR", "https://cstr.cn/99999.11.data.12"),
        ("Handle", "https://hdl.handle.net/21.T1/data.12"),
        ("url", "https://old.example.org/7"),
    }
    assert values(graph, DCT.identifier) == {Literal(str(ME))}
    assert values(graph, DCAT.landingPage) == {URIRef(PUBLICATION.url)}


@pytest.mark.parametrize(
    ("missing", "name"),
    [
        ({"doi": None}, "https://cstr.cn/99999.11.data.12"),
        ({"doi": None, "cstr": None}, "https://repository.test/records/12#dataset"),
        ({"doi": "10.5072/../x", "cstr": None}, "https://repository.test/records/12#dataset"),
        ({"doi": '10.5072/<a>"{}|^`\\ b'}, "https://doi.org/10.5072/%3Ca%3E%22%7B%7D%7C%5E%60%5C%20b"),
    ],
)
def test_without_a_doi_that_can_be_written_the_next_best_names_it(missing: dict[str, Any], name: str) -> None:
    assert (URIRef(name), RDF.type, DCAT.Dataset) in graph_of(replace(OWN, **missing))


def test_a_version_names_its_concept_and_its_neighbours() -> None:
    graph = stage("all that can be said")
    assert values(graph, DCAT.version) == {Literal("V2")}
    assert values(graph, DCAT.isVersionOf) == {URIRef("https://doi.org/10.5072/data.11")}
    assert values(graph, DCAT.previousVersion) == {URIRef("https://doi.org/10.5072/data.10")}
    assert values(graph, DCAT.nextVersion) == {URIRef("https://repository.test/records/14#dataset")}


def test_a_concept_names_all_its_versions_and_has_none_itself() -> None:
    graph = stage("a concept")
    newest = URIRef("https://repository.test/records/14#dataset")
    assert values(graph, DCAT.hasVersion) == {URIRef("https://doi.org/10.5072/data.10"), newest}
    assert values(graph, DCAT.hasCurrentVersion) == {newest}
    assert values(graph, DCAT.version) | values(graph, DCAT.isVersionOf) == set()


def test_related_works_stand_under_what_they_are_to_the_dataset() -> None:
    graph = stage("all that can be said")
    assert values(graph, PROV.wasDerivedFrom) == {URIRef("https://cstr.cn/31253.11.sciencedb.1")}
    assert URIRef("https://doi.org/10.1038/s41597-024-1") in values(graph, DCT.relation)
    (reference,) = values(graph, DCT.references)
    assert graph.value(reference, DCT.bibliographicCitation) == Literal("Li W. (2023). Ground motions.", lang="en")


def test_a_related_work_without_an_address_is_told_by_its_identifier() -> None:
    unit = {"scheme": "isbn", "identifier": "978-3-16-148410-0", "relation_type": {"id": "ispartof"}}
    graph = graph_of(publication(related_identifiers=[unit]))
    (relation,) = values(graph, DCT.relation)
    assert graph.value(relation, DCT.identifier) == Literal("978-3-16-148410-0")


def test_our_lists_of_terms_are_those_of_the_vocabularies() -> None:
    assert {"other", *RELATIONS} <= {entry.id for entry in VOCABULARIES["relationtypes"]}
    assert DATES.keys() <= {entry.id for entry in VOCABULARIES["datetypes"]}
    listed = {entry.id: entry.props.get("coar") for entry in VOCABULARIES["resourcetypes"]}
    assert TYPES.keys() <= listed.keys()
    assert {kind: str(resource_type(kind)) for kind, coar in listed.items() if coar} == {
        kind: coar for kind, coar in listed.items() if coar
    }


# people


def test_people_and_organisations_are_named_by_orcid_and_ror_or_as_parts_of_the_page() -> None:
    graph = stage("all that can be said")
    second = URIRef("https://repository.test/records/12#creator-2")
    people = {
        URIRef("https://orcid.org/0000-0002-1825-0097"): FOAF.Person,
        second: FOAF.Person,
        URIRef("https://ror.org/03yrm5c26"): FOAF.Organization,
    }
    assert values(graph, DCT.creator) == people.keys()
    assert all(values(graph, RDF.type, person) == {kind, FOAF.Agent} for person, kind in people.items())
    assert values(graph, FOAF.name, second) == {Literal("李伟", lang="zh")}


def test_a_contributor_has_a_role_with_names_in_both_languages() -> None:
    graph = stage("all that can be said")
    (attribution,) = values(graph, PROV.qualifiedAttribution)
    assert {graph.value(attribution, PROV.agent)} == values(graph, DCT.contributor)
    role = graph.value(attribution, DCAT.hadRole)
    assert {"Data manager", "数据管理者"} == set(map(str, graph.objects(role, SKOS.prefLabel)))


def test_a_contact_person_is_the_contact_and_else_the_publisher() -> None:
    vcard = rdflib.Namespace("http://www.w3.org/2006/vcard/ns#")
    asked = {"person_or_org": {"type": "personal", "name": "Roe, Ann"}, "role": {"id": "contactperson"}}
    for of, kind, name in (
        (PUBLICATION, vcard.Organization, "Science Data Bank"),
        (publication(contributors=[asked]), vcard.Individual, "Ann Roe"),
    ):
        graph = graph_of(of)
        (card,) = values(graph, DCAT.contactPoint)
        assert values(graph, RDF.type, card) == {kind, vcard.Kind}
        assert values(graph, vcard.fn, card) == {Literal(name)}
