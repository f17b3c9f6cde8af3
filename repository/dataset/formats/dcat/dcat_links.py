"""What a dataset is identified by and related to, in the terms of DCAT-AP."""

from repository.dataset.description import Publication, RelatedIdentifier, Sibling
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.datacite.datacite_terms import said
from repository.dataset.formats.dcat.dcat_terms import RELATIONS, Telling, address, page_of
from repository.dataset.formats.rdf.triples import Iri, Literal, Resource, blank, iri, literal


def dataset_address(publication: Publication) -> Iri:
    """The name of the dataset in every serialisation."""
    doi, cstr = _addresses(publication.doi, publication.cstr)
    return address(doi, cstr, publication.url)


def tell_identity(telling: Telling) -> None:
    """Identifiers, pages, versions and related works."""
    publication, dataset = telling.publication, telling.dataset
    dataset.say("dct:identifier", literal(str(dataset.iri)))
    dataset.say("adms:identifier", *_identifiers(publication))
    dataset.say("dcat:landingPage", telling.graph.resource(page_of(publication), "foaf:Document"))
    _tell_versions(telling)
    for related in publication.description.related_identifiers:
        _tell_related(telling, related)
    for reference in publication.description.references:
        dataset.say("dct:references", _reference(telling, reference))


def _addresses(doi: str | None, cstr: str | None) -> tuple[Iri | None, Iri | None]:
    return iri(identifier_urls.doi_url(doi) if doi else None), iri(
        identifier_urls.link_to("cstr", cstr) if cstr else None
    )


def _identifiers(publication: Publication) -> list[Resource]:
    """Each once, under the first name of its agency."""
    doi, cstr = _addresses(publication.doi, publication.cstr)
    handle = iri(identifier_urls.handle_url(publication.handle)) if publication.handle else None
    agencies = {_notation(doi): "DOI", _notation(cstr): "CSTR", _notation(handle): "Handle"}
    for each in publication.description.identifiers:
        notation = _notation(iri(identifier_urls.link_to(each.scheme, each.identifier)), each.identifier)
        agencies.setdefault(notation, each.scheme)
    return [_identifier(agency, notation) for notation, agency in agencies.items() if notation]


def _notation(where: Iri | None, text: str = "") -> Literal | None:
    return Literal(where, None, "xsd:anyURI") if where else literal(said(text))


def _identifier(agency: str, notation: Literal) -> Resource:
    told = blank("adms:Identifier")
    told.say("skos:notation", notation)
    told.say("adms:schemaAgency", literal(said(agency)))
    return told


def _tell_versions(telling: Telling) -> None:
    publication, dataset = telling.publication, telling.dataset
    if not publication.is_concept:
        dataset.say("dcat:version", literal(said(publication.description.version) or f"v{publication.index}"))
        dataset.say("dcat:isVersionOf", _concept(publication))
    for sibling in publication.siblings if publication.is_concept else ():
        dataset.say("dcat:hasVersion", _version(telling, sibling))
    if publication.is_concept and publication.siblings:
        dataset.say("dcat:hasCurrentVersion", _sibling_address(publication.siblings[-1]))
    if publication.previous:
        dataset.say("dcat:previousVersion", _sibling_address(publication.previous))
    if publication.following:
        dataset.say("dcat:nextVersion", _sibling_address(publication.following))


def _concept(publication: Publication) -> Iri | None:
    doi, cstr = _addresses(publication.concept_doi, publication.concept_cstr)
    return address(doi, cstr, publication.concept_url) if doi or cstr or publication.concept_url else None


def _sibling_address(sibling: Sibling) -> Iri:
    doi, cstr = _addresses(sibling.doi, sibling.cstr)
    return address(doi, cstr, sibling.url)


def _version(telling: Telling, sibling: Sibling) -> Resource:
    """As much as DCAT-AP wants to hear of every dataset that is named: a title and a description."""
    title, label = said(telling.publication.description.title), said(sibling.label) or f"v{sibling.index}"
    version = telling.graph.resource(_sibling_address(sibling), "dcat:Dataset")
    version.say("dct:title", telling.text(f"{title} ({label})"))
    version.say("dct:description", literal(f"Version {label} of: {title}", "en"))
    if page := iri(sibling.url):
        version.say("dcat:landingPage", telling.graph.resource(page, "foaf:Document"))
    return version


def _tell_related(telling: Telling, related: RelatedIdentifier) -> None:
    """By its address, or by its identifier when that leads nowhere."""
    predicate = RELATIONS.get(related.relation.id, "dct:relation")
    unit = iri(identifier_urls.link_to(related.scheme, related.identifier))
    if unit is None:
        telling.dataset.say("dct:relation", _unlinked(related))
    elif predicate == "foaf:page":
        telling.dataset.say(predicate, telling.graph.resource(unit, "foaf:Document"))
    elif predicate != "owl:sameAs" or unit != telling.dataset.iri:
        telling.dataset.say(predicate, unit)


def _unlinked(related: RelatedIdentifier) -> Resource | None:
    identifier = literal(said(related.identifier))
    if identifier is None:
        return None
    unit = blank()
    unit.say("dct:identifier", identifier)
    return unit


def _reference(telling: Telling, reference: str) -> Resource | None:
    text = telling.text(said(reference))
    if text is None:
        return None
    unit = blank()
    unit.say("dct:bibliographicCitation", text)
    return unit
