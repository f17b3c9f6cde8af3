"""RDF: a small graph, and three serialisations of it.

Standards: RDF 1.1 Concepts and Abstract Syntax, Turtle and XML Syntax (W3C, 2014); JSON-LD 1.1 (W3C, 2020).

Entry points: `triples.Graph`, `triples.document` and `triples.documents` with `turtle.TURTLE`, `rdfxml.RDF_XML` or
`jsonld.JSON_LD`; `jsonld.graph_object`.
"""
