"""A graph says the same in Turtle, in RDF/XML and in JSON-LD, whatever characters its texts and addresses have."""

import json

import pytest
import rdflib
from hypothesis import example, given
from hypothesis import strategies as st

from repository.dataset.formats.rdf.jsonld import JSON_LD, graph_object
from repository.dataset.formats.rdf.rdfxml import RDF_XML
from repository.dataset.formats.rdf.triples import (
    PREFIXES,
    Graph,
    Iri,
    Literal,
    blank,
    document,
    documents,
    iri,
    literal,
)
from repository.dataset.formats.rdf.turtle import TURTLE
from tests.features.rdf_reading import one_graph, read

pytestmark = pytest.mark.slow

ME = Iri("https://r.test/1")
HARD = '"\\ \\u0041 \r\n\t \x00\x0b\x7f\x85\u2028\u202e\ud800\ufffe ]]> <b>&amp; {} \'\'\' """ .'
TAGS = st.sampled_from([None, "en", "zh", "zh-Hant", "x-klingon"])


def said(graph: Graph) -> rdflib.Graph:
    jsonld = document(JSON_LD, graph)
    assert json.loads(jsonld) == graph_object(graph)
    return one_graph(document(TURTLE, graph), document(RDF_XML, graph), jsonld)


@given(st.text(max_size=60), TAGS)
@example(HARD, "en")
@example("'" * 4, None)
def test_a_text_is_the_same_in_every_serialisation(text: str, tag: str | None) -> None:
    graph = Graph()
    wanted = literal(text, tag)
    graph.resource(ME, "dcat:Dataset").add("dct:title", wanted)
    titles = list(said(graph).objects(rdflib.URIRef(ME), rdflib.DCTERMS.title))
    assert titles == ([rdflib.Literal(wanted.text, lang=tag)] if wanted else [])


def test_a_text_loses_only_what_no_document_can_hold() -> None:
    kept = literal(HARD)
    assert kept is not None
    assert [character for character in "\x00\x0b\ud800\ufffe" if character in kept.text] == []
    assert all(part in kept.text for part in ("\\u0041", "]]> <b>&amp;", "\r\n\t"))
    assert literal(" \x00\ud800\n") is None


@given(st.text(max_size=40))
@example('<>"{}|^`\\ \n%zz%41[]')
@example("a/../b/./c")
@example("a#b#c")
@example("测试 \ud800\u202e")
def test_an_address_is_safe_in_every_serialisation_or_no_address(text: str) -> None:
    address = iri(f"https://r.test/{text}")
    graph = Graph()
    graph.resource(ME).add("dct:relation", address)
    found = list(said(graph).objects(rdflib.URIRef(ME), rdflib.DCTERMS.relation))
    assert found == ([rdflib.URIRef(address)] if address else [])
    assert not address or (address.isascii() and not set(address) & set('<>"{}|^`\\ \n'))


@pytest.mark.parametrize(
    "address",
    [None, "", "javascript:alert(1)", "urn:x:y", "https://", "http:// /", "/a", "https://r.test/../a", "dcat:Dataset"],
)
def test_what_is_no_address_of_the_web_is_not_used(address: str | None) -> None:
    assert iri(address) is None


def test_a_good_address_stays_as_it_is() -> None:
    for address in ("https://doi.org/10.5072/a.b(c);d", "http://r.test:8080/?q=a%20b&c=d#e", "https://r.test/..a/b."):
        assert iri(address) == address


def test_saying_something_twice_says_it_once() -> None:
    graph = Graph()
    for _ in range(2):
        graph.resource(ME, "dcat:Dataset").add("dct:title", literal("a"), literal("a"), None)
    assert len(said(graph)) == 2


def test_things_without_an_address_stand_inside_what_names_them() -> None:
    graph = Graph()
    inner, outer = blank("foaf:Agent"), blank()
    inner.add("foaf:name", literal("x"))
    outer.add("dct:creator", inner)
    graph.resource(ME).add("dct:relation", outer, blank())
    found = said(graph)
    assert len(found) == 5
    assert len({node for node in found.all_nodes() if isinstance(node, rdflib.BNode)}) == 3


def test_values_keep_their_types_and_named_things_are_named() -> None:
    graph = Graph()
    agent = graph.resource(Iri("https://r.test/2"), "foaf:Person", "foaf:Agent")
    graph.resource(ME).add("dct:creator", agent)
    graph.resource(ME).add("dcat:byteSize", Literal("7", None, "xsd:nonNegativeInteger"))
    found = said(graph)
    assert (rdflib.URIRef(ME), rdflib.DCTERMS.creator, rdflib.URIRef("https://r.test/2")) in found
    assert set(found.objects(rdflib.URIRef("https://r.test/2"), rdflib.RDF.type)) == {
        rdflib.FOAF.Person,
        rdflib.FOAF.Agent,
    }
    assert next(found.objects(rdflib.URIRef(ME), rdflib.DCAT.byteSize)).datatype == rdflib.XSD.nonNegativeInteger


@pytest.mark.parametrize("count", [0, 1, 3])
def test_graphs_in_a_row_are_one_document(count: int) -> None:
    def graphs() -> list[Graph]:
        made = []
        for number in range(count):
            graph = Graph()
            graph.resource(ME).add("dct:title", literal(str(number)))
            made.append(graph)
        return made

    texts = ["".join(documents(syntax, graphs())) for syntax in (TURTLE, RDF_XML, JSON_LD)]
    assert len(one_graph(*texts)) == count


def test_prefixes_never_look_like_the_beginning_of_an_address() -> None:
    assert not {"http", "https", "urn", "_"} & PREFIXES.keys()
    assert all(namespace[-1] in "/#" for namespace in PREFIXES.values())
    assert len(read(document(TURTLE, Graph()), "turtle")) == 0
