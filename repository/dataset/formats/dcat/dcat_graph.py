"""DCAT-AP 3: a dataset, or a catalogue of datasets, as catalogues of research and of government harvest them.

Sources: DCAT 3 (W3C, 2024); DCAT-AP 3.0.1 (SEMIC), whose SHACL shapes a test holds every graph against; GeoDCAT-AP 3
for geometry.  A graph is written in three serialisations that say the same.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from repository.dataset.description import Label, Publication, Subject, Text
from repository.dataset.formats.datacite.datacite_terms import said
from repository.dataset.formats.dcat.dcat_files import tell_access
from repository.dataset.formats.dcat.dcat_links import dataset_address, tell_identity
from repository.dataset.formats.dcat.dcat_people import repository_agent, tell_people
from repository.dataset.formats.dcat.dcat_places import tell_coverage
from repository.dataset.formats.dcat.dcat_terms import Telling, authority, concept, language, moment, resource_type
from repository.dataset.formats.plain_text import plain
from repository.dataset.formats.rdf.jsonld import JSON_LD, Json, graph_object
from repository.dataset.formats.rdf.rdfxml import RDF_XML
from repository.dataset.formats.rdf.triples import Graph, Iri, Syntax, blank, document, documents, iri, literal
from repository.dataset.formats.rdf.turtle import TURTLE

NAMESPACE = "http://www.w3.org/ns/dcat#"
_WITHDRAWN = Label("WITHDRAWN", {"en": "withdrawn"})
_OTHER_TEXTS = {"methods": "dct:provenance", "table-of-contents": "dct:tableOfContents", "abstract": "dct:description"}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A list of datasets; `publisher` publishes the list, `title` does so where it is empty."""

    title: str
    url: str
    description: str = ""
    publisher: str = ""


def dcat_graph(publication: Publication) -> Graph:
    """The dataset, its distributions, and all that they name."""
    return _telling(publication).graph


def dcat_turtle(publication: Publication) -> str:
    """A Turtle document."""
    return document(TURTLE, dcat_graph(publication))


def dcat_rdfxml(publication: Publication) -> str:
    """The element ``rdf:RDF``, without an XML declaration before it."""
    return document(RDF_XML, dcat_graph(publication))


def dcat_jsonld(publication: Publication) -> Json:
    """A JSON-LD object with its context inside."""
    return graph_object(dcat_graph(publication))


def dcat_catalogue_turtle(publications: Iterable[Publication], catalogue: Catalogue | None = None) -> Iterator[str]:
    """One Turtle document, in parts of about a record each; `catalogue` is the repository of the first record if None.

    Without any record and any catalogue the document is one without statements.
    """
    return _combined(TURTLE, publications, catalogue)


def dcat_catalogue_rdfxml(publications: Iterable[Publication], catalogue: Catalogue | None = None) -> Iterator[str]:
    """One RDF/XML document without an XML declaration, as `dcat_catalogue_turtle` is one of Turtle."""
    return _combined(RDF_XML, publications, catalogue)


def dcat_catalogue_jsonld(publications: Iterable[Publication], catalogue: Catalogue | None = None) -> Iterator[str]:
    """One JSON-LD document, as `dcat_catalogue_turtle` is one of Turtle."""
    return _combined(JSON_LD, publications, catalogue)


def _combined(syntax: Syntax, publications: Iterable[Publication], catalogue: Catalogue | None) -> Iterator[str]:
    return documents(syntax, _listed(publications, catalogue))


def _listed(publications: Iterable[Publication], catalogue: Catalogue | None) -> Iterator[Graph]:
    """A graph for each record, the first of which describes the catalogue as well."""
    described = False
    for publication in publications:
        catalogue = catalogue or _catalogue_of(publication)
        told = _telling(publication)
        if not described:
            _tell_catalogue(told.graph, catalogue, told)
        told.graph.resource(_catalogue_address(catalogue)).say("dcat:dataset", told.dataset)
        described = True
        yield told.graph
    if catalogue is not None and not described:
        graph = Graph()
        _tell_catalogue(graph, catalogue, None)
        yield graph


def _catalogue_of(publication: Publication) -> Catalogue:
    return Catalogue(publication.repository_name, publication.repository_url or publication.url)


def _catalogue_address(catalogue: Catalogue) -> Iri:
    return Iri(f"{iri(catalogue.url) or 'urn:catalogue'}#catalogue")


def _tell_catalogue(graph: Graph, catalogue: Catalogue, first: Telling | None) -> None:
    title = said(catalogue.title) or "Research data"
    told = graph.resource(_catalogue_address(catalogue), "dcat:Catalog")
    told.say("dct:title", literal(title))
    told.say("dct:description", literal(said(catalogue.description) or f"Research data published by {title}"))
    publisher = repository_agent(first) if first and not catalogue.publisher else None
    if publisher is None:
        publisher = blank("foaf:Organization", "foaf:Agent")
        publisher.say("foaf:name", literal(said(catalogue.publisher) or title))
    told.say("dct:publisher", publisher)
    if home := iri(catalogue.url):
        told.say("foaf:homepage", graph.resource(home, "foaf:Document"))


def _telling(publication: Publication) -> Telling:
    graph = Graph()
    dataset = graph.resource(dataset_address(publication), "dcat:Dataset")
    telling = Telling(graph, dataset, publication, [each.id for each in publication.description.languages])
    _tell_texts(telling)
    tell_identity(telling)
    _tell_life(telling)
    tell_people(telling)
    _tell_kind(telling)
    tell_coverage(telling)
    tell_access(telling)
    return telling


def _tell_texts(telling: Telling) -> None:
    """Titles and descriptions; DCAT-AP wants one of each, so that the title or the address stands in for none."""
    description, dataset = telling.publication.description, telling.dataset
    title = telling.text(said(description.title)) or literal(str(dataset.iri))
    dataset.say("dct:title", title)
    for more in description.additional_titles:
        translated = more.type is not None and more.type.id == "translated-title"
        dataset.say("dct:title" if translated else "dct:alternative", telling.text(said(more.text), more.language))
    dataset.say("dct:description", telling.text(plain(description.description)))
    for more in description.additional_descriptions:
        _tell_more(telling, more)
    if "dct:description" not in dataset.statements:
        dataset.say("dct:description", title)


def _tell_more(telling: Telling, more: Text) -> None:
    predicate = _OTHER_TEXTS.get(more.type.id if more.type else "", "skos:note")
    text = telling.text(more.text, more.language)
    if predicate != "dct:provenance" or text is None:
        telling.dataset.say(predicate, text)
        return
    made = blank("dct:ProvenanceStatement")
    made.say("rdfs:label", text)
    telling.dataset.say(predicate, made)


def _tell_life(telling: Telling) -> None:
    """When it was published and changed; that it was withdrawn, and why."""
    publication, dataset = telling.publication, telling.dataset
    dates = publication.description.dates
    updates = [found for dated in dates if dated.type.id == "updated" and (found := moment(dated.date))]
    dataset.say("dct:issued", moment(publication.description.publication_date))
    dataset.say("dct:modified", updates[-1] if updates else moment(publication.updated))
    if gone := publication.withdrawn:
        dataset.say("adms:status", concept(telling.graph, authority("dataset-status", "WITHDRAWN"), _WITHDRAWN))
        dataset.say("skos:note", literal(f"Withdrawn on {gone.date}: {gone.reason.name()}", "en"))
        dataset.say("skos:note", telling.text(said(gone.note)))


def _tell_kind(telling: Telling) -> None:
    description, dataset, graph = telling.publication.description, telling.dataset, telling.graph
    kind = description.resource_type
    if kind.id:
        dataset.say("dct:type", concept(graph, resource_type(kind.id), kind))
    for label in description.languages:
        if spoken := language(label.id):
            dataset.say("dct:language", graph.resource(spoken, "dct:LinguisticSystem"))
    for subject in description.subjects:
        _tell_subject(telling, subject)


def _tell_subject(telling: Telling, subject: Subject) -> None:
    """A keyword, and a theme too when it is a term that has an address."""
    word, term = telling.text(said(subject.subject)), iri(subject.id)
    is_word = subject.subject != subject.id
    telling.dataset.say("dcat:keyword", word if is_word else None)
    if term and word:
        theme = telling.graph.resource(term, "skos:Concept")
        theme.say("skos:prefLabel", word if is_word else literal(term))
        telling.dataset.say("dcat:theme", theme)
