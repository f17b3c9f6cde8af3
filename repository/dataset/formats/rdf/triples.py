"""A small graph of RDF: resources, their statements, and how a graph becomes a document.

It has only what descriptions need. Names of vocabularies are written ``dct:title``; resources without an address stand
inside the statement that names them; XML, Turtle and JSON can all hold every text.

Source: RDF 1.1 Concepts and Abstract Syntax (W3C, 2014).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from repository.dataset.formats.datacite.datacite_terms import uri
from repository.dataset.formats.iso_dates import first_date
from repository.dataset.formats.xml_writer import writable

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "adms": "http://www.w3.org/ns/adms#",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "geo": "http://www.opengis.net/ont/geosparql#",
        "locn": "http://www.w3.org/ns/locn#",
        "org": "http://www.w3.org/ns/org#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "prov": "http://www.w3.org/ns/prov#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "schema": "https://schema.org/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "spdx": "http://spdx.org/rdf/terms#",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)
"""Prefix -> namespace; no prefix is ``http`` or ``https``, so that no address reads as a name."""

Name: TypeAlias = str
"""A term of a vocabulary by prefix and local name, as in ``dct:title``."""


class Iri(str):
    """An absolute address of ASCII characters that RFC 3986 allows; made by `iri`."""

    __slots__ = ()


class Literal(NamedTuple):
    """A text with a language tag (BCP 47), a datatype, or neither; `literal` makes it from free text."""

    text: str
    language: str | None = None
    datatype: Name | None = None


@dataclass(slots=True, eq=False)
class RdfResource:
    """A thing and its statements: predicate -> objects, in the order of their addition, each once.

    Without an `iri` it is a blank node, which belongs in one statement of another resource.
    """

    iri: Iri | None
    types: dict[Name, None] = field(default_factory=dict)
    statements: dict[Name, dict["Term", None]] = field(default_factory=dict)

    def add(self, predicate: Name, *objects: "Term | None") -> None:
        """Add statements; ignore None, which stands for a value that cannot be written."""
        for term in objects:
            if term is not None:
                address = term.iri if isinstance(term, RdfResource) else None
                self.statements.setdefault(predicate, {})[address or term] = None


Term: TypeAlias = Iri | Literal | RdfResource


class Graph:
    """Resources by their addresses, in the order of their first use."""

    def __init__(self) -> None:
        self._resources: dict[Iri, RdfResource] = {}

    def __iter__(self) -> Iterator[RdfResource]:
        return iter(self._resources.values())

    def resource(self, address: Iri, *types: Name) -> RdfResource:
        """Return the one resource with this address, and add these types to it."""
        resource = self._resources.get(address)
        if resource is None:
            resource = self._resources[address] = RdfResource(address)
        resource.types.update(dict.fromkeys(types))
        return resource


def blank(*types: Name) -> RdfResource:
    """Return a resource without an address."""
    return RdfResource(None, dict.fromkeys(types))


def iri(address: str | None) -> Iri | None:
    """Return a web `address`, escaped where necessary; None when it cannot be a name.

    Addresses with steps such as ``/../`` cannot: readers resolve them in some serialisations and not in others.
    """
    escaped = uri(address)
    if escaped is None or ("/." in escaped and _has_steps(escaped)):
        return None
    return Iri(escaped)


def _has_steps(address: str) -> bool:
    path = address.partition("#")[0].partition("?")[0]
    return any(step in (".", "..") for step in path.split("/")[3:])


def literal(text: str, language: str | None = None) -> Literal | None:
    """Return `text` without the characters that no document can hold, None when nothing is left."""
    characters = writable(text).strip()
    return Literal(characters, language) if characters else None


_DATE_TYPES = {4: "xsd:gYear", 7: "xsd:gYearMonth", 10: "xsd:date"}
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2})")


def moment(date: str) -> Literal | None:
    """Return an EDTF level 0 date (of an interval its first known) or an instant, with its precision; else None."""
    if _INSTANT.fullmatch(date):
        return _instant(date)
    day = first_date(date)
    # a text that is no date makes no statement in RDF
    return Literal(day, None, _DATE_TYPES[len(day)]) if day and not day.startswith("0000") else None


def _instant(text: str) -> Literal | None:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return None  # it has the form of an instant, but the calendar has no such day
    return Literal(text, None, "xsd:dateTime")


@dataclass(frozen=True, slots=True)
class Syntax:
    """How to write graphs: the `body` of each, `between` them, inside `opening` and `closing`."""

    opening: str
    body: Callable[[Graph], str]
    between: str
    closing: str


def document(syntax: Syntax, graph: Graph) -> str:
    """Return `graph` as one document."""
    return f"{syntax.opening}{syntax.body(graph)}{syntax.closing}"


def documents(syntax: Syntax, graphs: Iterable[Graph]) -> Iterator[str]:
    """Yield the union of `graphs`, read one by one, as one document in parts of one graph."""
    begun = False
    for graph in graphs:
        yield (syntax.between if begun else syntax.opening) + syntax.body(graph)
        begun = True
    yield syntax.closing if begun else syntax.opening + syntax.closing
