"""DCAT-AP 3: lists are catalogues, and nothing that can be said breaks a graph or the profile."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import rdflib
from hypothesis import given, settings
from rdflib import Literal, URIRef

from repository.dataset.description import Publication
from repository.dataset.formats.dcat.dcat_graph import (
    Catalogue,
    dcat_catalogue_jsonld,
    dcat_catalogue_rdfxml,
    dcat_catalogue_turtle,
)
from tests.features.any_publication import PUBLICATIONS
from tests.features.dcat_stages import BARE, ME, OWN, STAGES, values
from tests.features.rdf_reading import DCAT, DCT, graph_of, one_graph, violations
from tests.features.shared_schemas import shared_schema

pytestmark = pytest.mark.slow

WRITERS = (dcat_catalogue_turtle, dcat_catalogue_rdfxml, dcat_catalogue_jsonld)


@pytest.fixture(scope="module")
def shapes() -> Path:
    return shared_schema("dcat-ap-3/dcat-ap-SHACL.ttl")


def test_a_catalogue_of_all_conforms_to_the_shapes_as_one_graph(shapes: Path) -> None:
    every = [
        replace(of, doi=f"10.5072/n.{number}", cstr=None, url=f"https://repository.test/records/n{number}")
        for number, of in enumerate(STAGES.values())
    ]
    graph = one_graph(*("".join(write(every)) for write in WRITERS))
    assert violations(graph, shapes) == ""
    catalogue = URIRef("https://repository.test#catalogue")
    assert len(values(graph, DCAT.dataset, catalogue)) == len(every)


def listed(publications: list[Publication], catalogue: Catalogue | None = None) -> rdflib.Graph:
    return one_graph(*("".join(write(publications, catalogue)) for write in WRITERS))


def test_a_list_is_the_catalogue_of_its_repository(shapes: Path) -> None:
    graph = listed([OWN, replace(BARE, repository_name="other")])
    catalogue = URIRef("https://repository.test#catalogue")
    assert values(graph, DCT.title, catalogue) == {Literal("Test Repository")}
    assert values(graph, DCAT.dataset, catalogue) == {ME, URIRef("https://repository.test/records/7#dataset")}
    assert violations(graph, shapes) == ""


def test_a_catalogue_can_have_its_own_name_and_be_empty(shapes: Path) -> None:
    named = Catalogue("结果 <&>", "https://repository.test/search?q=a&page=2", "What was found.", "Somebody")
    for found, count in (([], 0), ([OWN], 1)):
        graph = listed(found, named)
        catalogue = URIRef("https://repository.test/search?q=a&page=2#catalogue")
        assert (catalogue, DCT.title, Literal("结果 <&>")) in graph
        assert len(values(graph, DCAT.dataset, catalogue)) == count
        assert violations(graph, shapes) == ""


def test_no_records_of_no_catalogue_are_a_document_without_statements() -> None:
    assert len(listed([])) == 0


# whatever is said


@settings(max_examples=40)
@given(said=PUBLICATIONS)
def test_nothing_that_can_be_said_breaks_the_graph_or_the_profile(said: Publication, shapes: Path) -> None:
    assert violations(graph_of(said), shapes) == ""


def test_what_is_said_is_json_without_half_characters() -> None:
    text = "".join(dcat_catalogue_jsonld([STAGES["hostile"]]))
    assert json.loads(text.encode())["@graph"]
