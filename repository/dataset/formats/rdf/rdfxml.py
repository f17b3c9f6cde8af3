"""RDF as XML (RDF 1.1 XML Syntax, W3C, 2014): the element ``rdf:RDF`` without an XML declaration."""

from collections.abc import Iterator

from repository.dataset.formats import xml_writer
from repository.dataset.formats.rdf.triples import PREFIXES, Graph, Iri, Name, RdfResource, Syntax, Term

_OPENING = "<rdf:RDF" + "".join(f' xmlns:{prefix}="{namespace}"' for prefix, namespace in PREFIXES.items()) + ">\n"


def _body(graph: Graph) -> str:
    return "".join(_node(resource) + "\n" for resource in graph if resource.types or resource.statements)


def _node(resource: RdfResource) -> str:
    """Return an element named after the first type, which readers without RDF understand."""
    tag, *others = resource.types or ("rdf:Description",)
    about = xml_writer.attribute("rdf:about", resource.iri) if resource.iri else ""
    types = "".join(f"<rdf:type{xml_writer.attribute('rdf:resource', _full_iri(name))}/>" for name in others)
    return f"<{tag}{about}>{types}{''.join(_statements(resource))}</{tag}>"


def _statements(resource: RdfResource) -> Iterator[str]:
    for predicate, objects in resource.statements.items():
        for term in objects:
            yield _statement(predicate, term)


def _statement(predicate: Name, term: Term) -> str:
    if isinstance(term, RdfResource):
        return f"<{predicate}>{_node(term)}</{predicate}>"
    if isinstance(term, Iri):
        return f"<{predicate}{xml_writer.attribute('rdf:resource', term)}/>"
    if term.language:
        kind = xml_writer.attribute("xml:lang", term.language)
    else:
        kind = xml_writer.attribute("rdf:datatype", _full_iri(term.datatype)) if term.datatype else ""
    return f"<{predicate}{kind}>{xml_writer.text(term.text)}</{predicate}>"


def _full_iri(name: Name) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


RDF_XML = Syntax(opening=_OPENING, body=_body, between="", closing="</rdf:RDF>\n")
