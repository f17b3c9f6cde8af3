"""Identifiers and relations of a dataset in DCAT-AP."""

from repository.dataset.description import Publication, Reference, RelatedIdentifier, Sibling
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.datacite.datacite_terms import writable_line
from repository.dataset.formats.dcat.dcat_terms import RELATIONS, DcatBuilder, address, page_of
from repository.dataset.formats.rdf.triples import Iri, Literal, RdfResource, blank, iri, literal


def dataset_address(publication: Publication) -> Iri:
    """Return the name of the dataset in every serialisation."""
    doi, cstr = _addresses(publication.doi, publication.cstr)
    return address(doi, cstr, publication.url)


def add_identity(builder: DcatBuilder) -> None:
    """Add identifiers, pages, versions and related works."""
    publication, dataset = builder.publication, builder.dataset
    dataset.add("dct:identifier", literal(str(dataset.iri)))
    dataset.add("adms:identifier", *_identifiers(publication))
    dataset.add("dcat:landingPage", builder.graph.resource(page_of(publication), "foaf:Document"))
    _add_versions(builder)
    for related in publication.description.related_identifiers:
        _add_related(builder, related)
    for reference in publication.description.references:
        dataset.add("dct:references", _reference(builder, reference))


def _addresses(doi: str | None, cstr: str | None) -> tuple[Iri | None, Iri | None]:
    return iri(identifier_urls.doi_url(doi) if doi else None), iri(
        identifier_urls.link_to("cstr", cstr) if cstr else None
    )


def _identifiers(publication: Publication) -> list[RdfResource]:
    """Return each identifier once, under the first name of its agency."""
    doi, cstr = _addresses(publication.doi, publication.cstr)
    handle = iri(identifier_urls.handle_url(publication.handle)) if publication.handle else None
    agencies = {_notation(doi): "DOI", _notation(cstr): "CSTR", _notation(handle): "Handle"}
    for identifier in publication.description.identifiers:
        page = iri(identifier_urls.link_to(identifier.scheme, identifier.identifier))
        notation = _notation(page, identifier.identifier)
        agencies.setdefault(notation, identifier.scheme)
    return [_identifier(agency, notation) for notation, agency in agencies.items() if notation]


def _notation(where: Iri | None, text: str = "") -> Literal | None:
    return Literal(where, None, "xsd:anyURI") if where else literal(writable_line(text))


def _identifier(agency: str, notation: Literal) -> RdfResource:
    identifier = blank("adms:Identifier")
    identifier.add("skos:notation", notation)
    identifier.add("adms:schemaAgency", literal(writable_line(agency)))
    return identifier


def _add_versions(builder: DcatBuilder) -> None:
    publication, dataset = builder.publication, builder.dataset
    if not publication.is_concept:
        dataset.add("dcat:version", literal(writable_line(publication.description.version) or f"v{publication.index}"))
        dataset.add("dcat:isVersionOf", _concept(publication))
    for sibling in publication.siblings if publication.is_concept else ():
        dataset.add("dcat:hasVersion", _version(builder, sibling))
    if publication.is_concept and publication.siblings:
        dataset.add("dcat:hasCurrentVersion", _sibling_address(publication.siblings[-1]))
    if publication.previous:
        dataset.add("dcat:previousVersion", _sibling_address(publication.previous))
    if publication.following:
        dataset.add("dcat:nextVersion", _sibling_address(publication.following))


def _concept(publication: Publication) -> Iri | None:
    doi, cstr = _addresses(publication.concept_doi, publication.concept_cstr)
    return address(doi, cstr, publication.concept_url) if doi or cstr or publication.concept_url else None


def _sibling_address(sibling: Sibling) -> Iri:
    doi, cstr = _addresses(sibling.doi, sibling.cstr)
    return address(doi, cstr, sibling.url)


def _version(builder: DcatBuilder, sibling: Sibling) -> RdfResource:
    """Return a version with the title and description that DCAT-AP requires of every dataset."""
    title, label = (
        writable_line(builder.publication.description.title),
        writable_line(sibling.label) or f"v{sibling.index}",
    )
    version = builder.graph.resource(_sibling_address(sibling), "dcat:Dataset")
    version.add("dct:title", builder.text(f"{title} ({label})"))
    version.add("dct:description", literal(f"Version {label} of: {title}", "en"))
    if page := iri(sibling.url):
        version.add("dcat:landingPage", builder.graph.resource(page, "foaf:Document"))
    return version


def _add_related(builder: DcatBuilder, related: RelatedIdentifier) -> None:
    """Add a work by its address, or by its identifier without one."""
    predicate = RELATIONS.get(related.relation.id, "dct:relation")
    work = iri(identifier_urls.link_to(related.scheme, related.identifier))
    if work is None:
        builder.dataset.add("dct:relation", _work_by_identifier(related))
    elif predicate == "foaf:page":
        builder.dataset.add(predicate, builder.graph.resource(work, "foaf:Document"))
    elif predicate != "owl:sameAs" or work != builder.dataset.iri:
        builder.dataset.add(predicate, work)


def _work_by_identifier(related: RelatedIdentifier) -> RdfResource | None:
    identifier = literal(writable_line(related.identifier))
    if identifier is None:
        return None
    work = blank()
    work.add("dct:identifier", identifier)
    return work


def _reference(builder: DcatBuilder, reference: Reference) -> RdfResource | None:
    text = builder.text(writable_line(reference.text))
    if text is None:
        return None
    work = blank()
    link = iri(identifier_urls.link_to(reference.scheme, reference.identifier))
    work.add("dct:identifier", _notation(link, reference.identifier))
    work.add("dct:bibliographicCitation", text)
    return work
