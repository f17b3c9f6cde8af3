"""What other readers make of our RDF: the graph of each serialisation, and the judgement of DCAT-AP's shapes."""

import json
from functools import cache
from pathlib import Path

import pyshacl
import rdflib
from rdflib.compare import isomorphic

from repository.dataset.description import Publication
from repository.dataset.formats.dcat.dcat_graph import dcat_jsonld, dcat_rdfxml, dcat_turtle

DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
DCT = rdflib.Namespace("http://purl.org/dc/terms/")
ADMS = rdflib.Namespace("http://www.w3.org/ns/adms#")
PROV = rdflib.Namespace("http://www.w3.org/ns/prov#")
GEO = rdflib.Namespace("http://www.opengis.net/ont/geosparql#")


def read(text: str, kind: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=text.encode(), format=kind)


def one_graph(turtle: str, rdfxml: str, jsonld: str) -> rdflib.Graph:
    """The graph that all three say."""
    graph = read(turtle, "turtle")
    assert isomorphic(graph, read(rdfxml, "xml"))
    assert isomorphic(graph, read(jsonld, "json-ld"))
    return graph


def graph_of(publication: Publication) -> rdflib.Graph:
    return one_graph(dcat_turtle(publication), dcat_rdfxml(publication), json.dumps(dcat_jsonld(publication)))


@cache
def _shapes(path: Path) -> rdflib.Graph:
    return rdflib.Graph().parse(path)


def violations(graph: rdflib.Graph, shapes: Path) -> str:
    """What the shapes have against a graph, nothing when it conforms."""
    conforms, _, text = pyshacl.validate(graph, shacl_graph=_shapes(shapes), allow_infos=False, allow_warnings=False)
    return "" if conforms else text
