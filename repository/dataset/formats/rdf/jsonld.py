"""RDF as JSON-LD (JSON-LD 1.1, W3C, 2020), with its context inside: readers fetch nothing."""

from typing import Any

import orjson

from repository.dataset.formats.rdf.triples import PREFIXES, Graph, Iri, RdfResource, Syntax, Term

Json = dict[str, Any]


def graph_object(graph: Graph) -> Json:
    """Return `graph` as one JSON object."""
    return {"@context": dict(PREFIXES), "@graph": _nodes(graph)}


def _nodes(graph: Graph) -> list[Json]:
    return [_node(resource) for resource in graph if resource.types or resource.statements]


def _node(resource: RdfResource) -> Json:
    node: Json = {"@id": str(resource.iri)} if resource.iri else {}
    if resource.types:
        node["@type"] = list(resource.types)
    for predicate, objects in resource.statements.items():
        values = [_value(term) for term in objects]
        node[predicate] = values[0] if len(values) == 1 else values
    return node


def _value(term: Term) -> Json | str:
    if isinstance(term, RdfResource):
        return _node(term)
    if isinstance(term, Iri):
        return {"@id": str(term)}
    if term.language:
        return {"@value": term.text, "@language": term.language}
    return {"@value": term.text, "@type": term.datatype} if term.datatype else term.text


def _body(graph: Graph) -> str:
    return ",\n".join(orjson.dumps(node).decode() for node in _nodes(graph))


JSON_LD = Syntax(
    opening=f'{{"@context":{orjson.dumps(dict(PREFIXES)).decode()},"@graph":[\n',
    body=_body,
    between=",\n",
    closing="\n]}\n",
)
