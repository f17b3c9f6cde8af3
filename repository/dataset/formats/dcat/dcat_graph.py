"""DCAT-AP 3: a dataset, or a catalogue of datasets, for catalogues of research and of government.

Sources: DCAT 3 (W3C, 2024); DCAT-AP 3.0.1 (SEMIC), whose SHACL shapes a test checks on every graph; GeoDCAT-AP 3 for
geometry. Three serialisations of a graph hold the same statements.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from repository.dataset.description import Keyword, Label, Publication, Text
from repository.dataset.formats.datacite.datacite_terms import writable_line
from repository.dataset.formats.dcat.dcat_files import add_access
from repository.dataset.formats.dcat.dcat_links import add_identity, dataset_address
from repository.dataset.formats.dcat.dcat_people import add_people, repository_agent
from repository.dataset.formats.dcat.dcat_places import add_coverage
from repository.dataset.formats.dcat.dcat_terms import DcatBuilder, authority, concept, language, resource_type
from repository.dataset.formats.plain_text import plain
from repository.dataset.formats.rdf.jsonld import JSON_LD, Json, graph_object
from repository.dataset.formats.rdf.rdfxml import RDF_XML
from repository.dataset.formats.rdf.triples import (
    Graph,
    Iri,
    RdfResource,
    Syntax,
    blank,
    document,
    documents,
    iri,
    literal,
    moment,
)
from repository.dataset.formats.rdf.turtle import TURTLE

NAMESPACE = "http://www.w3.org/ns/dcat#"
_WITHDRAWN = Label("WITHDRAWN", {"en": "withdrawn"})
_OTHER_TEXTS = {"methods": "dct:provenance", "table-of-contents": "dct:tableOfContents", "abstract": "dct:description"}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A list of datasets; an empty `publisher` means that `title` publishes it."""

    title: str
    url: str
    description: str = ""
    publisher: str = ""


def dcat_graph(publication: Publication) -> Graph:
    """Return the dataset, its distributions, and all the things that they name."""
    return _build(publication).graph


def dcat_turtle(publication: Publication) -> str:
    """Return a Turtle document."""
    return document(TURTLE, dcat_graph(publication))


def dcat_rdfxml(publication: Publication) -> str:
    """Return the element ``rdf:RDF``, without an XML declaration before it."""
    return document(RDF_XML, dcat_graph(publication))


def dcat_jsonld(publication: Publication) -> Json:
    """Return a JSON-LD object with its context inside."""
    return graph_object(dcat_graph(publication))


def dcat_catalogue_turtle(publications: Iterable[Publication], catalogue: Catalogue | None = None) -> Iterator[str]:
    """Yield one Turtle document, in parts of about one record.

    `catalogue` is by default the repository of the first record. Without records and catalogue the document has no
    statements.
    """
    return _write_all(TURTLE, publications, catalogue)


def dcat_catalogue_rdfxml(publications: Iterable[Publication], catalogue: Catalogue | None = None) -> Iterator[str]:
    """Yield one RDF/XML document without an XML declaration, like `dcat_catalogue_turtle`."""
    return _write_all(RDF_XML, publications, catalogue)


def dcat_catalogue_jsonld(publications: Iterable[Publication], catalogue: Catalogue | None = None) -> Iterator[str]:
    """Yield one JSON-LD document, like `dcat_catalogue_turtle`."""
    return _write_all(JSON_LD, publications, catalogue)


def _write_all(syntax: Syntax, publications: Iterable[Publication], catalogue: Catalogue | None) -> Iterator[str]:
    return documents(syntax, _graphs(publications, catalogue))


def _graphs(publications: Iterable[Publication], catalogue: Catalogue | None) -> Iterator[Graph]:
    """Yield a graph for each record; the first graph describes the catalogue too."""
    described = False
    for publication in publications:
        catalogue = catalogue or _catalogue_of(publication)
        builder = _build(publication)
        if not described:
            _add_catalogue(builder.graph, catalogue, builder)
        builder.graph.resource(_catalogue_address(catalogue)).add("dcat:dataset", builder.dataset)
        described = True
        yield builder.graph
    if catalogue is not None and not described:
        graph = Graph()
        _add_catalogue(graph, catalogue, None)
        yield graph


def _catalogue_of(publication: Publication) -> Catalogue:
    return Catalogue(publication.repository_name, publication.repository_url or publication.url)


def _catalogue_address(catalogue: Catalogue) -> Iri:
    return Iri(f"{iri(catalogue.url) or 'urn:catalogue'}#catalogue")


def _add_catalogue(graph: Graph, catalogue: Catalogue, first: DcatBuilder | None) -> None:
    title = writable_line(catalogue.title) or "Research data"
    catalog = graph.resource(_catalogue_address(catalogue), "dcat:Catalog")
    catalog.add("dct:title", literal(title))
    description = writable_line(catalogue.description) or f"Research data published by {title}"
    catalog.add("dct:description", literal(description))
    publisher = repository_agent(first) if first and not catalogue.publisher else None
    if publisher is None:
        publisher = blank("foaf:Organization", "foaf:Agent")
        publisher.add("foaf:name", literal(writable_line(catalogue.publisher) or title))
    catalog.add("dct:publisher", publisher)
    if home := iri(catalogue.url):
        catalog.add("foaf:homepage", graph.resource(home, "foaf:Document"))


def _build(publication: Publication) -> DcatBuilder:
    graph = Graph()
    dataset = graph.resource(dataset_address(publication), "dcat:Dataset")
    builder = DcatBuilder(graph, dataset, publication, [label.id for label in publication.description.languages])
    _add_texts(builder)
    add_identity(builder)
    _add_life(builder)
    add_people(builder)
    _add_kind(builder)
    add_coverage(builder)
    add_access(builder)
    return builder


def _add_texts(builder: DcatBuilder) -> None:
    """Add titles and descriptions; DCAT-AP requires one of each, so the title or address fills a gap."""
    description, dataset = builder.publication.description, builder.dataset
    title = builder.text(writable_line(description.title)) or literal(str(dataset.iri))
    dataset.add("dct:title", title)
    for other in description.additional_titles:
        translated = other.type is not None and other.type.id == "translated-title"
        predicate = "dct:title" if translated else "dct:alternative"
        dataset.add(predicate, builder.added(replace(other, text=writable_line(other.text))))
    dataset.add("dct:description", builder.text(plain(description.description)))
    for other in description.additional_descriptions:
        _add_text(builder, other)
    if "dct:description" not in dataset.statements:
        dataset.add("dct:description", title)


def _add_text(builder: DcatBuilder, text: Text) -> None:
    predicate = _OTHER_TEXTS.get(text.type.id if text.type else "", "skos:note")
    statement = builder.added(text)
    if predicate != "dct:provenance" or statement is None:
        builder.dataset.add(predicate, statement)
        return
    provenance = blank("dct:ProvenanceStatement")
    provenance.add("rdfs:label", statement)
    builder.dataset.add(predicate, provenance)


def _add_life(builder: DcatBuilder) -> None:
    """Add when it was published and changed, and whether it was withdrawn and why."""
    publication, dataset = builder.publication, builder.dataset
    dates = publication.description.dates
    updates = [day for entry in dates if entry.type.id == "updated" and (day := moment(entry.date))]
    dataset.add("dct:issued", moment(publication.description.publication_date))
    dataset.add("dct:modified", updates[-1] if updates else moment(publication.updated))
    if withdrawal := publication.withdrawn:
        dataset.add("adms:status", concept(builder.graph, authority("dataset-status", "WITHDRAWN"), _WITHDRAWN))
        dataset.add("skos:note", literal(f"Withdrawn on {withdrawal.date}: {withdrawal.reason.name()}", "en"))
        dataset.add("skos:note", builder.text(writable_line(withdrawal.note)))


def _add_kind(builder: DcatBuilder) -> None:
    description, dataset, graph = builder.publication.description, builder.dataset, builder.graph
    kind = description.resource_type
    if kind.id:
        dataset.add("dct:type", concept(graph, resource_type(kind.id), kind))
    for label in description.languages:
        if spoken := language(label.id):
            dataset.add("dct:language", graph.resource(spoken, "dct:LinguisticSystem"))
    for subject in description.subjects:
        _add_subject(builder, subject)
    dataset.add("dct:extent", *(_labelled("dct:SizeOrDuration", size) for size in description.sizes))
    dataset.add("dct:format", *(_labelled("dct:MediaTypeOrExtent", name) for name in description.formats))


def _labelled(kind: str, text: str) -> RdfResource | None:
    label = literal(writable_line(text))
    if label is None:
        return None
    thing = blank(kind)
    thing.add("rdfs:label", label)
    return thing


def _add_subject(builder: DcatBuilder, subject: Keyword) -> None:
    """Add a keyword, and also a theme if it is a term with an address."""
    word, term = builder.text(writable_line(subject.subject)), iri(subject.id)
    is_word = subject.subject != subject.id
    builder.dataset.add("dcat:keyword", word if is_word else None)
    if term and word:
        theme = builder.graph.resource(term, "skos:Concept")
        theme.add("skos:prefLabel", word if is_word else literal(term))
        builder.dataset.add("dcat:theme", theme)
