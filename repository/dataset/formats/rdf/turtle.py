"""RDF as Turtle (RDF 1.1 Turtle, W3C, 2014)."""

from collections.abc import Iterator

from repository.dataset.formats.rdf.triples import PREFIXES, Graph, Iri, RdfResource, Syntax, Term

_PREFIXES = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def _body(graph: Graph) -> str:
    resources = (resource for resource in graph if _has_statements(resource))
    return "".join(f"\n<{resource.iri}> {_predicates(resource, 1)} .\n" for resource in resources)


def _has_statements(resource: RdfResource) -> bool:
    return bool(resource.types or resource.statements)


def _predicates(resource: RdfResource, depth: int) -> str:
    return f" ;\n{'    ' * depth}".join(_statements(resource, depth))


def _statements(resource: RdfResource, depth: int) -> Iterator[str]:
    if resource.types:
        yield f"a {', '.join(resource.types)}"
    for predicate, objects in resource.statements.items():
        yield f"{predicate} {', '.join(_term(term, depth) for term in objects)}"


def _term(term: Term, depth: int) -> str:
    if isinstance(term, RdfResource):
        return f"[ {_predicates(term, depth + 1)} ]"
    if isinstance(term, Iri):
        return f"<{term}>"
    quoted = f'"{term.text.translate(_ESCAPES)}"'
    if term.language:
        return f"{quoted}@{term.language}"
    return f"{quoted}^^{term.datatype}" if term.datatype else quoted


TURTLE = Syntax(opening=_PREFIXES, body=_body, between="", closing="")
