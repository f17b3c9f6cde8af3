"""Simple Dublin Core, as catalogues harvest it.

Sources: DCMI Metadata Element Set 1.1 (ISO 15836); DCMI Type Vocabulary; DCMI Box Encoding Scheme; OpenAIRE Guidelines
3.0 for the access terms of ``info:eu-repo``; the schema ``oai_dc`` of OAI-PMH 2.0.
"""

from collections.abc import Iterator
from typing import NamedTuple

from repository.dataset import cstr
from repository.dataset.description import DescribedPlace, Description, Publication, RelatedIdentifier
from repository.dataset.formats import bounding_boxes, identifier_urls, xml_writer
from repository.dataset.formats.access_rights import EMBARGO_END, INFO_EU_REPO
from repository.dataset.formats.citation import person_names
from repository.dataset.formats.iso_dates import first_date, interval
from repository.dataset.formats.plain_text import language_by_script, language_of, language_tag, one_line, plain
from repository.dataset.formats.type_mappings import dcmi_type

NAMESPACE = "http://www.openarchives.org/OAI/2.0/oai_dc/"
SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"

_OPENING = (
    f'<oai_dc:dc xmlns:oai_dc="{NAMESPACE}" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    f' xsi:schemaLocation="{NAMESPACE} {SCHEMA}">'
)


class _Statement(NamedTuple):
    """One element; `language` is a tag of BCP 47, None when it is not known."""

    element: str
    text: str
    language: str | None = None


def oai_dc(publication: Publication) -> str:
    """Return the element ``oai_dc:dc`` with all its namespaces; no element in it is empty or repeated."""
    description = publication.description
    statements = (*_texts(description), *_people(publication), *_kinds(publication), *_links(publication))
    return f"{_OPENING}{''.join(map(_element_xml, dict.fromkeys(statements)))}</oai_dc:dc>"


def set_description(text: str) -> str:
    """Return the element ``oai_dc:dc`` of a set, which has only a description."""
    return f"{_OPENING}{_element_xml(_Statement('description', text))}</oai_dc:dc>"


def _element_xml(statement: _Statement) -> str:
    content = xml_writer.text(statement.text).strip()
    if not content:
        return ""
    language = xml_writer.attribute("xml:lang", statement.language) if statement.language else ""
    return f"<dc:{statement.element}{language}>{content}</dc:{statement.element}>"


def _texts(description: Description) -> Iterator[_Statement]:
    declared = [label.id for label in description.languages]

    def main(element: str, text: str) -> _Statement:
        return _Statement(element, text, language_of(text, declared))

    def added(element: str, text: str, language: str | None) -> _Statement:
        return _Statement(element, text, language_tag(language) or language_by_script(text, declared))

    yield main("title", one_line(description.title))
    for title in description.additional_titles:
        yield added("title", one_line(title.text), title.language)
    yield main("description", plain(description.description))
    for other in description.additional_descriptions:
        yield added("description", other.text, other.language)
    for subject in description.subjects:
        yield _Statement("subject", subject.subject)
        yield _Statement("subject", identifier_urls.web_address(subject.id) or "")


def _people(publication: Publication) -> Iterator[_Statement]:
    description = publication.description
    for agent in description.creators:
        yield _Statement("creator", person_names.sort_name(agent))
    for agent in description.contributors:
        yield _Statement("contributor", person_names.sort_name(agent))
    yield _Statement("publisher", description.publisher or publication.repository_name)


def _kinds(publication: Publication) -> Iterator[_Statement]:
    description = publication.description
    yield _Statement("date", first_date(description.publication_date))
    for day in description.dates:
        yield _Statement("coverage" if day.type.id == "coverage" else "date", interval(day.date))
    if publication.access_status == "embargoed" and publication.embargo_until:
        yield _Statement("date", f"{EMBARGO_END}{publication.embargo_until}")
    for place in description.places:
        yield _Statement("coverage", place.place)
        yield _Statement("coverage", place.description)
        yield _Statement("coverage", _box(place))
    yield _Statement("type", dcmi_type(description.resource_type.id))
    yield _Statement("type", description.resource_type.name())
    for extent in (*description.formats, *description.sizes):
        yield _Statement("format", extent)
    for label in description.languages:
        yield _Statement("language", label.id)
    yield _Statement("rights", INFO_EU_REPO.get(publication.access_status, ""))
    for licence in description.licences:
        yield _Statement("rights", identifier_urls.web_address(licence.url) or "")
        yield _Statement("rights", licence.title)
        yield _Statement("rights", "" if licence.id else licence.description)
    yield _Statement("rights", description.copyright)
    yield _Statement("rights", publication.embargo_reason)


def _links(publication: Publication) -> Iterator[_Statement]:
    """Yield identifiers of this version; then the concept of the version and other relations, as addresses."""
    description = publication.description
    yield _Statement("identifier", identifier_urls.doi_url(publication.doi) if publication.doi else "")
    yield _Statement("identifier", cstr.parse(publication.cstr).curie if publication.cstr else "")
    yield _Statement("identifier", publication.url)
    for identifier in description.identifiers:
        yield _Statement(
            "identifier", identifier_urls.link_to(identifier.scheme, identifier.identifier) or identifier.identifier
        )
    yield _Statement("relation", identifier_urls.doi_url(publication.concept_doi) if publication.concept_doi else "")
    yield _Statement("relation", cstr.parse(publication.concept_cstr).curie if publication.concept_cstr else "")
    for related in description.related_identifiers:
        yield _related(related)
    for reference in description.references:
        yield _Statement("relation", reference.text)
        if reference.identifier:
            address = identifier_urls.link_to(reference.scheme, reference.identifier)
            yield _Statement("relation", address or reference.identifier)


def _box(place: DescribedPlace) -> str:
    """Return the bounds of a place as a text (DCMI Box Encoding Scheme), empty without a position."""
    box = bounding_boxes.box(place.geometry) if place.geometry else None
    if box is None:
        return ""
    limits = {"northlimit": box.north, "southlimit": box.south, "westlimit": box.west, "eastlimit": box.east}
    return "; ".join(f"{name}={bounding_boxes.decimal(degrees)}" for name, degrees in limits.items())


def _related(related: RelatedIdentifier) -> _Statement:
    element = "source" if related.relation.id == "isderivedfrom" else "relation"
    return _Statement(element, identifier_urls.link_to(related.scheme, related.identifier) or related.identifier)
